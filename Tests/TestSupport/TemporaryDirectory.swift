import Foundation
import Glibc

/// A directory under /tmp that any account may pass through, so that a server which is not root can
/// work below it.
public struct TemporaryDirectory: Sendable {
    /// Its absolute path, short enough for a socket below it.
    public let path: String

    /// Makes the directory with a name of its own.
    public init() throws {
        var template = Array("/tmp/sluice-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil, chmod(template, 0o755) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Removes it with everything in it.
    public func remove() throws {
        try FileManager.default.removeItem(atPath: path)
    }
}
