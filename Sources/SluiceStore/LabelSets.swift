import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceSQL

/// A change of a label set as stored.
public struct LabelChangeRecord: Sendable {
    /// The version of the set it led to; from 2.
    public let version: Int
    /// When it was made.
    public let changedAt: Timestamp
    /// By whom.
    public let changedBy: String
    /// What it was.
    public let kind: LabelChangeKind
    /// The id of the label.
    public let label: String
    /// Why; empty when nobody said.
    public let reason: String
    /// The label before, as JSON; nil of one that was added.
    public let before: [UInt8]?
    /// The label after, as JSON.
    public let after: [UInt8]
}

extension Store {
    /// The label set of a project, former labels included.
    ///
    /// - Throws: `PostgresError`; `LabelSetError` when what is stored breaks today's rules.
    func labelSet(version: Int, project: Int64) throws -> LabelSet {
        let labels = try session.query(SQLCatalog.listLabels, [.int64(project)]) {
            (row) throws(PostgresError) -> Label in
            Label(
                name: try row.text(1), key: try row.textIfPresent(2),
                title: try row.textIfPresent(3), isBorderline: try row.bool(4),
                id: try row.text(0),
                status: try Self.status(row.text(5), mergedInto: row.textIfPresent(6)),
                formerNames: try row.textArray(7).compactMap { $0 })
        }
        return try LabelSet(stored: labels, version: version)
    }

    private static func status(_ word: String, mergedInto id: String?) -> Label.Status {
        switch (word, id) {
        case (_, let id?): .merged(into: id)
        // A word of a later version means no less than that nobody may give it.
        case (let word, nil): word == "active" ? .active : .retired
        }
    }

    /// Stores a change of a project's label set, which the caller has locked, and puts it in force.
    public func storeLabelStep(
        _ step: LabelStep, reason: String, project: Int64, by actor: Int64
    ) throws(PostgresError) {
        let label = step.after
        if step.before == nil {
            _ = try session.execute(
                SQLCatalog.insertLabel,
                [
                    .int64(project), .text(label.id), .text(label.name),
                    label.key.map { .text($0) } ?? .null, label.title.map { .text($0) } ?? .null,
                    .bool(label.isBorderline),
                ])
        }
        // Those that had the name before lose it first.
        for changed in step.others + (step.before == nil ? [] : [label]) {
            try update(changed, project: project)
        }
        _ = try session.execute(
            SQLCatalog.appendLabelChange,
            [
                .int64(project), .int32(Int32(step.labels.version)), .int64(actor),
                .text(step.kind.rawValue), .text(label.id), .text(reason),
                step.before.map { .json($0.json) } ?? .null, .json(label.json),
            ])
    }

    private func update(_ label: Label, project: Int64) throws(PostgresError) {
        let target: Parameter =
            if case .merged(let id) = label.status { .text(id) } else { .null }
        _ = try session.execute(
            SQLCatalog.updateLabel,
            [
                .int64(project), .text(label.id), .text(label.name),
                label.key.map { .text($0) } ?? .null, label.title.map { .text($0) } ?? .null,
                .text(label.status.word), target,
                .array(ParameterArray(label.formerNames)),
            ])
    }

    /// The changes of a project's label set, the newest first.
    public func labelChanges(of project: Int64) throws(PostgresError) -> [LabelChangeRecord] {
        try session.query(SQLCatalog.listLabelChanges, [.int64(project)]) {
            (row) throws(PostgresError) -> LabelChangeRecord in
            LabelChangeRecord(
                version: try row.int(0), changedAt: Timestamp(microseconds: try row.timestamp(1)),
                changedBy: try row.text(2),
                kind: LabelChangeKind(rawValue: try row.text(3)) ?? .created,
                label: try row.text(4), reason: try row.text(5),
                before: try row.bytesIfPresent(6), after: try row.bytes(7))
        }
    }

    /// How many items wait that were predicted to be one of the labels.
    public func waiting(ofLabels ids: [String], project: Int64) throws(PostgresError) -> Int {
        try count(SQLCatalog.countWaitingOfLabels, ids, project)
    }

    /// How many items are decided to be one of the labels.
    public func decided(ofLabels ids: [String], project: Int64) throws(PostgresError) -> Int {
        try count(SQLCatalog.countDecidedOfLabels, ids, project)
    }

    /// How many gold items in use are known to be one of the labels.
    public func gold(ofLabels ids: [String], project: Int64) throws(PostgresError) -> Int {
        try count(SQLCatalog.countGoldOfLabels, ids, project)
    }

    private func count(
        _ statement: Statement, _ ids: [String], _ project: Int64
    ) throws(PostgresError) -> Int {
        try session.queryOne(statement, [.int64(project), .array(ParameterArray(ids))]) {
            (row) throws(PostgresError) -> Int in try row.int(0)
        } ?? 0
    }

    /// Takes the gold items of labels out of use that nobody can give any more.
    public func retireGold(ofLabels ids: [String], project: Int64) throws(PostgresError) {
        _ = try session.query(
            SQLCatalog.retireGoldOfLabels, [.int64(project), .array(ParameterArray(ids))],
            firstInt64)
    }
}

extension Label.Status {
    /// The word in the database and on the wire.
    public var word: String {
        switch self {
        case .active: "active"
        case .retired: "retired"
        case .merged: "merged"
        }
    }
}

extension Label {
    /// The label as the history keeps it: a JSON object with everything but its earlier names.
    public var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", id)
        writer.member("name", name)
        writer.memberIfPresent("key", key)
        writer.memberIfPresent("title", title)
        if isBorderline { writer.member("borderline", true) }
        writer.member("status", status.word)
        if case .merged(let id) = status { writer.member("merged_into", id) }
        writer.endObject()
        return writer.bytes
    }
}
