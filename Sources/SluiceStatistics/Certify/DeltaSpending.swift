/// How much of an allowed probability of failure each of many looks may use.
///
/// Looking again and again at the full probability breaks a promise sooner or later. Look k at
/// 6 / (pi^2 k^2) of it keeps all looks together, however many, within it, whatever they share.
public enum DeltaSpending {
    /// What look `number`, counted from 1, may use of `delta`.
    ///
    /// Of 0.05 the first may use 0.030396 and the second 0.007599.
    public static func share(of delta: Double, look number: Int) -> Double {
        let number = Double(max(number, 1))
        return delta * 6 / (Double.pi * Double.pi * number * number)
    }
}
