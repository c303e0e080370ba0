/// How often a model would be wrong about what it decided, for every threshold on its confidence, with
/// the interval at each.
///
/// El-Yaniv and Wiener 2010, J. Mach. Learn. Res. 11:1605-1641, with every sum weighted by
/// 1/propensity. Each point's interval holds for a threshold named beforehand; one picked off the curve
/// because it looks good breaks its limit about as often as not, so certify it.
public struct RiskCurve: Sendable {
    /// One labelled item.
    public struct Item: Hashable, Sendable {
        /// The model's confidence; nil where it gave none, and never automated.
        public let confidence: Double?
        /// Whether its label is wrong.
        public let isWrong: Bool
        /// The probability with which it was chosen, 0 < p <= 1.
        public let propensity: Double

        /// Collects the parts.
        public init(confidence: Double?, isWrong: Bool, propensity: Double) {
            self.confidence = confidence
            self.isWrong = isWrong
            self.propensity = propensity
        }
    }

    /// What accepting everything from a threshold upwards does.
    public struct Point: Hashable, Sendable {
        /// The lowest confidence accepted.
        public let threshold: Double
        /// The share of the traffic accepted, 0...1.
        public let coverage: Double
        /// The share of the accepted that is wrong.
        public let risk: Estimate
    }

    /// One point for each distinct confidence, from the highest down.
    public let points: [Point]
    /// How many items there are, those without a confidence included.
    public let n: Int

    /// Takes the items in any order.
    ///
    /// Confidences 0.9, 0.8, 0.7 and 0.6 of which the third is wrong: a risk of 0 at coverages of 0.25
    /// and 0.5, of 1/3 at 0.75, and of 0.25 at 1.
    ///
    /// - Throws: ``Unknown`` if there is no item, a propensity cannot be, or the level.
    /// - Complexity: O(n log n).
    public init(_ items: [Item], level: Double = 0.95) throws(Unknown) {
        guard !items.isEmpty else { throw Unknown(.noObservations) }
        guard
            items.allSatisfy({ $0.propensity >= .leastNormalMagnitude && $0.propensity <= 1 })
        else { throw Unknown(.impossiblePropensity) }
        let level = try checked(level)
        n = items.count
        let weighted = items.map {
            RiskCoverage.Item(
                confidence: $0.confidence, isWrong: $0.isWrong, weight: 1 / $0.propensity)
        }
        var points: [Point] = []
        Ranking(weighted).walk(weight: { weighted[$0].weight }) { threshold, accepted, all in
            points.append(
                Point(
                    threshold: threshold, coverage: min(accepted.weight / all, 1),
                    risk: Self.risk(
                        of: accepted.n, errors: accepted.errors,
                        value: min(accepted.wrong / accepted.weight, 1),
                        size: accepted.weight * accepted.weight / accepted.squares, level: level)))
        }
        self.points = points
    }

    private init(points: [Point], n: Int) {
        self.points = points
        self.n = n
    }

    /// The curve between this one, which has all disputed audits right, and one of the same items that
    /// has them all wrong.
    ///
    /// - Parameter waiting: the confidences of the disputed audits.
    public func between(
        _ wrong: RiskCurve, _ disputes: DisputedAudits, waiting: [Double]
    ) -> RiskCurve {
        let falling = waiting.sorted(by: >)
        var count = 0
        let points = zip(points, wrong.points).map { right, wrong in
            while count < falling.count, falling[count] >= right.threshold { count += 1 }
            return Point(
                threshold: right.threshold, coverage: right.coverage,
                risk: disputes.between(right.risk, wrong.risk, waiting: count))
        }
        return RiskCurve(points: points, n: n)
    }

    /// What accepting from a threshold upwards does; nil if that accepts nothing.
    public func point(from threshold: Double) -> Point? {
        points.last { $0.threshold >= threshold }
    }

    /// At most so many of the points, spread evenly over the coverage, the first and last among them.
    public func thinned(to count: Int) -> [Point] {
        guard points.count > count, count > 1, let first = points.first, let last = points.last
        else { return points }
        let step = (last.coverage - first.coverage) / Double(count - 1)
        var kept: [Point] = []
        for point in points.dropLast()
        where point.coverage >= first.coverage + step * Double(kept.count) - 1e-12 {
            kept.append(point)
        }
        return kept.prefix(count - 1) + [last]
    }

    /// The mean risk over all coverages: the smaller, the better the confidences tell right from
    /// wrong.
    ///
    /// Geifman, Uziel and El-Yaniv 2019, ICLR, weighted: the risk at each item's rank, averaged; within
    /// a run of equal confidences, which no threshold divides, every item has the risk at its end. Nil
    /// if some item has no confidence.
    public var areaUnderRisk: Double? {
        guard let last = points.last, last.coverage > 1 - 1e-9 else { return nil }
        var (area, before) = (0.0, 0.0)
        for point in points {
            area += (point.coverage - before) * point.risk.value
            before = point.coverage
        }
        return area
    }

    /// Wilson's interval, at Kish's size where weights differ.
    private static func risk(
        of n: Int, errors: Int, value: Double, size: Double, level: Double
    ) -> Estimate {
        let isPlain = Double(n) - size < 1e-9 * Double(n)
        let (lo, hi) = Proportion.wilson(
            share: value, n: isPlain ? Double(n) : size, level: level)
        return Estimate(
            value: value, lo: errors == 0 ? 0 : lo, hi: errors == n ? 1 : hi, level: level,
            method: isPlain ? .wilson : .weightedWilson, n: n, nEffective: isPlain ? nil : size)
    }
}
