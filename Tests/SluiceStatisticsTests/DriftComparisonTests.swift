import SluiceStatistics
import Testing

@Suite("Comparing windows with a reference")
struct DriftComparisonTests {
    /// A window of items whose confidence, label, amount and site are drawn.
    private func window(
        _ items: Int, seed: UInt64, confidence: Double = 0.8, firstLabel: Double = 0.5,
        amount: Double = 100, missing: Double = 0.02, sites: [String] = ["north", "south"],
        automated: Double = 0.7, policy: Int = 3
    ) -> WatchedWindow {
        var generator = SeededGenerator(seed: seed)
        var window = WatchedWindow()
        for item in 0..<items {
            let isAutomated = generator.flip(automated)
            let noise = Double.random(in: -0.15...0.15, using: &generator)
            let hasAmount = !generator.flip(missing)
            let size = amount * (0.5 + Double.random(in: 0...1, using: &generator))
            window.add(
                key: Int64(item), confidence: confidence + noise,
                label: generator.flip(firstLabel) ? "invoice" : "order",
                route: isAutomated ? "accepted: confident" : "queued: below_threshold",
                isAutomated: isAutomated, policyVersion: policy,
                values: [
                    ("payload.amount", hasAmount ? .number(size) : .missing),
                    (
                        "metadata.site",
                        .text(sites[Int.random(in: 0..<sites.count, using: &generator)])
                    ),
                    ("payload.text", .text(String(repeating: "x", count: 70 + item % 40))),
                ])
        }
        return window
    }

    private func signal(_ name: String, _ comparison: DriftComparison) throws -> DriftSignal {
        try #require(comparison.signals.first { $0.name == name }, "\(name)")
    }

    @Test("windows of the same traffic raise next to no alarm, at any size")
    func nothingChanged() {
        for size in [200, 500, 3000] {
            let reference = window(2000, seed: 1)
            let alarmed = (2..<62).count { seed in
                DriftComparison(
                    reference: reference, current: window(size, seed: UInt64(seed))
                ).level > .none
            }
            // At most one window in a hundred by chance, so 0.6 of 60; more than three is unlikely.
            #expect(alarmed <= 3, "\(alarmed) of 60 windows of \(size)")
        }
    }

