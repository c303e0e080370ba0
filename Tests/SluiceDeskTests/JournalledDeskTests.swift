import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

extension Sample {
    /// A client with a journal that has started and holds leases.
    static func kept(
        _ contents: JournalContents = JournalContents(),
        _ leases: [Lease] = [lease("a"), lease("b"), lease("c")]
    ) -> Desk {
        var desk = Desk(
            project: "invoices", ids: ReviewIDs(high: 1, low: 2), journal: .success(contents))
        _ = desk.update(.started)
        _ = desk.update(.projectLoaded(.success(project())))
        if !leases.isEmpty { _ = desk.update(.leased(.success(LeaseReply(leases: leases)))) }
        return desk
    }
}

extension [Effect] {
    /// The records among the effects.
    var records: [JournalRecord] {
        flatMap { effect in
            guard case .keep(let records) = effect else { return [JournalRecord]() }
            return records
        }
    }
}

private let full = JournalError("writing", "/home/rita/.local/state/sluice/x", code: 28)

@Suite("Journal and client")
struct JournalledDeskTests {
    private func contents(_ records: JournalRecord...) -> JournalContents {
        var contents = JournalContents()
        for record in records { contents.apply(record) }
        return contents
    }

    @Test("an answer is sent when it is on disk and not before; the next item does not wait")
    func order() {
        var desk = Sample.kept()
        let pressed = desk.press("f")
        #expect(desk.shown == "b")
        #expect(pressed.answers.isEmpty)
        #expect(pressed.records == desk.pending.operations.map { .done($0) })
        #expect(desk.update(.clock(.seconds(1))).answers.isEmpty)
        #expect(desk.update(.kept(nil)).answers.map(\.lease) == ["lease-a"])
    }

    @Test("answers given while the disk is busy go with its next write")
    func group() {
        var desk = Sample.kept()
        desk.press("f")
        #expect(desk.press("fl").records.isEmpty)
        let effects = desk.update(.kept(nil))
        #expect(effects.answers.map(\.lease) == ["lease-a"])
        #expect(effects.records == desk.pending.operations.dropFirst().map { .done($0) })
    }

    @Test("an answer taken back before it was written leaves no trace, later it is withdrawn")
    func withdrawn() {
        var desk = Sample.kept()
        desk.press("fl")
        desk.press("u")
        let key = desk.pending.operations[0].key
        #expect(desk.update(.kept(nil)).records.isEmpty)
        desk.press("l")
        let second = desk.pending.operations[1].key
        #expect(desk.press("u").records.isEmpty, "a write is under way")
        #expect(desk.update(.kept(nil)).records == [.withdrawn(second)])
        #expect(desk.pending.operations.map(\.key) == [key])
    }

    @Test("an answer the service has is settled in the journal")
    func settled() {
        var desk = Sample.kept()
        desk.press("f")
        _ = desk.update(.kept(nil))
        let key = desk.pending.operations[0].key
        let effects = desk.update(
            .submitted(reviewID: key.reviewID, .success(Sample.reply(key.reviewID))))
        #expect(effects.records == [.settled(key)])
    }

    @Test("when the disk is full the screen says so, answers go on, and it says when it is over")
    func full() {
        var desk = Sample.kept()
        desk.press("f")
        let effects = desk.update(.kept(SluiceDeskTests.full))
        #expect(effects.answers.map(\.lease) == ["lease-a"])
        #expect(desk.screen().contains("Answers are not kept on this machine"))
        #expect(desk.screen().contains("No space left on device"))
        #expect(desk.screen().contains("NO JOURNAL"))
        desk.press(Key(.escape))
        #expect(desk.screen().contains("NO JOURNAL"))
        #expect(!desk.outcome.isKept)
        #expect(desk.update(.clock(.seconds(4))).records.isEmpty)
        #expect(desk.update(.clock(.seconds(6))).records.count == 1, "tried again")
        _ = desk.update(.kept(nil))
        #expect(!desk.screen().contains("NO JOURNAL"))
        #expect(desk.screen().contains("kept on this machine again"))
        #expect(desk.outcome.isKept)
    }

    @Test("a journal that cannot be opened is told at the start")
    func unopened() {
        let desk = Desk(
            project: "invoices", ids: ReviewIDs(high: 1, low: 2),
            journal: .failure(SluiceDeskTests.full))
        #expect(desk.screen().contains("Answers are not kept on this machine"))
        #expect(desk.screen().contains("NO JOURNAL"))
    }

    @Test("what an earlier session left is sent in order, before anything is leased, and counted")
    func replay() {
        var desk = Sample.kept(contents(.done(answer("1")), .done(answer("2"))), [])
        let first = desk.update(.clock(.milliseconds(1)))
        #expect(!first.contains { if case .lease = $0 { true } else { false } })
        #expect(desk.screen().contains("sending 2 answers of an earlier session: 0 done"))
        let second = desk.update(.submitted(reviewID: "1", .success(Sample.reply("1"))))
        #expect(second.answers.map(\.lease) == ["lease-2"])
        #expect(!second.contains { if case .lease = $0 { true } else { false } })
        let third = desk.update(.submitted(reviewID: "2", .success(Sample.reply("2"))))
        #expect(third.contains(.lease(count: 5)))
        #expect(desk.screen().contains("2 answers of an earlier session sent"))
        #expect(desk.outcome.done == 0, "not of this session")
    }

