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

    /// What pays, and by which map; without a map, that there is none.
    var sentence: String {
        let label = suggestion["label"]?.string.map { " of \($0)" } ?? ""
        guard let map = suggestion["calibration"], map.object != nil else {
            return "accepting\(label) pays from a confidence of \(Self.upward(probability)) on, "
                + "confidences taken at their word: there is no calibration map"
        }
        let version = "\(map["model"]?.string ?? "")/\(map["model_version"]?.string ?? "")"
        let reached =
            from.map { "\(version) has from a confidence of \(Self.upward($0)) on" }
            ?? "no confidence of \(version) comes to"
        return
            "accepting\(label) pays where \(Self.upward(probability)) is right, which \(reached) "
            + "(calibration map \(map["map"]?.int ?? 0) of "
            + "\(map["fitted_at"]?.string?.prefix(10) ?? ""), \(map["labels"]?.int ?? 0) labels)"
    }

    /// How that compares with the threshold in force.
    var comparison: String {
        guard let from else { return "(in force \(FigureText.decimals(threshold)))" }
        return abs(threshold - from) < 0.0005
            ? "(as in force)"
            : "(in force \(FigureText.decimals(threshold)): "
                + (threshold > from ? "more could be accepted)" : "less should be accepted)")
    }

    private var from: Double? { suggestion["accept_from"]?.double }

    /// Four decimals, and never less than the value: a threshold that is rounded down promises more.
    private static func upward(_ value: Double) -> String {
        FigureText.decimals((value * 10_000 - 1e-6).rounded(.up) / 10_000)
    }
}
