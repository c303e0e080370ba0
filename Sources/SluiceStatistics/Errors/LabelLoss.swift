import Glibc

/// How surprised a model is by the label an item got: the logarithmic loss of its prediction.
///
/// Sorted by it, wrong labels and hard items come first (Northcutt, Jiang and Chuang 2021, J. Artif.
/// Intell. Res. 70:1373-1411, "self-confidence").
public enum LabelLoss {
    /// Probabilities below this are taken for it, so that no loss is infinite.
    public static let leastProbability = 1e-15

    /// The loss where the model gave a probability of 0...1 to the label: -ln p, 0...34.54.
    ///
    /// A probability of 0.01 gives 4.605170.
    public static func loss(probability: Double) -> Double {
        -log(max(probability, leastProbability))
    }

    /// The loss where only the predicted label has a probability: another label has what is left,
    /// shared among all others.
    ///
    /// 0.98 for one of five labels when it is another: p = 0.005, 5.298317.
    ///
    /// - Parameter labels: how many labels there are to choose from, at least 2 where it is another.
    public static func loss(
        confidence: Double, isPredicted: Bool, labels: Int
    ) -> Double {
        loss(probability: isPredicted ? confidence : (1 - confidence) / Double(max(labels - 1, 1)))
    }
}
