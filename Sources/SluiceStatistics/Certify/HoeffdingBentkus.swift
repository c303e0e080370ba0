import Glibc

/// The p-value of the claim that a bounded loss has a mean above a limit, without more assumptions.
///
/// Kept to compare with: for losses of 0 or 1 the binomial tail,
/// ``Proportion/tail(ifTrueShareIs:)``, says at least as much, and that is what certificates use.
/// Bates, Angelopoulos, Lei, Malik and Jordan 2021, J. ACM 68:43, section 3.
public enum HoeffdingBentkus {
    /// For losses of 0 or 1, of which `sample` counted the ones.
    ///
    /// The smaller of Hoeffding's exp(-n kl(observed | limit)) and the binomial tail. 5 of 1000
    /// against 0.02 gives 0.0000640091.
    public static func ofErrors(_ sample: Proportion, limit: Double) -> Double {
        let limit = limit.held(in: 0...1)
        return min(hoeffding(sample, limit), sample.tail(ifTrueShareIs: limit))
    }

    /// For losses anywhere in 0...1 whose sum is the whole number that `sample` counts.
    ///
    /// The smaller of Hoeffding's bound and Bentkus', e times the binomial tail. 5 of 1000 against
    /// 0.02 gives 0.000173995.
    public static func ofLosses(_ sample: Proportion, limit: Double) -> Double {
        let limit = limit.held(in: 0...1)
        return min(hoeffding(sample, limit), M_E * sample.tail(ifTrueShareIs: limit), 1)
    }

    private static func hoeffding(_ sample: Proportion, _ limit: Double) -> Double {
        let observed = min(sample.value, limit)
        func part(_ share: Double, _ other: Double) -> Double {
            share > 0 ? share * (log(share) - log(other)) : 0
        }
        let divergence = part(observed, limit) + part(1 - observed, 1 - limit)
        return exp(-Double(sample.n) * divergence)
    }
}
