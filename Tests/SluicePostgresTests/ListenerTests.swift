import SluicePostgres
import Testing

@Suite("A listener hears, and reconnects")
struct ListenerTests {
    @Test("messages arrive, also after the connection was ended, and stop ends the stream")
    func listen() async throws {
        var options = try ScratchServer.shared().options()
        options.applicationName = "listener"
        let listener = Listener(options: options, channels: ["Odd \"name\"", "plain"])
        var events = listener.notifications().makeAsyncIterator()
        async let running: Void = listener.run()
        #expect(await events.next() == .connected)
        let notify = sql("SELECT pg_notify($1, $2)")
        try await withConnection { try $0.execute(notify, [.text("Odd \"name\""), .text("ä")]) }
        #expect(
            await events.next()
                == .notification(Notification(channel: "Odd \"name\"", payload: "ä")))
        try await withConnection {
            try $0.execute(
                sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listener'"
                ))
        }
        #expect(await events.next() == .disconnected)
        #expect(await events.next() == .connected)
        try await withConnection { try $0.execute(notify, [.text("plain"), .text("")]) }
        #expect(await events.next() == .notification(Notification(channel: "plain", payload: "")))
        listener.stop()
        try await running
        while let event = await events.next() { #expect(event == .disconnected) }
    }
}
