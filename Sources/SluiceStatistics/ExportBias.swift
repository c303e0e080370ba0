/// What an export of labels is worth, and whether it describes the traffic or only what was asked.
///
/// Labels come mostly of items the model was unsure of. Weighted by 1/propensity they speak for all
/// traffic; unweighted they speak for themselves.
public struct ExportBias: Sendable {
    private var bySelection: [String: Int] = [:]
    private var byLabel: [String: WeightedCounts] = [:]
    private var known = WeightedCounts()
    private var unknown = 0

    /// Starts without a row.
    public init() {}

    /// Counts rows alike.
    ///
    /// - Parameters:
    ///   - selectedBy: the export's word for how they came to a person.
    ///   - propensity: nil where it is not known; such rows have no weight.
    public mutating func add(
        selectedBy: String, label: String, propensity: Double?, times: Int = 1
    ) {
        bySelection[selectedBy, default: 0] += times
        guard let propensity, propensity >= .leastNormalMagnitude, propensity <= 1 else {
            unknown += times
            return
        }
        known.add(propensity: propensity, holds: false, times: times)
        byLabel[label, default: WeightedCounts()]
            .add(propensity: propensity, holds: true, times: times)
    }

    /// How many rows each way of selection gave.
    public var countsBySelection: [String: Int] { bySelection }
    /// How many rows have no weight, since nobody knows how likely they were to be asked about.
    public var rowsWithoutWeight: Int { unknown }
    /// How many rows there are.
    public var rows: Int { known.n + unknown }

    /// A label's share of the rows with a weight.
    public struct Prevalence: Hashable, Sendable {
        /// The label.
        public let label: String
        /// Its share of the rows.
        public let unweighted: Double
        /// Its share of the traffic.
        public let weighted: Double
    }

    /// The shares of all labels, by name.
    public var prevalences: [Prevalence] {
        let (rows, weight) = (Double(known.n), known.weight)
        return byLabel.sorted { $0.key < $1.key }.map { label, counts in
            Prevalence(
                label: label, unweighted: Double(counts.n) / rows,
                weighted: counts.weight / weight)
        }
    }

    /// The number of equally weighted rows that would tell as much about the traffic; 0 for none.
    ///
    /// Ten rows asked of for sure and four of 2 % are worth 4.405594.
    public var kishSize: Double {
        do {
            return try known.sample().kishSize
        } catch {
            return 0
        }
    }

    /// The largest weight; nil without one.
    public var largestWeight: Double? { known.leastPropensity.map { 1 / $0 } }

    /// What a reader of the export must know.
    public enum Warning: Hashable, Sendable {
        /// No row has been chosen at random among those the model was sure of: weights describe the
        /// uncertain items alone.
        case onlyUncertain
        /// The weights are so unequal that all rows tell as much as fewer than half of them would.
        case fewEffective(Double, of: Int)
        /// A label's share differs by more than 5 points with and without weights.
        case skewed(Prevalence)
    }

    /// The warnings, none for an export that may be read as it is.
    public var warnings: [Warning] {
        guard rows > 0 else { return [] }
        if bySelection["audit"] == nil, bySelection["random"] == nil { return [.onlyUncertain] }
        var warnings: [Warning] = []
        if kishSize < 0.5 * Double(known.n) {
            warnings.append(.fewEffective(kishSize, of: known.n))
        }
        warnings += prevalences.filter { abs($0.weighted - $0.unweighted) > 0.05 }
            .sorted { abs($0.weighted - $0.unweighted) > abs($1.weighted - $1.unweighted) }
            .map { .skewed($0) }
        return warnings
    }
}
