import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// Lists the decisions of people that took the place of a model's, for those who acted on the model's.
public struct Corrections: Sendable {
    private let pool: ConnectionPool

    /// The most entries of one reply.
    public static let maximumCount = 1000
    /// How many entries a reply has when nobody says.
    public static let standardCount = 100
    /// The longest wait for an entry, in seconds.
    public static let longestWait = 30
    /// How often a wait looks.
    private static let interval = Duration.milliseconds(250)

    /// Reads through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// The corrections after a cursor, oldest first, as one JSON object with the cursor to go on from.
    ///
    /// Whoever follows the cursor misses none, however late a decision commits: nothing is listed while
    /// an older transaction may yet list something before it. So one that takes long holds all back.
    ///
    /// - Parameters:
    ///   - after: the cursor of an earlier reply; nil for the beginning.
    ///   - wait: how many seconds to wait for the first, 0...30.
    /// - Throws: `invalidParameter` for a cursor that no reply had.
    public func json(
        of project: ProjectContext, after: String?, limit: Int, wait: Int
    ) async throws -> [UInt8] {
        let cursor = try after.map(CorrectionCursor.init(text:)) ?? .start
        let end = ContinuousClock.now.advanced(by: .seconds(wait))
        var records = try await read(project, cursor, limit)
        while records.isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: Self.interval)
            records = try await read(project, cursor, limit)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("corrections")
        writer.array(records) { writer, record in record.write(to: &writer) }
        writer.member("next", (records.last?.cursor ?? cursor).text)
        writer.endObject()
        return writer.bytes
    }

    private func read(
        _ project: ProjectContext, _ cursor: CorrectionCursor, _ limit: Int
    ) async throws -> [CorrectionRecord] {
        try await pool.withSession { session in
            try Store(session).corrections(project: project.id, after: cursor, limit: limit)
        }
    }
}

extension CorrectionCursor {
    /// The cursor as clients get it.
    fileprivate var text: String { "\(transaction)-\(item)-\(revision)" }

    /// Reads it.
    fileprivate init(text: String) throws(ReviewError) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let transaction = UInt64(parts[0]), let item = Int64(parts[1]),
            let revision = Int32(parts[2])
        else {
            throw .invalidParameter(
                name: "after", found: "\"\(text.prefix(40))\"",
                accepted: "the member next of an earlier reply")
        }
        self.init(transaction: "\(transaction)", item: item, revision: Int(revision))
    }
}

extension CorrectionRecord {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("external_id", externalID)
        writer.member("revision", cursor.revision)
        writer.member("model", model)
        writer.member("model_version", version)
        writer.member("model_label", modelLabel)
        writer.member("label", label)
        writer.member("source", source)
        writer.member("outcome", outcome)
        // The reviews were taken back: what the model had decided holds again.
        writer.member("withdrawn", source == DecisionSource.model.rawValue)
        writer.member("reviewer", reviewer)
        writer.member("reviews", reviews)
        writer.member("agreement", agreement)
        writer.member("decided_at", decidedAt.rfc3339)
        writer.endObject()
    }
}
