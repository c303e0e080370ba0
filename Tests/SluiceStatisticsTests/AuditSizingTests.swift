import Testing

@testable import SluiceStatistics

/// Reference values: scipy 1.17.1, statsmodels 0.15.0.
@Suite("How many audits it takes")
struct AuditSizingTests {
    private static let certifying: [(limit: Double, delta: Double, audits: [Int])] = [
        (0.005, 0.05, [598, 947, 1258, 1549, 1829, 2100]),
        (0.005, 0.01, [919, 1325, 1678, 2006, 2318, 2618]),
        (0.01, 0.05, [299, 473, 628, 773, 913, 1049]),
        (0.01, 0.01, [459, 662, 838, 1001, 1157, 1307]),
        (0.02, 0.05, [149, 236, 313, 386, 456, 523]),
        (0.02, 0.01, [228, 330, 418, 499, 577, 652]),
        (0.05, 0.05, [59, 93, 124, 153, 181, 208]),
        (0.05, 0.01, [90, 130, 165, 198, 229, 259]),
    ]
    private static let powers: [(limit: Double, error: Double, power: Double, audits: Int)] = [
        (0.02, 0.01, 0.8, 1058),
        (0.02, 0.01, 0.9, 1399),
        (0.02, 0.005, 0.8, 388),
        (0.02, 0.005, 0.9, 524),
        (0.01, 0.005, 0.8, 2071),
        (0.01, 0.005, 0.9, 2670),
        (0.01, 0.002, 0.8, 632),
        (0.01, 0.002, 0.9, 774),
        (0.05, 0.02, 0.8, 266),
        (0.05, 0.02, 0.9, 342),
        (0.05, 0.03, 0.8, 674),
        (0.05, 0.03, 0.9, 905),
    ]
    private static let widths:
        [(error: Double, half: Double, wilson: Int, exact: Int, normal: Int)] = [
            (0.005, 0.005, 886, 963, 765),
            (0.005, 0.0025, 3189, 3456, 3058),
            (0.01, 0.01, 438, 478, 381),
            (0.01, 0.005, 1584, 1719, 1522),
            (0.01, 0.0025, 6149, 6483, 6085),
            (0.02, 0.01, 781, 850, 753),
            (0.02, 0.005, 3041, 3209, 3012),
            (0.02, 0.0025, 12076, 12444, 12047),
            (0.05, 0.01, 1832, 1922, 1825),
            (0.05, 0.005, 7307, 7496, 7299),
            (0.05, 0.0025, 29203, 29592, 29196),
        ]

    @Test("to show that errors are rarer than a limit, with so many found")
    func certify() {
        for row in Self.certifying {
            for (errors, audits) in row.audits.enumerated() {
                #expect(
                    AuditSizing.toCertify(limit: row.limit, errors: errors, delta: row.delta)
                        == audits)
            }
        }
    }

    @Test("to show it with some probability, if it is so, and with some audits more as well")
    func power() {
        for row in Self.powers {
            #expect(
                AuditSizing.toCertify(limit: row.limit, ifErrorIs: row.error, power: row.power)
                    == row.audits)
        }
        func chance(_ audits: Int) -> Double {
            AuditSizing.chance(of: audits, limit: 0.02, ifErrorIs: 0.01, delta: 0.05)
        }
        #expect(abs(chance(1090) - 0.7914) < 5e-5 && chance(1091) > 0.86)
        #expect(AuditSizing.toCertify(limit: 0.01, ifErrorIs: 0.01, power: 0.8) == nil)
    }

    @Test("to know an error rate so well, by Wilson's interval and by the textbook")
    func wilson() throws {
        for row in Self.widths {
            #expect(
                try AuditSizing.forInterval(.wilson, ofError: row.error, half: row.half)
                    == row.wilson)
            #expect(
                AuditSizing.forNormalInterval(ofError: row.error, half: row.half) == row.normal)
        }
        for (items, audits) in [(500, 377), (2000, 865), (10_000, 1321), (100_000, 1499)] {
            #expect(
                AuditSizing.forNormalInterval(ofError: 0.01, half: 0.005, items: items) == audits)
        }
    }

    @Test("to know it so well by the exact interval: one audit less is too few")
    func exact() throws {
        for row in Self.widths {
            let halves = try [row.exact - 1, row.exact].map {
                try AuditSizing.expectedHalf(
                    .clopperPearson, error: row.error, n: $0, level: 0.95)
            }
            #expect(halves[0] > row.half && halves[1] <= row.half)
        }
        #expect(try AuditSizing.forInterval(.clopperPearson, ofError: 0.01, half: 0.01) == 478)
    }
}
