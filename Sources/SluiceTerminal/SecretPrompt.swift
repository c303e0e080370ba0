import Glibc

/// Asks for a secret on the terminal without showing what is typed.
public enum SecretPrompt {
    /// Writes `prompt` to the terminal of the process and reads a line from it.
    ///
    /// Nothing is echoed; the terminal is as before when this returns or throws, also when the
    /// process crashes meanwhile. Control-C and the end of input give up.
    ///
    /// - Returns: the line without its end; empty when the reader gave up.
    /// - Throws: `TerminalError` when there is no terminal.
    public static func read(_ prompt: String) throws(TerminalError) -> String {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { throw .notATerminal(descriptor: STDIN_FILENO) }
        defer { close(terminal) }
        var original = termios()
        guard tcgetattr(terminal, &original) == 0 else {
            throw .system(call: "tcgetattr", errno: errno)
        }
        CrashRestore.arm(input: terminal, output: terminal, settings: original, bytes: [10])
        var silent = original
        // Keys that would end or stop the process come as bytes: it must not leave without echo.
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &original)
            CrashRestore.disarm()
        }
        // Only now: what is typed in answer to it must be neither shown nor thrown away.
        try Descriptor.write(Array(visible(prompt).text.utf8), to: terminal)
        let line = readLine(terminal)
        try Descriptor.write([13, 10], to: terminal)
        return line
    }

    private static func readLine(_ terminal: Int32) -> String {
        var line: [UInt8] = []
        while let bytes = Descriptor.read(terminal) {
            for byte in bytes {
                switch byte {
                case 10, 13: return String(decoding: line, as: UTF8.self)
                case 3, 4, 28: return ""
                case 8, 127: if !line.isEmpty { line.removeLast() }
                case 21: line = []
                case 0..<32: continue
                default: line.append(byte)
                }
            }
        }
        return ""
    }
}
