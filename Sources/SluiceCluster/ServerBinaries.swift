import Glibc

/// The directory that holds `postgres` and `initdb`, and which major version they are.
struct ServerBinaries: Hashable, Sendable {
    let directory: String
    /// The major version as it stands in `PG_VERSION` ("15"); nil when the path does not tell.
    let version: String?

    /// Finds the programs to run, newest first.
    ///
    /// Searched are: `explicit` (the only place, if given), Debian's `/usr/lib/postgresql/*/bin`, and
    /// the directories of `PATH`.
    ///
    /// - Parameter dataVersion: the contents of the data directory's `PG_VERSION`; only that major
    ///   version can open it. Nil for a directory yet to be made.
    static func locate(
        explicit: String?, dataVersion: String?, path: String
    ) throws(ClusterError) -> ServerBinaries {
        if let explicit {
            guard holdsServer(explicit) else { throw .notInstalled(searched: [explicit]) }
            return ServerBinaries(directory: explicit, version: nil)
        }
        let debian = "/usr/lib/postgresql"
        let packaged = (FileSystem.entries(of: debian) ?? [])
            .compactMap { name in Int(name).map { (number: $0, name: name) } }
            .sorted { $0.number > $1.number }
            .map { ServerBinaries(directory: "\(debian)/\($0.name)/bin", version: $0.name) }
            .filter { holdsServer($0.directory) }
        let onPath = path.split(separator: ":").map(String.init)
            .filter { $0.hasPrefix("/") && holdsServer($0) }
            .map { ServerBinaries(directory: $0, version: nil) }

        if let dataVersion {
            if let match = packaged.first(where: { $0.version == dataVersion }) { return match }
            guard packaged.isEmpty, let first = onPath.first else {
                if packaged.isEmpty { throw .notInstalled(searched: [debian, "PATH"]) }
                throw .versionMissing(
                    data: dataVersion, installed: packaged.compactMap(\.version))
            }
            return first
        }
        guard let newest = packaged.first ?? onPath.first else {
            throw .notInstalled(searched: [debian, "PATH"])
        }
        return newest
    }

    private static func holdsServer(_ directory: String) -> Bool {
        access("\(directory)/postgres", X_OK) == 0 && access("\(directory)/initdb", X_OK) == 0
    }
}
