import Glibc

/// Why the journal could not be read or written.
public struct JournalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, such as "writing".
    public let action: String
    /// The file or directory.
    public let path: String
    /// The system's error number.
    public let code: Int32

    /// Makes an error from the system's last one, or the one given.
    public init(_ action: String, _ path: String, code: Int32 = errno) {
        self.action = action
        self.path = path
        self.code = code
    }

    /// What failed and why, in a sentence.
    public var description: String { "\(action) \(path): \(String(cString: strerror(code)))" }
}
