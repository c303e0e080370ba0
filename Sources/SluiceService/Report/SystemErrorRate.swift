import SluiceJSON
import SluiceStatistics
import SluiceStore

/// How often what leaves the service is wrong, whoever decided it.
///
/// What the model decided is wrong as often as audits say, what people decided as often as they err on
/// items whose label is known; neither is taken for 0. The bounds of both parts are added up with the
/// parts' shares: where both intervals cover with 95 %, the sum covers with 90 % at least (Bonferroni).
/// 60 % decided by the model at 1 % (0.5 to 2 %) and 40 % by people at 5 % (3 to 8 %) give 2.6 %
/// (1.5 to 4.4 %).
struct SystemErrorRate {
    /// How many items the model decided.
    let automated: Int
    /// How often that is wrong.
    let ofModel: Figure
    /// How many items people decided or are to decide.
    let reviewed: Int
    /// How often people are wrong.
    let ofPeople: Figure

    /// The rate, or why it is not known.
    var figure: Figure {
        let all = Double(automated + reviewed)
        guard all > 0 else { return .unknown("nothing arrived in this window") }
        var parts: [(share: Double, estimate: Estimate)] = []
        for (count, figure) in [(automated, ofModel), (reviewed, ofPeople)] where count > 0 {
            switch figure {
            case .estimate(let estimate): parts.append((Double(count) / all, estimate))
            case .unknown(let reason): return .unknown(reason)
            case .count, .bare: return .unknown("an error rate was counted, and not estimated")
            }
        }
        func sum(_ value: (Estimate) -> Double) -> Double {
            min(1, parts.reduce(0) { $0 + $1.share * value($1.estimate) })
        }
        return .estimate(
            Estimate(
                value: sum(\.value), lo: sum(\.lo), hi: sum(\.hi),
                level: parts.count > 1 ? 0.9 : 0.95, method: .sumOfBounds,
                n: parts.reduce(0) { $0 + $1.estimate.n }, nEffective: nil))
    }
}
