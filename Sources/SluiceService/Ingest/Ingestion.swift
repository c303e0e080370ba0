import Logging
import SluiceDomain
import SluicePostgres
import SluiceStore
import Synchronization

/// What became of one line.
public enum LineOutcome: Sendable {
    /// It is stored, now or from before.
    case stored(StoredPrediction)
    /// It is not, and changed nothing.
    case refused(ReviewError)
}

/// A stored prediction as its producer is told.
public struct StoredPrediction: Sendable {
    /// The producer's key as UTF-8.
    public var externalID: [UInt8]
    /// Where it went.
    public var route: Route
    /// Why.
    public var reason: String
    /// The label, when the caller may act on it.
    public var label: [UInt8]?
    /// The name of now of the label that was sent under another; nil where it was not.
    public var labelNow: [UInt8]?
    /// The policy that routed it.
    public var policyVersion: Int
    /// Whether it had been stored before.
    public var isDuplicate: Bool
}

/// Takes predictions in: checks, routes and stores them, a batch in one transaction.
public final class Ingestion: Sendable {
    private let pool: ConnectionPool
    private let logger: Logger
    private let itemIDs = ItemIDs()

    /// The ids of items that arrive so far apart, at any instances, are in the order of their arrival.
    public static let idSpan = ItemIDs.span + .seconds(1)
    private let repeats = Mutex(RepeatForecast())
    private let stored: @Sendable (_ project: Int64) -> Void

    /// Stores through `pool`.
    ///
    /// - Parameter stored: called with the project whenever a batch was stored.
    public init(
        pool: ConnectionPool, logger: Logger,
        stored: @escaping @Sendable (_ project: Int64) -> Void = { _ in }
    ) {
        self.pool = pool
        self.logger = logger
        self.stored = stored
    }

    /// Stores a batch in one transaction.
    ///
    /// Lines are told apart: a refused one costs the others nothing. When the database itself
    /// refuses the batch, it is halved until the line it refuses stands alone.
    ///
    /// - Returns: one outcome a line, in order.
    /// - Throws: `projectArchived`; `PostgresError` when nothing could be stored; sending the batch
    ///   again is safe.
    public func ingest(
        _ batch: IngestBatch, project: ProjectContext
    ) async throws -> [LineOutcome] {
        try project.requireActive()
        let versions = try await modelVersions(of: batch, project: project)
        let plan = IngestPlan(batch: batch, project: project, modelVersions: versions)
        do {
            let outcomes = try await store(plan)
            stored(project.id)
            return outcomes
        } catch let error as PostgresError where error.refusesData {
            guard batch.count > 1 else {
                logger.warning("the database refused a line", metadata: ["error": "\(error)"])
                return [
                    .refused(
                        .invalidField(
                            path: "", found: "refused by the database: \(error.message)",
                            accepted: "JSON that PostgreSQL can store"))
                ]
            }
            let middle = batch.count / 2
            let first = try await ingest(batch.selecting(0..<middle), project: project)
            let second = try await ingest(
                batch.selecting(middle..<batch.count), project: project)
            return first + second
        }
    }

    private func store(_ plan: IngestPlan) async throws -> [LineOutcome] {
        let project = plan.project.id
        if plan.batch.count >= BulkIngest.minimumLines,
            !repeats.withLock({ $0.isExpected(project) })
        {
            let taken = try await itemIDs.take(plan.batch.count, from: pool)
            if let bulk = plan.bulk(firstItemID: taken.first) {
                do {
                    let isStored = try await pool.transaction { session in
                        guard taken.isFresh(at: .now) else { return false }
                        try bulk.store(Store(session))
                        return true
                    }
                    if isStored { return bulk.outcomes }
                } catch let error as PostgresError where error.meansKnownItem {
                    logger.debug("a batch holds known items", metadata: ["project": "\(project)"])
                }
            }
        }
        let (outcomes, isAllNew) = try await pool.transaction { [itemIDs] session in
            try plan.run(Store(session), itemIDs: itemIDs)
        }
        repeats.withLock { $0.note(project, isAllNew: isAllNew) }
        return outcomes
    }

    /// The ids of the model versions named in a batch, asked for once each.
    private func modelVersions(
        of batch: IngestBatch, project: ProjectContext
    ) async throws -> [ModelVersionName: Int64] {
        var names: Set<ModelVersionName> = []
        var last: (model: ArraySlice<UInt8>, version: ArraySlice<UInt8>)?
        for case .prediction(let prediction) in batch.lines {
            guard let suggestion = prediction.suggestion else { continue }
            let model = batch.bytes[suggestion.model]
            let version = batch.bytes[suggestion.version]
            if let last, last.model == model, last.version == version { continue }
            last = (model: model, version: version)
            names.insert(
                ModelVersionName(
                    model: batch.text(suggestion.model), version: batch.text(suggestion.version)))
        }
        var ids: [ModelVersionName: Int64] = [:]
        for name in names {
            if let id = project.modelVersions.id(of: name) {
                ids[name] = id
            } else {
                let id = try await pool.withSession { session in
                    try Store(session).ensureModelVersion(
                        project: project.id, model: name.model.text, version: name.version.text)
                }
                project.modelVersions.remember(id, for: name)
                ids[name] = id
            }
        }
        return ids
    }
}

extension PostgresError {
    /// Whether the server refused the data itself: smaller batches find the line.
    ///
    /// Rows for COPY of another shape than the statement's are no line's fault.
    var refusesData: Bool {
        guard let state = sqlState?.rawValue, sqlState != .badCopyFormat else { return false }
        return state.hasPrefix("22") || state.hasPrefix("23") || state == "54000"
            || state == "54001"
    }
}
