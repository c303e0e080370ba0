import Foundation
import Glibc

/// A terminal that a test sits at: what a program draws can be read, and keys can be typed.
final class PseudoTerminal: Sendable {
    /// What the program gets as its standard input, output and error.
    let device: Int32
    private let keyboard: Int32

    /// `TIOCSPTLCK` and `TIOCGPTN` of Linux.
    private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    init(columns: UInt16 = 80, rows: UInt16 = 24) throws {
        // What posix_openpt, unlockpt and ptsname do; the C library shows those to GNU programs only.
        keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, UInt32) = (0, 0)
        guard keyboard >= 0, ioctl(keyboard, Self.setLock, &lock) == 0,
            ioctl(keyboard, Self.getNumber, &number) == 0
        else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        device = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        guard device >= 0, ioctl(device, UInt(TIOCSWINSZ), &size) == 0,
            fcntl(keyboard, F_SETFL, O_NONBLOCK) == 0
        else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit {
        close(device)
        close(keyboard)
    }

    /// How the terminal is set up: a full-screen program must leave it as it was.
    var settings: [UInt32] {
        var state = termios()
        tcgetattr(device, &state)
        return [state.c_iflag, state.c_oflag, state.c_cflag, state.c_lflag]
    }

    /// Types keys.
    func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = bytes.withUnsafeBytes { write(keyboard, $0.baseAddress, $0.count) }
    }

    /// What was drawn since the last look; empty when nothing was.
    func drawn() -> [UInt8] {
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(keyboard, &part, part.count)
            guard count > 0 else { return all }
            all += part.prefix(count)
        }
    }
}
