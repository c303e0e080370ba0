import SluiceCluster

/// One run of pgbench with prepared statements.
struct Pgbench {
    private let arguments: [String]

    /// - Parameter files: scripts, each with `@` and a weight if there are several.
    init(
        _ address: ClusterAddress, clients: Int, seconds: Int, files: [String],
        variables: [String: String]
    ) {
        arguments =
            [
                "-n", "-M", "prepared", "-c", "\(clients)", "-j", "\(min(clients, 2))",
                "-T", "\(seconds)", "-h", address.socketDirectory, "-p", "\(address.port)",
                "-U", address.user,
            ] + variables.sorted { $0.key < $1.key }.flatMap { ["-D", "\($0.key)=\($0.value)"] }
            + files.flatMap { ["-f", $0] } + [address.database]
    }

    /// Runs it to its end; transactions a second.
    func run() async throws -> Double {
        let output = try await runTool("pgbench", arguments)
        guard let line = output.split(separator: "\n").first(where: { $0.hasPrefix("tps = ") }),
            let rate = line.split(separator: " ").dropFirst(2).first.flatMap({ Double($0) })
        else { throw BenchError("pgbench said: \(output)") }
        return rate
    }
}
