import SluiceTerminal

/// Small pieces of text.
enum DeskText {
    /// A duration in its largest whole unit: "12 s", "3 min", "5 h", "2 d".
    static func span(_ duration: Duration) -> String {
        let seconds = max(0, Int(duration.seconds))
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7_200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3_600) h"
        default: return "\(seconds / 86_400) d"
        }
    }

    /// A number of things: "1 answer", "2 answers".
    static func count(_ number: Int, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
    }

    /// A share as a percentage with one decimal, six columns wide for 0...1: " 92.1 %".
    ///
    /// Rounded down, so that 0.9996 does not look certain.
    static func percent(_ share: Double) -> String {
        guard share.isFinite, abs(share) < 1_000 else { return "  ?   " }
        let tenths = Int((share * 1_000 + 1e-9).rounded(.down))
        let text = "\(tenths / 10).\(abs(tenths % 10)) %"
        return String(repeating: " ", count: max(0, 7 - text.count)) + text
    }

    /// A text in exactly that many columns: cut with `…` or followed by spaces.
    static func fitted(_ text: String, to width: Int) -> String {
        var shown = visible(text).text
        if TextWidth.columns(shown) > width {
            while TextWidth.columns(shown) > max(0, width - 1), !shown.isEmpty {
                shown.removeLast()
            }
            shown += "…"
        }
        return shown + String(repeating: " ", count: max(0, width - TextWidth.columns(shown)))
    }
}
