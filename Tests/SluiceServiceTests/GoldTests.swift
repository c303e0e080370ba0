import Logging
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

extension TestService {
    /// Marks items as gold: new ones with a payload.
    func addGold(_ labels: KeyValuePairs<String, String>, isNew: Bool = true) async throws {
        let outcomes = try await GoldItems(pool: pool).add(
            labels.map {
                GoldEntry(
                    externalID: $0, label: $1, note: "see the manual",
                    payload: isNew ? Array(#"{"text":"hello"}"#.utf8) : nil)
            }, to: project(), by: admin)
        #expect(outcomes.added == labels.count)
    }

    /// How the reviewers stand.
    func reviewers() async throws -> [JSONValue] {
        try JSONValue(
            parsing: try await Reviewers(pool: pool, directory: directory).json(of: project())
        )["reviewers"]?.array ?? []
    }
}

@Suite("Gold items", .database)
struct GoldTests {
    private static let always = #"{"degree":"assist","gold_rate":1}"#

    @Test("gold takes the places of tasks at the rate of the policy, each once a reviewer")
    func rate() async throws {
        try await TestService.run(policy: #"{"degree":"assist","gold_rate":0.25}"#) { service in
            try await service.ingest((0..<400).map { SentPrediction("i\($0)") })
            let gold = try await GoldItems(pool: service.pool).add(
                (0..<300).map {
                    GoldEntry(externalID: "g\($0)", label: "a", payload: Array("{}".utf8))
                }, to: service.project(), by: service.admin)
            #expect(gold.newItems == 300)
            let ann = try await service.reviewer("ann")
            var seen: [String] = []
            for round in 0..<40 {
                let leases = try await service.lease(10, by: ann)
                try #require(leases.count == 10)
                for lease in leases {
                    seen.append(lease.content.externalID)
                    try await service.answer(
                        lease, .label("a"), id: "\(round)-\(lease.content.externalID)", by: ann)
                }
            }
            #expect(Set(seen).count == 400, "nothing twice")
            // Five standard deviations of 400 draws at a quarter: 43.
            let count = seen.count { $0.hasPrefix("g") }
            #expect((57...143).contains(count), "\(count)")
            try await QueueInvariant.check(service)
            #expect(try await service.sql("SELECT count(*) FROM lease") == "0")
        }
    }

    @Test("a reviewer who had all gold items gets tasks, and without a rate nobody gets any")
    func exhausted() async throws {
        try await TestService.run(policy: Self.always) { service in
            try await service.ingest((0..<3).map { SentPrediction("i\($0)") })
            try await service.addGold(["g": "a"])
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(3, by: ann).map(\.content.externalID)
            #expect(leases.sorted() == ["g", "i1", "i2"])
            try await service.setPolicy(#"{"degree":"assist"}"#)
            let bob = try await service.reviewer("bob")
            #expect(!(try await service.lease(3, by: bob).map(\.content.externalID).contains("g")))
        }
    }

    @Test("an answer to gold decides nothing, and is in no export, no vote and no override rate")
    func decidesNothing() async throws {
        try await TestService.run(policy: Self.always) { service in
            try await service.ingest([SentPrediction("x"), SentPrediction("old", label: "a")])
            // An item that was decided long ago.
            let bob = try await service.reviewer("bob")
            try await service.setPolicy(#"{"degree":"assist"}"#)
            for lease in try await service.lease(2, by: bob) {
                if lease.content.externalID == "old" {
                    try await service.answer(lease, .label("a"), id: "bob", by: bob)
                } else {
                    try await service.reviewing.release(
                        lease.id, project: service.project(), by: bob)
                }
            }
            try await service.setPolicy(Self.always)
            try await service.addGold(["old": "a"], isNew: false)
            let export = try await service.export()
            let ann = try await service.reviewer("ann")
            let lease = try await service.nextLease(by: ann)
            #expect(lease.content.externalID == "old")
            #expect(lease.content.prediction?.label == "a", "shown as the task would be")
            let result = try await service.answer(lease, .label("b"), id: "ann", by: ann)
            #expect(result.status == "counted" && result.gold == nil)
            #expect(result.decision?.outcome == "corrected", "as the reply to any task")
            #expect(try await service.export() == export)
            #expect(
                try await service.sql(
                    "SELECT count(*) FROM decision d JOIN item i ON i.id = d.item_id WHERE i.external_id = 'old'"
                ) == "1")
            let report = try JSONValue(
                parsing: try await Reporting(
                    pool: service.pool, counter: QueueCounter(pool: service.pool)
                ).json(project: service.project(), from: nil, to: nil))
            #expect(report["metrics"]?["override_rate"]?["n"]?.int == 1)
            #expect(report["metrics"]?["override_rate"]?["value"]?.double == 0)
            #expect(report["reviewers"]?[0]?["override_rate"]?["value"]?.isNull == true)
            #expect(try await service.nextLease(by: ann).content.externalID == "x")
        }
    }

    @Test("an item stored as gold is not queued and not reported")
    func notWork() async throws {
        try await TestService.run(policy: Self.always) { service in
            try await service.addGold(["g": "a"])
            let ann = try await service.reviewer("ann")
            #expect(try await service.lease(by: ann).isEmpty, "without a task there is no place")
            let report = try JSONValue(
                parsing: try await Reporting(
                    pool: service.pool, counter: QueueCounter(pool: service.pool)
                ).json(project: service.project(), from: nil, to: nil))
            #expect(report["metrics"]?["received"]?["value"]?.double == 0)
            #expect(report["metrics"]?["queue_depth"]?["value"]?.double == 0)
            #expect(try await service.export(.jsonLines, LabelFilter(includesModel: true)) == "")
        }
    }

    @Test("accuracy is x of n with Wilson's interval, and shrunk towards everybody's")
    func accuracy() async throws {
        try await TestService.run(policy: Self.always) { service in
            try await service.ingest((0..<12).map { SentPrediction("i\($0)") })
            try await service.addGold(["g1": "a", "g2": "b", "g3": "c", "g4": "a"])
            for (name, label) in [("ann", "a"), ("bob", "b")] {
                let caller = try await service.reviewer(name)
                for lease in try await service.lease(4, by: caller) {
                    let id = name + lease.content.externalID
                    let verdict: Verdict =
                        lease.content.externalID == "g4" ? .skip : .label(label)
                    try await service.answer(lease, verdict, id: id, by: caller)
                }
            }
            let figures = try await service.reviewers()
            #expect(figures.compactMap { $0["reviewer"]?.string } == ["ann", "bob"])
            #expect(figures.compactMap { $0["reviews"]?.int } == [4, 4])
            let shrunk = (1 + 20 * (2.0 / 6)) / 23.0
            for figure in figures {
                #expect(figure["gold"]?["n"]?.int == 3, "a skip is no answer")
                #expect(figure["gold"]?["correct"]?.int == 1)
                #expect(figure["gold"]?["value"]?.double == 1.0 / 3)
                #expect(figure["gold"]?["method"]?.string == "wilson")
                #expect(figure["gold"]?["shrunk"]?.double == shrunk)
                #expect(figure["paused"]?.isNull == true)
            }
            // What turns out to be wrong goes, with what was said of it.
            try await GoldItems(pool: service.pool).retire(
                "g1", of: service.project(), by: service.admin)
            let later = try await service.reviewers()
            #expect(later.compactMap { $0["gold"]?["correct"]?.int } == [0, 1])
            #expect(later.compactMap { $0["gold"]?["n"]?.int } == [2, 2])
            try await service.addGold(["g1": "b"], isNew: false)
            #expect(
                try await service.reviewers().compactMap { $0["gold"]?["correct"]?.int } == [0, 2],
                "a corrected label judges the answers given before")
            let list = try await GoldItems(pool: service.pool).list(of: service.project())
            #expect(list.map(\.externalID) == ["g1", "g2", "g3", "g4"])
            #expect(list.map(\.answers) == [2, 2, 2, 0] && list.map(\.correct) == [1, 1, 0, 0])
        }
    }

    @Test("in projects that tell, the reply says the known label, and it is too late to take back")
    func feedback() async throws {
        let policy = #"{"degree":"assist","gold_rate":1,"gold":{"feedback":true}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([SentPrediction("x"), SentPrediction("y")])
            try await service.addGold(["g": "a"])
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(2, by: ann)
            let lease = try #require(leases.first { $0.content.externalID == "g" })
            let result = try await service.answer(lease, .label("b"), id: "1", by: ann)
            #expect(result.gold?.isCorrect == false && result.gold?.label == "a")
            #expect(result.gold?.note == "see the manual")
            let repeated = try await service.answer(lease, .label("b"), id: "1", by: ann)
            #expect(repeated.isDuplicate && repeated.gold?.label == "a")
            let error = await #expect(throws: ReviewError.self) {
                try await service.undo("1", by: ann)
            }
            #expect(error?.code == .undoTooLate)
            let own = try await service.reviewing.ownReviews(5, project: service.project(), by: ann)
            #expect(own.map(\.isUndoable) == [false])
            let task = try #require(leases.first { $0.content.externalID != "g" })
            #expect(try await service.answer(task, .label("b"), id: "2", by: ann).gold == nil)
            let figures = try JSONValue(
                parsing: try await Reviewers(
                    pool: service.pool, directory: service.directory
                ).ownJSON(of: service.project(), for: ann))
            #expect(figures["gold"]?["n"]?.int == 1 && figures["reviews"]?.int == 2)
        }
    }

