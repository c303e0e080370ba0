import SluiceDomain
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Where a claim starts looking")
struct ClaimFloorTests {
    private let key = ClaimFloors.Key(project: 1, queue: .review, actor: 2)
    private let start = ContinuousClock.now

    @Test("a reviewer who was never seen looks through the queue from its head")
    func first() {
        let floors = ClaimFloors()
        #expect(floors.looks(for: key, now: start) == [.init(floor: .head, scan: nil)])
    }

    @Test(
        "the next claim starts where the last one ended, and walks from the head if that is empty")
    func second() {
        let floors = ClaimFloors()
        let floor = ClaimFloor(rank: 7, item: 9)
        floors.remember(floor, for: key, now: start)
        let looks = floors.looks(for: key, now: start)
        #expect(looks == [.init(floor: floor, scan: nil), .init(floor: .head, scan: nil)])
    }

    @Test("polling an empty queue walks it from the head every two seconds only")
    func polling() {
        let floors = ClaimFloors()
        let floor = ClaimFloor(rank: 7, item: 9)
        floors.remember(floor, for: key, now: start)
        #expect(floors.looks(for: key, now: start).last == .walk)
        #expect(floors.looks(for: key, now: start).last == .walk, "nobody said that it was in vain")
        floors.walkedInVain(key, arrivals: 0, now: start)
        #expect(
            floors.looks(for: key, now: start + .seconds(1)) == [.init(floor: floor, scan: nil)])
        let later = floors.looks(for: key, now: start + .seconds(2))
        #expect(later.count == 3)
        #expect(later.last == .init(floor: .head, scan: nil))
    }

    @Test("a queue that was empty is walked again as soon as something arrives")
    func arrival() {
        let floors = ClaimFloors()
        floors.remember(ClaimFloor(rank: 7, item: 9), for: key, now: start)
        let arrivals = floors.arrivals(of: 1)
        floors.tasksArrived(in: 1)
        floors.walkedInVain(key, arrivals: arrivals, now: start)
        #expect(floors.looks(for: key, now: start).last == .walk, "the walk did not see it")
        floors.walkedInVain(key, arrivals: floors.arrivals(of: 1), now: start)
        floors.tasksArrived(in: 2)
        #expect(floors.looks(for: key, now: start).last != .walk, "it is another project's")
    }

    @Test("every two seconds the head is looked at again, over a bounded number of rows")
    func probe() throws {
        let floors = ClaimFloors()
        floors.remember(ClaimFloor(rank: 7, item: 9), for: key, now: start)
        let look = try #require(floors.looks(for: key, now: start + .seconds(2)).first)
        #expect(look.floor == .head)
        #expect(try #require(look.scan) <= 1000)
    }

    @Test("each reviewer and each queue has a floor of its own, and a returned slot forgets it")
    func own() {
        let floors = ClaimFloors()
        floors.remember(ClaimFloor(rank: 7, item: 9), for: key, now: start)
        for other in [
            ClaimFloors.Key(project: 1, queue: .review, actor: 3),
            ClaimFloors.Key(project: 1, queue: .adjudication, actor: 2),
            ClaimFloors.Key(project: 4, queue: .review, actor: 2),
        ] {
            #expect(floors.looks(for: other, now: start).first?.floor == .head)
        }
        floors.forget(key)
        #expect(floors.looks(for: key, now: start) == [.init(floor: .head, scan: nil)])
    }

    @Test("more than one look at the head finds is not mistaken for nothing to do", .database)
    func moreThanTheProbe() async throws {
        try await TestService.run { service in
            let ann = try await service.reviewer("ann")
            let project = try await service.project()
            try await service.ingest([SentPrediction("unhurried", confidence: "0.9")])
            #expect(try await service.lease(by: ann).count == 1)
            #expect(try await service.lease(by: ann).isEmpty)
            // Long enough that the head is looked at again; then all of these are before the floor.
            try await Task.sleep(for: .milliseconds(2100))
            try await service.ingest(
                (1...30).map { SentPrediction("urgent-\($0)", confidence: "0.1") })
            for _ in 0..<3 {
                let leases = try await service.reviewing.lease(
                    10, queue: .review, project: project, by: ann)
                #expect(leases.count == 10)
            }
        }
    }

    @Test("what becomes urgent or comes back behind the floor is still found", .database)
    func behindTheFloor() async throws {
        try await TestService.run { service in
            try await service.ingest([
                SentPrediction("early", confidence: "0.1"),
                SentPrediction("late", confidence: "0.9"),
            ])
            let ann = try await service.reviewer("ann")
            let bob = try await service.reviewer("bob")
            let held = try await service.nextLease(by: bob)
            #expect(held.content.externalID == "early")
            #expect(try await service.lease(by: ann).map(\.content.externalID) == ["late"])
            try await service.reviewing.release(held.id, project: service.project(), by: bob)
            #expect(try await service.lease(by: ann).map(\.content.externalID) == ["early"])
            #expect(try await service.lease(by: ann).isEmpty)
            try await service.ingest([SentPrediction("urgent", confidence: "null")])
            #expect(try await service.lease(by: ann).map(\.content.externalID) == ["urgent"])
        }
    }
}

@Suite("Lease ids")
struct LeaseTicketTests {
    private let key = [UInt8](repeating: 7, count: 32)
    private let ticket = LeaseTicket(
        item: .max, modelVersionID: -1, token: .min, queue: .adjudication, isShown: true)

    @Test("an id says what the lease is about, to its project and reviewer only")
    func roundTrip() {
        let id = ticket.id(project: 1, actor: 2, key: key)
        #expect(LeaseTicket(id: id, project: 1, actor: 2, key: key) == ticket)
        #expect(LeaseTicket(id: id, project: 2, actor: 2, key: key) == nil)
        #expect(LeaseTicket(id: id, project: 1, actor: 1, key: key) == nil)
        #expect(LeaseTicket(id: id, project: 1, actor: 2, key: key.map { $0 + 1 }) == nil)
    }

    @Test("an id with any character changed is no id")
    func tampered() {
        let id = Array(ticket.id(project: 1, actor: 2, key: key))
        for position in id.indices {
            var other = id
            other[position] = other[position] == "A" ? "B" : "A"
            #expect(LeaseTicket(id: String(other), project: 1, actor: 2, key: key) == nil)
        }
    }
}
