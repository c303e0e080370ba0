/// Numbers of one kind, in the order they were taken.
struct Series: Sendable {
    let values: [Double]

    init(_ values: [Double]) { self.values = values }

    private var sorted: [Double] { values.sorted() }

    var minimum: Double { sorted.first ?? .nan }
    var maximum: Double { sorted.last ?? .nan }

    /// The middle value; the mean of the two in the middle when there are two.
    var median: Double {
        let sorted = sorted
        guard !sorted.isEmpty else { return .nan }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}

/// One figure: what was measured, beside what it is compared with.
struct Figure: Sendable {
    /// What is asked of the figure.
    enum Goal: Sendable {
        /// The median of measured / baseline is at least this.
        case ratioAtLeast(Double)
        /// The median of measured / baseline is at most this.
        case ratioAtMost(Double)
        /// The median measured is below this.
        case below(Double)
        /// For information.
        case none
    }

    let name: String
    let unit: String
    let goal: Goal
    let measured: Series
    /// What `measured` was compared with, in the same order; nil when it stands alone.
    let baseline: Series?
    /// What the baseline is.
    let against: String

    init(
        _ name: String, unit: String, goal: Goal = .none, measured: [Double],
        baseline: [Double]? = nil, against: String = ""
    ) {
        self.name = name
        self.unit = unit
        self.goal = goal
        self.measured = Series(measured)
        self.baseline = baseline.map { Series($0) }
        self.against = against
    }

    /// Measured / baseline, pair by pair.
    var ratios: Series? {
        baseline.map { Series(zip(measured.values, $0.values).map { $0 / $1 }) }
    }

    /// Whether the goal is met; nil when there is none.
    var isMet: Bool? {
        switch goal {
        case .ratioAtLeast(let least): ratios.map { $0.median >= least }
        case .ratioAtMost(let most): ratios.map { $0.median <= most }
        case .below(let limit): measured.median < limit
        case .none: nil
        }
    }
}
