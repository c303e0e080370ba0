import Glibc

/// What a running server says about itself in `postmaster.pid` of its data directory.
///
/// The lines are, in order: process id, data directory, start time, port, socket directory, listen
/// address, shared memory key, status (PostgreSQL, `src/include/utils/pidfile.h`).
struct PostmasterFile: Hashable, Sendable {
    /// How far the server is.
    enum Status: String, Sendable {
        case starting, stopping, ready, standby
    }

    let process: Int32
    let socketDirectory: String
    /// Nil while the server has not come to writing that line.
    let status: Status?

    static func path(in dataDirectory: String) -> String { "\(dataDirectory)/postmaster.pid" }

    /// Reads the file; nil when there is none, or it is only half written.
    init?(dataDirectory: String) {
        guard let text = FileSystem.text(of: Self.path(in: dataDirectory)) else { return nil }
        self.init(text: text)
    }

    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // A negative number is a stand-alone backend, which nobody can connect to.
        guard let first = lines.first, let process = Int32(first), process > 0 else { return nil }
        self.process = process
        socketDirectory = lines.count > 4 ? String(lines[4]) : ""
        let word = lines.count > 7 ? lines[7].prefix { $0 != " " } : ""
        status = Status(rawValue: String(word))
    }
}

/// What the system says about a process that a `postmaster.pid` names.
enum ProcessFacts: Equatable, Sendable {
    /// There is no such process, or it has ended and waits to be collected.
    case gone
    /// It works in that data directory, as every PostgreSQL server does.
    case serves
    /// It is a process that got the number later and does something else.
    case unrelated
    /// It is there, and the system does not let us see what it is.
    case hidden

    /// Looks at the process's working directory: a process id alone may have been reused.
    static func of(_ process: Int32, servingFrom dataDirectory: String) -> ProcessFacts {
        guard kill(process, 0) == 0 || errno == EPERM else { return .gone }
        guard let directory = FileSystem.linkTarget("/proc/\(process)/cwd") else {
            // A process that has ended has no working directory any more.
            return errno == EACCES ? .hidden : .gone
        }
        return directory == FileSystem.realPath(dataDirectory) ? .serves : .unrelated
    }
}
