import Foundation
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

/// Everything a reviewer can look at, looked at for what gives a gold item away.
@Suite("Gold items in disguise", .database)
struct GoldDisguiseTests {
    private static let always = #"{"degree":"assist","gold_rate":1}"#

    @Test("a lease id says nothing: not the item, the model, the kind, and no two are alike")
    func leaseIDs() async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.9},"audit_rate":1,"blind_share":0.5,"gold_rate":0.5}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest(
                (0..<300).map {
                    SentPrediction("i\($0)", confidence: $0 % 2 == 0 ? "0.99" : "0.1")
                })
            _ = try await GoldItems(pool: service.pool).add(
                (0..<200).map {
                    GoldEntry(externalID: "g\($0)", label: "a", payload: Array("{}".utf8))
                }, to: service.project(), by: service.admin)
            let ann = try await service.reviewer("ann")
            var gold: [[UInt8]] = []
            var tasks: [[UInt8]] = []
            for _ in 0..<3 {
                for lease in try await service.lease(100, by: ann) {
                    let text = lease.id.replacing("-", with: "+").replacing("_", with: "/")
                    let bytes = try #require(Data(base64Encoded: text)).map { UInt8($0) }
                    #expect(bytes.count == 42)
                    if lease.content.externalID.hasPrefix("g") {
                        gold.append(bytes)
                    } else {
                        tasks.append(bytes)
                    }
                }
            }
            try #require(gold.count > 80 && tasks.count > 80)
            // No bit of the id differs between the two by more than chance: 4.9 standard errors over
            // 336 bits go wrong in one of three thousand runs.
            for bit in 0..<42 * 8 {
                func share(_ ids: [[UInt8]]) -> Double {
                    Double(ids.count { $0[bit / 8] >> (bit % 8) & 1 == 1 }) / Double(ids.count)
                }
                let error = (0.25 / Double(gold.count) + 0.25 / Double(tasks.count)).squareRoot()
                #expect(abs(share(gold) - share(tasks)) < 4.9 * error, "bit \(bit)")
                #expect(abs(share(gold + tasks) - 0.5) < 4.9 * error, "bit \(bit)")
            }
        }
    }

    @Test("the queue looks as it would: what waits, what is leased, and in which order")
    func queue() async throws {
        try await TestService.run(policy: Self.always) { service in
            for number in 0..<5 { try await service.ingest([SentPrediction("i\(number)")]) }
            try await service.addGold(["g1": "a", "g2": "a"])
            let ann = try await service.reviewer("ann")
            let counter = QueueCounter(pool: service.pool)
            let leases = try await service.lease(3, by: ann)
            #expect(leases.map(\.content.externalID).count { $0.hasPrefix("g") } == 2)
            let figures = try await counter.figures(
                of: .review, project: service.project().id)
            #expect(figures.waiting == 2 && figures.leased == 3)
            let arrivals = leases.map(\.content.receivedAt)
            #expect(arrivals == arrivals.sorted(), "arrivals fit the order of the queue")
            let real = try await service.sql(
                "SELECT extract(epoch FROM min(received_at)) FROM item")
            let first = Int64(try #require(Double(real)) * 1_000_000)
            #expect(arrivals.allSatisfy { $0.microseconds >= first - 2 })
            #expect(Set(leases.map { $0.expiresAt }).count == 1, "they expire together")
        }
    }

    @Test("an item is said to have arrived with its neighbours, in batches as one by one")
    func arrivals() async throws {
        try await TestService.run(policy: Self.always) { service in
            try await service.addGold(["g": "a"])
            try await service.ingest((0..<3).map { SentPrediction("i\($0)") })
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(2, by: ann)
            #expect(leases.contains { $0.content.externalID == "g" })
            #expect(Set(leases.map(\.content.receivedAt)).count == 1, "all of one batch")
        }
    }

    @Test("it is shown with a prediction, blind or bare as the task whose place it takes")
    func forms() async throws {
        try await TestService.run(policy: Self.always) { service in
            try await service.ingest([SentPrediction("g1", label: "b"), SentPrediction("x")])
            let bob = try await service.reviewer("bob")
            try await service.setPolicy(#"{"degree":"assist"}"#)
            for lease in try await service.lease(2, by: bob)
            where lease.content.externalID == "g1" {
                try await service.answer(lease, .label("b"), id: "b", by: bob)
            }
            try await service.lapseLeases()
            try await service.addGold(["g1": "b"], isNew: false)
            for (name, policy, isBlind, isShown) in [
                ("ann", Self.always, false, true),
                ("cid", #"{"degree":"assist","blind_share":1,"gold_rate":1}"#, true, false),
                ("dan", #"{"degree":"human_only","gold_rate":1}"#, false, false),
            ] {
                try await service.setPolicy(policy)
                try await service.sql("DELETE FROM ready")
                if name == "dan" {
                    try await service.ingest(lines: [SentItem("for-\(name)").line])
                } else {
                    try await service.ingest([SentPrediction("for-\(name)")])
                }
                let caller = try await service.reviewer(name)
                let lease = try await service.nextLease(by: caller)
                #expect(lease.content.externalID == "g1", "\(name)")
                #expect(lease.isBlind == isBlind, "\(name)")
                #expect((lease.content.prediction != nil && !lease.isBlind) == isShown, "\(name)")
            }
        }
    }

    @Test("given back or lapsed, it comes again like any task, and is renewed like one")
    func release() async throws {
        try await TestService.run(policy: Self.always) { service in
            try await service.ingest((0..<3).map { SentPrediction("i\($0)") })
            try await service.addGold(["g1": "a", "g2": "a", "g3": "a", "g4": "a"])
            let ann = try await service.reviewer("ann")
            let project = try await service.project()
            let first = try await service.nextLease(by: ann)
            let id = first.content.externalID
            #expect(id.hasPrefix("g"))
            let later = try await service.reviewing.renew(first.id, project: project, by: ann)
            #expect(later > first.expiresAt)
            #expect(
                try await service.sql(
                    "SELECT count(DISTINCT expires_at) FROM (SELECT expires_at FROM lease UNION SELECT expires_at FROM gold_lease) AS x"
                )
                    == "1", "the displaced task is held as long")
            try await service.reviewing.release(first.id, project: project, by: ann)
            try await service.reviewing.release(first.id, project: project, by: ann)
            await #expect(throws: ReviewError.leaseLost(decided: false)) {
                try await service.reviewing.renew(first.id, project: project, by: ann)
            }
            try await QueueInvariant.check(service)
            // Without any dice: it is the reviewer's own.
            try await service.setPolicy(#"{"degree":"assist","gold_rate":1e-9}"#)
            let second = try await service.nextLease(by: ann)
            #expect(second.content.externalID == id)
            #expect(second.content.receivedAt == first.content.receivedAt)
            try await service.sql("UPDATE gold_lease SET expires_at = now() - interval '1 second'")
            try await service.lapseLeases()
            let third = try await service.nextLease(by: ann)
            #expect(third.content.externalID == id)
            await #expect(throws: ReviewError.leaseSuperseded) {
                try await service.answer(second, .label("a"), id: "1", by: ann)
            }
            try await service.answer(third, .label("a"), id: "1", by: ann)
            await #expect(throws: ReviewError.alreadyReviewed) {
                try await service.answer(third, .label("b"), id: "2", by: ann)
            }
            await #expect(throws: ReviewError.reviewConflict(id: "1")) {
                try await service.answer(third, .label("b"), id: "1", by: ann)
            }
            #expect(try await service.nextLease(by: ann).content.externalID.hasPrefix("i"))
            try await QueueInvariant.check(service)
        }
    }

    @Test("an answer is taken back like any, and listed among one's own like any")
    func undo() async throws {
        try await TestService.run(policy: Self.always) { service in
            try await service.ingest([SentPrediction("x")])
            try await service.addGold(["g": "a"])
            let ann = try await service.reviewer("ann")
            let lease = try await service.nextLease(by: ann)
            try await service.answer(lease, .label("b"), id: "1", by: ann)
            let own = try await service.reviewing.ownReviews(5, project: service.project(), by: ann)
            #expect(own.map(\.status) == ["counted"] && own.map(\.isUndoable) == [true])
            let again = try #require(try await service.undo("1", by: ann))
            #expect(again.content.externalID == "g" && again.isBlind == lease.isBlind)
            #expect(again.content.receivedAt == lease.content.receivedAt)
            let repeated = try #require(try await service.undo("1", by: ann))
            #expect(repeated.id == again.id && repeated.content.externalID == "g")
            try await service.answer(again, .label("a"), id: "2", by: ann)
            let gold = try #require(try await service.reviewers().first)["gold"]
            #expect(gold?["n"]?.int == 1 && gold?["correct"]?.int == 1)
            let bob = try await service.reviewer("bob")
            await #expect(throws: ReviewError.unknownReview(id: "2")) {
                try await service.undo("2", by: bob)
            }
        }
    }

    @Test("a filter lets through only gold that it would let through as a task")
    func filters() async throws {
        try await TestService.run(policy: Self.always) { service in
            try await service.ingest(
                (0..<4).map { SentPrediction("i\($0)", more: #""metadata":{"site":"north"}"#) })
            _ = try await GoldItems(pool: service.pool).add(
                [
                    ("south", #"{"site":"south"}"#), ("north", #"{"site":"north"}"#),
                    ("none", nil),
                ].map { id, metadata in
                    GoldEntry(
                        externalID: id, label: "a", payload: Array("{}".utf8),
                        metadata: metadata.map { Array($0.utf8) })
                }, to: service.project(), by: service.admin)
            let ann = try await service.reviewer("ann")
            let filter = LeaseFilter(metadata: [.init(key: "site", values: ["north"])])
            let leases = try await service.lease(3, only: filter, by: ann)
            #expect(leases.count == 3)
            #expect(leases.map(\.content.externalID).filter { !$0.hasPrefix("i") } == ["north"])
            let bob = try await service.reviewer("bob")
            try await service.lapseLeases()
            let labelled = try await service.lease(
                2, only: LeaseFilter(labels: ["a"]), by: bob)
            #expect(labelled.count == 2)
            #expect(labelled.allSatisfy { $0.content.externalID.hasPrefix("i") })
        }
    }

    @Test(
        "a reply has a decision in it where a task's has, and of the same shape",
        arguments: [
            #"{"degree":"assist","gold_rate":1}"#,
            #"{"degree":"full","audit_rate":1,"gold_rate":1}"#,
            #"{"degree":"assist","reviewers":2,"gold_rate":1}"#,
        ])
    func replies(policy: String) async throws {
        try await TestService.run(policy: policy) { service in
            try await service.ingest((0..<4).map { SentPrediction("i\($0)") })
            try await service.addGold(["g1": "a", "g2": "a"])
            let ann = try await service.reviewer("ann")
            var decisions: [String: [DecidedLabel?]] = [:]
            for (index, lease) in try await service.lease(4, by: ann).enumerated() {
                let kind = lease.content.externalID.hasPrefix("g") ? "gold" : "task"
                let label = decisions[kind] == nil ? "a" : "b"
                decisions[kind, default: []].append(
                    try await service.answer(lease, .label(label), id: "\(index)", by: ann)
                        .decision)
            }
            let gold = try #require(decisions["gold"])
            #expect(gold.count == 2 && gold == decisions["task"])
        }
    }
}
