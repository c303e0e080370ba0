import Glibc

/// Restores the terminal when the process crashes or exits while a full screen is on.
///
/// The handlers only use what a signal handler may: `write` of bytes made beforehand, `tcsetattr`,
/// and the return to the handler that was there before, so that a backtrace is still printed, onto
/// the normal screen.
enum CrashRestore {
    private static let signals = [
        SIGSEGV, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGQUIT,
    ]

    /// Starts to watch; while it watches, calling it again changes nothing.
    static func arm(input: Int32, output: Int32, settings: termios, bytes: [UInt8]) {
        guard !isArmed else { return }
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = copy.initialize(from: bytes)
        let next = CrashState(input: input, output: output, settings: settings, bytes: copy)
        if let state = crashState {
            state.pointee.bytes.deallocate()
            state.pointee = next
        } else {
            let state = UnsafeMutablePointer<CrashState>.allocate(capacity: 1)
            state.initialize(to: next)
            crashState = state
            atexit { restoreTerminal() }
        }
        isArmed = true
        for signal in signals {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = restoreAndRaise
            action.sa_flags = Int32(SA_ONSTACK)
            sigemptyset(&action.sa_mask)
            sigaction(signal, &action, &previousActions[Int(signal)])
        }
    }

    /// Stops watching and puts the previous handlers back.
    static func disarm() {
        guard isArmed else { return }
        isArmed = false
        for signal in signals {
            sigaction(signal, &previousActions[Int(signal)], nil)
        }
    }
}

/// What a handler needs, laid out so that reading it allocates nothing.
private struct CrashState {
    let input: Int32
    let output: Int32
    var settings: termios
    let bytes: UnsafeMutableBufferPointer<UInt8>
}

// Written only while no handler is installed or between its installations, by the one terminal
// of the process (`Terminal.open` allows no second); read by handlers.
nonisolated(unsafe) private var crashState: UnsafeMutablePointer<CrashState>?
nonisolated(unsafe) private var isArmed = false
nonisolated(unsafe) private let previousActions: UnsafeMutablePointer<sigaction> = {
    let pointer = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    pointer.initialize(repeating: sigaction(), count: 65)
    return pointer
}()

private func restoreTerminal() {
    guard isArmed, let state = crashState else { return }
    isArmed = false
    _ = write(state.pointee.output, state.pointee.bytes.baseAddress, state.pointee.bytes.count)
    tcsetattr(state.pointee.input, TCSANOW, &state.pointee.settings)
}

private func restoreAndRaise(_ signal: Int32) {
    restoreTerminal()
    // The previous handler may ask a person what to do, and may hang when nobody is there.
    alarm(60)
    sigaction(signal, &previousActions[Int(signal)], nil)
    raise(signal)
}
