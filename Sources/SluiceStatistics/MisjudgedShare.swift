/// An error rate as reviewers see it, corrected for the mistakes that reviewers make themselves.
///
/// A reviewer who wrongly overrides 1 % of right answers makes an error rate of 1 % look like 1.94 %.
/// How often reviewers find a wrong answer (sensitivity) and leave a right one (specificity) comes
/// from items whose answer is known.
public struct MisjudgedShare: Hashable, Sendable {
    /// The wrong answers among all, as reviewers see it.
    public let observed: Proportion
    /// The wrong answers that reviewers found, of those known to be wrong.
    public let found: Proportion
    /// The right answers that reviewers left, of those known to be right.
    public let left: Proportion

    /// Takes the three shares.
    public init(observed: Proportion, found: Proportion, left: Proportion) {
        self.observed = observed
        self.found = found
        self.left = left
    }

    /// The corrected share, 0...1: (observed + specificity - 1) / (sensitivity + specificity - 1).
    ///
    /// Rogan and Gladen 1978, Am. J. Epidemiol. 107:71-76. 0.0194 seen with a sensitivity of 0.95 and a
    /// specificity of 0.99 is 0.01.
    ///
    /// - Returns: nil if reviewers are no better than chance: there is then nothing to correct by.
    public static func corrected(
        observed: Double, sensitivity: Double, specificity: Double
    ) -> Double? {
        let skill = sensitivity + specificity - 1
        guard skill > 0 else { return nil }
        return ((observed + specificity - 1) / skill).held(in: 0...1)
    }

    /// The corrected share with an interval that knows that sensitivity and specificity were counted,
    /// too.
    ///
    /// Lang and Reiczigel 2014, Prev. Vet. Med. 113:13-22: the three shares are drawn towards one half
    /// by some made-up observations, the delta method follows, and a term that moves the middle. 97 of
    /// 5000 seen, 190 of 200 found and 4950 of 5000 left give 0.01 (0.005160...0.015319).
    ///
    /// - Throws: ``Unknown`` with `tooFew` if reviewers are not known to be better than chance.
    public func estimate(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let z = SpecialFunctions.normalQuantile(1 - (1 - level) / 2)
        let n = Double(observed.n) + z * z
        let share = (Double(observed.x) + z * z / 2) / n
        let wrongs = Double(found.n) + 2
        let sensitivity = (Double(found.x) + 1) / wrongs
        let rights = Double(left.n) + 2
        let specificity = (Double(left.x) + 1) / rights
        let skill = sensitivity + specificity - 1
        guard skill > 0,
            let value = Self.corrected(
                observed: observed.value, sensitivity: found.value, specificity: left.value)
        else { throw Unknown(.tooFew) }
        let middle = (share + specificity - 1) / skill
        let missing = sensitivity * (1 - sensitivity) / wrongs
        let overriding = specificity * (1 - specificity) / rights
        let moved = middle + 2 * z * z * (middle * missing - (1 - middle) * overriding)
        let variance =
            share * (1 - share) / n + middle * middle * missing
            + (1 - middle) * (1 - middle) * overriding
        let reach = z * variance.squareRoot() / skill
        return Estimate(
            value: value, lo: (moved - reach).held(in: 0...1), hi: (moved + reach).held(in: 0...1),
            level: level, method: .langReiczigel, n: observed.n)
    }
}
