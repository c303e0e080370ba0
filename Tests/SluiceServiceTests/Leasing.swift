import SluiceDomain
import SluiceService
import SluiceStore
import TestSupport
import Testing

extension TestService {
    /// Ingests one prediction and leases its item to a reviewer.
    func leasedItem(
        _ prediction: SentPrediction = SentPrediction("x"), to name: String = "ann",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> (reviewer: Caller, lease: GivenLease) {
        try await ingest([prediction])
        let caller = try await reviewer(name)
        return (caller, try await nextLease(by: caller, sourceLocation: sourceLocation))
    }

    /// Leases the item that is first for a caller; the test fails when there is none.
    func nextLease(
        queue: Queue = .review, only filter: LeaseFilter = LeaseFilter(), by caller: Caller,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> GivenLease {
        let leases = try await lease(queue: queue, only: filter, by: caller)
        return try #require(leases.first, sourceLocation: sourceLocation)
    }

    /// Has each of these reviewers answer the item that is first for them.
    ///
    /// The reviews have the reviewers' names for ids.
    func answerNext(
        _ verdict: Verdict, by names: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for name in names {
            let caller = try await reviewer(name)
            let lease = try await nextLease(by: caller, sourceLocation: sourceLocation)
            try await answer(lease, verdict, id: name, by: caller)
        }
    }
}
