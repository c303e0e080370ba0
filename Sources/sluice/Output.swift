import Glibc
import SluiceTerminal
import Synchronization

/// Data goes to standard output, talk to standard error.
enum Output {
    /// Whether standard error is a terminal: only then there are progress bars.
    static var talksToTerminal: Bool { isatty(2) == 1 }

    /// What plots are drawn with: what the locale and the terminal show.
    static var glyphs: PlotGlyphs { PlotGlyphs { Environment.variables[$0] } }

    /// The colours of standard output: none where it is no terminal, or `NO_COLOR` is set.
    static var paint: Paint {
        guard isatty(1) == 1 else { return Paint(.none) }
        return Paint(TerminalCapabilities { Environment.variables[$0] }.colors)
    }

    /// What of the data on standard output was cut in the middle of a character.
    private static let terminalData = Mutex(DataEscape())

    /// Writes data; on a terminal, what would act on it is escaped.
    ///
    /// - Parameter name: what a failure says was being written.
    /// - Throws: `ReaderGone` when nobody reads it any more, which ends the command quietly; `Failure`.
    static func write(
        _ bytes: [UInt8], to descriptor: Int32 = 1, named name: String = "the output"
    ) throws {
        let isTerminal = descriptor == 1 && isatty(1) == 1
        try send(
            isTerminal ? terminalData.withLock { $0.escape(bytes) } : bytes, to: descriptor,
            named: name)
    }

    private static func send(
        _ bytes: [UInt8], to descriptor: Int32, named name: String
    ) throws {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes {
                Glibc.write(
                    descriptor, $0.baseAddress?.advanced(by: offset), bytes.count - offset)
            }
            if written < 0, errno == EINTR { continue }
            if written < 0, errno == EPIPE { throw ReaderGone() }
            guard written > 0 else {
                throw Failure("writing \(name)", why: String(cString: strerror(errno)))
            }
            offset += written
        }
    }

    /// Prints a line of data.
    ///
    /// Text from outside must have gone through `visible` before.
    static func print(_ line: String) throws {
        try send(Array((line + "\n").utf8), to: 1, named: "the output")
    }

    /// Says something to the user.
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        // Nothing can be said about not being able to talk.
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }

    /// Says what failed, why, and what to do.
    static func complain(_ failure: Failure) {
        say(safe("sluice: \(failure.what) failed: \(failure.why)"))
        if let hint = failure.hint { say(safe(" hint: \(hint)")) }
    }
}

/// Whoever read the output has stopped, as `head` does: there is nobody to tell anything.
struct ReaderGone: Error {}

/// A bar on standard error while something long goes on; nothing when it is not a terminal.
struct ProgressBar {
    private let title: String
    private let total: Int?
    private var shownAt: ContinuousClock.Instant?
    private let start = ContinuousClock.now

    /// Makes a bar; `total` bytes, nil when unknown.
    init(_ title: String, total: Int?) {
        self.title = title
        self.total = total
    }

    /// Shows how far it is, ten times a second at most.
    mutating func update(bytes: Int, items: Int) {
        guard Output.talksToTerminal else { return }
        let now = ContinuousClock.now
        if let shownAt, shownAt.duration(to: now) < .milliseconds(100) { return }
        shownAt = now
        let (seconds, attoseconds) = start.duration(to: now).components
        let elapsed = Double(seconds) + Double(attoseconds) / 1e18
        let rate = elapsed > 0 ? Int(Double(items) / elapsed) : 0
        var line = "\r\(title) "
        if let total, total > 0 {
            let share = min(1, Double(bytes) / Double(total))
            let filled = Int(share * 30)
            line +=
                "[" + String(repeating: "#", count: filled)
                + String(repeating: ".", count: 30 - filled) + "] \(Int(share * 100)) % "
        }
        line += "\(items) lines, \(rate)/s \u{1B}[K"
        _ = Array(line.utf8).withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }

    /// Takes the bar away.
    func finish() {
        guard Output.talksToTerminal else { return }
        _ = Array("\r\u{1B}[K".utf8).withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}

/// Text from outside as one line that is safe on a terminal.
func safe(_ text: String) -> String { visible(text).text }
