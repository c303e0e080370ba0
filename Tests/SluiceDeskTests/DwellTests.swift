import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

/// A key answers an item that was read, and nothing else.
@Suite("Which keys answer")
struct DwellTests {
    private let leases = ["a", "b", "c", "d"].map { Sample.lease($0) }

    /// A client on whose screen the first item has just appeared.
    private func desk(dwell: Int = 150) throws -> Desk {
        let wait = try #require(AnswerDwell(milliseconds: dwell))
        var desk = Sample.desk(leases, project: Sample.project(dwell: wait))
        draw(&desk, at: 0)
        return desk
    }

    private func draw(_ desk: inout Desk, at milliseconds: Int) {
        _ = desk.update(.drawn(desk.screenItem, at: .milliseconds(milliseconds)))
    }

    /// Presses a key, and draws what follows a millisecond later.
    private func press(_ key: Key, at milliseconds: Int, on desk: inout Desk) {
        _ = desk.update(.clock(.milliseconds(milliseconds)))
        _ = desk.update(.terminal(.key(key), readAt: .milliseconds(milliseconds)))
        draw(&desk, at: milliseconds + 1)
    }

    @Test("a key within the dwell is told and dropped; the same key a moment later answers")
    func dwell() throws {
        var desk = try desk()
        press(.character("f"), at: 149, on: &desk)
        #expect(desk.shown == "a" && desk.done == 0)
        #expect(desk.screen().contains("typed 149 ms after a came: not used"))
        press(.character("l"), at: 150, on: &desk)
        #expect(desk.shown == "b" && desk.done == 1)
    }

    @Test("a burst answers one item, however the keys come")
    func burst() throws {
        for dwell in [0, 150] {
            var desk = try desk(dwell: dwell)
            _ = desk.update(.clock(.milliseconds(500)))
            for _ in 0..<4 {
                _ = desk.update(.terminal(.key(.character("f")), readAt: .milliseconds(500)))
                draw(&desk, at: 501)
            }
            #expect(desk.shown == "b" && desk.done == 1)
        }
    }

    @Test("without a dwell a key that was read before an item's first frame does not answer it")
    func undrawn() throws {
        var desk = try desk(dwell: 0)
        press(.character("f"), at: 500, on: &desk)
        // Read while the terminal took the frame of the next item.
        _ = desk.update(.terminal(.key(.character("l")), readAt: .milliseconds(500)))
        #expect(desk.shown == "b" && desk.flash.contains("typed before b was on the screen"))
        _ = desk.update(.terminal(.key(.character("n")), readAt: .milliseconds(501)))
        #expect(desk.shown == "c")
    }

    @Test("a key that is held down answers once", arguments: [250, 500, 660])
    func heldDown(delay: Int) throws {
        var desk = try desk()
        press(Key(.enter), at: 1_000, on: &desk)
        for repeated in 0..<60 { press(Key(.enter), at: 1_000 + delay + repeated * 33, on: &desk) }
        #expect(desk.done == 1 && desk.shown == "b")
        #expect(desk.screen().contains("held down"))
        press(Key(.enter), at: 6_000, on: &desk)
        #expect(desk.done == 2 && desk.shown == "c", "pressed again it answers")
    }

    @Test("what a held key answered before it was known to be held is taken back from the service")
    func heldDownSent() throws {
        var desk = try desk()
        press(.character("f"), at: 1_000, on: &desk)
        for repeated in 0..<4 {
            press(.character("f"), at: 1_500 + repeated * 33, on: &desk)
            if let first = desk.pending.operations.first, case .answer = first.action {
                _ = desk.update(
                    .submitted(
                        reviewID: first.reviewID, .success(Sample.reply(first.reviewID))))
            }
        }
        #expect(desk.shown == "b")
        #expect(desk.pending.operations.map(\.externalID) == ["b"])
        #expect(desk.pending.operations.first?.key.isUndo == true)
    }

    @Test("the same key pressed again and again answers each time, and twice by mistake once")
    func tapped() throws {
        var desk = try desk()
        for tap in 1...3 { press(.character("f"), at: tap * 400, on: &desk) }
        #expect(desk.done == 3)
        press(.character("f"), at: 1_250, on: &desk)
        #expect(desk.done == 3 && desk.shown == "d", "a double tap is not a held key")
    }

    @Test("other commands do not wait, and what was taken back is answered at once")
    func others() throws {
        var desk = try desk()
        press(.character("f"), at: 200, on: &desk)
        press(.character("u"), at: 202, on: &desk)
        press(.character("l"), at: 203, on: &desk)
        #expect(desk.done == 1 && desk.history.map(\.verdict) == [.label("ok")])
        press(.character("c"), at: 204, on: &desk)
        #expect(desk.screen().contains("comment:"))
    }

    @Test("undo and label in one packet answer the item that was taken back")
    func onePacket() throws {
        var desk = try desk()
        press(.character("f"), at: 200, on: &desk)
        _ = desk.update(.clock(.milliseconds(900)))
        for key in "ul" {
            _ = desk.update(.terminal(.key(.character(key)), readAt: .milliseconds(900)))
        }
        #expect(desk.history.map(\.held.externalID) == ["a"])
        #expect(desk.history.map(\.verdict) == [.label("ok")])
    }

    @Test("after a page or another program the item has to be seen again; under an editor it is")
    func covered() throws {
        var desk = try desk()
        press(.character("?"), at: 1_000, on: &desk)
        press(Key(.escape), at: 2_000, on: &desk)
        press(.character("f"), at: 2_100, on: &desk)
        #expect(desk.done == 0)
        press(.character("/"), at: 2_101, on: &desk)
        press(Key(.enter), at: 2_151, on: &desk)
        #expect(desk.done == 1)
        _ = desk.update(.drawn(nil, at: .milliseconds(3_000)))
        draw(&desk, at: 3_000)
        press(.character("f"), at: 3_100, on: &desk)
        #expect(desk.done == 1)
    }
}

/// Plain mode has no frames: a line counts for what was written out before it was typed.
@Suite("Which lines answer")
struct PlainHasteTests {
    private func play(_ lines: [String], isTyped: Bool) async -> (PlainOutcome, [FakeService.Call])
    {
        let service = FakeService([Sample.lease("a"), Sample.lease("b")])
        let (events, continuation) = AsyncStream.makeStream(of: LineEvent.self)
        for line in lines { continuation.yield(.line(line)) }
        continuation.finish()
        let console = PlainConsole(events: events, isTyped: isTyped) { _ in }
        let outcome = await PlainReview(service: service, console: console).run()
        return (outcome, await service.calls)
    }

    @Test("a script's answer to an item that was not taken back is not used for another one")
    func missedUndo() async {
        let service = FakeService(
            [Sample.lease("a"), Sample.lease("b")],
            undoFailure: Sample.problem(.undoTooLate(reason: "it is settled")))
        let played = await playPlain(
            service, ["ok", ":undo", ":comment for a", "fraud", "unclear"])
        #expect(played.text.contains("a was not taken back"))
        #expect(played.text.contains("the line was not used for b"))
        #expect(
            await service.calls.filter { if case .review = $0 { true } else { false } } == [
                .review("lease-a", .label("ok"), comment: nil),
                .review("lease-b", .label("unclear"), comment: nil),
            ])
    }

    @Test("typed ahead, a line answers nothing; a script is used whole")
    func typedAhead() async {
        #expect(await play(["ok", "fraud"], isTyped: true).0.done == 0)
        #expect(await play(["ok", "fraud"], isTyped: false).0.done == 2)
    }
}
