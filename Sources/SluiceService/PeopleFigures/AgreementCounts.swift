import SluiceDomain
import SluiceStatistics

/// What is counted of some items to say how far people agree on them.
struct AgreementCounts: Sendable {
    /// The items by the answers they got.
    private(set) var sample: AgreementSample
    /// How often an answer is what the others agree on.
    private(set) var level: HumanLevel
    /// How many items have an answer, those with a single one included.
    private(set) var items = 0

    init(labels: Int) {
        sample = AgreementSample(labels: max(labels, 1))
        level = HumanLevel(labels: max(labels, 1))
    }

    mutating func add(_ labels: [Int]) {
        sample.add(labels)
        level.add(labels)
        items += 1
    }

    /// How many items with several answers it takes to say how sure a coefficient is: of fewer, resamples
    /// are much alike, and the interval is far too narrow.
    static let fewestItems = 20

    /// Coefficients with their intervals; the same items give the same intervals.
    ///
    /// There is no interval of fewer than ``fewestItems`` items, nor where no resample differs from them,
    /// as where nobody disagreed.
    func figures(_ coefficients: [AgreementCoefficient]) -> [Figure] {
        var generator = SplitMix64(seed: Self.seed)
        return sample.estimates(coefficients, using: &generator).map { estimate in
            switch estimate {
            case .success(let estimate): Self.figure(estimate)
            case .failure(let unknown): .unknown(unknown.reason.agreementSentence)
            }
        }
    }

    /// An estimate from resamples, without its interval where that would mislead.
    static func figure(_ estimate: Estimate) -> Figure {
        guard estimate.n >= fewestItems else {
            return .bare(
                estimate.value, n: estimate.n,
                why: "too few items for an interval: \(estimate.n) of \(fewestItems)")
        }
        guard estimate.lo < estimate.hi else {
            return .bare(
                estimate.value, n: estimate.n,
                why: "no interval: the \(estimate.n) items do not differ")
        }
        return .estimate(estimate)
    }

    /// The share of answers that are what the others agree on.
    var humanLevel: Figure {
        do {
            return .estimate(try level.agreeing().wilson())
        } catch {
            return .unknown(error.reason.agreementSentence)
        }
    }

    /// Any number would do, as long as it stays the same.
    static let seed: UInt64 = 20_240_531
}

extension Unknown.Reason {
    /// Why there is no figure of agreement.
    var agreementSentence: String {
        switch self {
        case .noObservations: "undefined: no item has answers of two people"
        case .singleLabel: "undefined: all answers are the same label"
        case .unequalAnswers: "undefined: items have different numbers of answers"
        default: "undefined: \(rawValue)"
        }
    }
}

/// A generator whose numbers follow from its seed: Steele, Lea and Flood 2014, OOPSLA, figure 16.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
