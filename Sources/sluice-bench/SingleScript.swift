import Foundation
import SluiceBenchSQL
import SluicePostgres

/// The rows of one prediction as pgbench inserts them, in one statement and so one round trip.
struct SingleScript {
    /// What both scripts need to be told, for pgbench's `-D`.
    let variables: [String: String]

    init(data: DemoData, project: Int64) throws {
        variables = try data.parts().merging(["project": "\(project)"]) { $1 }
    }

    /// Writes both scripts; the files with their weights, as pgbench takes them.
    func write(to directory: String, queued: Int, accepted: Int) throws -> [String] {
        let files = [
            ("queued", SQLCatalog.insertQueuedPrediction, queued),
            ("accepted", SQLCatalog.insertAcceptedPrediction, accepted),
        ]
        return try files.map { name, statement, weight in
            let path = "\(directory)/single-\(name).pgbench"
            try Self.text(statement).write(toFile: path, atomically: true, encoding: .utf8)
            return "\(path)@\(max(weight, 1))"
        }
    }

    private static func text(_ statement: Statement) throws(BenchError) -> String {
        """
        \\set key random(1, 9000000000000000000)
        \(try statement.scripted([":project", ":key", ":payload", ":metadata", ":scores"]));

        """
    }
}
