import Foundation
import Glibc

/// A file without a name, for programs to write to and read from: gone with the last who holds it.
///
/// Unlike a pipe it never makes a program wait, nor us for the children a program leaves behind.
public final class ScratchFile: Sendable {
    /// The open file, for a program to be started with.
    public let descriptor: Int32

    /// Makes the file with this text in it, read from its beginning.
    public init(_ text: String = "") throws {
        var template = Array("/tmp/sluice-file-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        let bytes = Array(text.utf8)
        guard descriptor >= 0, unlink(template) == 0,
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0,
            fcntl(descriptor, F_SETFL, O_APPEND) == 0,
            write(descriptor, bytes, bytes.count) == bytes.count,
            lseek(descriptor, 0, SEEK_SET) == 0
        else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }

    /// Everything in it now, wherever those who use it have come to.
    public func text() -> String {
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = pread(descriptor, &part, part.count, off_t(all.count))
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += part.prefix(count)
        }
    }
}
