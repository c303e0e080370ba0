import Glibc

/// Turns signals into bytes of a pipe, so that a thread in `poll` can take them one by one.
struct SignalPipe {
    /// The signals a full screen has to know about.
    static let fullScreen = [SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT]

    /// Where the numbers of arrived signals can be read, one byte each.
    let readEnd: Int32
    private let writeEnd: Int32
    private var previous: [(signal: Int32, action: sigaction)] = []

    /// Takes over the handling of the signals.
    init(_ signals: [Int32]) throws(TerminalError) {
        let ends = try Descriptor.pipe()
        readEnd = ends.read
        writeEnd = ends.write
        signalPipeEnd = ends.write
        for signal in signals {
            previous.append((signal, Self.forward(signal)))
        }
    }

    /// Puts the previous handlers back and closes the pipe.
    func close() {
        for (signal, action) in previous {
            var action = action
            sigaction(signal, &action, nil)
        }
        signalPipeEnd = -1
        Glibc.close(readEnd)
        Glibc.close(writeEnd)
    }

    /// Stops the process group, as control-Z in a shell does, and returns once it continues.
    ///
    /// Where nobody could continue it (an orphaned process group) the kernel ignores the signal
    /// and this returns at once.
    static func stopProcess() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = SIG_DFL
        sigaction(SIGTSTP, &action, nil)
        kill(0, SIGTSTP)
        _ = forward(SIGTSTP)
    }

    private static func forward(_ signal: Int32) -> sigaction {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = forwardSignal
        action.sa_flags = Int32(SA_RESTART)
        sigemptyset(&action.sa_mask)
        var previous = sigaction()
        sigaction(signal, &action, &previous)
        return previous
    }
}

// Set before the handlers are installed and after they are gone.
nonisolated(unsafe) private var signalPipeEnd: Int32 = -1

private func forwardSignal(_ signal: Int32) {
    let saved = errno
    var byte = UInt8(truncatingIfNeeded: signal)
    _ = write(signalPipeEnd, &byte, 1)
    errno = saved
}
