import Foundation
import SluiceJSON
import Synchronization
import TestSupport
import Testing

/// Two real instances under load: the model drifts, audits raise the alarm, both instances stop, a
/// restart changes nothing, and one command gives the work back.
@Suite("An alarm from drift to fallback to undo", .inTurns)
struct FallbackStoryTests {
    @Test("both instances stop within a second, and one command resumes", .timeLimit(.minutes(8)))
    func story() async throws {
        try await Home.use { home in
            let first = try await home.serve()
            let second = try await ServiceProcess(
                environment: ["DATABASE_URL": try home.connectionString()])
            do {
                try await tell(home, [first, second])
            } catch {
                await second.kill()
                await first.kill()
                throw error
            }
            #expect(await first.terminate() == 0)
        }
    }

    private func tell(_ home: Home, _ services: [ServiceProcess]) async throws {
        let admin = try await home.makeProject(
            policy: """
                {"degree":"partial","accept":{"default":0.9},"audit_rate":0.3,"error_limit":0.02,
                 "audits":{"second_look":false}}
                """)
        let traffic = Traffic(
            ports: services.map(\.port),
            producer: try await home.token("producer", "models", project: "pets"),
            reviewer: try await home.token("reviewer", "ann", project: "pets"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            traffic.start(in: &group)
            defer { traffic.end() }
            try await eventually("audits are answered, all of them right", within: .seconds(60)) {
                try await home.count("decision WHERE source <> 'model'") >= 60
            }
            #expect(try await home.count("alarm_event WHERE kind <> 'drift'") == 0)

            traffic.isDrifting = true
            try await eventually("the service falls back", within: .seconds(90)) {
                try await home.count("fallback WHERE to_policy_version IS NOT NULL") == 1
            }
            // A second is what is promised; what comes after it must be people's.
            try await Task.sleep(for: .seconds(3))
            try await expectStopped(home)

            // The instance that is started again knows it from the start.
            await services[1].kill()
            let again = try await ServiceProcess(
                environment: ["DATABASE_URL": try home.connectionString()],
                port: services[1].port)
            do {
                try await resume(home, again, traffic, admin: admin)
            } catch {
                await again.kill()
                throw error
            }
            traffic.end()
            try await group.waitForAll()
            #expect(await again.terminate() == 0)
        }
    }

    /// The restarted instance knows what stands; then the model is mended, and gets its work back.
    private func resume(
        _ home: Home, _ again: ServiceProcess, _ traffic: Traffic, admin: String
    ) async throws {
        func command(_ arguments: String...) async throws -> CommandResult {
            try await runCommand(
                try BuiltProduct.sluice(), arguments, environment: home.environment(token: admin))
        }
        traffic.isDrifting = false
        let before = try await home.ask("SELECT now()")
        try await eventually("both route again", within: .seconds(30)) {
            try await home.routed(since: before).allSatisfy { $0.items > 20 }
        }
        #expect(try await home.routed(since: before).allSatisfy { $0.automated == 0 })

        try await expectWords(home, again, admin: admin)
        let resumed = try await command(
            "policy", "resume", "--reason", "the feed is mended")
        #expect(resumed.status == 0, "\(resumed.error)")
        #expect(resumed.error.contains("policy 2 is in force"), "\(resumed.error)")
        let after = try await home.ask("SELECT now() + interval '1 second'")
        try await eventually("both automate again", within: .seconds(30)) {
            try await home.routed(since: after).allSatisfy { $0.items > 100 && $0.automated > 60 }
        }
        // What was noticed before leads to nothing more.
        #expect(try await home.count("fallback WHERE to_policy_version IS NOT NULL") == 1)
        let list = try await command("policy", "fallbacks", "--json")
        #expect(list.output.contains(#""lifted_by":"root","lifted_reason":"the feed is mended""#))
    }

    /// The model decides nothing a second behind the alarm; prints how long that took.
    private func expectStopped(_ home: Home) async throws {
        let figures = try await home.ask(
            """
            SELECT round(extract(epoch FROM coalesce(max(d.decided_at), a.at) - a.at)::numeric, 3),
                count(d.*)
            FROM alarm_event a LEFT JOIN decision d ON d.source = 'model' AND d.decided_at > a.at
            WHERE a.id = (SELECT min(id) FROM alarm_event WHERE kind <> 'drift') GROUP BY a.at
            """
        ).split(separator: "|").map(String.init)
        let seconds = try #require(figures.first.flatMap(Double.init))
        #expect(seconds < 1)
        let late = try await home.count(
            """
            prediction p, (SELECT min(at) AS at FROM alarm_event WHERE kind <> 'drift') a WHERE p.route IN ('accepted', 'audited')
                AND p.received_at > a.at + interval '1 second'
            """)
        #expect(late == 0)
        let held = try await home.count("prediction WHERE reason = 'alarm'")
        #expect(held > 0)
        print(
            """
            fallback: on two instances under load the last automatic decision came \(seconds) s and \
            \(figures[1]) items after the alarm; \(held) items went to people since
            """)
    }

    /// What operators are told while it stands.
    private func expectWords(_ home: Home, _ service: ServiceProcess, admin: String) async throws {
        func say(_ arguments: String...) async throws -> String {
            let result = try await runCommand(
                try BuiltProduct.sluice(), arguments, environment: home.environment(token: admin))
            #expect(result.status == 0, "\(result.error)")
            return result.output + result.error
        }
        #expect(try await say("report").contains("warning: fallback 1 since"))
        #expect(try await say("queue", "show").contains("sluice policy resume"))
        #expect(try await say("policy", "show").contains(#""fallbacks""#))
        let log = try await say("audit-log")
        #expect(log.contains(".alarmed") && log.contains("policy.fell_back"))
        let ready = try await request(
            "GET", "/readyz", port: service.port, token: admin, headers: [:], body: [])
        #expect(ready.text.contains("people decide what m/1 would have decided"), "\(ready.text)")
    }
}

extension Home {
    /// How many rows there are.
    fileprivate func count(_ from: String) async throws -> Int {
        Int(try await ask("SELECT count(*) FROM \(from)")) ?? -1
    }

