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
    /// Whoever follows the cursor misses none, however late a decision commits: an entry gets its
    /// number after its commit, and those who give numbers take turns. The cursor is good for as long as
    /// the data is, on every instance and after a dump and restore.
    ///
    /// - Parameters:
    ///   - after: the cursor of an earlier reply; nil for the beginning.
    ///   - wait: how many seconds to wait for the first, 0...30.
    /// - Throws: `invalidParameter` for a cursor that no reply had, and one of a reply that a restored
    ///   database does not remember.
    public func json(
        of project: ProjectContext, after: String?, limit: Int, wait: Int
    ) async throws -> [UInt8] {
        let cursor = try await place(of: after, in: project)
        let end = ContinuousClock.now.advanced(by: .seconds(wait))
        var records = try await read(project, cursor, limit)
        while records.isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: Self.interval)
            records = try await read(project, cursor, limit)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("corrections")
        writer.array(records) { writer, record in
            record.write(in: project.labels, to: &writer)
        }
        writer.member("next", (records.last?.cursor ?? cursor).text)
        writer.endObject()
        return writer.bytes
    }

    private func read(
        _ project: ProjectContext, _ cursor: CorrectionCursor, _ limit: Int
    ) async throws -> [CorrectionRecord] {
        try await pool.withSession { session in
            let store = Store(session)
            let numbered = try store.corrections(
                project: project.id, after: cursor.number, limit: limit)
            guard numbered.count < limit,
                try store.numberCorrections(project: project.id, limit: Self.maximumCount) > 0
            else { return numbered }
            return try store.corrections(project: project.id, after: cursor.number, limit: limit)
        }
    }

    /// The place that a cursor names.
    private func place(
        of text: String?, in project: ProjectContext
    ) async throws -> CorrectionCursor {
        guard let text else { return .start }
        let named = try NamedCorrection(cursor: text)
        guard named.item > 0 else { return .start }
        let found = try await pool.withSession { session in
            try Store(session).correctionPlace(
                project: project.id, item: named.item, revision: named.revision)
        }
        guard let found, named.cursor == nil || named.cursor == found else {
            throw ReviewError.invalidParameter(
                name: "after", found: "\"\(text.prefix(80))\", which this database did not give",
                accepted: "next of an earlier reply; after a restore of an older backup, "
                    + "begin again without it")
        }
        return found
    }
}

/// The entry that a cursor names.
private struct NamedCorrection {
    let item: Int64
    let revision: Int
    /// The whole place; nil for a cursor of the time when entries were ordered by transaction.
    let cursor: CorrectionCursor?

    /// Reads `NUMBER.ITEM.REVISION.MICROSECONDS`, or the earlier `TRANSACTION-ITEM-REVISION`.
    init(cursor text: String) throws(ReviewError) {
        let isEarlier = !text.contains(".")
        let parts = text.split(
            separator: isEarlier ? "-" : ".", omittingEmptySubsequences: false
        ).map { part in part.utf8.first == UInt8(ascii: "+") ? nil : Int64(part) }
        guard parts.count == (isEarlier ? 3 : 4), let number = parts[0], let item = parts[1],
            let revision = parts[2].flatMap(Int32.init(exactly:)), number >= 0, item >= 0
        else {
            throw .invalidParameter(
                name: "after", found: "\"\(text.prefix(80))\"",
                accepted: "the member next of an earlier reply")
        }
        self.item = item
        self.revision = Int(revision)
        guard !isEarlier else {
            cursor = nil
            return
        }
        guard let decidedAt = parts[3] else {
            throw .invalidParameter(
                name: "after", found: "\"\(text.prefix(80))\"",
                accepted: "the member next of an earlier reply")
        }
        cursor = CorrectionCursor(
            number: number, item: item, revision: Int(revision),
            decidedAt: Timestamp(microseconds: decidedAt))
    }
}

extension CorrectionCursor {
    /// The cursor as clients get it: the number, and by what the entry is known again.
    fileprivate var text: String { "\(number).\(item).\(revision).\(decidedAt.microseconds)" }
}

extension CorrectionRecord {
    fileprivate func write(in labels: LabelSet, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("external_id", externalID)
        writer.member("revision", cursor.revision)
        writer.member("model", model)
        writer.member("model_version", version)
        writer.member("model_label", modelLabel.map(labels.name))
        writer.member("label", label.map(labels.name))
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