    @Test("only an accuracy that is certainly too low pauses, until an admin resumes")
    func pause() async throws {
        let policy =
            #"{"degree":"assist","gold_rate":1,"gold":{"pause_below":0.7,"pause_after":8}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest((0..<40).map { SentPrediction("i\($0)") })
            let entries = (0..<20).map {
                GoldEntry(externalID: "g\($0)", label: "a", payload: Array("{}".utf8))
            }
            _ = try await GoldItems(pool: service.pool).add(
                entries, to: service.project(), by: service.admin)
            let ann = try await service.reviewer("ann")
            // Four of eight: at most 78 %. Four of nine: at most 73 %. Four of ten: at most 69 %.
            for round in 0..<10 {
                let lease = try await service.nextLease(by: ann)
                try await service.answer(
                    lease, .label(round < 4 ? "a" : "b"), id: "r\(round)", by: ann)
                await service.directory.forget(service.name)
                if round < 9 {
                    let held = try await service.lease(by: ann)
                    #expect(held.count == 1)
                    try await service.reviewing.release(
                        held[0].id, project: service.project(), by: ann)
                }
            }
            await #expect(throws: ReviewError.reviewerPaused) { try await service.lease(by: ann) }
            let standing = try #require(try await service.reviewers().first)
            #expect(
                standing["paused"]?["why"]?.string?.hasPrefix("4 of 10 gold items right") == true)
            let reviewers = Reviewers(pool: service.pool, directory: service.directory)
            try await reviewers.resume(
                "ann", reason: "we talked", of: service.project(), by: service.admin)
            let lease = try await service.nextLease(by: ann)
            try await service.answer(lease, .label("b"), id: "again", by: ann)
            await service.directory.forget(service.name)
            #expect(try await service.lease(by: ann).count == 1, "what was before is forgiven")
            #expect(
                try await service.sql(
                    "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_log WHERE action LIKE 'reviewer.%'"
                ) == "reviewer.paused reviewer.resumed")
            await #expect(throws: ReviewError.unknownReviewer("nobody")) {
                try await reviewers.pause(
                    "nobody", why: "", of: service.project(), by: service.admin)
            }
        }
    }

    @Test("entries are refused one by one: an unknown label, an unknown item without a payload")
    func refusals() async throws {
        try await TestService.run { service in
            let outcomes = try await GoldItems(pool: service.pool).add(
                [
                    GoldEntry(externalID: "g", label: "z", payload: Array("{}".utf8)),
                    GoldEntry(externalID: "g", label: "a"),
                    GoldEntry(externalID: "h", label: "a", payload: Array("{}".utf8)),
                    GoldEntry(externalID: "h", label: "b", payload: Array("{}".utf8)),
                ], to: service.project(), by: service.admin)
            #expect(outcomes.refusals == [.unknownLabel("z"), .unknownItem("g"), nil, nil])
            #expect(outcomes.added == 2 && outcomes.newItems == 1)
            #expect(try await service.sql("SELECT label FROM gold") == "b", "the last one counts")
            await #expect(throws: ReviewError.unknownGold("g")) {
                try await GoldItems(pool: service.pool).retire(
                    "g", of: service.project(), by: service.admin)
            }
        }
    }

    @Test("items that answers were imported for get the payload of a gold entry, and are counted")
    func filled() async throws {
        try await TestService.run { service in
            let imports = ReviewImport(
                pool: service.pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            _ = try await imports.store(
                [PastAnswer(externalID: "bare", author: .reviewer("ana"), verdict: .label("a"))],
                in: service.project(), createsItems: true)
            let gold = GoldItems(pool: service.pool)
            let entries = ["bare", "new", "bare"].map {
                GoldEntry(externalID: $0, label: "a", payload: Array(#"{"text":"hi"}"#.utf8))
            }
            let first = try await gold.add(entries, to: service.project(), by: service.admin)
            #expect(first.added == 3 && first.newItems == 1 && first.filledItems == 1)
            #expect(
                try await service.sql("SELECT count(DISTINCT payload::text) FROM item") == "1")
            let again = try await gold.add(entries, to: service.project(), by: service.admin)
            #expect(again.added == 3 && again.newItems == 0 && again.filledItems == 0)
        }
    }
}
