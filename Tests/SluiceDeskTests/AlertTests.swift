import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("What alarms have taken from the model, for those who may give it back")
struct AlertTests {
    private static let alert =
        "fallback 1 (concept, since 2026-11-30T12:58Z): people decide what m/1 would have decided; "
        + "sluice policy resume gives it back"

    private func figures(_ alert: String?) -> QueueReply {
        QueueReply(waiting: 3, leased: 1, oldestWaitingSeconds: nil, alert: alert)
    }

    @Test("the screen says it until it is lifted")
    func screen() {
        var desk = Sample.desk([Sample.lease("a")], figures: figures(Self.alert))
        #expect(desk.screen(80, 24).contains("fallback 1 (concept"), "\(desk.screen(80, 24))")
        _ = desk.update(.queueLoaded(.success(figures(nil))))
        #expect(!desk.screen(80, 24).contains("fallback"))
    }

    @Test("plain mode says it before the first item, without control characters")
    func plain() async {
        let service = FakeService([Sample.lease("a")], alert: Self.alert + "\u{1B}[2J")
        let played = await playPlain(service, ["f"])
        #expect(played.text.contains("Warning: \(Self.alert)"), "\(played.text)")
        #expect(!played.text.contains("\u{1B}"))
        let quiet = await playPlain(FakeService([Sample.lease("a")]), ["f"])
        #expect(!quiet.text.contains("Warning"))
    }
}
