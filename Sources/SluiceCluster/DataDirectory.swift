import Glibc

/// The cluster's files on disk: whether they are complete, and how they come to be.
struct DataDirectory: Sendable {
    let layout: ClusterLayout

    /// The major version that wrote the directory; nil when there is no complete cluster.
    ///
    /// - Throws: `ClusterError.notACluster` when the directory holds something else.
    func version() throws(ClusterError) -> String? {
        if let text = FileSystem.text(of: "\(layout.data)/PG_VERSION") {
            return String(text.prefix { $0 != "\n" })
        }
        guard let entries = FileSystem.entries(of: layout.data) else { return nil }
        guard entries.isEmpty else { throw .notACluster(directory: layout.data) }
        return nil
    }

    /// Makes the cluster with its role and database, all or nothing.
    ///
    /// Everything happens in a directory beside the final one, which takes its name only when the work
    /// is done: an interrupted attempt leaves something that is recognised and thrown away here.
    func initialise(
        context: ProgramContext, options: ClusterOptions
    ) async throws(ClusterError) {
        try await requireEntry(by: context)
        let unfinished = layout.unfinishedData
        if FileSystem.exists(unfinished) {
            // As ourselves: the account may not own the directory around it.
            try await ProgramContext(binaries: context.binaries, account: nil)
                .run("rm", ["-rf", "--", unfinished])
        }
        try FileSystem.createPrivateDirectory(unfinished, for: context.account)
        let durable = options.durability == .full
        try await context.run(
            "initdb",
            [
                "-D", unfinished, "-U", ClusterAddress.owner, "--auth-local=trust",
                "--auth-host=reject",
                "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums",
            ] + (durable ? [] : ["--no-sync"]))
        // A server nobody can connect to yet: the database exists before the cluster does.
        let database = options.database.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"")
        try await context.run(
            "postgres",
            [
                "--single", "-D", unfinished, "-c", "exit_on_error=on", "-c", "lc_messages=C",
                "-c", "fsync=\(durable ? "on" : "off")", "postgres",
            ], input: "CREATE DATABASE \"\(database)\"\n")
        if FileSystem.exists(layout.data), rmdir(layout.data) != 0 {
            throw .fileSystem(operation: "remove", path: layout.data, errno: errno)
        }
        if durable { try FileSystem.synchronise(directory: unfinished) }
        try FileSystem.rename(unfinished, to: layout.data)
        if durable { try FileSystem.synchronise(directory: layout.directory) }
    }

    /// Checks that the account of the server may pass through to the directory.
    private func requireEntry(by context: ProgramContext) async throws(ClusterError) {
        do {
            try await context.run("test", ["-x", layout.directory])
        } catch {
            throw .unreachable(
                directory: layout.directory, account: context.account?.name ?? "of the service")
        }
    }
}
