/// Compares a window with a reference, signal by signal.
///
/// A shift counts when it is both unlikely to be chance, adjusted for the number of signals, and
/// large: a PSI of 0.1 or a Jensen-Shannon distance of 0.1 to look at, 0.25 and 0.2 to act on; a share
/// that moved by 2 points and by half. In large windows everything is significant, in small ones
/// every index is large; neither alone raises an alarm.
public struct DriftComparison: Hashable, Sendable {
    /// The signals, in a fixed order of names.
    public let signals: [DriftSignal]

    /// Compares `current` with `reference`.
    public init(reference: WatchedWindow, current: WatchedWindow) {
        var signals: [DriftSignal] = []
        signals.append(
            Self.numeric("confidence", reference.confidences, current.confidences))
        signals.append(
            Self.rate(
                "confidence missing", reference.items - reference.confidences.n, reference.items,
                current.items - current.confidences.n, current.items))
        signals.append(Self.categorical("predicted_label", reference.labels, current.labels))
        signals += Self.routing(reference, current)
        for path in Set(reference.inputs.keys).union(current.inputs.keys).sorted() {
            signals += Self.input(
                path.name, reference.inputs[path] ?? WatchedInput(),
                current.inputs[path] ?? WatchedInput())
        }
        if min(reference.items, current.items) < WatchedWindow.fewestItems {
            for index in signals.indices {
                signals[index].p = nil
                signals[index].reason =
                    "too few items to compare: it takes \(WatchedWindow.fewestItems)"
            }
        }
        self.signals = Self.judged(signals)
    }

    /// The worst level of any signal.
    public var level: DriftSignal.Level { signals.map(\.level).max() ?? .none }

    /// Routing, which tells of the items only while the policy is the same.
    private static func routing(
        _ reference: WatchedWindow, _ current: WatchedWindow
    ) -> [DriftSignal] {
        var signals = [
            rate(
                "automation_rate", reference.automated, reference.items, current.automated,
                current.items),
            categorical("routing", reference.routes, current.routes),
            rate(
                "override_rate", reference.corrected, reference.judged, current.corrected,
                current.judged),
        ]
        let before = reference.policyVersions
        let now = current.policyVersions
        guard before.count != 1 || before != now else { return signals }
        for index in signals.indices {
            signals[index].p = nil
            signals[index].reason =
                "the policy changed since the reference (version \(text(before)), now \(text(now)))"
        }
        return signals
    }

    private static func text(_ versions: [Int]) -> String {
        versions.isEmpty ? "none" : versions.map(String.init).joined(separator: ", ")
    }

    private static func input(
        _ path: String, _ reference: WatchedInput, _ current: WatchedInput
    ) -> [DriftSignal] {
        var signals = [
            rate(
                "\(path) missing", reference.missing, reference.items, current.missing,
                current.items)
        ]
        switch reference.kind {
        case .numbers:
            signals.append(numeric(path, reference.numbers, current.numbers))
            signals.append(outOfRange(path, reference.numbers, current.numbers))
        case .words: signals.append(categorical(path, reference.words, current.words))
        case .texts:
            signals.append(numeric("\(path) length", reference.lengths, current.lengths))
        case .nothing: break
        }
        return signals
    }

    private static func numeric(
        _ name: String, _ reference: ValueSample, _ current: ValueSample
    ) -> DriftSignal {
        var signal = DriftSignal(
            name: name, kind: .numeric, statistic: "psi", referenceSize: reference.n,
            currentSize: current.n)
        let (before, now) = (reference.values, current.values)
        signal.reference = mean(before)
        signal.current = mean(now)
        let bins = ValueBins(quantilesOf: before)
        do {
            let shift = try CategoryShift(
                reference: bins.counts(of: before), current: bins.counts(of: now))
            signal.effect = shift.stabilityIndex()
            signal.p = shift.stabilityTest().p
            signal.isTestable = shift.categories > 1
            signal.distance = try KolmogorovSmirnov(before, now).statistic
        } catch {
            signal.reason = noValues(before.isEmpty)
        }
        return signal
    }

