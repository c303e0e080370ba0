import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Estimates what items are from all their reviewers' answers; no stored decision is touched.
public struct ConsensusEstimation: Sendable {
    /// The most numbers a reviewer's matrices may take in all: some 200 MB while they are estimated.
    private static let maximumCells = 8_000_000

    private let pool: ConnectionPool
    private let pageItems: Int

    /// Reads through `pool`, in pages of `pageItems` items.
    public init(pool: ConnectionPool, pageItems: Int = 20_000) {
        self.pool = pool
        self.pageItems = pageItems
    }

    /// An estimate with what it was made of.
    struct Made: Sendable {
        let answers: GatheredAnswers
        let fit: ConsensusFit
        let method: ConsensusMethod
    }

    /// The batch report as one JSON object.
    ///
    /// - Parameter method: nil for the one that suits the answers.
    /// - Throws: `invalidParameter` if there are too many reviewers and labels; `PostgresError`.
    public func json(
        project: ProjectContext, method: ConsensusMethod?
    ) async throws -> [UInt8] {
        let made = try await estimate(project: project, method: method)
        let reviewers = made.answers.reviewers
        let (now, names) = try await pool.withSession { session in
            let store = Store(session)
            return (try store.currentTime(), try store.reviewerNames(reviewers))
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("project", project.name.text)
        writer.member("as_of", now.rfc3339)
        writer.member("method", made.method.rawValue)
        writer.member("method_from", method == nil ? "what suits the answers" : "asked")
        ConsensusReport(made: made, names: names).write(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Estimated labels that are ready to be written.
    public struct Prepared: Sendable {
        fileprivate let made: Made
        fileprivate let project: ProjectContext
    }

    /// Estimates what `items` writes: everything that takes long before its first line.
    ///
    /// - Throws: as ``json(project:method:)``.
    public func prepareItems(
        project: ProjectContext, method: ConsensusMethod?
    ) async throws -> Prepared {
        Prepared(made: try await estimate(project: project, method: method), project: project)
    }

    /// Writes one JSON line for every answered item, in chunks, in the order items arrived.
    ///
    /// - Returns: how many lines were written.
    @discardableResult
    public func items(
        _ prepared: Prepared, write: (sending [UInt8]) async throws -> Void
    ) async throws -> Int {
        let (made, project) = (prepared.made, prepared.project)
        let items = made.answers.items
        var next = items.startIndex
        while next < items.endIndex {
            let page = items[next..<min(next + pageItems, items.endIndex)]
            next = page.endIndex
            guard let first = page.first, let last = page.last else { break }
            let names = try await pool.withSession { session in
                try Store(session).answeredItems(
                    project: project.id, after: first - 1, through: last)
            }
            for chunk in ConsensusLines(made: made, names: project.labels)
                .chunks(of: page.indices, named: names)
            {
                try await write(chunk)
            }
        }
        return items.count
    }

    /// What an export takes its labels from.
    func labels(
        project: ProjectContext, method: ConsensusMethod
    ) async throws -> ConsensusLabels {
        ConsensusLabels(made: try await estimate(project: project, method: method))
    }

    private func estimate(
        project: ProjectContext, method: ConsensusMethod?
    ) async throws -> Made {
        let answers = try await GatheredAnswers.read(
            through: pool, project: project, pageItems: pageItems)
        let labels = answers.votes.labels
        let (cells, overflows) = answers.reviewers.count
            .multipliedReportingOverflow(by: labels * labels)
        guard !overflows, cells <= Self.maximumCells else {
            throw ReviewError.invalidParameter(
                name: "method",
                found: "\(answers.reviewers.count) reviewers of \(labels) labels",
                accepted: "reviewers times labels squared of at most \(Self.maximumCells)")
        }
        let suited = method ?? .suited(to: answers.votes)
        let fit = suited.fit(answers.votes)
        try Task.checkCancellation()
        return Made(answers: answers, fit: fit, method: suited)
    }
}
