import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Says how often the model would be wrong at every share of the traffic it could decide.
public struct RiskCoverageReport: Sendable {
    /// How many points are written at most.
    public static let maximumPoints = 200

    private let pool: ConnectionPool
    private let pageRows: Int

    /// Reads through `pool`, in pages of `pageRows` items.
    public init(pool: ConnectionPool, pageRows: Int = 20_000) {
        self.pool = pool
        self.pageRows = pageRows
    }

    /// The curve as one JSON object: of everything people labelled by a recorded chance, each item
    /// weighted by one over it.
    ///
    /// - Throws: `invalidParameter` as ``EvidenceQuestion`` is read; `PostgresError`.
    /// - Complexity: memory grows with the items that people labelled, 32 bytes each.
    public func json(
        project: ProjectContext, _ question: EvidenceQuestion
    ) async throws -> [UInt8] {
        let pages = try await EvidencePages(
            question, project: project, pool: pool, pageRows: pageRows)
        var gathered = Gathered()
        try await pages.forEachPage { rows in
            for row in rows { gathered.add(row, accept: project.policy.accept) }
        }
        var writer = JSONWriter()
        writer.beginObject()
        pages.writeHead(to: &writer)
        gathered.write(policy: project.policy, version: project.policyVersion, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private struct Gathered {
        var items = 0
        var unseeable = 0
        var labelled: [RiskCurve.Item] = []
        /// Audits that wait for a second look: they are right at one end, and wrong at the other.
        var waiting: [RiskCurve.Item] = []
        var disputes = DisputedAudits()
        /// What the policy in force would accept by its thresholds, at the two ends.
        var accepted = WeightedCounts()
        var worst = WeightedCounts()
        var acceptedWaiting = 0

        mutating func add(_ row: EvidenceRow, accept: Policy.Thresholds) {
            guard let label = row.label else { return }
            items += 1
            if row.route == .accepted, row.propensity <= 0 { unseeable += 1 }
            let isDisputed = GatheredErrors.isDisputed(row)
            guard isDisputed || GatheredErrors.isLabelled(row) else { return }
            let isWrong = row.isWrong ?? false
            let item = RiskCurve.Item(
                confidence: row.confidence, isWrong: isWrong, propensity: row.propensity)
            if isDisputed { waiting.append(item) } else { labelled.append(item) }
            disputes += DisputedAudits(
                waiting: isDisputed ? 1 : 0, settled: row.wasDisputed && row.isWrong != nil ? 1 : 0,
                confirmed: row.wasDisputed && isWrong ? 1 : 0)
            if let confidence = row.confidence,
                confidence >= accept.threshold(for: ExactText(label))
            {
                accepted.add(propensity: row.propensity, holds: isWrong)
                worst.add(propensity: row.propensity, holds: isWrong || isDisputed)
                acceptedWaiting += isDisputed ? 1 : 0
            }
        }

        /// The curve with the disputed audits at both ends.
        private func curve() throws(Unknown) -> RiskCurve {
            guard !labelled.isEmpty else { throw Unknown(.noObservations) }
            let right = try RiskCurve(labelled + waiting)
            guard !waiting.isEmpty else { return right }
            let wrong = try RiskCurve(
                labelled
                    + waiting.map {
                        .init(
                            confidence: $0.confidence, isWrong: true, propensity: $0.propensity)
                    })
            return right.between(wrong, disputes, waiting: waiting.compactMap(\.confidence))
        }

        func write(policy: Policy, version: Int, to writer: inout JSONWriter) {
            writer.member("items", items)
            writer.member("labelled", labelled.count)
            writer.member("disputed", waiting.count)
            writer.member("policy_version", version)
            var curve: RiskCurve?
            var reason: String?
            if unseeable > 0 {
                reason =
                    "\(unseeable) of \(items) items were accepted without audits: nobody can know how "
                    + "often those are wrong (set audit_rate above 0)"
            } else {
                do {
                    curve = try self.curve()
                } catch {
                    reason = "people have labelled nothing in this window"
                }
            }
            writer.member("reason", reason)
            writer.key("in_force")
            writeInForce(policy, isKnown: curve != nil, to: &writer)
            writer.member("area_under_risk", curve?.areaUnderRisk)
            writer.key("points")
            writer.array(curve?.thinned(to: RiskCoverageReport.maximumPoints) ?? []) {
                writer, point in
                writer.beginObject()
                writer.member("threshold", point.threshold)
                writer.member("coverage", point.coverage)
                writer.key("risk")
                Figure.estimate(point.risk).write(to: &writer)
                writer.endObject()
            }
            writer.member(
                "points_left_out",
                max(0, (curve?.points.count ?? 0) - RiskCoverageReport.maximumPoints))
        }

        /// Where the thresholds of the policy in force stand, each label with its own.
        private func writeInForce(
            _ policy: Policy, isKnown: Bool, to writer: inout JSONWriter
        ) {
            let all = (labelled + waiting).reduce(0) { $0 + 1 / $1.propensity }
            writer.beginObject()
            writer.member("degree", policy.degree.rawValue)
            writer.member("threshold", policy.accept.standard)
            writer.member("thresholds_by_label", policy.accept.labels.count)
            writer.member("coverage", isKnown && all > 0 ? accepted.weight / all : nil)
            writer.key("risk")
            do {
                guard accepted.n > acceptedWaiting else { throw Unknown(.noObservations) }
                (isKnown
                    ? .estimate(
                        disputes.between(
                            try accepted.estimate(), try worst.estimate(),
                            waiting: acceptedWaiting))
                    : Figure.unknown("see reason"))
                    .write(to: &writer)
            } catch {
                Figure.unknown("nothing that people labelled is above the thresholds")
                    .write(to: &writer)
            }
            writer.endObject()
        }
    }
}
