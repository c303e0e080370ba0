/// A calibration map that assumes only that a surer prediction is not wrong more often.
///
/// The rising step function closest to the outcomes in weighted squares, by pooling adjacent
/// violators (Ayer and others 1955, Ann. Math. Stat. 26:641-647; as a calibration map Zadrozny and
/// Elkan 2002, KDD), straight between its corners. It needs about a thousand outcomes; below that
/// it follows noise, and ``PlattMap`` is the better choice. It makes ties of confidences that
/// differ: a threshold that goes by rank must use the confidence itself.
public struct IsotonicMap: Hashable, Sendable {
    /// A corner: predictions of this confidence are right this often.
    public struct Corner: Hashable, Sendable {
        /// The confidence, 0...1.
        public let confidence: Double
        /// How often predictions of that confidence are right, 0...1.
        public let probability: Double

        /// Pairs the two, both held to 0...1.
        public init(confidence: Double, probability: Double) {
            self.confidence = confidence.held(in: 0...1)
            self.probability = probability.held(in: 0...1)
        }
    }

    /// The corners in order of confidence, each confidence once, probabilities never falling.
    public let corners: [Corner]

    /// Takes corners as ``corners`` gave them; nil if there is none or they are not in order.
    public init?(corners: [Corner]) {
        let isRising = zip(corners, corners.dropFirst()).allSatisfy {
            $0.confidence < $1.confidence && $0.probability <= $1.probability
        }
        guard !corners.isEmpty, isRising else { return nil }
        self.corners = corners
    }

    /// Fits the map to outcomes.
    ///
    /// - Throws: ``Unknown`` if there is none.
    /// - Complexity: O(n log n).
    public init(fitting outcomes: [ScoredOutcome]) throws(Unknown) {
        guard !outcomes.isEmpty else { throw Unknown(.noObservations) }
        let blocks = Self.pooled(Self.grouped(outcomes))
        var corners: [Corner] = []
        for block in blocks {
            // A block is level: its two ends say it all.
            corners.append(Corner(confidence: block.first, probability: block.mean))
            if block.last > block.first {
                corners.append(Corner(confidence: block.last, probability: block.mean))
            }
        }
        self.corners = corners
    }

    /// How often predictions of this confidence are right: level before the first and after the
    /// last corner.
    public func probability(of confidence: Double) -> Double {
        let confidence = confidence.held(in: 0...1)
        var low = 0
        var high = corners.count
        while low < high {
            let middle = (low + high) / 2
            if corners[middle].confidence <= confidence { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return corners[0].probability }
        guard low < corners.count else { return corners[low - 1].probability }
        let (left, right) = (corners[low - 1], corners[low])
        let share = (confidence - left.confidence) / (right.confidence - left.confidence)
        return left.probability + share * (right.probability - left.probability)
    }

    /// Neighbouring confidences that share one probability.
    private struct Block {
        let first: Double
        var last: Double
        var weight: Double
        var right: Double

        var mean: Double { right / weight }
    }

    /// Equal confidences as one observation each: no map can tell them apart.
    private static func grouped(_ outcomes: [ScoredOutcome]) -> [Block] {
        var blocks: [Block] = []
        for outcome in outcomes.sorted(by: { $0.confidence < $1.confidence }) {
            let right = outcome.weight * outcome.rightness
            if let last = blocks.indices.last, blocks[last].first == outcome.confidence {
                blocks[last].weight += outcome.weight
                blocks[last].right += right
            } else {
                blocks.append(
                    Block(
                        first: outcome.confidence, last: outcome.confidence,
                        weight: outcome.weight, right: right))
            }
        }
        return blocks
    }

    /// Merges neighbours until probabilities rise.
    private static func pooled(_ blocks: [Block]) -> [Block] {
        var pooled: [Block] = []
        for block in blocks {
            var block = block
            while let previous = pooled.last, previous.mean >= block.mean {
                block = Block(
                    first: previous.first, last: block.last,
                    weight: previous.weight + block.weight, right: previous.right + block.right)
                pooled.removeLast()
            }
            pooled.append(block)
        }
        return pooled
    }
}
