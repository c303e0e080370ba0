import Glibc

/// Where everything of a cluster lies below its directory.
struct ClusterLayout: Hashable, Sendable {
    /// A socket's whole path must fit `sockaddr_un.sun_path` with its terminating zero.
    static let longestSocketPathBytes = 107
    private static let socketName = "/.s.PGSQL.\(ClusterAddress.serverPort)"

    let directory: String
    /// Where the server makes its socket: in the directory itself, or a short private place elsewhere
    /// when that path would be too long for a socket.
    let socketDirectory: String

    var data: String { "\(directory)/data" }
    /// A cluster being made: becomes `data` by a rename when it is complete.
    var unfinishedData: String { "\(directory)/data.unfinished" }
    var logDirectory: String { "\(directory)/log" }
    var log: String { "\(logDirectory)/postgres.log" }
    var previousLog: String { "\(logDirectory)/postgres.log.1" }
    var lock: String { "\(directory)/lock" }
    var socketIsElsewhere: Bool { !socketDirectory.hasPrefix(directory + "/") }

    /// - Parameters:
    ///   - directory: an absolute path, without links or `..` in it.
    ///   - environment: `XDG_RUNTIME_DIR` is used for a socket directory elsewhere.
    init(directory: String, environment: [String: String], user: uid_t = geteuid()) {
        self.directory = directory
        let inside = "\(directory)/run"
        if Self.fits(inside) {
            socketDirectory = inside
            return
        }
        let name = "sluice-\(String(Self.hash(directory), radix: 16))"
        let candidates =
            user == 0
            ? ["/run/\(name)"]
            : [environment["XDG_RUNTIME_DIR"].map { "\($0)/\(name)" }].compactMap { $0 }
        socketDirectory =
            candidates.first { $0.hasPrefix("/") && Self.fits($0) } ?? "/tmp/\(name)-\(user)"
    }

    /// The file of the socket in a directory.
    static func socket(in directory: String) -> String { directory + socketName }

    private static func fits(_ directory: String) -> Bool {
        socket(in: directory).utf8.count <= longestSocketPathBytes
    }

    /// FNV-1a, 64 bits: the same directory has the same socket after a restart.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// Makes the directory where it is missing and finds its one true path.
    static func prepare(
        directory: String, environment: [String: String], for account: ServerAccount?
    ) throws(ClusterError) -> ClusterLayout {
        try FileSystem.createParents(of: directory)
        try FileSystem.createPrivateDirectory(directory, for: account)
        guard let path = FileSystem.realPath(directory) else {
            throw .fileSystem(operation: "find", path: directory, errno: errno)
        }
        return ClusterLayout(directory: path, environment: environment)
    }

    /// Makes the socket directory, or checks that the one that is there is private to `account`.
    ///
    /// Under /tmp anybody may have made a directory of that name first; whoever owns it could pose as
    /// the server.
    static func prepareSocketDirectory(
        _ path: String, for account: ServerAccount?
    ) throws(ClusterError) {
        try FileSystem.createPrivateDirectory(path, for: account)
        try requirePrivate(path, for: account)
    }

    /// Checks that a socket directory belongs to `account` and lets in nobody else.
    static func requirePrivate(
        _ path: String, for account: ServerAccount?
    ) throws(ClusterError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw .fileSystem(operation: "look at", path: path, errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_mode & 0o077 == 0,
            status.st_uid == account?.user ?? geteuid()
        else { throw .unsafeSocketDirectory(path: path) }
    }
}
