import SluiceStatistics
import Testing

@Suite("Quantiles and waiting times")
struct WaitingTimeTests {
    private let decided: [Double] = [30, 18, 60, 12, 120, 45, 29]

    private var curve: KaplanMeier {
        KaplanMeier(
            decided.map { KaplanMeier.Wait($0, isDecided: true) }
                + [173, 172].map { KaplanMeier.Wait($0, isDecided: false) })
    }

    @Test("open items lengthen the median they would be left out of")
    func openItems() {
        #expect(curve.quantile(0.5) == 45)
        #expect(curve.quantile(0.75) == 120)
        #expect(curve.quantile(0.9) == nil)
        #expect(curve.open == 2 && curve.n == 9)
        expectClose(curve.stillWaiting(after: 60), 0.33333333333333337)
        #expect(curve.stillWaiting(after: 11) == 1)
        expectClose(Quantile.linear(0.5, of: decided) ?? 0, 30)
        expectClose(Quantile.linear(0.9, of: decided) ?? 0, 84.00000000000003)
        #expect(Quantile.discrete(0.5, of: decided) == 30)
    }

    @Test("without open items the curve gives discrete quantiles", arguments: [1, 2, 7, 10, 41])
    func complete(_ count: Int) {
        let values = (0..<count).map { Double($0 * 37 % count) }
        let curve = KaplanMeier(values.map { KaplanMeier.Wait($0, isDecided: true) })
        for share in [0.1, 0.25, 0.5, 0.9, 1] {
            #expect(curve.quantile(share) == Quantile.discrete(share, of: values))
        }
    }

    @Test("an item open at a time counts as waiting when another is decided then")
    func ties() {
        let curve = KaplanMeier([.init(5, isDecided: false), .init(5, isDecided: true)])
        #expect(curve.steps.map(\.stillWaiting) == [0.5])
    }

    @Test("waits that are counted are as many waits")
    func counted() {
        let waits: [(KaplanMeier.Wait, Int)] = [
            (.init(12, isDecided: true), 3), (.init(30, isDecided: false), 2),
            (.init(30, isDecided: true), 4), (.init(7, isDecided: false), 1),
            (.init(90, isDecided: true), 0), (.init(45, isDecided: true), 2),
        ]
        let curve = KaplanMeier(counted: waits.map { (wait: $0.0, count: $0.1) })
        #expect(curve == KaplanMeier(waits.flatMap { Array(repeating: $0.0, count: $0.1) }))
        #expect(curve.n == 12 && curve.open == 3)
    }

    @Test("nothing decided, or nothing at all, has no quantile")
    func empty() {
        #expect(KaplanMeier([]).quantile(0.5) == nil)
        #expect(KaplanMeier([.init(3, isDecided: false)]).quantile(0.5) == nil)
        #expect(KaplanMeier([.init(.nan, isDecided: true)]).n == 0)
        #expect(Quantile.linear(0.5, of: []) == nil && Quantile.discrete(0.5, of: [.nan]) == nil)
    }

    @Test("quantiles interpolate as percentile_cont and step as percentile_disc")
    func definitions() {
        let values: [Double] = [10, 3, 1, 2]
        #expect(Quantile.linear(0.5, of: values) == 2.5)
        #expect(Quantile.discrete(0.5, of: values) == 2)
        #expect(Quantile.linear(0, of: values) == 1 && Quantile.linear(1, of: values) == 10)
        #expect(Quantile.discrete(0, of: values) == 1 && Quantile.discrete(1, of: values) == 10)
        #expect(Quantile.linear(-1, of: values) == 1 && Quantile.linear(2, of: values) == 10)
    }
}
