import SluiceDomain
import SluiceStatistics
import SluiceStore

/// What a detector of a broken error limit came to.
public struct ConceptAlarm: Sendable {
    /// The limit that is broken.
    public let errorLimit: Double
    /// How many answered audits it took since the beginning or the last crossing.
    public let audits: Int
    /// The evidence, at least the level of the alarm.
    public let evidence: Double
    /// How many audits pass on average at least between two false alarms.
    let auditsToFalseAlarm: Double
    /// The error rate of the last audits up to the crossing.
    let present: PresentError
    /// What was done about it; nil where nothing was promised.
    public internal(set) var fallback: FallbackOutcome?
}

/// Reads the audits of a version in the order in which they were asked for, and raises the alarm when
/// the error rate has come to lie above its limit; see ``AuditWatch`` for why in that order, and for how
/// audits that wait count.
///
/// What lies before the first audit that waits is final: it is read once, and what becomes of it
/// afterwards is another matter. What lies behind is read again each time, as things stand then. Of more
/// than ``mostAhead`` audits the first ones become final as they are. Audits drawn at different rates
/// count by their weights.
struct ConceptWatch {
    /// How many audits are read again at most.
    static let mostAhead = 10_000
    /// For how long an audit that waits may still be answered, at least: seconds.
    static let patience: Int64 = 7 * 86_400

    let store: Store
    let project: Int64
    let version: SeenModelVersion
    let errorLimit: Double
    let auditsToFalseAlarm: Double
    /// The smallest rate above 0 at which the policy in force audits.
    let smallestRate: Double
    /// How long the policy gives an audit, in seconds.
    var deadlineSeconds: Int = AuditTerms.standard.deadlineSeconds
    /// Which audits count, if nothing was watched so far: those asked for from then on.
    let since: Timestamp
    /// What was asked for until then is complete.
    let settled: Timestamp
    /// How many audits a page has.
    var page = 2000

    /// Where reading has come to.
    private struct Path {
        /// The detector up to the last audit read.
        var watch: AuditWatch
        /// The detector up to the last final one.
        var final: AuditWatch
        var settledAt: Timestamp
        var item: Int64
        var isFinal = true
        /// How many audits are still made final though they wait.
        var excess: Int
        var ahead = 0
        var waiting = 0
        var crossings: [Crossing] = []

        mutating func take(_ audit: AuditRow, _ finding: AuditWatch.Finding) {
            watch.take(finding, propensity: audit.propensity)
            if excess > 0 {
                excess -= 1
            } else if finding.isWaiting {
                isFinal = false
                waiting += 1
            }
            guard !watch.alarms else { return cross(audit) }
            if isFinal { settle(audit) } else { ahead += 1 }
        }

        /// Begins anew behind a crossing: what waits before it has no part in the next one.
        private mutating func cross(_ audit: AuditRow) {
            crossings.append(
                Crossing(
                    at: audit.askedAt, item: audit.item, audits: watch.detector.n,
                    evidence: watch.evidence))
            watch.restart()
            (isFinal, ahead, waiting) = (true, 0, 0)
            settle(audit)
        }

        private mutating func settle(_ audit: AuditRow) {
            final = watch
            (settledAt, item) = (audit.askedAt, audit.item)
        }
    }

    /// An audit at which the evidence reached the level.
    private struct Crossing {
        let at: Timestamp
        let item: Int64
        let audits: Int
        let evidence: Double
    }

    /// Reads what there is, in the caller's transaction.
    ///
    /// - Returns: the alarm that began an episode; nil mostly.
    func read() throws -> ConceptAlarm? { try readNews().alarm }

    /// Reads what there is, and says as well whether anything has changed since the last time.
    func readNews() throws -> (alarm: ConceptAlarm?, isChanged: Bool) {
        guard
            var state = try claim(),
            let detector = ErrorRateDetector(
                limit: state.errorLimit, meanAuditsToFalseAlarm: state.auditsToFalseAlarm,
                n: state.audits, statistics: state.statistics)
        else { return (nil, false) }
        let episodes = ConceptEpisodes(store: store, project: project, version: version)
        try episodes.endOthers(than: errorLimit)
        let before = state
        let start = AuditWatch(
            detector, smallestPropensity: min(state.smallestPropensity, smallestRate))
        var path = Path(
            watch: start, final: start, settledAt: state.settledAt, item: state.item,
            excess: max(state.ahead - Self.mostAhead, 0))
        try walk(&path)
        state.settledAt = path.settledAt
        state.item = path.item
        state.audits = path.final.detector.n
        state.statistics = path.final.detector.statistics
        state.smallestPropensity = path.final.smallestPropensity
        state.ahead = path.ahead
        state.waiting = path.waiting
        state.presentAudits = path.watch.detector.n
        state.presentEvidence = path.watch.evidence
        let alarm = try judge(path, state, episodes)
        let isChanged = state != before || alarm != nil
        if isChanged {
            try store.store(
                state, isAlarmed: alarm != nil, project: project, modelVersion: version.id)
        }
        return (alarm, isChanged)
    }