    private static func categorical(
        _ name: String, _ reference: CategoryCounts, _ current: CategoryCounts
    ) -> DriftSignal {
        var signal = DriftSignal(
            name: name, kind: .categorical, statistic: "js_distance",
            referenceSize: reference.n, currentSize: current.n)
        let both = CategoryCounts.aligned(reference: reference, current: current)
        signal.unseen = both.unseen.prefix(10).map(\.name)
        do {
            let shift = try CategoryShift(reference: both.reference, current: both.current)
            signal.effect = shift.jensenShannonDistance
            signal.p = shift.chiSquare.p
            signal.isTestable = shift.categories > 1
        } catch {
            signal.reason = noValues(reference.n == 0)
        }
        return signal
    }

    /// The share of numbers below the least or above the largest of the reference.
    private static func outOfRange(
        _ path: String, _ reference: ValueSample, _ current: ValueSample
    ) -> DriftSignal {
        let before = reference.values
        let now = current.values
        let range = (before.first ?? 0)...(before.last ?? 0)
        return rate(
            "\(path) out of range", 0, before.count, now.count { !range.contains($0) }, now.count)
    }

    private static func rate(
        _ name: String, _ x: Int, _ n: Int, _ currentX: Int, _ currentN: Int
    ) -> DriftSignal {
        var signal = DriftSignal(
            name: name, kind: .rate, statistic: "rate_difference", referenceSize: n,
            currentSize: currentN)
        do {
            let difference = try ProportionDifference(
                Proportion(currentX, of: currentN), minus: Proportion(x, of: n))
            signal.reference = difference.second.value
            signal.current = difference.first.value
            signal.effect = difference.value
            signal.p = difference.p
            signal.isTestable = 0 < x + currentX && x + currentX < n + currentN
        } catch {
            signal.reason = noValues(n == 0)
        }
        return signal
    }

    private static func noValues(_ ofReference: Bool) -> String {
        ofReference ? "the reference has no values of it" : "the window has no values of it"
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0) { $0 + $1 / Double(values.count) }
    }

    /// Adjusts the p-values and says how far each signal matters.
    ///
    /// What could not have shown a shift, whatever came, is no test among the others: with it, the
    /// more places are watched at which nothing is ever missing, the less would be found.
    private static func judged(_ signals: [DriftSignal]) -> [DriftSignal] {
        var signals = signals
        for index in signals.indices where !signals[index].isTestable {
            signals[index].adjustedP = signals[index].p
        }
        let tested = signals.indices.filter { signals[$0].p != nil && signals[$0].isTestable }
        let adjusted = MultipleTests.benjaminiHochberg(tested.map { signals[$0].p ?? 1 })
        for (index, p) in zip(tested, adjusted) {
            signals[index].adjustedP = p
            signals[index].level = p < DriftSignal.alpha ? signals[index].size : .none
        }
        return signals
    }
}

extension DriftSignal {
    /// How far the effect alone would matter.
    fileprivate var size: Level {
        guard let effect else { return .none }
        switch kind {
        case .numeric: return effect >= 0.25 ? .act : effect >= 0.1 ? .warn : .none
        case .categorical: return effect >= 0.2 ? .act : effect >= 0.1 ? .warn : .none
        case .rate:
            guard let reference, let current else { return .none }
            // A share and what is left of it tell the same: 0.9 to 0.8 doubles the rest.
            let times = max(
                Self.ratio(current, reference), Self.ratio(1 - current, 1 - reference))
            return abs(effect) >= 0.02 && times >= 1.5 ? .warn : .none
        }
    }

    private static func ratio(_ one: Double, _ other: Double) -> Double {
        let (low, high) = (min(one, other), max(one, other))
        return low > 0 ? high / low : high > 0 ? .infinity : 1
    }
}
