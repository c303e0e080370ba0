import Foundation
import NIOCore
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import Synchronization
import TestSupport
import Testing

/// Two real instances on one database, both taking predictions of two versions all the time, while
/// one version is brought in service and taken back again and again.
@Suite(.inTurns) struct RollbackTests {
    @Test(
        "a rollback is followed by two instances under load within a second, and no request fails",
        .timeLimit(.minutes(5)))
    func rollback() async throws {
        try await Home.use { home in
            let first = try await home.serve()
            let second = try await ServiceProcess(
                environment: ["DATABASE_URL": try home.connectionString()])
            do {
                let run = try await RollbackRun(home, ports: [first.port, second.port])
                try await run.rounds(10)
                try run.check()
            } catch {
                await second.kill()
                await first.kill()
                throw error
            }
            #expect(await second.terminate() == 0)
            #expect(await first.terminate() == 0)
        }
    }
}

/// What was sent, what was answered and when.
private final class RollbackRun: Sendable {
    /// One answered prediction.
    struct Answer {
        let instance: Int
        let version: String
        let route: String
        let sentAt: ContinuousClock.Instant
        let answeredAt: ContinuousClock.Instant
    }

    /// A time in which m/7 was out of service: from when the rollback returned until the next start
    /// was asked for.
    struct Round {
        let from: ContinuousClock.Instant
        let to: ContinuousClock.Instant
    }

    private struct Log {
        var answers: [Answer] = []
        var failures: [String] = []
        var rounds: [Round] = []
        var isOver = false
    }

    private let log = Mutex(Log())
    private let counter = Atomic(0)
    private let ports: [Int]
    private let admins: [Client]
    private let token: String

    init(_ home: Home, ports: [Int]) async throws {
        self.ports = ports
        let admin = try await home.makeProject(policy: #"{"degree":"full","audit_rate":0}"#)
        token = try await home.token("producer", "model server", project: "pets")
        admins = ports.map { Client(baseURL: "http://127.0.0.1:\($0)", token: admin) }
    }

    /// Brings m/7 in service and takes it back, under load; by turns through each instance.
    func rounds(_ count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for instance in ports.indices {
                for version in ["6", "7"] {
                    for _ in 0..<2 {
                        group.addTask { await self.send(version, to: instance) }
                    }
                }
                group.addTask { await self.stream("7", to: instance) }
            }
            do {
                for round in 0..<count { try await self.round(admins[round % admins.count]) }
            } catch {
                log.withLock { $0.isOver = true }
                throw error
            }
            log.withLock { $0.isOver = true }
            try await group.waitForAll()
        }
    }

    private func round(_ admin: Client) async throws {
        try await change(
            admin, .start(Self.seven, serving: Self.six, share: 1), reason: "in service")
        try await eventually("both instances accept m/7") { self.seen(of: "7", "accepted") }
        try await change(admin, .rollback, reason: "out of service")
        let from = ContinuousClock.now
        // A second is what is promised; only what is sent after it can break the promise.
        try await eventually("m/6 is in service, and a second is over") {
            ContinuousClock.now > from + .milliseconds(1300) && self.seen(of: "6", "accepted", from)
        }
        log.withLock { $0.rounds.append(Round(from: from, to: .now)) }
    }

    private static let six = ModelVersion(model: ExactText("m"), version: ExactText("6"))
    private static let seven = ModelVersion(model: ExactText("m"), version: ExactText("7"))

    private func change(
        _ admin: Client, _ step: RolloutChange.Step, reason: String
    ) async throws {
        _ = try await admin.call(
            Endpoints.changeRollout, at: ["project": "pets"],
            RolloutRequest(RolloutChange(step), reason: reason))
    }

    /// Whether each instance has lately answered a prediction so that was sent after a moment.
    private func seen(
        of version: String, _ route: String, _ since: ContinuousClock.Instant? = nil
    ) -> Bool {
        log.withLock { log in
            let recent = log.answers.suffix(400)
            return ports.indices.allSatisfy { instance in
                let last = recent.last { $0.instance == instance && $0.version == version }
                guard let last, last.route == route else { return false }
                return since.map { last.sentAt > $0 } ?? true
            }
        }
    }

