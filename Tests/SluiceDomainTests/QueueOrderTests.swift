import SluiceDomain
import Testing

/// The numbers of `static_key` and of the edges of the split.
@Suite("Order of the queue, and splits")
struct QueueOrderTests {
    private struct Entry {
        let id: String
        let enqueued: Double
        let urgency: Double
        let deadline: Int?
        let key: Double
    }

    @Test("a static key orders by urgency, age and deadline at once")
    func staticKey() {
        let entries = [
            Entry(id: "a", enqueued: 0, urgency: 0.1, deadline: nil, key: 3240),
            Entry(id: "b", enqueued: 300, urgency: 0.9, deadline: nil, key: 660),
            Entry(id: "c", enqueued: 600, urgency: 0.5, deadline: nil, key: 2400),
            Entry(id: "d", enqueued: 900, urgency: 1, deadline: nil, key: 900),
            Entry(id: "e", enqueued: 1200, urgency: 0.2, deadline: 300, key: 1380),
            Entry(id: "f", enqueued: 3500, urgency: 1, deadline: nil, key: 3500),
        ]
        var keys: [String: Int64] = [:]
        for entry in entries {
            let offset = PriorityKey.offsetMicroseconds(
                urgency: entry.urgency, slaSeconds: entry.deadline, marginSeconds: 120,
                windowSeconds: 3600)
            keys[entry.id] = Int64(entry.enqueued * 1_000_000) + offset
            #expect(keys[entry.id] == Int64(entry.key * 1_000_000))
        }
        #expect(
            keys.sorted { $0.value < $1.value }.map(\.key) == ["b", "d", "e", "c", "a", "f"])
    }

    @Test("no key lies before the arrival or more than a window after it")
    func bounds() {
        let window = Int64(PriorityKey.windowSeconds * 1_000_000)
        for urgency in [-1, 0, 0.1, 0.5, 1, 2, .infinity] {
            for deadline in [nil, 1, 100, 5000, 31_536_000] {
                let offset = PriorityKey.offsetMicroseconds(
                    urgency: urgency, slaSeconds: deadline)
                #expect((0...window).contains(offset))
            }
        }
    }

    @Test("a number on an edge lies in the part above it")
    func splitEdges() {
        #expect(Split(draw: 0) == .train && Split(draw: 0.8.nextDown) == .train)
        #expect(Split(draw: 0.8) == .dev && Split(draw: 0.9.nextDown) == .dev)
        #expect(Split(draw: 0.9) == .test && Split(draw: 1.0.nextDown) == .test)
    }

    @Test("each role may do its own work, and only the admin everything")
    func roles() {
        for permission in Role.Permission.allCases {
            #expect(Role.admin.allows(permission))
        }
        #expect(!Role.producer.allows(.administer) && !Role.reviewer.allows(.administer))
    }
}
