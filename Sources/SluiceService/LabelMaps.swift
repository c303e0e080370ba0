import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// The label maps of projects.
public struct LabelMaps: Sendable {
    private let pool: ConnectionPool

    /// Works through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// Every label map of a project, by name, its labels called what they are called now.
    public func all(of project: ProjectContext) async throws -> [LabelMapRecord] {
        let maps = try await pool.withSession { session in
            try Store(session).labelMaps(of: project.id)
        }
        guard !project.labels.isAsMade else { return maps }
        return try maps.map { map in
            var map = map
            map.document = try LabelMap(
                parsing: map.document, labels: project.labels, isStored: true
            ).document { project.labels.ownName(of: $0) }
            return map
        }
    }

    /// Stores a map under a name, or replaces it.
    ///
    /// - Parameter document: `{"old name": "new name"}`.
    /// - Throws: `invalidParameter` for a name that cannot be; `invalidField`, `unknownLabel`.
    public func put(
        _ document: JSONValue, named name: String, of project: ProjectContext, by caller: Caller
    ) async throws -> LabelMap {
        guard let key = ProjectName(name) else {
            throw ReviewError.invalidParameter(
                name: "the name of the map", found: "\"\(name.prefix(70))\"",
                accepted: "1 to 63 lower-case letters, digits and -, not beginning with -")
        }
        let map = try LabelMap(document: document, labels: project.labels)
        try await pool.transaction { session in
            try Store(session).putLabelMap(
                map.document(), named: key, project: project.id, by: caller.actor)
        }
        return map
    }

    /// Takes a map away.
    ///
    /// - Throws: `unknownLabelMap`.
    public func delete(_ name: String, of project: ProjectContext) async throws {
        let isDeleted = try await pool.withSession { session in
            try Store(session).deleteLabelMap(named: name, project: project.id)
        }
        guard isDeleted else { throw ReviewError.unknownLabelMap(name) }
    }

    /// The map somebody asks for: by its name, or itself as a JSON object.
    ///
    /// - Throws: `unknownLabelMap`; `malformedJSON`, `invalidField`, `unknownLabel`.
    public func map(_ text: String, of project: ProjectContext) async throws -> LabelMap {
        if text.first == "{" {
            return try LabelMap(parsing: Array(text.utf8), labels: project.labels)
        }
        let stored = try await pool.withSession { session in
            try Store(session).labelMap(named: text, project: project.id)
        }
        guard let stored else { throw ReviewError.unknownLabelMap(text) }
        return try LabelMap(parsing: stored, labels: project.labels, isStored: true)
    }
}

extension LabelMap {
    fileprivate init(
        parsing bytes: [UInt8], labels: LabelSet, isStored: Bool = false
    ) throws(ReviewError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .malformedJSON(error)
        }
        try self.init(document: value, labels: labels, isStored: isStored)
    }

    /// Reads `{"old name": "new name"}`.
    ///
    /// - Parameter isStored: whether labels are named by their ids.
    fileprivate init(
        document: JSONValue, labels: LabelSet, isStored: Bool = false
    ) throws(ReviewError) {
        guard let object = document.object else {
            throw .invalidField(
                path: "", found: "no object", accepted: "an object of labels and their new names")
        }
        var entries: [(label: String, name: String)] = []
        for member in object.members {
            guard let name = member.value.string else {
                throw .invalidField(
                    path: member.key, found: "no string", accepted: "the new name of the label")
            }
            entries.append(
                (label: isStored ? member.key : labels.ownID(of: member.key), name: name))
        }
        do {
            try self.init(entries, labels: labels)
        } catch {
            switch error {
            case .unknownLabel(let label): throw .unknownLabel(label)
            case .badName(let label):
                throw .invalidField(
                    path: label, found: "not a name",
                    accepted:
                        "1 to \(LabelSet.maximumNameBytes) bytes without control characters")
            }
        }
    }

    /// The map as `{"label": "new name"}`.
    ///
    /// - Parameter call: what a label is called by its id; as it is stored, the id itself.
    public func document(_ call: (String) -> String = { $0 }) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for entry in entries {
            writer.key(call(entry.label))
            writer.string(entry.name)
        }
        writer.endObject()
        return writer.bytes
    }
}
