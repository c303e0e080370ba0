import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

extension Desk {
    /// The id of the first operation on its way.
    fileprivate var firstID: String { pending.operations.first?.reviewID ?? "" }

    /// The service takes the answer under way.
    @discardableResult
    fileprivate mutating func confirm() -> [Effect] {
        update(.submitted(reviewID: firstID, .success(Sample.reply(firstID))))
    }

    /// The service refuses the answer under way.
    @discardableResult
    fileprivate mutating func refuse(_ error: ReviewError) -> [Effect] {
        update(.submitted(reviewID: firstID, .failure(Sample.problem(error))))
    }

    /// The service takes a review back and gives its item under a new lease.
    @discardableResult
    fileprivate mutating func giveBack(_ name: String, _ lease: String) -> [Effect] {
        var given = Sample.lease(name)
        given.lease = lease
        return update(
            .undone(
                reviewID: firstID, .success(UndoReply(reviewID: firstID, lease: given))))
    }

    fileprivate var shownName: String? { leases.first?.externalID }
}

@Suite("Taking an answer back at the desk")
struct DeskUndoTests {
    private let tooLate = ReviewError.undoTooLate(reason: "an adjudicator has the item")

    /// A client whose first answer, to item a, the service has.
    private func answered() -> Desk {
        var desk = Sample.desk([Sample.lease("a"), Sample.lease("b"), Sample.lease("c")])
        desk.press("f")
        desk.confirm()
        return desk
    }

    @Test("an answer that was not sent is taken back here")
    func unsent() {
        var desk = Sample.desk([Sample.lease("a"), Sample.lease("b"), Sample.lease("c")])
        desk.press("fl")
        #expect(desk.press("u").isEmpty)
        #expect(desk.shown == "b")
        #expect(desk.pending.count == 1)
        #expect(desk.done == 1)
    }

    @Test("the item is on the screen at once, and what is typed next answers it")
    func atOnce() throws {
        var desk = answered()
        let first = desk.history[0].reviewID
        #expect(desk.press("u") == [.undo(reviewID: first)])
        #expect(desk.shown == "a" && desk.done == 0)
        #expect(desk.screen().contains("being taken back"))
        #expect(desk.screen().contains("your answer was: fraud"))
        #expect(desk.press("l").isEmpty, "its lease is not known yet")
        #expect(desk.shown == "b" && desk.done == 1)
        let sent = desk.giveBack("a", "new").answers
        #expect(sent.map(\.lease) == ["new"])
        #expect(sent.map(\.request.verdict) == [.label("ok")])
        #expect(desk.shown == "b")
        desk.confirm()
        #expect(desk.pending.isEmpty)
    }

    @Test("the item stays as it is when its new lease comes, which is renewed and given back")
    func adopted() {
        var desk = answered()
        desk.press("u")
        desk.press("c")
        desk.press("why")
        #expect(desk.giveBack("a", "new").isEmpty)
        #expect(desk.screen().contains("why"))
        desk.press(Key(.enter))
        #expect(!desk.screen().contains("being taken back"))
        #expect(desk.update(.clock(.seconds(201))).contains(.renew(lease: "new")))
        #expect(desk.press("q").contains(.release(lease: "new")))
    }

    @Test("an item that is being taken back is not renewed, nor given back under its old lease")
    func oldLease() {
        var desk = answered()
        desk.press("u")
        _ = desk.update(
            .renewed(lease: "lease-a", .failure(Sample.problem(.leaseLost(decided: true)))))
        #expect(desk.leases[0].lost == nil, "a renewal that crossed the answer says nothing")
        #expect(!desk.update(.clock(.seconds(201))).contains(.renew(lease: "lease-a")))
        let effects = desk.press("q")
        #expect(!effects.contains(.release(lease: "lease-a")))
        #expect(desk.giveBack("a", "new").contains(.release(lease: "new")))
    }

    @Test("an answer given to an item that is being taken back is sent before the client leaves")
    func leaving() {
        var desk = answered()
        desk.press("ul")
        desk.press("q")
        let effects = desk.giveBack("a", "new")
        #expect(!effects.contains(.release(lease: "new")))
        #expect(effects.answers.map(\.lease) == ["new"])
    }

    @Test("undo and answer go in order over answers that were not confirmed, offline or not")
    func offline() {
        var desk = Sample.desk([Sample.lease("a"), Sample.lease("b"), Sample.lease("c")])
        desk.press("f")
        let first = desk.firstID
        _ = desk.update(.submitted(reviewID: first, .failure(.unreachable(reason: "down"))))
        desk.press("ulf")
        #expect(desk.shown == "c")
        #expect(desk.pending.operations.map(\.externalID) == ["a", "a", "a", "b"])
        #expect(desk.update(.clock(.seconds(9))).answers.map(\.request.reviewID) == [first])
        #expect(desk.confirm().contains(.undo(reviewID: first)))
        #expect(desk.giveBack("a", "new").answers.map(\.lease) == ["new"])
        #expect(desk.confirm().answers.map(\.lease) == ["lease-b"])
    }

