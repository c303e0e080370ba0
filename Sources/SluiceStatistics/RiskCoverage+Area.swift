extension RiskCoverage {
    /// The area under the risk-coverage curve of errors in an order, from the most confident on: the
    /// mean, over k, of the share of errors among the first k.
    ///
    /// Smaller is better. Geifman, Uziel and El-Yaniv 2019, Bias-reduced uncertainty estimation, ICLR,
    /// section 3. Errors at places 3, 5, 8 and 9 of ten give 0.282183.
    public static func area(ofErrorsInOrder errors: [Bool]) -> Double? {
        guard !errors.isEmpty else { return nil }
        var (wrong, sum) = (0, 0.0)
        for (index, isWrong) in errors.enumerated() {
            wrong += isWrong ? 1 : 0
            sum += Double(wrong) / Double(index + 1)
        }
        return sum / Double(errors.count)
    }

    /// The smallest area any order of so many errors in so many items has: all errors last.
    ///
    /// 4 errors in 10 items give 0.112619.
    public static func optimalArea(errors: Int, of items: Int) -> Double? {
        guard items > 0, (0...items).contains(errors) else { return nil }
        return area(
            ofErrorsInOrder: (0..<items).map { $0 >= items - errors })
    }

    /// The area under the curve of items with confidences, where the order of equal ones is chance:
    /// within a tie each place has the share of errors it has on average.
    ///
    /// Confidences of 0.9 for a right and a wrong item give (0.5 + 0.5) / 2 = 0.5, whichever comes
    /// first. Items without a confidence come last, as one tie.
    ///
    /// - Returns: nil without items.
    public static func area(of items: [(confidence: Double?, isWrong: Bool)]) -> Double? {
        guard !items.isEmpty else { return nil }
        let sorted = items.sorted { ($0.confidence ?? -1) > ($1.confidence ?? -1) }
        var (place, wrong, sum) = (0, 0, 0.0)
        while place < sorted.count {
            var end = place
            var inTie = 0
            while end < sorted.count, sorted[end].confidence == sorted[place].confidence {
                inTie += sorted[end].isWrong ? 1 : 0
                end += 1
            }
            let share = Double(inTie) / Double(end - place)
            for k in place..<end {
                sum += (Double(wrong) + share * Double(k - place + 1)) / Double(k + 1)
            }
            wrong += inTie
            place = end
        }
        return sum / Double(items.count)
    }
}