    private func line(_ version: String) -> String {
        let id = counter.add(1, ordering: .relaxed).newValue
        return """
            {"external_id":"i\(id)","model":"m","model_version":"\(version)","label":"cat",\
            "confidence":0.95,"payload":{"text":"meow"}}
            """
    }

    private var isOver: Bool { log.withLock { $0.isOver } }

    private func note(
        _ version: String, _ instance: Int, _ reply: JSONValue, sentAt: ContinuousClock.Instant
    ) {
        let now = ContinuousClock.now
        log.withLock { log in
            guard let route = reply["route"]?.string else {
                log.failures.append(String(decoding: reply.bytes, as: UTF8.self))
                return
            }
            log.answers.append(
                Answer(
                    instance: instance, version: version, route: route, sentAt: sentAt,
                    answeredAt: now))
        }
    }

    /// One prediction after the other, each in a request of its own.
    private func send(_ version: String, to instance: Int) async {
        while !isOver {
            let sentAt = ContinuousClock.now
            do {
                let reply = try await request(
                    "POST", "/v1/projects/pets/predictions", port: ports[instance], token: token,
                    headers: ["Content-Type": "application/json"], body: Array(line(version).utf8))
                note(version, instance, try reply.json, sentAt: sentAt)
                if reply.status != 200 { fail("status \(reply.status): \(reply.text)") }
            } catch {
                fail("\(error)")
            }
        }
    }

    /// One stream that lasts as long as everything: a line when the one before it was answered.
    private func stream(_ version: String, to instance: Int) async {
        let (body, sink) = AsyncStream.makeStream(of: ByteBuffer.self)
        let client = Client(baseURL: "http://127.0.0.1:\(ports[instance])", token: token)
        let sentAt = Mutex(ContinuousClock.now)
        sink.yield(ByteBuffer(string: line(version) + "\n"))
        do {
            try await client.upload("/v1/projects/pets/predictions", body) { bytes in
                for reply in bytes.split(separator: 10) {
                    self.note(
                        version, instance, try JSONValue(parsing: Array(reply)),
                        sentAt: sentAt.withLock { $0 })
                }
                if self.isOver {
                    sink.finish()
                } else {
                    sentAt.withLock { $0 = .now }
                    sink.yield(ByteBuffer(string: self.line(version) + "\n"))
                }
            }
        } catch {
            fail("the stream: \(error)")
        }
    }

    private func fail(_ what: String) { log.withLock { $0.failures.append(what) } }

    /// Checks what was answered and prints how long the rollbacks took.
    func check() throws {
        let (answers, failures, rounds) = log.withLock { ($0.answers, $0.failures, $0.rounds) }
        #expect(failures.isEmpty, "\(failures.prefix(3))")
        #expect(rounds.count >= 10)
        var delays: [Duration] = []
        for round in rounds {
            let accepted = answers.filter {
                $0.version == "7" && $0.route == "accepted" && $0.answeredAt > round.from
                    && $0.answeredAt < round.to
            }
            #expect(accepted.allSatisfy { $0.sentAt < round.from + .seconds(1) })
            for instance in ports.indices {
                let later = answers.filter {
                    $0.instance == instance && $0.sentAt > round.from + .seconds(1)
                        && $0.answeredAt < round.to
                }
                let (six, seven) = (
                    later.filter { $0.version == "6" }, later.filter { $0.version == "7" }
                )
                #expect(!six.isEmpty && six.allSatisfy { $0.route == "accepted" })
                #expect(!seven.isEmpty && seven.allSatisfy { $0.route != "accepted" })
            }
            delays.append(accepted.map { round.from.duration(to: $0.answeredAt) }.max() ?? .zero)
        }
        delays.sort()
        let worst = try #require(delays.last)
        #expect(worst < .seconds(1))
        print(
            """
            rollback: \(delays.count) rollbacks on two instances under load, \(answers.count) \
            predictions, \(failures.count) failures; the last acceptance of the version taken out \
            came \(delays[delays.count / 2].milliseconds) ms (median) to \(worst.milliseconds) ms \
            after the call returned
            """)
    }
}

extension Duration {
    fileprivate var milliseconds: Double {
        (self / .microseconds(100)).rounded() / 10
    }
}