    @Test("a second undo takes back the answer before; twenty in a row bring back twenty items")
    func many() {
        let names = (0..<20).map { "i\($0)" }
        var desk = Sample.desk(names.map { Sample.lease($0) } + [Sample.lease("last")])
        for _ in names {
            desk.press("f")
            desk.confirm()
        }
        for _ in names { desk.press("u") }
        #expect(desk.leases.map(\.externalID) == names + ["last"])
        #expect(desk.done == 0)
        for name in names {
            #expect(desk.shown == name)
            desk.press("l")
        }
        for name in names.reversed() { desk.giveBack(name, "new-\(name)") }
        for name in names {
            #expect(desk.pending.operations.first?.externalID == name)
            desk.confirm()
        }
        #expect(desk.pending.isEmpty && desk.done == 20 && desk.notices.isEmpty)
    }

    @Test("the answer given after an undo is taken back like any other")
    func undoneAgain() {
        var desk = answered()
        desk.press("ul")
        #expect(desk.pending.count == 2)
        desk.press("u")
        #expect(desk.pending.count == 1, "it was not sent")
        #expect(desk.shown == "a")
        desk.giveBack("a", "new")
        #expect(desk.press("x").answers.map(\.lease) == ["new"])
        desk.press("u")
        #expect(desk.shown == "a")
        desk.press("l")
        let second = desk.firstID
        #expect(desk.confirm() == [.undo(reviewID: second)])
        #expect(desk.giveBack("a", "newer").answers.map(\.lease) == ["newer"])
        desk.confirm()
        #expect(desk.pending.isEmpty && desk.done == 1)
    }

    @Test("an undo that comes too late leaves the item marked: the next key answers nothing")
    func tooLateShown() {
        var desk = answered()
        desk.press("u")
        _ = desk.update(.undone(reviewID: desk.firstID, .failure(Sample.problem(tooLate))))
        #expect(desk.screen().contains("a was not taken back"))
        #expect(desk.screen().contains("fraud stands"))
        #expect(desk.screen().contains("LEASE LOST"))
        #expect(desk.done == 1)
        #expect(desk.press("l").answers.isEmpty)
        #expect(desk.shown == "b" && desk.done == 1 && desk.pending.isEmpty)
    }

    @Test("what was answered for an item that did not come back is told as lost, with all after it")
    func tooLateAnswered() {
        var desk = answered()
        let first = desk.history[0].reviewID
        desk.press("uc")
        desk.press("look")
        desk.press(Key(.enter))
        desk.press("l")
        let effects = desk.update(.undone(reviewID: first, .failure(Sample.problem(tooLate))))
        #expect(effects.answers.isEmpty)
        #expect(desk.pending.isEmpty && desk.done == 1)
        #expect(desk.notices.map(\.title) == ["a was not taken back"])
        #expect(
            desk.notices[0].detail.contains("later answer Looks fine is lost, its comment: look"))
        #expect(desk.shown == "b" && desk.leases[0].lost == nil)
        desk.press("u")
        #expect(desk.shown == "b", "nothing is left to take back")
    }

    @Test("an undo of an answer under way waits for it, and goes away if it is refused")
    func underWay() {
        var desk = Sample.desk()
        desk.press("f")
        let reviewID = desk.firstID
        #expect(desk.press("u").isEmpty)
        #expect(desk.pending.count == 2)
        desk.press("l")
        let effects = desk.refuse(.leaseLost(decided: false))
        #expect(!effects.contains(.undo(reviewID: reviewID)))
        #expect(desk.pending.isEmpty && desk.done == 0)
        #expect(desk.notices.map(\.title) == ["invoice-1: fraud was refused"])
        #expect(desk.notices[0].detail.contains("later answer Looks fine is lost"))
    }

    @Test("when an answer is refused for what it says, the one given after its undo goes instead")
    func refusedContent() {
        var desk = Sample.desk()
        desk.press("f")
        desk.press("ul")
        let effects = desk.refuse(.unknownLabel("fraud"))
        #expect(effects.answers.map(\.lease) == ["lease-invoice-1"])
        #expect(effects.answers.map(\.request.verdict) == [.label("ok")])
    }

    @Test("an undo whose reply is lost is sent again, and gives the same item")
    func replyLost() {
        var desk = answered()
        desk.press("ul")
        let undo = desk.firstID
        _ = desk.update(.undone(reviewID: undo, .failure(.unreachable(reason: "cut"))))
        #expect(desk.shown == "b")
        #expect(desk.update(.clock(.seconds(9))).contains(.undo(reviewID: undo)))
        #expect(desk.giveBack("a", "new").answers.map(\.lease) == ["new"])
    }

    @Test("during a break an item that comes back goes to the queue, and keeps its old answer")
    func paused() {
        var desk = answered()
        desk.press("u")
        desk.press("P")
        #expect(desk.giveBack("a", "new").contains(.release(lease: "new")))
        #expect(desk.leases.isEmpty)
        desk.press(" ")
        _ = desk.update(.leased(.success([Sample.lease("a")])))
        #expect(desk.screen().contains("your answer was: fraud"))
    }
}

