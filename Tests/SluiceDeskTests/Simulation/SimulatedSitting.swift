import SluiceAPI
import SluiceDomain
import SluiceTerminal

@testable import SluiceDesk

/// A reviewer at a client over a slow and broken link, on a simulated clock.
///
/// It keeps its own account of every key: which item was on the screen and what the key says. What
/// the service has recorded in the end is compared with that account.
struct SimulatedSitting {
    /// What a sitting is like.
    struct Plan: Sendable, CustomStringConvertible {
        var answers = 1_000
        /// Each way.
        var link = Duration.zero
        var hasCuts = false
        var hasKills = false
        var refusesUndoEvery = 0
        var dwell = AnswerDwell.standard
        var seed: UInt64 = 1

        var description: String {
            "\(answers) answers, \(link) each way\(hasCuts ? ", cuts" : "")"
                + (hasKills ? ", kills" : "") + (refusesUndoEvery > 0 ? ", refused undos" : "")
        }
    }

    /// A key as the reviewer meant it.
    struct Intention {
        let item: String
        let reviewID: String
        /// What was said; nil where the review is taken back.
        let verdict: Verdict?
    }

    enum Event {
        case key
        case tick
        case atService(Effect, session: Int)
        case atDesk(Message, session: Int)
        case onDisk([JournalRecord], session: Int)
        case cut(Bool)
        case kill
    }

    let plan: Plan
    var random: SplitMix
    var now = Duration.zero
    var events: [(at: Duration, number: Int, event: Event)] = []
    var number = 0
    var service: SimulatedService
    var desk: Desk
    var session = 0
    var isCut = false
    /// Until then the client waits for its terminal to take a frame.
    var busyUntil = Duration.zero
    /// The item on the screen and when its first frame was written, by the reviewer's own eyes.
    var seen: (item: String, since: Duration)?
    /// Items that were answered and taken back: the reviewer knows them.
    var known: Set<String> = []
    /// The last keys and when they were pressed, the last one first.
    var pressed: [(key: Character, at: Duration)] = []
    var journal = JournalContents()
    var written: [JournalRecord] = []

    var intentions: [Intention] = []
    /// The answers that `u` takes back, the last one last.
    var stack: [Intention] = []
    var answers = 0
    var undos = 0
    var kills = 0
    /// What went wrong at the keys.
    var faults: [String] = []

    init(_ plan: Plan) {
        self.plan = plan
        random = SplitMix(state: plan.seed)
        service = SimulatedService(refusesUndoEvery: plan.refusesUndoEvery)
        desk = Desk(project: "p", ids: ReviewIDs(high: plan.seed, low: 0))
    }

    // MARK: - The course of things

    /// Plays the sitting to its end.
    mutating func run() {
        begin()
        schedule(.tick, after: .zero)
        schedule(.key, after: .seconds(2))
        if plan.hasCuts { schedule(.cut(true), after: .seconds(5)) }
        if plan.hasKills { schedule(.kill, after: .seconds(20)) }
        var end: Duration?
        while let index = events.indices.min(by: { before(events[$0], events[$1]) }) {
            let next = events.remove(at: index)
            now = max(next.at, busyUntil)
            handle(next.event, at: next.at)
            draw()
            if answers >= plan.answers, end == nil { end = now + .seconds(300) }
            if let end, now > end { return faults.append("something was never sent") }
            if end != nil, desk.pending.isEmpty, desk.pending.ledger.isIdle { return }
        }
    }

    private func before(
        _ one: (at: Duration, number: Int, event: Event),
        _ other: (at: Duration, number: Int, event: Event)
    ) -> Bool { (one.at, one.number) < (other.at, other.number) }

    private var isEnding: Bool { answers >= plan.answers }

    private mutating func begin() {
        session += 1
        desk = Desk(
            project: "p", ids: ReviewIDs(high: plan.seed, low: UInt64(session)),
            options: Desk.Options(idleLimit: .seconds(100_000)), journal: .success(journal))
        tell(.started)
    }

    mutating func schedule(_ event: Event, after delay: Duration) {
        number += 1
        events.append((now + delay, number, event))
    }

    private mutating func handle(_ event: Event, at moment: Duration) {
        switch event {
        case .key where !isEnding:
            press(readAt: moment)
            // One key in five comes in the same packet as the one before.
            let gap = random.below(5) == 0 ? 0 : random.below(301)
            schedule(.key, after: .milliseconds(gap))
        case .tick:
            tell(.clock(now))
            schedule(.tick, after: .milliseconds(500))
        case .atService(let effect, let from):
            guard !isCut else { return fail(effect, from) }
            reply(to: effect, from)
        case .atDesk(let message, let to) where to == session: deliver(message)
        case .onDisk(let records, let from) where from == session:
            write(records)
            tell(.kept(nil))
        case .cut(let begins) where !isEnding || !begins:
            isCut = begins
            schedule(
                .cut(!begins), after: .milliseconds(200 + random.below(begins ? 4_000 : 9_000)))
        case .kill where !isEnding: kill()
        case .key, .atDesk, .onDisk, .cut, .kill: break
        }
    }

    /// Writes the screen; one terminal in ten takes its time over it.
    private mutating func draw() {
        if random.below(10) == 0 { busyUntil = now + .milliseconds(random.below(60)) }
        let written = max(now, busyUntil)
        _ = desk.update(.drawn(desk.screenItem, at: written))
        guard let item = desk.shown else { return seen = nil }
        if seen?.item != item { seen = (item, written) }
    }

    private mutating func tell(_ message: Message) {
        carry(desk.update(.clock(now)))
        carry(desk.update(message))
    }

    private mutating func deliver(_ message: Message) {
        if case .undone(let id, .failure(let failure)) = message, !failure.isTemporary {
            // Told on the screen: what was answered for the item is not to be taken back any more.
            let item = intentions.last { $0.reviewID == id }?.item
            stack.removeAll { $0.item == item }
        }
        tell(message)
    }

    mutating func carry(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .keep(let records):
                schedule(
                    .onDisk(records, session: session), after: .milliseconds(random.below(6)))
            default:
                let jitter = Duration.milliseconds(random.below(4))
                schedule(.atService(effect, session: session), after: plan.link + jitter)
            }
        }
    }

    private mutating func write(_ records: [JournalRecord]) {
        for record in records { journal.apply(record) }
        written += records
    }

    /// The process dies; a write under way is on disk or not, a call under way arrives.
    private mutating func kill() {
        kills += 1
        for event in events {
            guard case .onDisk(let records, session) = event.event, random.below(2) == 0 else {
                continue
            }
            write(records)
        }
        forgetUnwritten()
        stack = []
        known = []
        pressed = []
        begin()
        schedule(.kill, after: .milliseconds(5_000 + random.below(40_000)))
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SplitMix {
    var state: UInt64

    /// A number from 0 to `bound` - 1.
    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
