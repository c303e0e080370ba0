import Glibc

/// Reading from, writing to and asking about file descriptors.
enum Descriptor {
    /// How long a terminal may take no output before a write is given up, in milliseconds.
    static let patience: Int32 = 2_000

    /// Writes all bytes, also to a descriptor that does not block.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(TerminalError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count >= 0 {
                done += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&entry, 1, patience) == 0 {
                    throw .writeTimedOut(milliseconds: patience)
                }
            default: throw .system(call: "write", errno: errno)
            }
        }
    }

    /// Reads what is there.
    ///
    /// - Returns: the bytes; empty if there are none yet; nil at the end or when the device is gone.
    static func read(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 { return Array(buffer[..<count]) }
        if count < 0, errno == EINTR || errno == EAGAIN { return [] }
        return nil
    }

    /// The size of the terminal behind a descriptor; 80 x 24 where it does not know.
    static func size(of descriptor: Int32) -> Size {
        var window = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0,
            window.ws_row > 0
        else { return Size(columns: 80, rows: 24) }
        return Size(columns: Int(window.ws_col), rows: Int(window.ws_row))
    }

    /// Makes a pipe whose ends do not block and are closed in child processes.
    static func pipe() throws(TerminalError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw .system(call: "pipe", errno: errno) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        return (ends[0], ends[1])
    }
}
