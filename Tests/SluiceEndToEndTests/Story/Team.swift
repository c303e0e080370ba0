import SluiceAPI
import SluiceClient
import SluiceDomain
import Testing

/// Reviewers who know the truth, working side by side.
struct Team {
    let clients: [Client]
    let project: String
    let truth: [String: String]

    /// What a reviewer was shown and said.
    struct Seen: Sendable {
        let item: String
        let answer: String
        /// The label that was suggested; nil when the reviewer worked blind.
        let suggested: String?
    }

    /// Answers everything that waits, each item by its truth.
    @discardableResult
    func answerEverything() async throws -> [Seen] {
        var seen: [Seen] = []
        repeat { seen += try await answerWhatIsThere() } while try await isAnythingLeft()
        return seen
    }

    private func isAnythingLeft() async throws -> Bool {
        let queue = try await clients[0].call(Endpoints.queue, at: ["project": project], Nothing())
        return queue.waiting + queue.leased > 0
    }

    private func answerWhatIsThere() async throws -> [Seen] {
        try await withThrowingTaskGroup(of: [Seen].self) { group in
            for (number, client) in clients.enumerated() {
                group.addTask { try await work(client, number) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func work(_ client: Client, _ number: Int) async throws -> [Seen] {
        var seen: [Seen] = []
        while true {
            let leases = try await client.call(
                Endpoints.lease, at: ["project": project], LeaseRequest(count: 20)
            ).leases
            if leases.isEmpty { return seen }
            for lease in leases {
                let item = lease.item.externalID
                let label = try #require(truth[item])
                _ = try await client.call(
                    Endpoints.review, at: ["project": project, "lease": lease.lease],
                    Answer(
                        reviewID: "\(number)-\(item)", verdict: .label(label), seconds: 4))
                seen.append(
                    Seen(item: item, answer: label, suggested: lease.prediction?.label))
            }
        }
    }
}
