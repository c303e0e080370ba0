/// A threshold found by walking, from a start fixed beforehand, to more and more automation for as long
/// as each step keeps the promise.
///
/// Because the order is fixed, every step may be tested at the full probability, and the first that
/// fails ends the walk: the threshold is wrong only if the first step that truly breaks the limit was
/// passed by mistake. Fixed-sequence testing as in Angelopoulos, Bates, Candès, Jordan and Lei 2025,
/// Learn then test, Ann. Appl. Stat. 19:1641-1662, section 2.3, with the exact binomial tail.
///
/// 27 errors in 1,948 labels keep 2 % at 95 % (0.0268), 30 in 2,014 do not (0.0549).
public struct ThresholdWalk: Hashable, Sendable {
    /// One step that was tested.
    public struct Test: Hashable, Sendable {
        /// Its place in the grid.
        public let step: Int
        /// The error rate the true one exceeds with at most this walk's probability.
        public let bound: Double
        /// Whether it keeps the promise.
        public let isKept: Bool
    }

    /// The steps tested, in order, walk after walk.
    public let tests: [Test]
    /// The last step that kept the promise, the furthest of all walks; nil when no walk began well.
    public let certified: Int?
    /// The promise each walk was tested at.
    public let promise: ErrorPromise

    /// Walks from each start at its part of the probability.
    ///
    /// - Parameters:
    ///   - steps: from the highest threshold down.
    ///   - starts: places in `steps`, fixed without looking at labels; those outside are left out.
    ///     Equal ones count each.
    public init(_ steps: [ThresholdStep], promise: ErrorPromise, starts: [Int]) {
        let part = promise.divided(by: starts.count)
        var tests: [Test] = []
        var best: Int?
        for start in starts where steps.indices.contains(start) {
            for place in start..<steps.count {
                let isKept = steps[place].keeps(part)
                tests.append(
                    Test(
                        step: place, bound: steps[place].upperBound(failing: part.delta),
                        isKept: isKept))
                guard isKept else { break }
                best = max(best ?? place, place)
            }
        }
        self.tests = tests
        self.certified = best
        self.promise = part
    }

    /// The first step beyond the certified one that was tested and failed; nil when the walk went to
    /// the end or never began.
    public var firstFailed: Int? {
        tests.filter { !$0.isKept && $0.step > (certified ?? -1) }.map(\.step).min()
    }
}

extension ThresholdStep {
    /// How many labels would keep a promise here if the errors went on as they are: the labels there
    /// are, multiplied until they do.
    ///
    /// - Returns: nil when no number up to 64 times as many would, as where the observed error is at
    ///   the limit or above it.
    public func labelsNeeded(_ promise: ErrorPromise) -> Int? {
        guard labelled > 0, let error = observedError, error < promise.limit else { return nil }
        func isEnough(_ percent: Int) -> Bool { multiplied(byPercent: percent).keeps(promise) }
        guard !isEnough(100) else { return labelled }
        var (low, high) = (100, 200)
        while !isEnough(high) {
            (low, high) = (high, 2 * high)
            guard high <= 6_400 else { return nil }
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if isEnough(middle) { high = middle } else { low = middle }
        }
        return multiplied(byPercent: high).labelled
    }

    private func multiplied(byPercent percent: Int) -> ThresholdStep {
        ThresholdStep(
            threshold: threshold,
            strata: strata.map {
                Stratum(
                    propensity: $0.propensity, items: $0.items * percent / 100,
                    labelled: $0.labelled * percent / 100,
                    errors: ($0.errors * percent + 99) / 100)
            })
    }
}
