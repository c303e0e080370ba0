/// Reference values of audits, computed once with the tools named beside them, and copied here.
enum AuditVectors {
    struct Comparison: Sendable {
        let x, n: Int
        let wald, agrestiCoull, jeffreys: (Double, Double)
    }

    /// Two-sided 95 %: statsmodels 0.15.0 proportion_confint.
    static let comparisons: [Comparison] = [
        Comparison(
            x: 0, n: 149, wald: (0.0, 0.0),
            agrestiCoull: (0.0, 0.030226937895104007),
            jeffreys: (3.290003763829143e-06, 0.016689536789060117)),
        Comparison(
            x: 1, n: 300, wald: (0.0, 0.00985564883726842),
            agrestiCoull: (0.0, 0.02058375255345673),
            jeffreys: (0.00035989421021366725, 0.015472741213473924)),
        Comparison(
            x: 3, n: 400, wald: (0.0, 0.01595500725850397),
            agrestiCoull: (0.0014846570230147207, 0.022884952896267345),
            jeffreys: (0.002116722217300859, 0.01987862779506869)),
        Comparison(
            x: 10, n: 1000, wald: (0.0038331172927586936, 0.016166882707241308),
            agrestiCoull: (0.005174101180675488, 0.018576122135168537),
            jeffreys: (0.005152700745321492, 0.01766639731071779)),
        Comparison(
            x: 8, n: 500, wald: (0.005001824908376086, 0.026998175091623916),
            agrestiCoull: (0.007558871674303431, 0.03182148989247914),
            jeffreys: (0.007592505210406179, 0.02996206715199988)),
        Comparison(
            x: 300, n: 300, wald: (1.0, 1.0),
            agrestiCoull: (0.9847668853200912, 1.0),
            jeffreys: (0.9916687348803718, 0.9999983645828916)),
    ]

    struct Sequence: Sendable {
        let errors, audits: Int
        let interval: (Double, Double)
    }

    /// confseq 0.0.11 boundaries.bernoulli_confidence_interval, shortest after 1,000 at 5 %.
    static let sequences: [Sequence] = [
        Sequence(
            errors: 0, audits: 200,
            interval: (0.0, 0.03629310736405955)),
        Sequence(
            errors: 5, audits: 100,
            interval: (0.005749069315632484, 0.19032899830359046)),
        Sequence(
            errors: 10, audits: 1000,
            interval: (0.0029169944202135424, 0.022370820540234457)),
        Sequence(
            errors: 30, audits: 3000,
            interval: (0.005216834116540666, 0.016567806370368175)),
    ]

    /// Which of 121 audits found an error, from 0; and of 400.
    static let shortStream = errors(at: [20, 51, 53, 100], of: 121)
    static let longStream = errors(
        at: [9, 61, 75, 93, 176, 184, 194, 239, 256, 263, 291, 323], of: 400)

    private static func errors(at places: [Int], of audits: Int) -> [Bool] {
        (0..<audits).map(places.contains)
    }

    struct Bet: Sendable {
        let limit, stakeAbove, stakeBelow: Double
        /// After the 20th, 21st, 54th, 100th and 120th audit.
        let aboveOnTheWay: [Double]
        let above, peakAbove, below, peakBelow: Double
    }

    /// confseq 0.0.11 betting_mart with fixed bets, on the short stream.
    static let bets: [Bet] = [
        Bet(
            limit: 0.02, stakeAbove: 8.0, stakeBelow: 0.5,
            aboveOnTheWay: [
                0.030590439823849964, 0.27041948804283367, 0.09497304975336339,
                3.122105274934939e-05, 1.0050929881711152e-05,
            ],
            above: 8.442781100637368e-06, peakAbove: 0.84, below: 0.21671123991490512,
            peakBelow: 1.220190039947967),
        Bet(
            limit: 0.05, stakeAbove: 4.0, stakeBelow: 0.5,
            aboveOnTheWay: [
                0.011529215046068483, 0.055340232221128716, 0.001262737414653904,
                4.399997708882512e-08, 3.043711187274906e-09,
            ],
            above: 2.4349689498199253e-09, peakAbove: 0.8, below: 1.3656187293506106,
            peakBelow: 1.8044820778443567),
    ]

    /// Forty outcomes, what a model expected of them, and of 200 more items: the example of
    /// ppi-python 0.2.3.
    static let outcomes: [Double] = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0,
        0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0,
    ]
    static let expectedOfLabelled: [Double] = [
        0.272, 0.041, 0.089, 0.14, 0.048, 0.225, 0.04, 0.004, 0.043, 0.008, 0.216, 0.107, 0.069,
        0.083, 0.195, 0.143, 0.016, 0.092, 0.03, 0.101, 0.089, 0.139, 0.244, 0.195, 0.104,
        0.218, 0.224, 0.142, 0.188, 0.101, 0.11, 0.081, 0.079, 0.255, 0.049, 0.034, 0.149,
        0.038, 0.109, 0.044,
    ]
    static let expectedOfUnlabelled: [Double] = [
        0.177, 0.174, 0.088, 0.132, 0.214, 0.134, 0.002, 0.021, 0.01, 0.059, 0.124, 0.012,
        0.078, 0.253, 0.0, 0.069, 0.044, 0.246, 0.151, 0.014, 0.05, 0.07, 0.088, 0.11, 0.041,
        0.115, 0.083, 0.146, 0.098, 0.114, 0.285, 0.311, 0.05, 0.055, 0.098, 0.094, 0.012,
        0.045, 0.097, 0.07, 0.111, 0.027, 0.044, 0.077, 0.257, 0.274, 0.421, 0.0, 0.21, 0.001,
        0.123, 0.102, 0.319, 0.067, 0.009, 0.077, 0.201, 0.045, 0.016, 0.105, 0.165, 0.059,
        0.092, 0.018, 0.056, 0.181, 0.123, 0.121, 0.043, 0.039, 0.066, 0.024, 0.006, 0.151,
        0.015, 0.229, 0.035, 0.086, 0.067, 0.033, 0.004, 0.116, 0.022, 0.057, 0.009, 0.03,
        0.121, 0.003, 0.107, 0.005, 0.044, 0.023, 0.081, 0.237, 0.061, 0.075, 0.052, 0.001,
        0.103, 0.004, 0.029, 0.004, 0.011, 0.061, 0.119, 0.12, 0.068, 0.14, 0.08, 0.048, 0.283,
        0.024, 0.112, 0.112, 0.407, 0.005, 0.176, 0.119, 0.157, 0.026, 0.205, 0.107, 0.051,
        0.003, 0.028, 0.112, 0.0, 0.028, 0.363, 0.045, 0.092, 0.076, 0.198, 0.066, 0.007, 0.223,
        0.082, 0.001, 0.023, 0.304, 0.061, 0.046, 0.25, 0.066, 0.102, 0.024, 0.024, 0.008, 0.16,
        0.388, 0.136, 0.213, 0.027, 0.226, 0.066, 0.027, 0.177, 0.042, 0.096, 0.025, 0.006,
        0.069, 0.05, 0.082, 0.002, 0.147, 0.154, 0.054, 0.035, 0.188, 0.056, 0.273, 0.026,
        0.012, 0.047, 0.025, 0.087, 0.028, 0.008, 0.135, 0.26, 0.263, 0.002, 0.069, 0.146,
        0.119, 0.095, 0.044, 0.157, 0.001, 0.106, 0.03, 0.001, 0.005, 0.039, 0.215, 0.075,
        0.209, 0.004, 0.132,
    ]
}