@Suite("Undo and answer over the end of the process")
struct JournalledUndoTests {
    private let answer = Answer(reviewID: "2", verdict: .label("ok"))

    private func replayed(_ operations: [PendingOperation]) -> Desk {
        var contents = JournalContents()
        for operation in operations { contents.apply(.done(operation)) }
        return Sample.kept(contents, [])
    }

    @Test("the journal has undo and answer in order, and the answer is sent when both are on disk")
    func order() throws {
        var desk = Sample.kept()
        desk.press("f")
        _ = desk.update(.kept(nil))
        desk.confirm()
        _ = desk.update(.kept(nil))
        let records = desk.press("u").records
        #expect(records.count == 1)
        desk.press("l")
        let both = records + desk.update(.kept(nil)).records
        let actions = both.compactMap { record -> PendingOperation.Action? in
            guard case .done(let operation) = record else { return nil }
            return operation.action
        }
        let first = desk.firstID
        let second = desk.history[0].reviewID
        #expect(
            actions == [
                .undo(reviewID: first),
                .answer(
                    under: .undo(reviewID: first),
                    Answer(reviewID: second, verdict: .label("ok"), seconds: 0)),
            ])
        #expect(desk.giveBack("a", "new").answers.isEmpty)
        #expect(desk.update(.kept(nil)).answers.map(\.lease) == ["new"])
    }

    @Test("a session that died after both sends both, and does not show the item")
    func both() {
        var desk = replayed([
            PendingOperation(.undo(reviewID: "1"), externalID: "a"),
            PendingOperation(.answer(under: .undo(reviewID: "1"), answer), externalID: "a"),
        ])
        #expect(desk.pending.isSending)
        #expect(desk.giveBack("a", "new").answers.map(\.lease) == ["new"])
        #expect(desk.leases.isEmpty)
        desk.confirm()
        #expect(desk.pending.isEmpty)
    }

    @Test("a session that died after the undo was confirmed asks for its lease again")
    func askedAgain() {
        var desk = replayed([
            PendingOperation(.answer(under: .undo(reviewID: "1"), answer), externalID: "a")
        ])
        #expect(desk.pending.isSending)
        let given = UndoReply(reviewID: "1", lease: Sample.lease("a"))
        let effects = desk.update(.undone(reviewID: "1", .success(given)))
        #expect(effects.answers.map(\.lease) == ["lease-a"])
        #expect(effects.records.isEmpty, "the answer is not confirmed yet")
        #expect(desk.confirm().records.count == 1)
    }

    @Test("an answer whose undo is refused in the next session is told as lost")
    func refused() {
        var desk = replayed([
            PendingOperation(.answer(under: .undo(reviewID: "1"), answer), externalID: "a")
        ])
        _ = desk.update(.clock(.milliseconds(1)))
        let effects = desk.update(
            .undone(reviewID: "1", .failure(Sample.problem(.undoTooLate(reason: "settled")))))
        #expect(desk.pending.isEmpty && effects.answers.isEmpty)
        #expect(desk.notices.map(\.title) == ["a was not taken back"])
        #expect(desk.screen().contains("1 refused"))
        var contents = JournalContents()
        contents.apply(
            .done(PendingOperation(.answer(under: .undo(reviewID: "1"), answer), externalID: "a")))
        for record in effects.records { contents.apply(record) }
        #expect(contents.operations.isEmpty && contents.refusals.count == 1)
    }

    @Test("an undo alone brings its item to the screen of the next session")
    func undoAlone() {
        var desk = replayed([PendingOperation(.undo(reviewID: "1"), externalID: "a")])
        _ = desk.update(.clock(.milliseconds(1)))
        desk.giveBack("a", "new")
        #expect(desk.shown == "a")
    }
}
