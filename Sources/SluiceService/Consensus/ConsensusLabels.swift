import SluiceDomain
import SluiceStatistics

/// The labels of an estimate by item, for an export.
struct ConsensusLabels: Sendable {
    private let made: ConsensusEstimation.Made

    init(made: ConsensusEstimation.Made) { self.made = made }

    /// One item's label and how probable it is.
    struct Label: Hashable, Sendable {
        /// The label; nil where the answers decide nothing, or an adjudicator has decided.
        let label: String?
        /// The probability of that label, or else of the one decided on; nil when nobody gave that.
        let confidence: Double?
    }

    /// What the answers to an item say; nil when it has none.
    ///
    /// An adjudicator's label stands, and so does any where the answers tie: then the confidence is
    /// what the answers give that one.
    func label(of item: Int64, decided: String?, isAdjudicated: Bool) -> Label? {
        guard let index = index(of: item) else { return nil }
        let posteriors = made.fit.posterior(of: index)
        if !isAdjudicated, let decision = made.fit.decision(of: index) {
            return Label(
                label: made.answers.labels[decision.label], confidence: decision.posterior)
        }
        let standing = decided.flatMap { decided in
            made.answers.labels.firstIndex { ExactText($0) == ExactText(decided) }
        }
        return Label(
            label: nil, confidence: standing.map { posteriors[posteriors.startIndex + $0] })
    }

    /// The place of an item among the answered ones, found by halving.
    private func index(of item: Int64) -> Int? {
        let items = made.answers.items
        var low = items.startIndex
        var high = items.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if items[middle] < item { low = middle + 1 } else { high = middle }
        }
        return low < items.endIndex && items[low] == item ? low : nil
    }
}
