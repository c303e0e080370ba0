import SluiceDomain
import SluicePostgres
import SluiceStore

/// What imported answers decided.
public struct ImportedDecisions: Sendable, Hashable {
    /// Items that have a new decision.
    public var decided = 0
    /// Items whose decision is what the answers say already, or was made by other means.
    public var kept = 0
    /// Items whose answers do not agree: tied, or fewer for each than the rule asks for.
    public var undecided = 0
    /// Items that reviewers have in hand, which are left to them.
    public var left = 0

    /// Starts with none.
    public init() {}

    fileprivate mutating func add(_ other: ImportedDecisions) {
        decided += other.decided
        kept += other.kept
        undecided += other.undecided
        left += other.left
    }
}

extension ReviewImport {
    /// Decides items by their imported answers, by the project's rule of consensus.
    ///
    /// The answer with most votes wins if the rule's number of people gave it and no other answer has
    /// as many. What reviewers of this service have in hand, or have answered, is left to them; so is
    /// what an adjudicator or they decided. A model's decision gives way. What is decided leaves the
    /// queue.
    ///
    /// - Parameter items: the keys of the items, each once.
    func decide(
        _ items: some Collection<Int64>, in project: ProjectContext
    ) async throws -> ImportedDecisions {
        var total = ImportedDecisions()
        var rest = items.sorted()[...]
        while !rest.isEmpty {
            let page = Array(rest.prefix(500))
            rest = rest.dropFirst(500)
            total.add(
                try await pool.transaction { session in
                    let store = Store(session)
                    // Two imports at once would give an item two decisions of one number.
                    try store.lockProject(project.id)
                    return try Self.decide(page, store, project)
                })
        }
        return total
    }

    private static func decide(
        _ items: [Int64], _ store: Store, _ project: ProjectContext
    ) throws(PostgresError) -> ImportedDecisions {
        var counts = ImportedDecisions()
        let standings = try store.lockImportedStandings(of: items, project: project.id)
        let votes = Dictionary(
            grouping: try store.importedVotes(of: items, project: project.id), by: \.item)
        var rows: [DecisionRow] = []
        for standing in standings {
            if standing.isBegun {
                counts.left += 1
                continue
            }
            guard
                let row = DecisionRow(
                    standing, votes[standing.item] ?? [], policy: project.policy,
                    labels: project.labels)
            else {
                counts.undecided += 1
                continue
            }
            if standing.stays(beside: row) { counts.kept += 1 } else { rows.append(row) }
        }
        try store.insertImportedDecisions(rows, project: project.id)
        counts.decided = rows.count
        return counts
    }
}

extension ImportedStanding {
    /// Whether the item's decision is not to give way to `row`.
    fileprivate func stays(beside row: DecisionRow) -> Bool {
        guard let decision, decision.outcome != Outcome.reopened.rawValue else { return false }
        if decision.source == DecisionSource.adjudicator.rawValue { return true }
        if decision.source == DecisionSource.model.rawValue { return false }
        // Nobody here has answered the item, so it was an import that decided.
        return decision.outcome == row.outcome.rawValue
            && decision.label.map(ExactText.init) == row.label.map(ExactText.init)
    }
}

extension DecisionRow {
    /// The decision the votes amount to; nil when they do not agree.
    fileprivate init?(
        _ standing: ImportedStanding, _ votes: [ImportedVotes], policy: Policy, labels: LabelSet
    ) {
        let all = votes.reduce(0) { $0 + $1.count }
        guard all > 0 else { return nil }
        let settlement = Consensus.settle(
            votes: votes.flatMap { given in
                Array(
                    repeating: given.verdict.mapLabel {
                        labels.counted($0, predicted: standing.predicted)
                    }, count: given.count)
            }, skips: 0,
            asked: all, rule: policy.consensusRule(asked: all),
            borderline: labels.borderline?.id)
        let outcome: Outcome
        let label: String?
        let share: Double
        switch settlement {
        case .label(let name, let agreement):
            guard let known = labels.label(id: name) else { return nil }
            outcome = Outcome(label: known, predicted: standing.predicted)
            (label, share) = (name, agreement)
        case .unusable(let agreement):
            outcome = .unusable
            (label, share) = (nil, agreement)
        case .open, .oneMore, .adjudicate: return nil
        }
        self.init(
            item: standing.item, revision: (standing.decision?.revision ?? 0) + 1, reviews: all,
            modelVersionID: standing.modelVersionID ?? 0, actor: all == 1 ? votes[0].actor : nil,
            agreement: share, label: label,
            source: all == 1 ? .reviewer : .consensus, outcome: outcome)
    }
}
