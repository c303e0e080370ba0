import Logging
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport

/// A project's life made up from a seed: one policy, and under it everything that can happen to items.
struct RandomHistory {
    let service: TestService
    var random: SeededGenerator
    private var sent = 0
    private var answers = 0
    /// Every name that a label has or had.
    var names = RandomHistory.labels
    /// How often each thing happened.
    private(set) var happened: [String: Int] = [:]

    /// Labels, ids, metadata and versions that Swift's `String` takes for equal in pairs.
    static let labels = ["a", "caf\u{E9}", "c"]
    private static let sources = ["caf\u{E9}", "cafe\u{301}", "F9", "web"]
    private static let versions = ["1", "\u{C5}", "A\u{30A}", "9"]

    init(_ service: TestService, seed: UInt64) {
        self.service = service
        random = SeededGenerator(seed: seed)
    }

    /// Puts a policy in force and lives through `steps` events.
    mutating func run(steps: Int) async throws {
        try await service.setPolicy(policy())
        try await send()
        for _ in 0..<steps {
            switch Int.random(in: 0..<16, using: &random) {
            case 0...3: try await send()
            case 4...5: try await resend()
            case 6: try await changeRollout()
            case 7: try await endWaits()
            case 8...9: try await review()
            case 10: try await complain()
            case 11: try await reopenMany()
            case 12...14: try await changeLabels()
            default: try await undoLast()
            }
            if chance(0.2) { try await fallBackOrLift() }
        }
        // Something came under the policy that is in force at last.
        try await send()
    }

