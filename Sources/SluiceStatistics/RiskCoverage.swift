/// How much could be automated at which error, for every threshold on a model's confidence.
///
/// A share found this way is where the *observed* error meets a limit. That is right for comparing
/// two models on the same items, and no promise: a threshold chosen so breaks its limit on new items
/// about as often as not.
///
/// El-Yaniv and Wiener 2010, J. Mach. Learn. Res. 11:1605-1641. Confidences 0.9, 0.8, 0.7 and 0.6 of
/// which the third is wrong: a share of 0.5 at an error of 0, and of 1 at an error of 0.25.
public struct RiskCoverage: Hashable, Sendable {
    /// One labelled item.
    public struct Item: Hashable, Sendable {
        /// The model's confidence in its label; nil where it gave none, and never automated.
        public let confidence: Double?
        /// Whether its label is wrong.
        public let isWrong: Bool
        /// How many items of the traffic it stands for: 1/propensity, above zero and finite.
        public let weight: Double

        /// Collects the parts.
        public init(confidence: Double?, isWrong: Bool, weight: Double) {
            self.confidence = confidence
            self.isWrong = isWrong
            self.weight = weight
        }
    }

    /// What accepting everything from a threshold upwards does.
    public struct Point: Hashable, Sendable {
        /// The lowest confidence accepted.
        public let threshold: Double
        /// The share of the traffic accepted, 0...1.
        public let share: Double
        /// The share of the accepted that is wrong, 0...1.
        public let error: Double
        /// How many labelled items this rests on.
        public let n: Int
    }

    /// One point for each distinct confidence, from the highest down.
    ///
    /// Items of equal confidence cannot be told apart by a threshold, so they come together.
    public let points: [Point]

    /// Takes the items in any order.
    ///
    /// - Throws: ``Unknown`` if there are none or a weight cannot be.
    /// - Complexity: O(n log n).
    public init(_ items: [Item]) throws(Unknown) {
        guard !items.isEmpty else { throw Unknown(.noObservations) }
        guard items.allSatisfy({ $0.weight > 0 && $0.weight.isFinite }) else {
            throw Unknown(.impossiblePropensity)
        }
        let ranking = Ranking(items)
        var points: [Point] = []
        ranking.walk(weight: { items[$0].weight }) { threshold, n, accepted, wrong, all in
            points.append(
                Point(threshold: threshold, share: accepted / all, error: wrong / accepted, n: n))
        }
        self.points = points
    }

    /// The point with the largest share whose error is at most `limit`; nil if there is none.
    public func mostAutomation(atError limit: Double) -> Point? {
        points.last { $0.error <= limit + RiskCoverage.rounding }
    }

    /// What accepting from a threshold upwards does; nil if that accepts nothing.
    public func point(from threshold: Double) -> Point? {
        points.last { $0.threshold >= threshold }
    }

    /// A model's own error must not miss itself by the last digit of a sum.
    static let rounding = 1e-12
}

/// Items in the order of their confidence, to be summed up again and again with other weights.
struct Ranking {
    private let order: [Int]
    private let confidences: [Double]
    private let isWrong: [Bool]
    private let count: Int

    init(_ items: [RiskCoverage.Item]) {
        let sorted = items.indices.compactMap { index in
            items[index].confidence.map { (index, $0) }
        }.sorted { $0.1 > $1.1 }
        order = sorted.map(\.0)
        confidences = sorted.map(\.1)
        isWrong = sorted.map { items[$0.0].isWrong }
        count = items.count
    }

    /// Calls `body` at the end of each run of equal confidences with what is accepted by then.
    func walk(
        weight: (Int) -> Double,
        _ body: (_ threshold: Double, _ n: Int, _ accepted: Double, _ wrong: Double, _ all: Double)
            -> Void
    ) {
        var all = 0.0
        for index in 0..<count { all += weight(index) }
        var accepted = 0.0
        var wrong = 0.0
        for position in order.indices {
            let one = weight(order[position])
            accepted += one
            if isWrong[position] { wrong += one }
            let isEnd =
                position + 1 == order.count || confidences[position + 1] != confidences[position]
            if isEnd, accepted > 0 {
                body(confidences[position], position + 1, accepted, wrong, all)
            }
        }
    }

    /// The largest share at which the error is at most `limit`, 0 if there is none.
    func share(atError limit: Double, weight: (Int) -> Double) -> Double {
        var share = 0.0
        walk(weight: weight) { _, _, accepted, wrong, all in
            if wrong <= (limit + RiskCoverage.rounding) * accepted { share = accepted / all }
        }
        return share
    }
}
