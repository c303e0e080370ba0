import Logging
import NIOCore
import SluicePostgres
import SluiceService

/// Everything the handlers call, wired to one pool.
public struct Services: Sendable {
    /// Recognises tokens.
    public let authentication: Authentication
    /// Finds projects.
    public let directory: ProjectDirectory
    /// Changes projects, policies and tokens.
    public let administration: Administration
    /// Certifies thresholds.
    public let certifying: Certifying
    /// Changes rollouts.
    public let rollouts: RolloutChanges
    /// Says where a rollout stands.
    public let rolloutStatus: RolloutStatus
    /// Judges candidates.
    public let judge: any RolloutGuard
    /// Says who changed what.
    public let audit: AuditLog
    /// Stores predictions.
    public let ingestion: Ingestion
    /// Stores single predictions together.
    public let coalescer: IngestCoalescer
    /// Leases and reviews.
    public let reviewing: Reviewing
    /// Takes decisions back after complaints.
    public let reopening: Reopening
    /// Takes many decisions back at once.
    public let bulkReopening: BulkReopening
    /// Says how many audits it takes.
    public let auditPlanning: AuditPlanning
    /// Has what waits follow the policy in force.
    public let reasking: Reasking
    /// The guidelines in their versions.
    public let guidelines: Guidelines
    /// Takes in answers that people gave elsewhere.
    public let imports: ReviewImport
    /// Says how far people agree.
    public let agreement: AgreementReport
    /// Says how one reviewer stands to the others.
    public let reviewerReport: ReviewerReport
    /// The names labels may be looked at under.
    public let labelMaps: LabelMaps
    /// Label sets.
    public let labelSets: LabelSets
    /// Keeps items whose label is known.
    public let gold: GoldItems
    /// Says how reviewers stand, pauses and resumes them.
    public let reviewers: Reviewers
    /// Lists decisions that took a model's place.
    public let corrections: Corrections
    /// Counts queues.
    public let counter: QueueCounter
    /// Exports labels.
    public let labels: LabelExport
    /// Shows items.
    public let items: ItemView
    /// Reports.
    public let reporting: Reporting
    /// Compares model versions.
    public let comparing: Comparing
    /// Says what moved in a version's traffic.
    public let drift: DriftReport
    /// Changes what is watched for drift.
    public let driftAdministration: DriftAdministration
    /// Says how far confidences can be believed.
    public let calibration: CalibrationReport
    /// Fits calibration maps.
    public let calibrating: Calibrating
    /// Says where the errors are.
    public let errors: ErrorReport
    /// Says how often the model would be wrong at every share.
    public let riskCoverage: RiskCoverageReport
    /// Estimates what items are.
    public let consensus: ConsensusEstimation
    /// Tries policies on recorded traffic.
    public let whatIf: WhatIf
    /// Says whether the service can work.
    public let readiness: Readiness
    /// How large predictions may be.
    public let limits: IngestLimits

    /// Wires the services to `pool`.
    public init(pool: ConnectionPool, limits: IngestLimits, logger: Logger) {
        self.limits = limits
        // What reads for long shares a part of the connections, and leaves the others to the queue.
        let reads = pool.lane(.reading)
        authentication = Authentication(pool: pool)
        directory = ProjectDirectory(pool: pool)
        administration = Administration(pool: pool, directory: directory)
        certifying = Certifying(pool: reads, administration: administration)
        judge = RampWatch()
        rollouts = RolloutChanges(pool: pool, directory: directory)
        rolloutStatus = RolloutStatus(pool: reads, judge: judge)
        audit = AuditLog(pool: pool)
        // More batches at once would take turns on the processors, and each share less.
        let reviewing = Reviewing(pool: pool, lanes: max(1, System.coreCount / 2))
        self.reviewing = reviewing
        ingestion = Ingestion(
            pool: pool, logger: logger, stored: { reviewing.tasksArrived(in: $0) })
        coalescer = IngestCoalescer(ingestion: ingestion)
        reopening = Reopening(pool: pool, arrived: { reviewing.tasksArrived(in: $0) })
        bulkReopening = BulkReopening(
            pool: pool, directory: directory, logger: logger,
            arrived: { reviewing.tasksArrived(in: $0) })
        auditPlanning = AuditPlanning(pool: reads)
        reasking = Reasking(pool: pool)
        guidelines = Guidelines(pool: pool)
        imports = ReviewImport(pool: pool, logger: logger)
        agreement = AgreementReport(pool: reads)
        reviewerReport = ReviewerReport(pool: reads)
        labelMaps = LabelMaps(pool: pool)
        labelSets = LabelSets(pool: pool, directory: directory)
        gold = GoldItems(pool: pool)
        reviewers = Reviewers(pool: pool, directory: directory)
        corrections = Corrections(pool: pool)
        counter = QueueCounter(pool: pool)
        let consensus = ConsensusEstimation(pool: reads)
        self.consensus = consensus
        labels = LabelExport(pool: pool.lane(.stream), consensus: consensus)
        items = ItemView(pool: pool)
        reporting = Reporting(pool: reads, counter: counter)
        comparing = Comparing(pool: reads)
        drift = DriftReport(pool: reads)
        driftAdministration = DriftAdministration(pool: pool)
        calibration = CalibrationReport(pool: reads)
        calibrating = Calibrating(pool: reads, directory: directory)
        errors = ErrorReport(pool: reads)
        riskCoverage = RiskCoverageReport(pool: reads)
        whatIf = WhatIf(pool: reads)
        readiness = Readiness(pool: pool.lane(.probe))
    }
}