    @Test("an answer of an earlier session that is refused is explained until it is put away")
    func replayRefused() {
        var desk = Sample.kept(contents(.done(answer("1", comment: "look at the date"))), [])
        _ = desk.update(.clock(.milliseconds(1)))
        let effects = desk.update(
            .submitted(reviewID: "1", .failure(Sample.problem(.leaseLost(decided: true)))))
        #expect(desk.screen().contains("item-1: fraud was refused"))
        #expect(desk.screen().contains("your comment was: look at the date"))
        #expect(desk.screen().contains("1 answer of an earlier session sent, 1 refused"))
        guard case .refused(let refusal)? = effects.records.last else {
            Issue.record("not kept: \(effects)")
            return
        }
        // Another crash: it is there again.
        var next = Sample.kept(contents(.refused(refusal)))
        #expect(next.screen().contains("item-1: fraud was refused"))
        #expect(next.press(Key(.escape)).records == [.acknowledged(answer("1").key)])
        #expect(!next.screen().contains("was refused"))
    }

    @Test("leaving without a connection does not ask when the journal has the answers")
    func leaveOffline() {
        var desk = Sample.kept()
        desk.press("f")
        _ = desk.update(.kept(nil))
        _ = desk.update(.submitted(reviewID: "", .failure(.unreachable(reason: "down"))))
        desk.press("q")
        #expect(desk.isLeaving)
        _ = desk.update(.leavingTimedOut)
        #expect(desk.outcome.unsent.count == 1)
        #expect(desk.outcome.isKept)
    }

    @Test("leaving waits for the last words to be written")
    func leaveWriting() {
        var desk = Sample.kept(JournalContents(), [Sample.lease("a")])
        desk.press("f")
        _ = desk.update(.kept(nil))
        _ = desk.update(.leased(.success([])))
        let id = desk.pending.operations[0].reviewID
        desk.press("q")
        #expect(!desk.update(.submitted(reviewID: id, .success(Sample.reply(id)))).contains(.stop))
        #expect(desk.update(.kept(nil)) == [.stop])
    }

    @Test("after an outage nothing is leased before the answers are sent")
    func drain() {
        var desk = Sample.kept(JournalContents(), [Sample.lease("a"), Sample.lease("b")])
        desk.press("f")
        _ = desk.update(.kept(nil))
        _ = desk.update(.leased(.failure(.unreachable(reason: "down"))))
        let id = desk.pending.operations[0].reviewID
        _ = desk.update(.submitted(reviewID: id, .failure(.unreachable(reason: "down"))))
        desk.press("f")
        _ = desk.update(.kept(nil))
        let again = desk.update(.clock(.seconds(9)))
        #expect(again.answers.count == 1)
        #expect(!again.contains { if case .lease = $0 { true } else { false } })
        _ = desk.update(.submitted(reviewID: id, .success(Sample.reply(id))))
        _ = desk.update(.kept(nil))
        let last = desk.pending.operations[0].reviewID
        let after = desk.update(.submitted(reviewID: last, .success(Sample.reply(last))))
        #expect(after.contains(.lease(count: 5)))
    }

    @Test("a key pressed without a connection tries again at once")
    func hurry() {
        var desk = Sample.kept()
        desk.press("f")
        _ = desk.update(.kept(nil))
        for second in 0..<6 {
            _ = desk.update(.clock(.seconds(second * 10)))
            _ = desk.update(.submitted(reviewID: "", .failure(.unreachable(reason: "down"))))
        }
        #expect(desk.update(.clock(.seconds(51))).answers.isEmpty)
        #expect(desk.press(Key(.down)).answers.count == 1)
    }
}

@Suite("Idle")
struct IdleTests {
    @Test("items go back when nobody is there, and a key brings them again and does nothing else")
    func idle() throws {
        var desk = Sample.desk([Sample.lease("a"), Sample.lease("b")])
        let effects = desk.update(.clock(.seconds(300)))
        #expect(effects == [.release(lease: "lease-a"), .release(lease: "lease-b"), .loadQueue])
        #expect(desk.screen().contains("Nobody here for 5 min: items given back."))
        #expect(desk.screen().contains("Press any key to go on."))
        let later = desk.update(.clock(.seconds(900)))
        #expect(!later.contains { if case .lease = $0 { true } else { false } })
        let woken = desk.press("f")
        #expect(woken.answers.isEmpty)
        #expect(woken.contains(.lease(count: 5)))
        _ = desk.update(.leased(.success([Sample.lease("b")])))
        #expect(desk.shown == "b")
        #expect(desk.press("f").answers.map(\.lease) == ["lease-b"])
    }

    @Test("a comment half written is there when the item comes again")
    func draft() {
        var desk = Sample.desk([Sample.lease("a"), Sample.lease("b")])
        desk.press("c")
        desk.press("look at")
        _ = desk.update(.clock(.seconds(300)))
        #expect(desk.mode == .review)
        desk.press("x")
        _ = desk.update(.leased(.success([Sample.lease("b"), Sample.lease("a")])))
        #expect(desk.leases.map(\.comment) == ["", "look at"])
    }

    @Test("an idle client can be left")
    func leave() {
        var desk = Sample.desk([Sample.lease("a")])
        _ = desk.update(.clock(.seconds(300)))
        _ = desk.update(.released(lease: "lease-a"))
        desk.press("q")
        #expect(desk.isLeaving)
    }
}
