import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Evidence of what people said", .database)
struct EvidenceTests {
    static let always = Timestamp(microseconds: 0)
    static let never = Timestamp(microseconds: 4_000_000_000_000_000)

    /// All rows by external id, read a few at a time.
    private func evidence(
        _ service: TestService, from: Timestamp = always, to: Timestamp = never,
        modelVersion: Int64? = nil, limit: Int = 2
    ) async throws -> [(id: String, row: EvidenceRow)] {
        let project = try await service.project().id
        let names = try await names(service)
        return try await service.pool.withSession { session in
            let store = Store(session)
            let found = try store.evidenceRange(
                project: project, from: from, to: to, modelVersion: modelVersion)
            guard let range = found.range else { return [] }
            var rows: [EvidenceRow] = []
            var after = range.lowerBound - 1
            while true {
                let page = try store.labelledEvidence(
                    project: project, from: from, to: to, modelVersion: modelVersion,
                    after: after, through: range.upperBound, limit: limit)
                rows += page
                guard page.count == limit, let last = page.last else { break }
                after = last.item
            }
            #expect(rows.count == found.items)
            #expect(rows.map(\.item) == rows.map(\.item).sorted())
            return rows.map { (names[$0.item] ?? "", $0) }
        }
    }

    private func names(_ service: TestService) async throws -> [Int64: String] {
        var names: [Int64: String] = [:]
        for line in try await service.sql("SELECT id, external_id FROM item").split(separator: "\n")
        {
            let cells = line.split(separator: "|")
            names[Int64(cells[0]) ?? 0] = String(cells[1])
        }
        return names
    }

    @Test("a row says the route, its chance, who decided what, and what says nothing of the label")
    func rows() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0}"#
        try await TestService.run(labels: ["a", "b", "?edge"], policy: policy) { service in
            try await service.ingest(
                ["right", "wrong", "edge", "broken", "open", "undone"].map {
                    SentPrediction($0, label: "a", confidence: "0.5")
                } + [SentPrediction("alone", label: "b", confidence: "0.95")])
            try await service.setPolicy(#"{"degree":"full","audit_rate":1}"#)
            try await service.ingest(
                ["torn", "seen"].map { SentPrediction($0, label: "a", confidence: "null") })
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(20, by: ann) {
                let verdict: Verdict? =
                    switch lease.content.externalID {
                    case "right", "undone", "seen": .label("a")
                    case "wrong", "torn": .label("b")
                    case "edge": .label("edge")
                    case "broken": .unusable
                    default: nil
                    }
                guard let verdict else { continue }
                try await service.answer(lease, verdict, id: lease.content.externalID, by: ann)
            }
            _ = try await service.undo("undone", by: ann)
            let rows = Dictionary(
                uniqueKeysWithValues: try await evidence(service).map { ($0.id, $0.row) })
            #expect(rows.count == 9)
            func row(_ id: String) throws -> EvidenceRow { try #require(rows[id]) }
            let right = try row("right")
            #expect(right.route == .queued && right.reason == "below_threshold")
            #expect(right.propensity == 1 && right.confidence == 0.5 && right.label == "a")
            #expect(right.isWrong == false && right.outcome == "accepted")
            #expect(right.source == "reviewer" && right.decidedAt != nil)
            #expect(!right.isAudit && right.isAsked && right.policyVersion == 2)
            let wrong = try row("wrong")
            #expect(wrong.isWrong == true && wrong.decidedLabel == "b")
            let edge = try row("edge")
            #expect(edge.isWrong == nil && edge.decidedLabel == "edge")
            #expect(edge.outcome == "borderline" && edge.decidedAt != nil)
            let broken = try row("broken")
            #expect(broken.isWrong == nil && broken.decidedLabel == nil)
            #expect(broken.outcome == "unusable")
            for id in ["open", "undone", "torn"] {
                let row = try row(id)
                #expect(row.decidedAt == nil && row.source == nil && row.isWrong == nil, "\(id)")
                #expect(row.isDisputed == (id == "torn"))
            }
            let torn = try row("torn")
            #expect(torn.isAudit && torn.confidence == nil && torn.policyVersion == 3)
            #expect(try row("seen").isWrong == false)
            let alone = try row("alone")
            #expect(alone.route == .accepted && alone.propensity == 0 && !alone.isAsked)
        }
    }

    @Test("the window is by arrival, the version is the one routed by, and a wait is not there yet")
    func window() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("old", version: "1")])
            try await service.sql(
                "UPDATE prediction SET received_at = received_at - interval '1 day'")
            try await service.ingest([
                SentPrediction("new", version: "2"), SentPrediction("old", version: "2"),
            ])
            let keys = try await service.sql("SELECT id FROM model_version ORDER BY version")
                .split(separator: "\n").compactMap { Int64($0) }
            try #require(keys.count == 2)
            #expect(try await evidence(service).map(\.id).sorted() == ["new", "old"])
            // A settled item keeps the version it was routed by; an open one follows the later one.
            let second = try await evidence(service, modelVersion: keys[1]).map(\.id)
            #expect(second.contains("new"))
            let now = try await service.pool.withSession { try Store($0).currentTime() }
            let hour = Timestamp(microseconds: now.microseconds - 3_600_000_000)
            #expect(try await evidence(service, from: hour).map(\.id).contains("new"))
            #expect(try await evidence(service, from: Self.never, to: Self.never).isEmpty)
            try await service.setRollout(
                #"{"mode":"shadow","serving":"demo/1","candidate":"demo/2"}"#)
            try await service.ingest([SentPrediction("waits", version: "2")])
            #expect(try await service.sql("SELECT count(*) FROM awaiting") == "1")
            #expect(try await evidence(service).map(\.id).sorted() == ["new", "old"])
        }
    }

    @Test("in the order of decisions each item stands once, at its last")
    func decided() async throws {
        try await TestService.run(policy: #"{"degree":"full","audit_rate":1}"#) { service in
            try await service.ingest((0..<6).map { SentPrediction("i\($0)", label: "a") })
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(6, by: ann)
            // Answered backwards, so that the order is not that of arrival.
            for lease in leases.reversed() where lease.content.externalID != "i3" {
                try await service.answer(
                    lease, .label("a"), id: lease.content.externalID, by: ann)
            }
            let again = try #require(try await service.undo("i0", by: ann))
            try await service.answer(again, .label("a"), id: "again", by: ann)
            let project = try await service.project().id
            let names = try await names(service)
            let rows = try await service.pool.withSession { session in
                var rows: [EvidenceRow] = []
                var place = (moment: Self.always, item: Int64(0))
                while true {
                    let page = try Store(session).decidedEvidence(
                        project: project, from: Self.always, to: Self.never, modelVersion: nil,
                        after: place.moment, item: place.item, limit: 2)
                    rows += page
                    guard page.count == 2, let last = page.last, let decided = last.decidedAt
                    else { return rows }
                    place = (decided, last.item)
                }
            }
            let decidedAt = rows.compactMap(\.decidedAt)
            #expect(rows.count == 5 && decidedAt.count == 5)
            #expect(decidedAt == decidedAt.sorted())
            #expect(rows.compactMap { names[$0.item] }.last == again.content.externalID)
            #expect(rows.last?.outcome == "accepted" && rows.last?.isWrong == false)
            #expect(Set(rows.map(\.item)).count == 5)
        }
    }
}
