import Foundation
import SluiceJSON

/// From which confidence on accepting pays, in words.
struct SuggestionText {
    private let suggestion: JSONValue
    private let probability: Double
    private let threshold: Double

    /// Nil for what is no suggestion.
    init?(_ suggestion: JSONValue) {
        guard let probability = suggestion["probability"]?.double,
            let threshold = suggestion["threshold_in_force"]?.double
        else { return nil }
        self.suggestion = suggestion
        self.probability = probability
        self.threshold = threshold
    }

    /// What pays, by which map, and how that compares with the threshold in force; without a map, that
    /// there is none.
    var sentence: String {
        let label = suggestion["label"]?.string.map { " of \($0)" } ?? ""
        guard let map = suggestion["calibration"], map.object != nil else {
            return "accepting\(label) pays from a confidence of \(Self.decimals(probability)) on, "
                + "confidences taken at their word: there is no calibration map (\(comparison))"
        }
        let version = "\(map["model"]?.string ?? "")/\(map["model_version"]?.string ?? "")"
        let reached =
            from.map { "\(version) is so from a confidence of \(Self.decimals($0)) on" }
            ?? "no confidence of \(version) is enough for that"
        return "accepting\(label) pays where \(Self.percent(probability)) are right: \(reached) "
            + "(calibration map \(map["map"]?.int ?? 0) of "
            + "\(map["fitted_at"]?.string?.prefix(10) ?? ""), \(map["labels"]?.int ?? 0) labels; "
            + "\(comparison))"
    }

    private var comparison: String {
        guard let from else { return "in force \(FigureText.decimals(threshold))" }
        return abs(threshold - from) < 0.0005
            ? "as in force"
            : "in force \(FigureText.decimals(threshold)): "
                + (threshold > from ? "more could be accepted" : "less should be accepted")
    }

    private var from: Double? { suggestion["accept_from"]?.double }

    /// Four decimals, and never less than the value: a threshold that is rounded down promises more.
    private static func decimals(_ value: Double) -> String {
        FigureText.decimals(upward(value))
    }

    private static func percent(_ share: Double) -> String {
        let text = String(format: "%.2f", 100 * upward(share))
        return (text.hasSuffix("0") ? String(text.dropLast(text.hasSuffix(".00") ? 3 : 1)) : text)
            + " %"
    }

    /// To the next ten thousandth, but for what arithmetic has added to one.
    private static func upward(_ value: Double) -> Double {
        (value * 10_000 - 1e-6).rounded(.up) / 10_000
    }
}
