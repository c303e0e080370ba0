import Glibc
import Synchronization

/// The terminal of this process, in full screen.
///
/// At most one is open at a time, because signals and the screen belong to the whole process.
public final class Terminal: TerminalDevice {
    private static let isOpen = Mutex(false)

    /// What happens at the terminal, in order.
    public let events: AsyncStream<TerminalEvent>
    /// What the terminal can do.
    public let capabilities: TerminalCapabilities
    private let output: Int32
    private let input: PollThread
    private let gate: InputGate
    private let state: Mutex<State>

    private struct State {
        var mode: RawMode
        let signals: SignalPipe
        var isClosed = false
        var isLent = false
    }

    /// Takes the terminal: raw mode, alternate screen, signals as events.
    ///
    /// - Parameters:
    ///   - input: the descriptor keys are read from.
    ///   - output: the descriptor frames are written to.
    /// - Throws: `TerminalError`; nothing has changed then.
    public init(input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO) throws(TerminalError) {
        let capabilities = Self.capabilities()
        guard capabilities.canMoveCursor else { throw .noCursor }
        var mode = try RawMode(input: input, output: output)
        let wasOpen = Self.isOpen.withLock { isOpen in
            defer { isOpen = true }
            return isOpen
        }
        guard !wasOpen else { throw .alreadyOpen }
        let gate = InputGate()
        let (events, continuation) = AsyncStream.makeStream(of: TerminalEvent.self)
        do throws(TerminalError) {
            let signals = try SignalPipe(SignalPipe.fullScreen)
            do throws(TerminalError) {
                try mode.enter()
                self.input = try PollThread(
                    TerminalInput(
                        input: input, output: output, signals: signals.readEnd, gate: gate,
                        continuation: continuation))
            } catch {
                mode.leave()
                signals.close()
                throw error
            }
            state = Mutex(State(mode: mode, signals: signals))
        } catch {
            Self.isOpen.withLock { $0 = false }
            throw error
        }
        self.capabilities = capabilities
        self.output = output
        self.gate = gate
        self.events = events
    }

    deinit { close() }

    /// The size now; 80 x 24 where the terminal does not know.
    public var size: Size { Descriptor.size(of: output) }

    /// Writes bytes; blocks while the terminal takes none, at most two seconds at a stretch.
    public func write(_ bytes: [UInt8]) throws(TerminalError) {
        try Descriptor.write(bytes, to: output)
    }

    /// Gives the terminal back, stops the process group, and takes the terminal when it continues.
    public func suspend() throws(TerminalError) {
        try state.withLock { state throws(TerminalError) in
            guard !state.isClosed else { return }
            if state.isLent {
                // The program that has the terminal stops as well, and has it when it goes on.
                SignalPipe.stopProcess()
                return
            }
            state.mode.leave()
            SignalPipe.stopProcess()
            try state.mode.enter()
        }
    }

    /// Sets the terminal up again, after the process was stopped by somebody else.
    public func resume() throws(TerminalError) {
        try state.withLock { state throws(TerminalError) in
            guard !state.isClosed, !state.isLent else { return }
            try state.mode.enter()
        }
    }

    /// Gives the terminal to another program; until `reclaim()` no key is read here.
    public func lend() throws(TerminalError) {
        state.withLock { state in
            guard !state.isClosed, !state.isLent else { return }
            state.isLent = true
            gate.isOpen = false
            input.nudge()
            state.mode.leave()
        }
    }

    /// Takes the terminal back from another program.
    public func reclaim() throws(TerminalError) {
        try state.withLock { state throws(TerminalError) in
            guard !state.isClosed, state.isLent else { return }
            state.isLent = false
            try state.mode.enter()
            gate.isOpen = true
            input.nudge()
        }
    }

    /// Restores the terminal and the signal handlers, and ends `events`.
    public func close() {
        let closed = state.withLock { state -> SignalPipe? in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            state.mode.leave()
            return state.signals
        }
        guard let closed else { return }
        input.stop()
        closed.close()
        Self.isOpen.withLock { $0 = false }
    }

    /// What the environment says about the terminal.
    public static func capabilities() -> TerminalCapabilities {
        TerminalCapabilities { name in getenv(name).map { String(cString: $0) } }
    }

    /// Tells whether both standard input and output are terminals that can show a full screen.
    public static var isAvailable: Bool {
        isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && capabilities().canMoveCursor
    }
}
