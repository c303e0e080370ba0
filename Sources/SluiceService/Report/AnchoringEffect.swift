import SluiceJSON
import SluiceStatistics
import SluiceStore

/// How much less often people contradict a model whose answer they see.
///
/// The override rate of items whose prediction was withheld, less that of items where it was shown.
/// Which of the two an item was must have been drawn by chance, or the difference would be between
/// the items: only items count whose policy drew it, by `blind_share`.
struct AnchoringEffect {
    private let blind: (given: Int, overridden: Int)
    private let shown: (given: Int, overridden: Int)

    /// Takes the counts of labels given against predictions.
    init(_ counts: [OverrideCount]) {
        func sum(_ isShown: Bool) -> (Int, Int) {
            counts.filter { $0.isDrawn && $0.isShown == isShown }
                .reduce((0, 0)) { ($0.0 + $1.given, $0.1 + $1.overridden) }
        }
        blind = sum(false)
        shown = sum(true)
    }

    private var figure: Figure {
        guard blind.given > 0, shown.given > 0 else {
            return .unknown(
                blind.given + shown.given == 0
                    ? "no prediction was hidden at random"
                    : blind.given == 0
                        ? "no labels yet where it was hidden at random"
                        : "no labels yet where it was shown at random")
        }
        do {
            return .estimate(
                try ProportionDifference(
                    Proportion(blind.overridden, of: blind.given),
                    minus: Proportion(shown.overridden, of: shown.given)
                ).newcombe())
        } catch {
            return .unknown("no labels were given in this window")
        }
    }

    /// Writes the figure as a value.
    func write(to writer: inout JSONWriter) {
        figure.write(to: &writer) { writer in
            writer.member("n_blind", blind.given)
            writer.member("n_shown", shown.given)
        }
    }
}