    /// What each instance has routed since a moment, and how much of it the model decided.
    fileprivate func routed(since: String) async throws -> [(items: Int, automated: Int)] {
        try await ask(
            """
            SELECT count(p.*), count(*) FILTER (WHERE p.route IN ('accepted', 'audited'))
            FROM (VALUES ('0'), ('1')) AS v (instance)
            LEFT JOIN (prediction p JOIN item i ON i.id = p.item_id AND p.received_at > '\(since)')
                ON i.external_id LIKE v.instance || '-%'
            GROUP BY v.instance ORDER BY v.instance
            """
        ).split(separator: "\n").map { row in
            let cells = row.split(separator: "|").map { Int($0) ?? 0 }
            return (items: cells[0], automated: cells[1])
        }
    }
}

/// A producer at each instance, and a reviewer who answers by what the payload says.
private final class Traffic: Sendable {
    private let ports: [Int]
    private let producer: String
    private let reviewer: String
    private let drifts = Atomic(false)
    private let isOver = Atomic(false)
    private let counter = Atomic(0)

    init(ports: [Int], producer: String, reviewer: String) {
        (self.ports, self.producer, self.reviewer) = (ports, producer, reviewer)
    }

    /// Whether three in ten predictions are wrong; else none is.
    var isDrifting: Bool {
        get { drifts.load(ordering: .relaxed) }
        set { drifts.store(newValue, ordering: .relaxed) }
    }

    func end() { isOver.store(true, ordering: .relaxed) }

    func start(in group: inout ThrowingTaskGroup<Void, any Error>) {
        for instance in ports.indices {
            group.addTask { await self.repeatedly { try await self.send(to: instance) } }
        }
        group.addTask { await self.repeatedly { try await self.review() } }
    }

    /// Goes on whatever happens: an instance is killed and started again.
    private func repeatedly(_ step: () async throws -> Void) async {
        while !isOver.load(ordering: .relaxed) {
            do {
                try await step()
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
            }
        }
    }

    private func send(to instance: Int) async throws {
        let lines = (0..<5).map { _ in
            let number = counter.add(1, ordering: .relaxed).newValue
            let truth = isDrifting && number % 10 < 3 ? "dog" : "cat"
            return """
                {"external_id":"\(instance)-\(number)","model":"m","model_version":"1",\
                "label":"cat","confidence":0.95,"payload":{"truth":"\(truth)"}}
                """
        }
        _ = try await request(
            "POST", "/v1/projects/pets/predictions", port: ports[instance], token: producer,
            headers: ["Content-Type": "application/x-ndjson"],
            body: Array(lines.joined(separator: "\n").utf8))
    }

    private func review() async throws {
        let leases =
            try await request(
                "POST", "/v1/projects/pets/leases", port: ports[0], token: reviewer,
                headers: ["Content-Type": "application/json"], body: Array(#"{"count":20}"#.utf8)
            ).json["leases"]?.array ?? []
        for lease in leases {
            guard let id = lease["lease"]?.string, let item = lease["item"],
                let truth = item["payload"]?["truth"]?.string
            else { continue }
            _ = try await request(
                "POST", "/v1/projects/pets/leases/\(id)/review", port: ports[0], token: reviewer,
                headers: ["Content-Type": "application/json"],
                body: Array(
                    #"{"review_id":"\#(id)","verdict":"label","label":"\#(truth)"}"#.utf8))
        }
    }
}
