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
        ranking.walk(weight: { items[$0].weight }) { threshold, accepted, all in
            points.append(
                Point(
                    threshold: threshold, share: accepted.weight / all,
                    error: accepted.wrong / accepted.weight, n: accepted.n))
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
    /// What a threshold accepts.
    struct Accepted {
        /// How many items.
        var n = 0
        /// How many of them are wrong.
        var errors = 0
        /// The sum of their weights.
        var weight = 0.0
        /// The sum of the weights of those that are wrong.
        var wrong = 0.0
        /// The sum of the squares of their weights.
        var squares = 0.0
    }

    /// Those with a confidence, from the highest down, and then the others.
    private let order: [Int]
    /// Of those that have one.
    private let confidences: [Double]
    private let isWrong: [Bool]

    init(_ items: [RiskCoverage.Item]) {
        let sorted = items.indices.compactMap { index in
            items[index].confidence.map { (index, $0) }
        }.sorted { $0.1 > $1.1 }
        order = sorted.map(\.0) + items.indices.filter { items[$0].confidence == nil }
        confidences = sorted.map(\.1)
        isWrong = sorted.map { items[$0.0].isWrong }
    }

    /// Calls `body` at the end of each run of equal confidences with what is accepted by then, and
    /// the weight of everything.
    ///
    /// Both are added up in one order: where all is accepted they are equal, to the last bit.
    func walk(
        weight: (Int) -> Double,
        _ body: (_ threshold: Double, _ accepted: Accepted, _ all: Double) -> Void
    ) {
        var all = 0.0
        for index in order { all += weight(index) }
        var accepted = Accepted()
        for position in confidences.indices {
            let one = weight(order[position])
            accepted.n += 1
            accepted.weight += one
            accepted.squares += one * one
            if isWrong[position] {
                accepted.errors += 1
                accepted.wrong += one
            }
            let isEnd =
                position + 1 == confidences.count
                || confidences[position + 1] != confidences[position]
            if isEnd, accepted.weight > 0 { body(confidences[position], accepted, all) }
        }
    }

    /// The largest share at which the error is at most `limit`, 0 if there is none.
    func share(atError limit: Double, weight: (Int) -> Double) -> Double {
        var share = 0.0
        walk(weight: weight) { _, accepted, all in
            if accepted.wrong <= (limit + RiskCoverage.rounding) * accepted.weight {
                share = accepted.weight / all
            }
        }
        return share
    }
}