    mutating func note(_ event: String, _ count: Int = 1) {
        happened[event, default: 0] += count
    }

    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &random)]
    }

    mutating func chance(_ share: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < share
    }

    private mutating func policy() -> String {
        let degree = pick([
            "partial", "partial", "partial", "full", "shadow", "assist", "human_only",
        ])
        let rules = [
            #"{"name":"large","when":{"payload.amount":{"above":70}},"then":{"route":"review","reviewers":2}}"#,
            #"{"name":"caf\#u{E9}","when":{"metadata.source":["caf\#u{E9}"]},"then":{"accept":0.2,"audit_rate":0.5}}"#,
            #"{"name":"cafe\#u{301}","when":{"metadata.source":["cafe\#u{301}"]},"then":{"route":"review"}}"#,
            #"{"name":"known","when":{"model_version":"1","metadata.source":["F9"]},"then":{"route":"accept"}}"#,
            #"{"name":"bare","when":{"missing":"metadata.source"},"then":{"accept":0.9,"blind_share":1}}"#,
        ].filter { _ in chance(0.6) }
        return """
            {"degree":"\(degree)","accept":{"default":\(pick(["0.5", "0.8"])),"labels":{"caf\u{E9}":0.6}},
             "automation_share":\(pick(["1", "0.7"])),"audit_rate":\(pick(["0", "0.1", "0.5"])),
             "blind_share":\(pick(["0", "0.3"])),"reviewers":\(pick([1, 1, 2])),
             "on_alarm":"\(pick(Self.alarmActions))","on_expiry":"\(pick(Self.alarmActions))",
             "audits":{"strata":[{"labels":["caf\u{E9}"],"rate":0.4},{"from":0.9,"below":0.95,"rate":0.3}],
                "second_look":\(chance(0.5))},
             "rules":[\(rules.joined(separator: ","))]}
            """
    }

    private mutating func line(_ number: Int, isFirst: Bool) -> SentPrediction {
        // Twins: the even and the odd one have an id that Swift takes for the same.
        let id = "i\(number / 2)-" + (number % 2 == 0 ? "\u{E9}" : "e\u{301}")
        // What an item is hangs on its number, so that most later versions say the same of it.
        let source = Self.sources[number % Self.sources.count]
        let metadata =
            isFirst || chance(0.4)
            ? chance(0.8) ? #""metadata":{"source":"\#(source)"}"# : ""
            : chance(0.5) ? "" : #""metadata":{ "so\u0075rce" : "\#(pick(Self.sources))" }"#
        let amount = number * 7 % 100
        return SentPrediction(
            id, label: pick(names),
            confidence: chance(0.06) ? "null" : "\(Double.random(in: 0.1...1, using: &random))",
            version: pick(Self.versions),
            payload: isFirst ? #"{"amount":\#(amount)}"# : #"{ "amount" : \#(amount).0 }"#,
            more: metadata)
    }

    /// Some new items, now and then enough to be copied.
    private mutating func send() async throws {
        let count = chance(0.3) ? 60 : Int.random(in: 1...12, using: &random)
        var lines: [SentPrediction] = []
        for _ in 0..<count {
            lines.append(line(sent, isFirst: true))
            if chance(0.2) { lines.append(line(sent, isFirst: false)) }
            sent += 1
        }
        try await ingest(lines, "sent")
    }

    /// Later versions of items there are, some of which say another thing of them.
    private mutating func resend() async throws {
        let count = Int.random(in: 1...25, using: &random)
        var lines: [SentPrediction] = []
        for _ in 0..<count {
            lines.append(line(Int.random(in: 0..<sent, using: &random), isFirst: false))
        }
        try await ingest(lines, "sent again")
    }

    private mutating func ingest(_ lines: [SentPrediction], _ event: String) async throws {
        for outcome in try await service.ingest(lines) {
            if let stored = outcome.stored {
                note(stored.isDuplicate ? "repeated" : "\(event) \(stored.route.rawValue)")
            } else {
                note("refused")
            }
        }
    }

    private mutating func changeRollout() async throws {
        let (one, other) = ("demo/1", "demo/\u{C5}")
        let document: String? = pick([
            nil, #"{"serving":"\#(one)"}"#,
            #"{"serving":"\#(one)","candidate":"\#(other)","mode":"shadow"}"#,
            #"{"serving":"\#(one)","candidate":"\#(other)","mode":"canary","share":0.3}"#,
            #"{"serving":"\#(one)","candidate":"\#(other)","mode":"canary","share":0.5,"fallback":"review"}"#,
            #"{"serving":"\#(other)","previous":"\#(one)"}"#,
        ])
        try await service.setRollout(document)
        note("rollout")
        if chance(0.5) { try await service.waits.settle() }
    }

    private mutating func endWaits() async throws {
        try await service.lapseWaits()
        note("waits ended", try await service.waits.settle())
    }

    private mutating func review() async throws {
        let caller = try await service.reviewer(pick(["ann", "bob", "Zo\u{EB}", "Zoe\u{308}"]))
        for lease in try await service.lease(Int.random(in: 1...8, using: &random), by: caller) {
            answers += 1
            let verdict: Verdict =
                chance(0.1) ? .skip : chance(0.05) ? .escalate : .label(pick(names))
            do {
                try await service.answer(lease, verdict, id: "r\(answers)", by: caller)
                note("answered")
            } catch ReviewError.labelRetired {
                note("answered with a retired label")
            }
        }
    }

    private mutating func undoLast() async throws {
        guard answers > 0 else { return }
        for name in ["ann", "bob"] {
            let caller = try await service.reviewer(name)
            do {
                let lease = try await service.undo("r\(answers)", by: caller)
                note("taken back")
                if let lease, chance(0.5) {
                    try await service.reviewing.release(
                        lease.id, project: service.project(), by: caller)
                }
            } catch is ReviewError {
                continue
            }
        }
    }

    private mutating func complain() async throws {
        let number = Int.random(in: 0..<sent, using: &random)
        do {
            _ = try await Reopening(pool: service.pool).reopen(
                line(number, isFirst: true).externalID, reason: "complaint",
                of: service.project(), by: service.admin)
            note("reopened")
        } catch is ReviewError {
            note("not reopened")
        }
    }

    /// Many at once, half of the time undone.
    private mutating func reopenMany() async throws {
        let bulk = BulkReopening(
            pool: service.pool, directory: service.directory,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var filter = ReopeningFilter()
        filter.label = ExactText(pick(names))
        let project = try await service.project()
        let begun = try await bulk.start(filter, reason: "many", of: project, by: service.admin)
        try await bulk.work()
        let done = try await bulk.show(begun.id, of: project)
        note("reopened together", done.reopened)
        guard chance(0.5) else { return }
        _ = try await bulk.undo(begun.id, reason: "no", of: project, by: service.admin)
        try await bulk.work()
        note("restored together", try await bulk.show(begun.id, of: project).restored)
    }
}