    /// The state, begun anew behind the last fallback that somebody lifted: what led to that leads to
    /// no other one.
    private func claim() throws -> ConceptWatchState? {
        func claimed() throws -> ConceptWatchState? {
            try store.claimConceptWatch(
                project: project, modelVersion: version.id, since: since,
                errorLimit: errorLimit, auditsToFalseAlarm: auditsToFalseAlarm)
        }
        guard let state = try claimed() else { return nil }
        guard let lifted = try store.lastLiftedFallback(of: version.id, project: project),
            lifted.at > state.since
        else { return state }
        try store.restartConceptWatch(
            project: project, modelVersion: version.id, since: lifted.at)
        let episodes = ConceptEpisodes(store: store, project: project, version: version)
        if let standing = try episodes.standing() {
            try episodes.end(
                standing, .closed, by: lifted.by, "fallback \(lifted.number) was lifted")
        }
        return try claimed()
    }

    private func walk(_ path: inout Path) throws {
        let overdue = settled.adding(seconds: -max(Self.patience, Int64(deadlineSeconds)))
        var (moment, item) = (path.settledAt, path.item)
        while true {
            let rows = try store.auditPage(
                project: project, modelVersion: version.id, after: moment, item: item,
                before: settled, limit: page)
            for row in rows { path.take(row, row.finding(overdue: overdue)) }
            guard rows.count == page, let last = rows.last else { return }
            (moment, item) = (last.askedAt, last.item)
        }
    }

    /// Begins an episode with the first crossing where none stands, and ends the one that does when the
    /// audits since are within the limit.
    private func judge(
        _ path: Path, _ state: ConceptWatchState, _ episodes: ConceptEpisodes
    ) throws -> ConceptAlarm? {
        let standing = try episodes.standing()
        guard let first = path.crossings.first else {
            if let standing { try endIfRecovered(standing, state, episodes) }
            return nil
        }
        if let standing {
            try store.crossEpisode(
                standing.number, times: path.crossings.count, project: project)
            return nil
        }
        var alarm = ConceptAlarm(
            errorLimit: state.errorLimit, audits: first.audits, evidence: first.evidence,
            auditsToFalseAlarm: state.auditsToFalseAlarm,
            present: try PresentError(
                project: project, modelVersion: version.id, from: state.since, until: first.at,
                item: first.item, limit: AuditWatch.presentAudits(limit: state.errorLimit),
                store))
        let (number, fallback) = try episodes.begin(alarm)
        alarm.fallback = fallback
        if path.crossings.count > 1 {
            try store.crossEpisode(number, times: path.crossings.count - 1, project: project)
        }
        return alarm
    }

    private func endIfRecovered(
        _ standing: EpisodeRecord, _ state: ConceptWatchState, _ episodes: ConceptEpisodes
    ) throws {
        let needed = AuditWatch.recoveryAudits(limit: state.errorLimit)
        guard state.presentAudits >= needed else { return }
        let recent = try PresentError(
            project: project, modelVersion: version.id, from: state.since, until: settled,
            limit: needed, store)
        guard recent.audits >= needed, recent.worst <= state.errorLimit else { return }
        try episodes.end(
            standing, .recovered,
            "\(version.version) is within the limit of "
                + "\(ShortNumber.percent(state.errorLimit)) again: \(recent.words)")
    }
}

extension AuditRow {
    /// What is known of it, where audits asked for before `overdue` have waited too long.
    func finding(overdue: Timestamp) -> AuditWatch.Finding {
        if let isWrong { return isWrong ? .wrong : .right }
        if isDecided { return .silent }
        return .waiting(isContradicted: isDisputed, isOverdue: askedAt < overdue)
    }
}
