import SluiceAPI
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

    /// A share as a percentage with one decimal and nothing before it: "92.1 %".
    static func share(_ share: Double) -> String {
        String(percent(share).drop { $0 == " " })
    }

    /// Seconds with one decimal below a hundred, else in the largest whole unit: "4.2 s", "3 min".
    static func seconds(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "?" }
        guard seconds < 100 else { return span(.seconds(min(seconds, 1e9))) }
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }

    /// A model's score with two decimals: "0.93", "-0.40".
    static func score(_ score: Double) -> String {
        guard score.isFinite, abs(score) < 1e6 else { return "\(score)" }
        let hundredths = Int((abs(score) * 100).rounded())
        let sign = score < 0 && hundredths > 0 ? "-" : ""
        return sign + "\(hundredths / 100)." + String(String(100 + hundredths % 100).dropFirst())
    }

    /// A number of bytes: "640 bytes", "34 kB", "1.2 MB"; a kB is 1,000 bytes.
    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<1_000: self.count(count, "byte")
        case ..<1_000_000: "\(count / 1_000) kB"
        default: "\(count / 1_000_000).\(count / 100_000 % 10) MB"
        }
    }

    /// A text in at most that many columns: cut with `…` where it is longer.
    ///
    /// - Complexity: linear in the length of the text.
    static func clipped(_ text: String, to width: Int) -> String {
        let shown = visible(text).text
        var used = 0
        var cut = shown.startIndex
        for index in shown.indices {
            used += TextWidth.columns(of: shown[index])
            if used > width { return shown[..<cut] + "…" }
            if used < width { cut = shown.index(after: index) }
        }
        return shown
    }

    /// The end of a text in at most that many columns, with `…` before it where it is longer.
    ///
    /// - Complexity: linear in the length of the text.
    static func clippedLeft(_ text: String, to width: Int) -> String {
        let shown = visible(text).text
        var used = 0
        var cut = shown.endIndex
        for index in shown.indices.reversed() {
            used += TextWidth.columns(of: shown[index])
            if used > width { return "…" + shown[cut...] }
            if used < width { cut = index }
        }
        return shown
    }

    /// A text in exactly that many columns: cut with `…` or followed by spaces.
    static func fitted(_ text: String, to width: Int) -> String {
        let shown = clipped(text, to: width)
        return shown + String(repeating: " ", count: max(0, width - TextWidth.columns(shown)))
    }

    /// Why there is no item for the reviewer, in a sentence.
    ///
    /// - Parameters:
    ///   - figures: of the queue; nil when they are not known.
    ///   - only: the filter of the session; empty for none.
    static func emptyQueue(_ figures: QueueReply?, only: String) -> String {
        let waiting = figures?.waiting ?? 0
        if waiting > 0 {
            return only.isEmpty
                ? "Nothing for you now. Waiting for other reviewers: \(waiting)."
                : "Nothing that waits for you matches --only \(only); \(waiting) wait in all."
        }
        guard let held = figures?.leased, held > 0 else { return "The queue is empty." }
        return "Nothing is free: reviewers hold \(count(held, "item"))."
    }
}
