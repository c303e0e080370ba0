import Glibc
import Synchronization

/// Whether keys may be read: not while another program has the terminal.
final class InputGate: Sendable {
    private let flag = Atomic(true)

    /// May be changed from any thread; the reading thread has to be nudged then.
    var isOpen: Bool {
        get { flag.load(ordering: .acquiring) }
        set { flag.store(newValue, ordering: .releasing) }
    }
}

/// Reads a terminal and the process's signals and tells what happened.
final class TerminalInput: PollHandler {
    /// How long after a lone ESC the rest of a sequence may come, in milliseconds.
    private static let escapePatience: Int32 = 50

    private let input: Int32
    private let output: Int32
    private let signals: Int32
    private let gate: InputGate
    private let continuation: AsyncStream<TerminalEvent>.Continuation
    private var decoder = KeyDecoder()
    private var isInputOpen = true

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - input: where keys come from.
    ///   - output: the terminal whose size is told.
    ///   - signals: where the numbers of signals come from, one byte each.
    ///   - gate: whether keys are read.
    init(
        input: Int32, output: Int32, signals: Int32, gate: InputGate,
        continuation: AsyncStream<TerminalEvent>.Continuation
    ) {
        self.input = input
        self.output = output
        self.signals = signals
        self.gate = gate
        self.continuation = continuation
    }

    var descriptors: [Int32] { [signals, isInputOpen && gate.isOpen ? input : -1] }

    var timeout: Int32 { decoder.isWaiting ? Self.escapePatience : -1 }

    func readable(_ index: Int) {
        if index == 0 {
            readSignals()
        } else if gate.isOpen {
            readKeys()
        }
    }

    func timedOut() { send(decoder.timeOut()) }

    func finished() { continuation.finish() }

    private func readKeys() {
        guard let bytes = Descriptor.read(input) else {
            isInputOpen = false
            continuation.yield(.inputClosed)
            return
        }
        send(decoder.feed(bytes))
    }

    private func send(_ events: [KeyboardEvent]) {
        for event in events {
            switch event {
            case .key(let key): continuation.yield(.key(key))
            case .paste(let text): continuation.yield(.paste(text))
            }
        }
    }

    private func readSignals() {
        for signal in Descriptor.read(signals) ?? [] {
            switch Int32(signal) {
            case SIGWINCH: continuation.yield(.resize(Descriptor.size(of: output)))
            case SIGTSTP: continuation.yield(.suspend)
            case SIGCONT: continuation.yield(.continued)
            case let signal: continuation.yield(.terminate(signal: signal))
            }
        }
    }
}
