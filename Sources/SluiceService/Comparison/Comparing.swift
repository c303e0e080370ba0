import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// What is to be compared.
public struct ComparisonQuestion: Sendable, Hashable {
    /// The version in service; nil for the rollout's.
    public var serving: ModelVersion?
    /// The version on trial; nil for the rollout's.
    public var candidate: ModelVersion?
    /// What to slice by; nil for nothing.
    public var slicedBy: FieldPath?
    /// The error at which automation is compared, 0..<1; nil for the serving version's present one.
    public var error: Double?
    /// The first moment that counts; nil for all time.
    public var from: Timestamp?
    /// The first moment that does not count any more; nil for no end.
    public var to: Timestamp?

    /// Asks for the rollout's versions over all time.
    public init() {}
}

/// Compares two model versions on the items both scored and people labelled.
public struct Comparing: Sendable {
    /// How many slices are written; the smaller ones beyond are counted.
    private static let maximumSlices = 100
    /// The key of a version that is to send predictions and has not yet: no stored one has it.
    private static let unseen: Int64 = -1

    private let pool: ConnectionPool
    private let pageItems: Int

    /// Reads through `pool`, in pages of `pageItems` items.
    public init(pool: ConnectionPool, pageItems: Int = 20_000) {
        self.pool = pool
        self.pageItems = pageItems
    }

    /// The comparison as one JSON object.
    ///
    /// Items count that both versions scored and whose current decision is a label that people gave,
    /// borderline ones left out. They are read in pages by key, each in a snapshot of its own.
    ///
    /// A version of the rollout that has sent nothing yet has no items; the verdict says so.
    ///
    /// - Throws: `invalidParameter` if a version is not named and no rollout names one, or is in no
    ///   rollout and has never sent a prediction; `PostgresError`.
    /// - Complexity: O(items log items); memory for 100,000 items is some 20 MB.
    public func json(
        project: ProjectContext, _ question: ComparisonQuestion
    ) async throws -> [UInt8] {
        let names = try Self.versions(of: question, in: project.rollout)
        let versions = ComparedVersions(
            serving: try await key(of: names.serving, "serving", project),
            candidate: try await key(of: names.candidate, "candidate", project),
            from: question.from, to: question.to)
        let (now, traffic) = try await pool.withSession { session in
            let store = Store(session)
            return (
                try store.currentTime(),
                try store.comparedTraffic(versions, project: project.id)
            )
        }
        let items = try await items(versions, slicedBy: question.slicedBy, project: project)
        let disputed = try await pool.withSession { session in
            try Store(session).disputedRows(
                serving: versions.serving, candidate: versions.candidate, from: question.from,
                to: question.to, project: project.id)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("project", project.name.text)
        writer.member("serving", names.serving.description)
        writer.member("candidate", names.candidate.description)
        writer.member("from", question.from?.rfc3339)
        writer.member("to", question.to?.rfc3339)
        writer.member("as_of", now.rfc3339)
        writer.member("policy_version", project.policyVersion)
        try Comparison(
            names: names, items: items,
            disputed: items.disputed(disputed, versions, labels: project.labels),
            traffic: traffic, policy: project.policy,
            guardrails: project.rollout?.guardrails ?? Rollout.Guardrails(),
            error: question.error
        ).write(to: &writer, slicedBy: question.slicedBy, atMost: Self.maximumSlices)
        writer.endObject()
        return writer.bytes
    }

    private func items(
        _ versions: ComparedVersions, slicedBy path: FieldPath?, project: ProjectContext
    ) async throws -> ComparedItems {
        var items = ComparedItems()
        var after = Int64.min
        while true {
            let last = after
            let page = try await pool.withSession { session in
                try Store(session).comparedRows(
                    versions, slicedBy: path, after: last, limit: pageItems,
                    project: project.id)
            }
            for row in page { items.append(row, versions: versions, labels: project.labels) }
            guard page.count == pageItems, let row = page.last else { return items }
            after = row.item
        }
    }

    private func key(
        of version: ModelVersion, _ name: String, _ project: ProjectContext
    ) async throws -> Int64 {
        let key = try await pool.withSession { session in
            try Store(session).knownModelVersion(version, project: project.id)
        }
        if let key { return key }
        let rollout = project.rollout
        guard [rollout?.serving, rollout?.candidate, rollout?.previous].contains(version) else {
            throw ReviewError.invalidParameter(
                name: name, found: "\"\(version)\"",
                accepted: "a version of the rollout, or one that has sent predictions: fraud/7")
        }
        return Self.unseen
    }

    /// The two versions: those asked for, else the rollout's.
    ///
    /// Without a candidate the version that was last put out of service is compared: as the
    /// candidate if it was one and was rolled back, as the serving one if it was switched away from.
    static func versions(
        of question: ComparisonQuestion, in rollout: Rollout?
    ) throws(ReviewError) -> (serving: ModelVersion, candidate: ModelVersion) {
        var serving = rollout?.serving
        var candidate = rollout?.candidate
        if let rollout, rollout.candidate == nil, let previous = rollout.previous {
            serving = rollout.isPreviousRolledBack ? rollout.serving : previous
            candidate = rollout.isPreviousRolledBack ? previous : rollout.serving
        }
        guard let serving = question.serving ?? serving else {
            throw .invalidParameter(
                name: "serving", found: "nothing, and the project has no rollout",
                accepted: "a model version such as fraud/6")
        }
        guard let candidate = question.candidate ?? candidate else {
            throw .invalidParameter(
                name: "candidate", found: "nothing, and there is no candidate in the rollout",
                accepted: "a model version such as fraud/7")
        }
        guard serving != candidate else {
            throw .invalidParameter(
                name: "candidate", found: "\"\(candidate)\", which is the serving version too",
                accepted: "another version")
        }
        return (serving, candidate)
    }
}
