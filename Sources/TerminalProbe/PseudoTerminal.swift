import Glibc
import Synchronization

/// A terminal that a test sits at: what a program draws can be read, and keys can be typed.
public final class PseudoTerminal: Sendable {
    /// What the program gets as its standard input, output and error.
    public let device: Int32
    /// Its path, for a program that is to open it itself and make it its own.
    public let path: String
    private let keyboard: Int32
    private let isOpen = Mutex(true)

    /// `TIOCSPTLCK` and `TIOCGPTN` of Linux.
    private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    /// The system has no terminal to give.
    public struct Unavailable: Error {
        /// The system's error number.
        public let code: Int32
    }

    /// Makes a terminal of this size, in cells.
    public init(columns: Int = 80, rows: Int = 24) throws(Unavailable) {
        // What posix_openpt, unlockpt and ptsname do; the C library shows those to GNU programs only.
        keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, UInt32) = (0, 0)
        guard keyboard >= 0, ioctl(keyboard, Self.setLock, &lock) == 0,
            ioctl(keyboard, Self.getNumber, &number) == 0
        else { throw Unavailable(code: errno) }
        path = "/dev/pts/\(number)"
        device = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard device >= 0, fcntl(keyboard, F_SETFL, O_NONBLOCK) == 0 else {
            throw Unavailable(code: errno)
        }
        resize(columns: columns, rows: rows)
    }

    deinit {
        close(device)
        hangUp()
    }

    /// How the terminal is set up: a full-screen program must leave it as it was.
    public var settings: [UInt32] {
        var state = termios()
        tcgetattr(device, &state)
        return [state.c_iflag, state.c_oflag, state.c_cflag, state.c_lflag]
    }

    /// Makes the terminal larger or smaller; who is in its foreground is told by SIGWINCH.
    public func resize(columns: Int, rows: Int) {
        var size = winsize(
            ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(keyboard, UInt(TIOCSWINSZ), &size)
    }

    /// Types keys.
    public func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = bytes.withUnsafeBytes { write(keyboard, $0.baseAddress, $0.count) }
    }

    /// Goes away, as a connection that breaks: the program finds its terminal gone.
    public func hangUp() {
        isOpen.withLock { isOpen in
            if isOpen { close(keyboard) }
            isOpen = false
        }
    }

    /// Waits until something is drawn, blocking; at most so many milliseconds.
    public func wait(milliseconds: Int32) {
        var entry = pollfd(fd: keyboard, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, milliseconds)
    }

    /// What was drawn since the last look; empty when nothing was.
    public func drawn() -> [UInt8] {
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = isOpen.withLock { $0 ? read(keyboard, &part, part.count) : 0 }
            guard count > 0 else { return all }
            all += part.prefix(count)
        }
    }
}
