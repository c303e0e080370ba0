/// Reference values computed once with the tools named beside them, and copied here.
enum Vectors {
    struct Interval: Sendable {
        let x, n: Int
        let wilson, exact: (Double, Double)
        let upper, lower: Double
    }

    /// Two-sided 95 %, one-sided 95 %: statsmodels 0.15.0 proportion_confint, scipy 1.17.1 beta.ppf.
    static let intervals: [Interval] = [
        Interval(
            x: 0, n: 149, wilson: (0.0, 0.02513361787000955),
            exact: (0.0, 0.02445362490559001),
            upper: 0.019904816220685077, lower: 0.0),
        Interval(
            x: 1, n: 300, wilson: (0.0005886577218511581, 0.01863669369453124),
            exact: (8.438913231780044e-05, 0.018431252048067885),
            upper: 0.01571455489158395, lower: 0.00017096303211345723),
        Interval(
            x: 3, n: 400, wilson: (0.002553889195249938, 0.021815720724032126),
            exact: (0.0015493589499056574, 0.021760668514417103),
            upper: 0.019269229283088177, lower: 0.0020472586673722713),
        Interval(
            x: 10, n: 1000, wilson: (0.005440754445529248, 0.018309468870314774),
            exact: (0.004805510691049308, 0.018313243055112453),
            upper: 0.016903175120562504, lower: 0.005435140144706774),
        Interval(
            x: 8, n: 500, wilson: (0.008129253033388312, 0.03125110853339426),
            exact: (0.006932321202483599, 0.03128200168985309),
            upper: 0.028683663885716783, lower: 0.007985835537498948),
        Interval(
            x: 300, n: 300, wilson: (0.9873570287754538, 0.9999999999999998),
            exact: (0.9877790253057065, 1.0),
            upper: 1.0, lower: 0.9900639180555423),
    ]

    struct Bound: Sendable {
        let errors, n: Int
        let delta, upper, tailAtTwoPercent: Double
    }

    /// One-sided bounds and the binomial tail at 0.02: scipy 1.17.1.
    static let bounds: [Bound] = [
        Bound(
            errors: 0, n: 149, delta: 0.05, upper: 0.019904816220685077,
            tailAtTwoPercent: 0.049281654330089596),
        Bound(
            errors: 2, n: 446, delta: 0.05, upper: 0.014048300743246079,
            tailAtTwoPercent: 0.006281587148858728),
        Bound(
            errors: 7, n: 1000, delta: 0.01, upper: 0.01592806302058378,
            tailAtTwoPercent: 0.0007124607324758307),
        Bound(
            errors: 29, n: 100, delta: 0.05, upper: 0.3737283508457947,
            tailAtTwoPercent: 1.0),
        Bound(
            errors: 7, n: 100, delta: 0.05, upper: 0.12745801558297026,
            tailAtTwoPercent: 0.9990680600213504),
    ]

    struct Finite: Sendable {
        let x, n, population: Int
        let errors: ClosedRange<Int>
        let rate: (Double, Double)
    }

    /// Inversion of scipy 1.17.1 hypergeom, half of 5 % in each tail.
    static let finite: [Finite] = [
        Finite(
            x: 2, n: 200, population: 1000, errors: 2...33,
            rate: (0.002, 0.033)),
        Finite(
            x: 0, n: 100, population: 500, errors: 0...16,
            rate: (0.0, 0.032)),
        Finite(
            x: 8, n: 500, population: 2000, errors: 16...58,
            rate: (0.008, 0.029)),
    ]

    struct Stratified: Sendable {
        let items, audits, errors: [Int]
        let value, standardError, size, kish, upper: Double
        let interval: (Double, Double)
    }

    /// R survey 4.1-1 svymean with finite population correction and svyciprop(method = "beta"), the
    /// effective size held at the number of audits.
    static let stratified: [Stratified] = [
        Stratified(
            items: [10000, 6000, 4000], audits: [150, 150, 200], errors: [0, 1, 6], value: 0.008,
            standardError: 0.0030751884364373493, size: 500.0, kish: 405.40540540540536,
            upper: 0.03883115200055235, interval: (0.002183908108342184, 0.020355632593743928)),
        Stratified(
            items: [50000, 30000, 20000], audits: [100, 100, 200], errors: [0, 0, 5],
            value: 0.005000000000000001,
            standardError: 0.0022023856411997455, size: 400.0, kish: 277.77777777777777,
            upper: 0.04418542888860005, interval: (0.0006060978093221489, 0.017944144605585428)),
        Stratified(
            items: [5000, 5000], audits: [250, 250], errors: [3, 9], value: 0.024,
            standardError: 0.006664055713618911, size: 500.0, kish: 500.0,
            upper: 0.05095176151679752, interval: (0.01246123905955567, 0.04154761879968625)),
        Stratified(
            items: [5000, 3000, 12000], audits: [60, 90, 350], errors: [2, 0, 1],
            value: 0.010047619047619048,
            standardError: 0.006047905975284618, size: 271.93111630769397, kish: 430.99025141097997,
            upper: 0.04775542124562828, interval: (0.0018675297848376998, 0.030434116257513966)),
    ]

    struct Probabilities: Sendable {
        let values: [Double]
        let leastConfidence, margin, entropy, normalisedEntropy: Double
    }

    /// scipy 1.17.1 entropy.
    static let uncertainty: [Probabilities] = [
        Probabilities(
            values: [0.7, 0.2, 0.1], leastConfidence: 0.30000000000000004, margin: 0.5,
            entropy: 0.8018185525433372, normalisedEntropy: 0.7298466991620974),
        Probabilities(
            values: [0.5, 0.5, 0.0], leastConfidence: 0.5, margin: 1.0,
            entropy: 0.6931471805599453, normalisedEntropy: 0.6309297535714574),
        Probabilities(
            values: [0.34, 0.33, 0.33], leastConfidence: 0.6599999999999999, margin: 0.99,
            entropy: 1.0985126170507196, normalisedEntropy: 0.9999092749840701),
    ]
}
