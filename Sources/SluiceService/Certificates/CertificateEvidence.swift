import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// The items a certificate rests on: earlier ones that fix the grid, and those whose labels count.
struct CertificateEvidence: Sendable {
    /// A window of arrivals, as it was read.
    struct Window: Sendable {
        let from: Timestamp
        let to: Timestamp
        /// Items up to this key are not in it; 0 for none left out.
        var after: Int64 = 0
        /// How many items of the version arrived.
        var items = 0
    }

    /// Unlabelled confidences by place of the predicted label, to make the grid from.
    var reference: [(confidence: Double, label: Int32)] = []
    /// The window they came in.
    var referenceWindow: Window
    /// The items whose labels count, in order of arrival.
    var facts: [CertificateFact] = []
    /// The window they came in.
    var window: Window
    /// Items in it that no threshold decides about.
    var outside = 0
    /// The key of the last item read; 0 for none.
    var lastItem: Int64 = 0

    /// The fewest confidences a grid is made from.
    static let leastReference = 100
    /// From so many on, the window before is the reference, and no label is given up for it.
    static let fullReference = 1000
    /// The most confidences read for a grid.
    static let mostReference = 200_000

    /// How many of the facts have a standing.
    func count(_ standing: CertificateFact.Standing) -> Int {
        facts.count { $0.standing == standing }
    }
}

/// Reads the evidence of one version, in pages.
struct CertificateReader: Sendable {
    let pool: ConnectionPool
    let project: ProjectContext
    let version: Int64
    let now: Timestamp
    var pageRows = 5_000

    /// The evidence of the arrivals of `[from, to)`.
    ///
    /// The grid's reference is the traffic of as long before, if there was enough; else the first fifth
    /// of the window, whose labels are then not used.
    func evidence(from: Timestamp, to: Timestamp) async throws -> CertificateEvidence {
        let length = to.microseconds - from.microseconds
        let before = CertificateEvidence.Window(
            from: Timestamp(microseconds: from.microseconds - length), to: from)
        var evidence = CertificateEvidence(
            referenceWindow: before, window: .init(from: from, to: to))
        let earlier = try await range(before.from, before.to)
        var left = 0
        if earlier.items >= CertificateEvidence.fullReference {
            evidence.referenceWindow.items = earlier.items
            try await walk(before.from, before.to, earlier.range, after: 0) { row, policy, places in
                add(row, policy, places, to: &evidence.reference)
                return evidence.reference.count < CertificateEvidence.mostReference
            }
        } else {
            let inside = try await range(from, to)
            left = inside.items / 5
            evidence.referenceWindow = .init(from: from, to: to, items: left)
        }
        let found = try await range(from, to)
        try await walk(from, to, found.range, after: 0) { row, policy, places in
            if left > 0 {
                left -= 1
                add(row, policy, places, to: &evidence.reference)
                evidence.window.after = row.item
            } else {
                add(row, policy, places, to: &evidence)
            }
            return true
        }
        return evidence
    }

    /// The labels of the arrivals from `from` on and behind an item, for a grid that there is already.
    func labels(
        from: Timestamp, to: Timestamp, after item: Int64
    ) async throws -> CertificateEvidence {
        var evidence = CertificateEvidence(
            referenceWindow: .init(from: from, to: from),
            window: .init(from: from, to: to, after: item))
        let found = try await range(from, to)
        try await walk(from, to, found.range, after: item) { row, policy, places in
            add(row, policy, places, to: &evidence)
            return true
        }
        return evidence
    }

    private func add(
        _ row: EvidenceRow, _ policy: Policy, _ places: LabelPlaces,
        to reference: inout [(confidence: Double, label: Int32)]
    ) {
        guard let label = row.label, policy.thresholdDecides(row) else { return }
        reference.append((row.confidence ?? -1, places.place(of: label)))
    }

    private func add(
        _ row: EvidenceRow, _ policy: Policy, _ places: LabelPlaces,
        to evidence: inout CertificateEvidence
    ) {
        evidence.window.items += 1
        evidence.lastItem = row.item
        if let fact = CertificateFact(row, policy: policy, labels: places, now: now) {
            evidence.facts.append(fact)
        } else {
            evidence.outside += 1
        }
    }

    private func range(_ from: Timestamp, _ to: Timestamp) async throws -> EvidenceRange {
        try await pool.withSession { session in
            try Store(session).evidenceRange(
                project: project.id, from: from, to: to, modelVersion: version)
        }
    }

    private func walk(
        _ from: Timestamp, _ to: Timestamp, _ range: ClosedRange<Int64>?, after item: Int64,
        _ take: (EvidenceRow, Policy, LabelPlaces) throws -> Bool
    ) async throws {
        guard let range else { return }
        let places = LabelPlaces(project.labels)
        var after = max(item, range.lowerBound - 1)
        while after < range.upperBound {
            let start = after
            let (rows, policies) = try await pool.withSession { session in
                let store = Store(session)
                let rows = try store.labelledEvidence(
                    project: project.id, from: from, to: to, modelVersion: version, after: start,
                    through: range.upperBound, limit: pageRows)
                var policies: [Int: Policy] = [:]
                for version in Set(rows.map(\.policyVersion)) {
                    policies[version] = try project.policy(version: version, through: store)
                }
                return (rows, policies)
            }
            for row in rows {
                guard let policy = policies[row.policyVersion] else {
                    throw ReviewError.internalError
                }
                guard try take(row, policy, places) else { return }
            }
            guard rows.count == pageRows, let last = rows.last else { return }
            after = last.item
        }
    }
}
