import SluiceAPI
import SluiceClient
import SluiceDesk
import SluiceDomain

/// The reviewer's client's calls, over HTTP.
struct RemoteDesk: DeskService {
    let client: Client
    let projectName: String
    let queueName: Queue
    /// Which items are leased.
    var only = LeaseFilter()
    /// Whether the answers in adjudication come with their reviewers' names.
    var withNames = false

    /// Carries one call, its errors in the client's words.
    private func carry<T>(
        _ call: () async throws(ClientError) -> T
    ) async throws(ServiceFailure) -> T {
        do {
            return try await call()
        } catch {
            switch error {
            case .problem(let problem): throw .refused(problem)
            case .unreachable(_, let reason), .cutShort(_, let reason),
                .unexpectedReply(let reason):
                throw .unreachable(reason: reason)
            }
        }
    }

    func project() async throws(ServiceFailure) -> ProjectReply {
        try await carry { () async throws(ClientError) -> ProjectReply in
            try await client.call(Endpoints.project, at: ["project": projectName], Nothing())
        }
    }

    func queue() async throws(ServiceFailure) -> QueueReply {
        try await carry { () async throws(ClientError) -> QueueReply in
            try await client.call(
                Endpoints.queue, at: ["project": projectName], query: [("queue", queueName.word)],
                Nothing())
        }
    }

    func lease(count: Int) async throws(ServiceFailure) -> LeaseReply {
        try await carry { () async throws(ClientError) -> LeaseReply in
            try await client.call(
                Endpoints.lease, at: ["project": projectName],
                query: withNames ? [("names", "true")] : [],
                LeaseRequest(count: count, queue: queueName, only: only))
        }
    }

    func renew(lease: String) async throws(ServiceFailure) -> RenewReply {
        try await carry { () async throws(ClientError) -> RenewReply in
            try await client.call(
                Endpoints.renewLease, at: ["project": projectName, "lease": lease], Nothing())
        }
    }

    func release(lease: String) async throws(ServiceFailure) {
        _ = try await carry { () async throws(ClientError) -> Nothing in
            try await client.call(
                Endpoints.releaseLease, at: ["project": projectName, "lease": lease], Nothing())
        }
    }

    func review(
        lease: String, _ request: Answer
    ) async throws(ServiceFailure) -> ReviewReply {
        try await carry { () async throws(ClientError) -> ReviewReply in
            try await client.call(
                Endpoints.review, at: ["project": projectName, "lease": lease], request)
        }
    }

    func reviews(count: Int) async throws(ServiceFailure) -> ReviewList {
        try await carry { () async throws(ClientError) -> ReviewList in
            try await client.call(
                Endpoints.reviews, at: ["project": projectName],
                query: [("limit", "\(count)"), ("content", "true")], Nothing())
        }
    }

    func guidelines() async throws(ServiceFailure) -> GuidelinesReply {
        try await carry { () async throws(ClientError) -> GuidelinesReply in
            try await client.call(Endpoints.guidelines, at: ["project": projectName], Nothing())
        }
    }

    func guidelines(version: Int) async throws(ServiceFailure) -> GuidelineReply {
        try await carry { () async throws(ClientError) -> GuidelineReply in
            try await client.call(
                Endpoints.guidelinesVersion,
                at: ["project": projectName, "version": "\(version)"], Nothing())
        }
    }

    func readGuidelines(version: Int) async throws(ServiceFailure) {
        _ = try await carry { () async throws(ClientError) -> Nothing in
            try await client.call(
                Endpoints.readGuidelines,
                at: ["project": projectName, "version": "\(version)"], Nothing())
        }
    }

    func ownFigures() async throws(ServiceFailure) -> OwnFigures {
        try await carry { () async throws(ClientError) -> OwnFigures in
            try await client.call(Endpoints.ownFigures, at: ["project": projectName], Nothing())
        }
    }

    func undo(reviewID: String) async throws(ServiceFailure) -> UndoReply {
        try await carry { () async throws(ClientError) -> UndoReply in
            try await client.call(
                Endpoints.undo, at: ["project": projectName, "review_id": reviewID], Nothing())
        }
    }
}
