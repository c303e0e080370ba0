/// The estimate that conformal risk control compares with its limit.
///
/// It keeps the risk below the limit *on average over repetitions*: of single deployments that stop at
/// it, a third to nearly half are above. So it is here to compare with and no certificate rests on it.
/// Angelopoulos, Bates, Fisch, Lei and Schuster 2024, Conformal risk control, ICLR, equation 4.
public enum ConformalRisk {
    /// n / (n + 1) of the observed risk plus the largest loss, 1, over n + 1.
    ///
    /// 10 of 1000 gives 0.010989.
    public static func adjusted(_ sample: Proportion) -> Double {
        Double(sample.x + 1) / Double(sample.n + 1)
    }
}
