import SluiceDomain
import SluicePostgres
import SluiceStore

/// What an adjudicator is told beside item and prediction.
public struct GivenAdjudication: Sendable {
    /// What reviewers said, in an order that tells nothing: neither who, nor who came first.
    public let answers: [EarlierAnswerRecord]
    /// Why the item came to adjudication.
    public let why: AdjudicationReason

    /// - Parameter key: draws the order, another one for each item; a secret of the project.
    init(_ answers: [EarlierAnswerRecord], key: [UInt8]) {
        self.answers = answers.map { answer in
            let name = withUnsafeBytes(of: (answer.item.bigEndian, answer.actor.bigEndian)) {
                Array("answer".utf8) + $0
            }
            return (place: KeyedHash.unit(salt: key, key: name), answer: answer)
        }.sorted { ($0.place, $0.answer.actor) < ($1.place, $1.answer.actor) }.map(\.answer)
        why = AdjudicationReason(
            votes: answers.filter(\.hasCounted).map(\.verdict),
            skips: answers.count { $0.verdict == .skip })
    }

    /// The name of the answer at a place: A to Z, then AA to AZ and so on.
    public static func letter(_ place: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(place % 26)))
        return place < 26 ? letter : Self.letter(place / 26 - 1) + letter
    }
}

extension Reviewing {
    /// The leases with what adjudicators are told; those of reviewers as they are.
    func withAnswers(
        _ leases: [GivenLease], project: ProjectContext
    ) async throws -> [GivenLease] {
        let items = leases.filter { $0.queue == .adjudication }.map(\.item)
        guard !items.isEmpty else { return leases }
        let answers = try await pool.statement { session in
            try Store(session).earlierAnswers(of: items, project: project.id)
        }
        let byItem = Dictionary(grouping: answers, by: \.item)
        return leases.map { lease in
            guard lease.queue == .adjudication else { return lease }
            var lease = lease
            lease.adjudication = GivenAdjudication(
                byItem[lease.item] ?? [], key: project.leaseKey)
            return lease
        }
    }
}