    @Test("each kind of change is found by its own signal and by no other")
    func changes() throws {
        let reference = window(2000, seed: 1)
        let confidence = DriftComparison(
            reference: reference, current: window(1000, seed: 2, confidence: 0.7))
        let psi = try signal("confidence", confidence)
        #expect(psi.level == .act && psi.kind == .numeric && psi.statistic == "psi")
        #expect(try #require(psi.effect) > 0.25 && #require(psi.adjustedP) < 1e-6)
        #expect(try #require(psi.distance) > 0.2)
        expectClose(try #require(psi.reference) - #require(psi.current), 0.1, within: 0.1)
        #expect(confidence.signals.filter { $0.level > .none }.map(\.name) == ["confidence"])
        let labels = DriftComparison(
            reference: reference, current: window(1000, seed: 3, firstLabel: 0.7))
        #expect(labels.signals.filter { $0.level > .none }.map(\.name) == ["predicted_label"])
        #expect(try signal("predicted_label", labels).level == .warn)
        let amounts = DriftComparison(
            reference: reference, current: window(1000, seed: 4, amount: 140))
        #expect(
            amounts.signals.filter { $0.level > .none }.map(\.name)
                == ["payload.amount", "payload.amount out of range"])
        let missing = DriftComparison(
            reference: reference, current: window(1000, seed: 5, missing: 0.08))
        #expect(
            missing.signals.filter { $0.level > .none }.map(\.name)
                == ["payload.amount missing"])
        let routing = DriftComparison(
            reference: reference, current: window(1000, seed: 6, automated: 0.5))
        #expect(
            routing.signals.filter { $0.level > .none }.map(\.name)
                == ["automation_rate", "routing"])
    }

    @Test("a category nobody has seen before is a bin of its own and is named")
    func unseen() throws {
        let reference = window(2000, seed: 1)
        let comparison = DriftComparison(
            reference: reference, current: window(1000, seed: 7, sites: ["north", "south", "east"]))
        let sites = try signal("metadata.site", comparison)
        #expect(sites.level == .act && sites.unseen == ["east"])
        let length = try signal("payload.text length", comparison)
        #expect(length.level == .none && length.reference != nil)
    }

    @Test("a large shift in a small window and a tiny one in a huge window raise no alarm")
    func bothAreNeeded() throws {
        let reference = window(2000, seed: 1)
        let few = DriftComparison(
            reference: reference, current: window(150, seed: 8, confidence: 0.6))
        #expect(few.level == .none)
        #expect(try signal("confidence", few).reason?.contains("200") == true)
        let many = DriftComparison(
            reference: window(40_000, seed: 9),
            current: window(40_000, seed: 10, firstLabel: 0.52))
        let labels = try signal("predicted_label", many)
        #expect(try #require(labels.adjustedP) < 0.001 && labels.level == .none)
    }

    @Test("places at which nothing can show do not make the others harder to find")
    func untestable() throws {
        func window(_ places: Int, firstLabel: Int) -> WatchedWindow {
            var window = WatchedWindow()
            for item in 0..<400 {
                window.add(
                    key: Int64(item), confidence: 0.5, label: item < firstLabel ? "a" : "b",
                    route: "queued: degree", isAutomated: false, policyVersion: 1,
                    values: (0..<places).map { ("payload.p\($0)", .text("same")) })
            }
            return window
        }
        for places in [0, 20] {
            let label = try signal(
                "predicted_label",
                DriftComparison(
                    reference: window(places, firstLabel: 200),
                    current: window(places, firstLabel: 240)))
            #expect(label.adjustedP == label.p, "with \(places) places")
        }
    }

    @Test("routing is not compared across policies")
    func policies() throws {
        let comparison = DriftComparison(
            reference: window(1000, seed: 1),
            current: window(1000, seed: 2, automated: 0.2, policy: 4))
        let automation = try signal("automation_rate", comparison)
        #expect(automation.level == .none && automation.p == nil)
        #expect(automation.reason == "the policy changed since the reference (version 3, now 4)")
        #expect(try signal("confidence", comparison).p != nil)
    }

    @Test("a level counts once two of the last three windows have reached it")
    func twoOfThree() {
        #expect(DriftSignal.sustained([]) == .none)
        #expect(DriftSignal.sustained([.act]) == .none)
        #expect(DriftSignal.sustained([.act, .warn]) == .warn)
        #expect(DriftSignal.sustained([.act, .none, .act]) == .act)
        #expect(DriftSignal.sustained([.act, .act, .none, .none]) == .none)
        #expect(DriftSignal.sustained([.none, .none, .act]) == .none)
    }

    @Test("a sample does not depend on the order of the values, and keeps its distribution")
    func samples() {
        var (forward, backward) = (ValueSample(), ValueSample())
        for key in 0..<20_000 {
            forward.add(Double(key), key: Int64(key))
            backward.add(Double(19_999 - key), key: Int64(19_999 - key))
        }
        #expect(forward.values == backward.values && forward.n == 20_000)
        #expect(forward.values.count == ValueSample.capacity)
        let mean = forward.values.reduce(0, +) / Double(ValueSample.capacity)
        // A standard error is 5,774 / sqrt(4,000) = 91.
        #expect(abs(mean - 10_000) < 300, "\(mean)")
        var few = ValueSample()
        few.add(.nan, key: 1)
        few.add(2, key: 2)
        #expect(few.values == [2] && few.n == 1)
        #expect(ValueSample(n: 9, values: [3, 1]).values == [1, 3])
    }

    @Test("rare categories are put together, and too many of them are not told apart")
    func manyCategories() {
        var counts = CategoryCounts()
        for index in 0..<1000 { counts.add("c\(index % 400)") }
        #expect(counts.counts.count == CategoryCounts.most && counts.n == 1000)
        #expect(counts.others == 400)
    }

    @Test("the gap between audited and promised errors has the interval of both")
    func gap() {
        func estimate(_ value: Double, _ lo: Double, _ hi: Double) -> Estimate {
            Estimate(value: value, lo: lo, hi: hi, level: 0.95, method: .wilson, n: 100)
        }
        let gap = ErrorGap(
            audited: estimate(0.1, 0.06, 0.15), expected: estimate(0.02, 0.015, 0.03)
        ).estimate
        expectClose(gap.value, 0.08)
        expectClose(gap.lo, 0.03876894374382339)
        expectClose(gap.hi, 0.13024937810560446)
    }
}
