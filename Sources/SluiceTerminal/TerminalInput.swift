import Glibc

/// Reads a terminal and the process's signals in a thread of its own and tells what happened.
///
/// A thread, because `poll` blocks and must not hold one of the few threads concurrency shares.
final class TerminalInput: Sendable {
    /// How long after a lone ESC the rest of a sequence may come, in milliseconds.
    static let escapePatience: Int32 = 50

    let events: AsyncStream<TerminalEvent>
    private let wakeEnd: Int32
    private let thread: pthread_t

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - input: where keys come from.
    ///   - output: the terminal whose size is told.
    ///   - signals: where the numbers of signals come from, one byte each.
    init(input: Int32, output: Int32, signals: Int32) throws(TerminalError) {
        let wake = try Descriptor.pipe()
        let (events, continuation) = AsyncStream.makeStream(of: TerminalEvent.self)
        let loop = InputLoop(
            input: input, output: output, signals: signals, wake: wake.read,
            continuation: continuation)
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(loop)
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<InputLoop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard status == 0 else {
            argument.release()
            close(wake.read)
            close(wake.write)
            throw .system(call: "pthread_create", errno: status)
        }
        self.events = events
        self.thread = thread
        wakeEnd = wake.write
    }

    /// Ends the thread and the stream; to be called once.
    func stop() {
        var byte: UInt8 = 0
        _ = write(wakeEnd, &byte, 1)
        pthread_join(thread, nil)
        close(wakeEnd)
    }
}

/// What the thread does.
private final class InputLoop {
    private let input: Int32
    private let output: Int32
    private let signals: Int32
    private let wake: Int32
    private let continuation: AsyncStream<TerminalEvent>.Continuation
    private var decoder = KeyDecoder()
    private var isInputOpen = true

    init(
        input: Int32, output: Int32, signals: Int32, wake: Int32,
        continuation: AsyncStream<TerminalEvent>.Continuation
    ) {
        self.input = input
        self.output = output
        self.signals = signals
        self.wake = wake
        self.continuation = continuation
    }

    func run() {
        while true {
            // A negative descriptor is skipped by poll.
            var entries = [
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isInputOpen ? input : -1, events: Int16(POLLIN), revents: 0),
            ]
            let timeout = decoder.isWaiting ? TerminalInput.escapePatience : -1
            let count = poll(&entries, nfds_t(entries.count), timeout)
            if count == 0 { send(decoder.timeOut()) }
            guard count > 0 else { continue }
            if entries[0].revents != 0 { break }
            if entries[1].revents != 0 { readSignals() }
            if entries[2].revents != 0 { readKeys() }
        }
        continuation.finish()
        close(wake)
    }

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
