import SluiceJSON

/// What the service does by itself about the threshold, within what the user can live with.
public struct AutopilotTerms: Hashable, Sendable {
    /// How far it goes.
    public enum Mode: String, Sendable, CaseIterable {
        /// It does nothing.
        case off
        /// It certifies, and somebody applies what it proposes.
        case propose
        /// It applies what it has certified.
        case apply
    }

    /// How far it goes.
    public var mode: Mode
    /// How often it looks, in seconds, 60...2,592,000.
    public var everySeconds: Int
    /// The confidence of what it certifies, above 0.5 and below 1.
    public var confidence: Double

    /// Off; once a day at 95 %.
    public static let standard = AutopilotTerms(
        mode: .off, everySeconds: 86_400, confidence: 0.95)

    /// Makes terms.
    public init(mode: Mode, everySeconds: Int, confidence: Double) {
        self.mode = mode
        self.everySeconds = everySeconds
        self.confidence = confidence
    }

    /// Writes them as one JSON object.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("mode", mode.rawValue)
        writer.member("every_seconds", everySeconds)
        writer.member("confidence", confidence)
        writer.endObject()
    }
}

extension PolicyReader {
    /// The terms of the autopilot; missing keys take the standard values.
    func autopilotTerms() throws(PolicyDocumentError) -> AutopilotTerms {
        var terms = AutopilotTerms.standard
        for (key, value) in try members() {
            let reader = member(key, value)
            switch key {
            case "mode": terms.mode = try reader.word(AutopilotTerms.Mode.self)
            case "every_seconds": terms.everySeconds = try reader.integer(60...2_592_000)
            case "confidence":
                guard let number = value.double, number > 0.5, number < 1 else {
                    throw reader.refuse("a number above 0.5 and below 1")
                }
                terms.confidence = number
            default: throw reader.unknown("autopilot", "mode, every_seconds, confidence")
            }
        }
        return terms
    }

    /// The share of wrong answers the user can live with.
    func errorLimit() throws(PolicyDocumentError) -> Double? {
        guard value != .null else { return nil }
        guard let number = value.double, number > 0, number < 1 else {
            throw refuse("a number above 0 and below 1, or null")
        }
        return number
    }
}

extension Policy {
    /// Checks that an autopilot that works knows what it may do.
    func checkAutopilot() throws(PolicyDocumentError) {
        guard autopilot.mode == .off || errorLimit != nil else {
            throw PolicyDocumentError(
                path: "autopilot.mode", found: "\"\(autopilot.mode.rawValue)\" without a limit",
                accepted: "off, or an error_limit beside it such as 0.02")
        }
    }
}
