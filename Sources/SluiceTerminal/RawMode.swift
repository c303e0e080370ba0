import Glibc

/// Switches a terminal to raw mode and the alternate screen, and back.
///
/// Raw: every key arrives at once and unechoed, and control-C and control-Z are keys. While it is
/// on, an exit or a crash of the process restores the terminal (`CrashRestore`); only SIGKILL
/// cannot be caught, after which `stty sane` helps.
struct RawMode {
    /// The alternate screen; sent once, because it also saves where the cursor was.
    private static let screenSequence = Array("\u{1b}[?1049h".utf8)
    /// No line wrap at the right edge, bracketed paste, no cursor.
    private static let modeSequence = Array("\u{1b}[?7l\u{1b}[?2004h\u{1b}[?25l".utf8)
    /// The reverse, beginning with the end of a synchronized update that may be open.
    static let leaveSequence = Array(
        "\u{1b}[?2026l\u{1b}[0m\u{1b}[?2004l\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l".utf8)

    let input: Int32
    let output: Int32
    private let original: termios
    private(set) var isOn = false

    /// Remembers how the terminal is set, and changes nothing yet.
    init(input: Int32, output: Int32) throws(TerminalError) {
        for descriptor in [input, output] where isatty(descriptor) != 1 {
            throw .notATerminal(descriptor: descriptor)
        }
        var settings = termios()
        guard tcgetattr(input, &settings) == 0 else {
            throw .system(call: "tcgetattr", errno: errno)
        }
        self.input = input
        self.output = output
        original = settings
    }

    /// Takes the terminal; when it is already taken, sets again what others may have changed.
    mutating func enter() throws(TerminalError) {
        CrashRestore.arm(
            input: input, output: output, settings: original, bytes: Self.leaveSequence)
        let sequence = isOn ? Self.modeSequence : Self.screenSequence + Self.modeSequence
        isOn = true
        var settings = original
        cfmakeraw(&settings)
        guard tcsetattr(input, TCSADRAIN, &settings) == 0 else {
            let code = errno
            leave()
            throw .system(call: "tcsetattr", errno: code)
        }
        do throws(TerminalError) {
            try Descriptor.write(sequence, to: output)
        } catch {
            leave()
            throw error
        }
    }

    /// Gives the terminal back.
    ///
    /// Keys typed and not yet read are dropped, so that they do not reach the shell.
    mutating func leave() {
        guard isOn else { return }
        isOn = false
        // The one thing left to do when this fails is to go on and restore the line settings.
        do throws(TerminalError) {
            try Descriptor.write(Self.leaveSequence, to: output)
        } catch {
            tcflush(output, TCOFLUSH)
        }
        var settings = original
        tcflush(input, TCIFLUSH)
        tcsetattr(input, TCSANOW, &settings)
        CrashRestore.disarm()
    }
}
