import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Synchronization
import Testing

@testable import SluiceDesk

/// A terminal that presses keys when the screen shows something.
private final class ScriptedTerminal: TerminalDevice {
    struct Step: Sendable {
        let sees: String
        let does: TerminalEvent
    }

    let events: AsyncStream<TerminalEvent>
    let size = Size(columns: 80, rows: 24)
    let capabilities = TerminalCapabilities(colors: .none)
    private let continuation: AsyncStream<TerminalEvent>.Continuation
    private let state: Mutex<(steps: [Step], closed: Int)>

    init(_ steps: [Step]) {
        (events, continuation) = AsyncStream.makeStream(of: TerminalEvent.self)
        state = Mutex((steps, 0))
    }

    var timesClosed: Int { state.withLock { $0.closed } }

    var stepsLeft: Int { state.withLock { $0.steps.count } }

    func write(_ bytes: [UInt8]) throws(TerminalError) {
        let text = String(decoding: bytes, as: UTF8.self)
        let event = state.withLock { state -> TerminalEvent? in
            guard let step = state.steps.first, text.contains(step.sees) else { return nil }
            state.steps.removeFirst()
            return step.does
        }
        // Typed by somebody who has seen the screen: after the write has returned.
        guard let event else { return }
        let keyboard = continuation
        Task {
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
            keyboard.yield(event)
        }
    }

    func suspend() throws(TerminalError) {}

    func resume() throws(TerminalError) {}

    func close() {
        state.withLock { $0.closed += 1 }
        continuation.finish()
    }
}

@Suite("Runtime", .timeLimit(.minutes(1)))
struct DeskRuntimeTests {
    @Test("a session on a terminal answers, leaves, gives leases back and closes the terminal")
    func session() async throws {
        let terminal = ScriptedTerminal([
            .init(sees: "unclear", does: .key(.character("f"))),
            .init(sees: "second", does: .key(Key(.enter))),
            .init(sees: "third", does: .key(.character("q"))),
        ])
        let service = FakeService([
            Sample.lease("first"), Sample.lease("second"), Sample.lease("third"),
        ])
        let runtime = DeskRuntime(service: service, project: "invoices") { terminal }
        let outcome = try await runtime.run()
        #expect(outcome.done == 2)
        #expect(outcome.unsent.isEmpty)
        #expect(terminal.stepsLeft == 0)
        #expect(terminal.timesClosed == 1)
        let calls = await service.calls
        #expect(calls.filter { $0 == .release("lease-third") }.count == 1)
        #expect(
            calls.filter { if case .review = $0 { true } else { false } } == [
                .review("lease-first", .label("fraud"), comment: nil),
                .review("lease-second", .label("fraud"), comment: nil),
            ])
    }

    @Test("a signal to end gives the leases back")
    func terminate() async throws {
        let terminal = ScriptedTerminal([
            .init(sees: "unclear", does: .terminate(signal: 15))
        ])
        let service = FakeService([Sample.lease("first"), Sample.lease("second")])
        let outcome = try await DeskRuntime(service: service, project: "invoices") { terminal }
            .run()
        #expect(outcome.done == 0)
        #expect(terminal.timesClosed == 1)
        let released = await service.calls
        #expect(released.contains(.release("lease-first")))
        #expect(released.contains(.release("lease-second")))
    }

    @Test("a service that will not have the reviewer ends the session and the terminal is closed")
    func refused() async throws {
        let terminal = ScriptedTerminal([])
        let service = FakeService([], projectFailure: Sample.problem(.invalidToken))
        let outcome = try await DeskRuntime(service: service, project: "invoices") { terminal }
            .run()
        #expect(outcome.refusal?.code == "SLU-402")
        #expect(terminal.timesClosed == 1)
    }

    @Test("a terminal that cannot be taken is an error")
    func noTerminal() async {
        let runtime = DeskRuntime(service: FakeService([]), project: "invoices") {
            throw TerminalError.notATerminal(descriptor: 0)
        }
        await #expect(throws: TerminalError.notATerminal(descriptor: 0)) { try await runtime.run() }
    }
}
