import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// Which predictions, with what people said of them, figures are made of.
public struct EvidenceQuestion: Sendable {
    /// The first arrival that counts; nil for the project's creation.
    public var from: Timestamp?
    /// The first arrival that does not count any more; nil for now.
    public var to: Timestamp?
    /// Only predictions of this model; nil for all.
    public var model: String?
    /// Only of this version of it; nil for all.
    public var version: String?

    /// Asks about everything.
    public init() {}
}

/// The rows a question is about, read in pages: no more than a page is in memory.
struct EvidencePages: Sendable {
    let pool: ConnectionPool
    let project: ProjectContext
    /// The first arrival that counts.
    let from: Timestamp
    /// The first one that does not.
    let to: Timestamp
    /// The database's time when it began to read.
    let asOf: Timestamp
    private let question: EvidenceQuestion
    private let pageRows: Int
    private let versions: Set<Int64>?
    private let range: ClosedRange<Int64>?

    /// Finds what there is to read.
    ///
    /// - Throws: `invalidParameter` for a version without its model, a model or version that has sent
    ///   nothing, and a window that ends before it begins.
    init(
        _ question: EvidenceQuestion, project: ProjectContext, pool: ConnectionPool, pageRows: Int
    ) async throws {
        self.pool = pool
        self.project = project
        self.question = question
        self.pageRows = pageRows
        guard question.version == nil || question.model != nil else {
            throw ReviewError.invalidParameter(
                name: "version", found: "a version without its model",
                accepted: "model and version together")
        }
        let id = project.id
        let (now, versions) = try await pool.withSession { session in
            let store = Store(session)
            return (
                try store.currentTime(),
                try question.model.map {
                    Set(try store.modelVersions(of: $0, version: question.version, project: id))
                }
            )
        }
        if let versions, versions.isEmpty {
            throw try await pool.withSession { session in
                try NameCheck.refusal(
                    model: question.model, version: question.version, project: id, Store(session))
            }
        }
        self.versions = versions
        let from = question.from ?? project.record.createdAt
        // What arrives in this microsecond belongs to the window.
        let to = question.to ?? Timestamp(microseconds: now.microseconds + 1)
        guard from <= to else {
            throw ReviewError.invalidParameter(
                name: "from", found: from.rfc3339, accepted: "a time before \(to.rfc3339)")
        }
        (self.from, self.to, asOf) = (from, to, now)
        let only = versions.flatMap { $0.count == 1 ? $0.first : nil }
        range = try await pool.withSession { session in
            try Store(session).evidenceRange(
                project: id, from: from, to: to, modelVersion: only
            ).range
        }
    }

    /// Writes what an answer is about as members of the object that is open.
    func writeHead(to writer: inout JSONWriter) {
        writer.member("project", project.name.text)
        writer.window(from: from, to: to)
        writer.member("as_of", asOf.rfc3339)
        writer.member("model", question.model)
        writer.member("version", question.version)
    }

    /// Gives the pages in order of item; each is a snapshot of its own.
    func forEachPage(_ body: ([EvidenceRow]) async throws -> Void) async throws {
        guard let range else { return }
        let (id, from, to, limit) = (project.id, from, to, pageRows)
        let only = versions.flatMap { $0.count == 1 ? $0.first : nil }
        var after = range.lowerBound - 1
        while after < range.upperBound {
            let start = after
            let rows = try await pool.withSession { session in
                try Store(session).labelledEvidence(
                    project: id, from: from, to: to, modelVersion: only, after: start,
                    through: range.upperBound, limit: limit)
            }
            try await body(
                versions.map { versions in
                    rows.filter { versions.contains($0.modelVersionID) }
                } ?? rows)
            guard rows.count == limit, let last = rows.last else { return }
            after = last.item
        }
    }
}
