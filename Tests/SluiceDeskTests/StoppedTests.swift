import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("A reviewer who is paused", .timeLimit(.minutes(1)))
struct StoppedTests {
    private static let figures = OwnFigures(
        reviewer: "ana", reviews: 61, agreement: MeasuredShare(value: nil, reason: "none"),
        paused: OwnFigures.Pause(
            since: Sample.received,
            why: "9 of 20 gold items right: at most 65.8 % with 95 % confidence"))

    private static let refusal = ServiceFailure.refused(
        Problem(
            code: "SLU-231", status: 403, title: "Reviewer paused",
            detail: "you are paused in this project, and get no work for now",
            hint: "Ask an admin: `sluice reviewer resume NAME`."))

    private func stopped() -> (desk: Desk, effects: [Effect]) {
        var desk = Sample.desk([])
        _ = desk.update(.clock(.seconds(10)))
        let effects = desk.update(.leased(.failure(Self.refusal)))
        return (desk, effects)
    }

    @Test("why, since when and whom to ask is on the screen, and the session goes on")
    func screen() throws {
        var (desk, effects) = stopped()
        #expect(effects == [.loadOwnFigures])
        #expect(desk.screen().contains("you are paused in this project"))
        _ = desk.update(.ownFiguresLoaded(.success(Self.figures)))
        try expectScreen("stopped", desk)
        try expectScreen("stopped-40x12", desk, columns: 40, rows: 12)
        #expect(!desk.isLeaving)
        #expect(desk.outcome.refusal == nil)
    }

    @Test("it is looked again whether work is given, and then there is some")
    func resumed() {
        var desk = stopped().desk
        _ = desk.update(.ownFiguresLoaded(.success(Self.figures)))
        #expect(!desk.update(.clock(.seconds(19))).contains(.lease(count: 5)))
        #expect(desk.update(.clock(.seconds(21))).contains(.lease(count: 5)))
        let again = desk.update(.leased(.failure(Self.refusal)))
        #expect(!again.contains(.loadOwnFigures))
        _ = desk.update(.clock(.seconds(40)))
        _ = desk.update(.leased(.success([Sample.lease()])))
        #expect(desk.shown == "invoice-1")
        #expect(!desk.press("f").answers.isEmpty)
        #expect(!desk.screen().contains("paused"))
    }

    @Test("an item already there may still be answered")
    func held() {
        var desk = Sample.desk([Sample.lease()])
        _ = desk.update(.leased(.failure(Self.refusal)))
        #expect(desk.shown == "invoice-1")
        #expect(desk.press("f").answers.count == 1)
    }

    @Test("a paused reviewer who leaves has left")
    func leaving() {
        var desk = stopped().desk
        #expect(desk.press("q").contains(.limitLeaving(.seconds(2))))
        #expect(desk.isLeaving)
    }

    @Test("plain mode says it once, and goes on to look")
    func plain() async {
        let service = FakeService([], refusal: Self.refusal)
        let played = await playPlain(service, [":help", ":quit"])
        #expect(played.text.ranges(of: "You are paused and get no items for now").count == 1)
        #expect(played.text.contains("Ask an admin"))
        #expect(played.outcome.refusal == nil)
    }
}
