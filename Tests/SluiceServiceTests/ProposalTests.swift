import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Proposals to change the guidelines", .database)
struct ProposalTests {
    @Test("an answer proposes once however often it is sent, and not at all once it is undone")
    func once() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("i", label: "a", confidence: "0.2")])
            let ana = try await service.reviewer("ana")
            let lease = try #require(try await service.lease(by: ana).first)
            try await service.answer(lease, .label("b"), id: "r", by: ana)
            let project = try await service.project()
            let notes = { () async throws -> [String] in
                try await service.pool.transaction { session in
                    let store = Store(session)
                    let item = try store.item(externalID: "i", project: project.id)
                    for note in ["say what a b is", "sent again"] {
                        try store.appendProposal(
                            note, item: item?.id ?? 0, reviewID: "r", project: project.id,
                            by: ana.actor)
                    }
                    return try store.proposals(.open, project: project.id, limit: 10).map(\.note)
                }
            }
            #expect(try await notes() == ["say what a b is"])
            _ = try await service.undo("r", by: ana)
            #expect(try await notes().isEmpty)
        }
    }

    @Test("a proposal is settled by one of two who settle it at once, and logged once")
    func race() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("i", label: "a", confidence: "0.2")])
            let ana = try await service.reviewer("ana")
            let lease = try #require(try await service.lease(by: ana).first)
            try await service.answer(lease, .label("b"), id: "r", by: ana)
            let project = try await service.project()
            let id = try await service.pool.transaction { session in
                let store = Store(session)
                let item = try store.item(externalID: "i", project: project.id)
                try store.appendProposal(
                    "note", item: item?.id ?? 0, reviewID: "r", project: project.id, by: ana.actor)
                return try store.proposals(nil, project: project.id, limit: 1).first?.id ?? 0
            }
            let guidelines = Guidelines(pool: service.pool)
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        do {
                            try await guidelines.settle(
                                id, as: number % 2 == 0 ? .accepted : .rejected, of: project,
                                by: service.admin)
                            return true
                        } catch {
                            guard case ReviewError.proposalSettled = error else {
                                Issue.record("\(error)")
                                return false
                            }
                            return false
                        }
                    }
                }
                return await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            // Whoever agrees with the one that won is not refused.
            #expect(outcomes.filter { $0 }.count == 3)
            let log = try await service.pool.withSession { session in
                try Store(session).auditEntries(project: project.id, after: nil, limit: 100)
            }
            #expect(log.filter { $0.action.hasPrefix("guidelines.proposal") }.count == 1)
        }
    }
}
