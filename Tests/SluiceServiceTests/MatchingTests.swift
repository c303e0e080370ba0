import SluiceDomain
import SluiceService
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Leasing what matches", .database)
struct MatchingTests {
    private func metadata(_ json: String) -> String { "\"metadata\":\(json)" }

    private func names(_ leases: [GivenLease]) -> [String] { leases.map(\.content.externalID) }

    @Test("several values of one key are alternatives, several keys must all match")
    func values() async throws {
        try await TestService.run { service in
            try await service.ingest([
                SentPrediction("c-a", label: "a", more: metadata(#"{"language":"c","n":1.50}"#)),
                SentPrediction("c-b", label: "b", more: metadata(#"{"language":"c","n":null}"#)),
                SentPrediction("go-a", label: "a", more: metadata(#"{"language":"go","n":true}"#)),
                SentPrediction("none-a", label: "a"),
                SentPrediction("d-c", label: "c", more: metadata(#"{"language":"d"}"#)),
            ])
            let cases: [(LeaseFilter, [String])] = [
                (LeaseFilter(labels: ["b", "c"]), ["c-b", "d-c"]),
                (
                    LeaseFilter(metadata: [.init(key: "language", values: ["go", "c"])]),
                    ["c-a", "c-b", "go-a"]
                ),
                (
                    LeaseFilter(
                        labels: ["a"], metadata: [.init(key: "language", values: ["c", "go"])]),
                    ["c-a", "go-a"]
                ),
                (
                    LeaseFilter(metadata: [
                        .init(key: "n", values: ["1.50", "true"]),
                        .init(key: "language", values: ["c"]),
                    ]), ["c-a"]
                ),
                (LeaseFilter(metadata: [.init(key: "n", values: ["1.5", "null", ""])]), []),
                (LeaseFilter(metadata: [.init(key: "language", values: ["C"])]), []),
            ]
            for (index, (filter, expected)) in cases.enumerated() {
                let caller = try await service.reviewer("r\(index)")
                let leases = try await service.lease(10, only: filter, by: caller)
                #expect(Set(names(leases)) == Set(expected), "\(filter)")
                for lease in leases {
                    try await service.reviewing.release(
                        lease.id, project: service.project(), by: caller)
                }
            }
        }
    }

    @Test("a label the project does not have is refused")
    func unknownLabel() async throws {
        try await TestService.run { service in
            let ann = try await service.reviewer("ann")
            await #expect(throws: ReviewError.unknownLabel("nope")) {
                try await service.lease(only: LeaseFilter(labels: ["a", "nope"]), by: ann)
            }
        }
    }

    @Test("a filter by label tells nothing about blind items, one by metadata finds them")
    func blind() async throws {
        try await TestService.run(policy: #"{"degree":"human_only"}"#) { service in
            try await service.ingest([
                SentPrediction("one", label: "a", more: metadata(#"{"k":"v"}"#))
            ])
            let ann = try await service.reviewer("ann")
            for label in ["a", "b", "c"] {
                let filter = LeaseFilter(labels: [label])
                #expect(try await service.lease(only: filter, by: ann).isEmpty)
            }
            let filter = LeaseFilter(metadata: [.init(key: "k", values: ["v"])])
            let lease = try await service.nextLease(only: filter, by: ann)
            #expect(lease.isBlind)
        }
    }

    @Test("an adjudicator's own escalations are found among others'")
    func mine() async throws {
        try await TestService.run { service in
            try await service.ingest(["x", "y", "z"].map { SentPrediction($0) })
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(2, by: ann) {
                try await service.answer(
                    lease, .escalate, id: lease.content.externalID, by: ann)
            }
            let own = try await service.nextLease(by: service.admin)
            try await service.answer(own, .escalate, id: "own", by: service.admin)
            let leases = try await service.lease(
                5, queue: .adjudication, only: LeaseFilter(isMine: true), by: service.admin)
            #expect(names(leases) == [own.content.externalID])
            #expect(try await service.lease(5, queue: .adjudication, by: service.admin).count == 2)
        }
    }

    @Test("a match behind several steps of others is found by one call, and only once")
    func far() async throws {
        try await TestService.run { service in
            let others = (0..<(2 * Reviewing.matchingStep + 17)).map {
                SentPrediction("other-\($0)", confidence: "0.1")
            }
            for start in stride(from: 0, to: others.count, by: 1_000) {
                try await service.ingest(Array(others[start..<min(start + 1_000, others.count)]))
            }
            try await service.ingest([SentPrediction("needle", label: "b", confidence: "0.9")])
            let ann = try await service.reviewer("ann")
            let filter = LeaseFilter(labels: ["b"])
            let lease = try await service.nextLease(only: filter, by: ann)
            #expect(lease.content.externalID == "needle")
            #expect(try await service.lease(only: filter, by: ann).isEmpty)
            try await service.reviewing.release(lease.id, project: service.project(), by: ann)
            #expect(names(try await service.lease(only: filter, by: ann)) == ["needle"])
            // What becomes urgent far before the place the look has come to is found as well.
            try await service.ingest([SentPrediction("urgent", label: "b", confidence: "null")])
            try await eventually("the head is looked at again") {
                names(try await service.lease(only: filter, by: ann)) == ["urgent"]
            }
        }
    }

    @Test("reviewers with and without filters get every item once, whatever they do to each other")
    func storm() async throws {
        try await TestService.run(connections: 16) { service in
            let languages = ["c", "go", "d"]
            try await service.ingest(
                (0..<300).map { number in
                    SentPrediction(
                        "item-\(number)", label: ["a", "b"][number % 2],
                        more: metadata("{\"language\":\"\(languages[number % 3])\"}"))
                })
            try await withThrowingTaskGroup { group in
                for number in 0..<16 {
                    group.addTask {
                        let caller = try await service.reviewer("r\(number)")
                        let filters = [
                            LeaseFilter(), LeaseFilter(labels: ["a"]),
                            LeaseFilter(metadata: [.init(key: "language", values: ["go", "d"])]),
                            LeaseFilter(
                                labels: ["b"],
                                metadata: [.init(key: "language", values: ["c"])]),
                        ]
                        let filter = filters[number % 4]
                        while case let leases = try await service.lease(3, only: filter, by: caller),
                            !leases.isEmpty
                        {
                            for lease in leases {
                                let predicted = lease.content.prediction?.label
                                #expect(filter.labels.isEmpty || filter.labels == [predicted])
                                if Int.random(in: 0..<8) == 0 {
                                    try await service.reviewing.release(
                                        lease.id, project: service.project(), by: caller)
                                } else {
                                    try await service.answer(
                                        lease, .label("a"),
                                        id: "\(number)-\(lease.content.externalID)", by: caller)
                                }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await QueueInvariant.check(service)
            // A release may come after everybody's last look: whoever is left takes what is left.
            let last = try await service.reviewer("last")
            for lease in try await service.lease(100, by: last) {
                try await service.answer(
                    lease, .label("a"), id: "last-\(lease.content.externalID)", by: last)
            }
            #expect(
                try await service.sql(
                    "SELECT count(*), count(DISTINCT item_id) FROM review WHERE status = 'counted'")
                    == "300|300")
            #expect(try await service.sql("SELECT count(*) FROM ready") == "0")
        }
    }
}

@Suite("How far filtered looks have come")
struct MatchingFloorTests {
    private let start = ContinuousClock.now
    private let floors = MatchingFloors()
    private let claim = ClaimFloors.Key(project: 1, queue: .review, actor: 2)
    private let place = ClaimFloor(rank: 7, item: 9)

    private func key(_ label: String) -> MatchingFloors.Key {
        MatchingFloors.Key(claim: claim, filter: LeaseFilter(labels: [label]))
    }

    @Test("a look goes on where the last one with that filter ended")
    func goesOn() {
        #expect(floors.start(key("a"), now: start) == (.head, false))
        floors.advance(key("a"), to: place, cost: .milliseconds(5))
        #expect(floors.start(key("a"), now: start) == (place, false))
        #expect(floors.start(key("b"), now: start) == (.head, false))
    }

    @Test("the head is looked at again every two seconds")
    func probe() {
        _ = floors.start(key("a"), now: start)
        floors.advance(key("a"), to: place, cost: .zero)
        #expect(floors.start(key("a"), now: start + .seconds(2)) == (place, true))
        #expect(floors.start(key("a"), now: start + .seconds(3)) == (place, false))
    }

    @Test("a walk over a long queue is not begun again before twenty times its cost are over")
    func restart() {
        _ = floors.start(key("a"), now: start)
        floors.advance(key("a"), to: place, cost: .seconds(1))
        #expect(!floors.restart(key("a"), now: start + .seconds(19)))
        #expect(floors.restart(key("a"), now: start + .seconds(20)))
        #expect(floors.start(key("a"), now: start + .seconds(20)) == (.head, false))
    }

    @Test("a slot that came back forgets every filter of its reviewer")
    func forget() {
        for label in ["a", "b"] {
            _ = floors.start(key(label), now: start)
            floors.advance(key(label), to: place, cost: .zero)
        }
        floors.forget(claim)
        #expect(floors.start(key("a"), now: start).floor == .head)
        #expect(floors.start(key("b"), now: start).floor == .head)
    }
}
