import ArgumentParser
import Foundation
import SluiceCluster
import SluiceDomain

/// `sluice-bench single`.
struct SingleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "single",
        abstract: "One prediction a request, against one INSERT of the same rows a transaction.")

    @OptionGroup var options: BenchOptions

    @Option(help: "How many connections are kept alive; may be given several times.")
    var connections: [Int] = [1, 8, 32]

    @Option(help: "How many seconds a run takes.")
    var seconds = 2

    func run() async throws {
        try await options.run { bench in
            let data = try DemoData(options)
            let token = try await bench.token(.producer, "bench-producer")
            let project = try await bench.pool.number(BenchSQL.projectID)
            // One round of the real data says how many of its predictions need a person.
            let sample = IngestWorkload(
                bench: bench, data: data, predictions: data.count, token: token)
            _ = try await sample.send(connections: 1, mark: "sample")
            let queued = Int(try await bench.pool.number(BenchSQL.waitingAnywhere))
            let script = SingleScript(data: data, project: project)
            let files = try script.write(
                to: bench.directory, queued: queued, accepted: data.count - queued)
            var figures: [Figure] = []
            for count in connections {
                var measured: [Double] = []
                var baseline: [Double] = []
                for turn in 0..<options.repeats {
                    try await bench.pool.execute(BenchSQL.empty, BenchSQL.checkpoint)
                    measured.append(
                        try await throughHTTP(
                            bench, data, token, connections: count, mark: "s\(count)t\(turn)"))
                    try await bench.pool.execute(BenchSQL.empty, BenchSQL.checkpoint)
                    baseline.append(
                        try await Pgbench(
                            bench.address, clients: count, seconds: seconds, files: files,
                            variables: [:]
                        ).run())
                    say("single \(count): \(Int(measured[turn])) against \(Int(baseline[turn]))")
                }
                figures.append(
                    Figure(
                        "single predictions, \(count) connections", unit: "rows/s",
                        measured: measured, baseline: baseline, against: "pgbench"))
            }
            return figures
        }
    }

    /// Predictions a second, each in a request of its own.
    private func throughHTTP(
        _ bench: Bench, _ data: DemoData, _ token: String, connections: Int, mark: String
    ) async throws -> Double {
        let (port, seconds) = (bench.service.port, seconds)
        let path = "/v1/projects/\(Bench.project)/predictions"
        let start = ContinuousClock.now
        let counts = try await onThreads(connections) { index in
            let connection = try HTTPConnection(port: port)
            var number = 0
            while start.duration(to: .now) < .seconds(seconds) {
                try connection.call(
                    HTTPConnection.request(
                        "POST", path, token: token,
                        body: data.line(number, mark: "\(mark)c\(index)")))
                number += 1
            }
            return number
        }
        return Double(counts.reduce(0, +)) / (start.duration(to: .now) / .seconds(1))
    }
}

/// The rows of one prediction as pgbench inserts them, in one statement and so one round trip.
struct SingleScript {
    let data: DemoData
    let project: Int64

    /// Writes both scripts; the files with their weights, as pgbench takes them.
    func write(to directory: String, queued: Int, accepted: Int) throws -> [String] {
        let parts = try data.parts()
        let files = [
            ("queued", Self.queued, queued), ("accepted", Self.accepted, accepted),
        ]
        return try files.map { name, tail, weight in
            let path = "\(directory)/single-\(name).pgbench"
            try (head(parts) + tail).write(toFile: path, atomically: true, encoding: .utf8)
            return "\(path)@\(max(weight, 1))"
        }
    }

    private func head(_ parts: (payload: String, scores: String, metadata: String)) -> String {
        """
        \\set key random(1, 9000000000000000000)
        WITH i AS (
            INSERT INTO item (project_id, id, payload_hash, external_id, payload, metadata)
            VALUES (\(project), nextval('item_id_seq'), md5(:key::text)::uuid, 'deb-package-' || :key,
                '\(parts.payload)', '\(parts.metadata)')
            RETURNING project_id, id
        ), p AS (
            INSERT INTO prediction (project_id, item_id, model_version_id, content_hash, confidence,
                propensity, policy_version, salt_id, is_blind, label, route, reason, scores)
            SELECT i.project_id, i.id, 1, md5(:key::text)::uuid, 0.98, 0.05, 2, 1, false, 'net',
                'accepted', 'above_threshold', '\(parts.scores)'
            FROM i
        )
        """
    }

    private static let accepted = """

        INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, label, source,
            outcome)
        SELECT i.project_id, i.id, 1, 0, 1, 'net', 'model', 'auto_accepted' FROM i;
        """

    private static let queued = """
        , t AS (
            INSERT INTO task (project_id, item_id, model_version_id, rank, policy_version, asked,
                is_blind, is_audit)
            SELECT i.project_id, i.id, 1, (extract(epoch FROM now()) * 1000000)::bigint, 2, 1, false, false
            FROM i
        )
        INSERT INTO ready (project_id, queue, rank, item_id, free_slots)
        SELECT i.project_id, 0, (extract(epoch FROM now()) * 1000000)::bigint, i.id, 1 FROM i;
        """
}
