import SluiceJSON
import SluiceStatistics

extension DriftSignal {
    /// Writes the signal as one JSON object.
    ///
    /// - Parameter alarm: how far it matters over the last three windows; left out for nil.
    func write(to writer: inout JSONWriter, alarm: Level? = nil) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("kind", kind.rawValue)
        writer.member("statistic", statistic)
        writer.member("effect", effect)
        writer.member("p", p)
        writer.member("p_adjusted", adjustedP)
        writer.member("level", level.rawValue)
        writer.memberIfPresent("alarm", alarm?.rawValue)
        writer.member("n_ref", referenceSize)
        writer.member("n_cur", currentSize)
        writer.memberIfPresent("reference", reference)
        writer.memberIfPresent("current", current)
        writer.memberIfPresent("ks_distance", distance)
        if !unseen.isEmpty {
            writer.key("unseen")
            writer.array(unseen) { $0.string($1) }
        }
        writer.memberIfPresent("reason", reason)
        writer.endObject()
    }

    /// Reads what ``write(to:alarm:)`` wrote; nil if it is something else.
    init?(json: JSONValue) {
        guard let name = json["name"]?.string,
            let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)),
            let statistic = json["statistic"]?.string
        else { return nil }
        self.init(
            name: name, kind: kind, statistic: statistic,
            referenceSize: json["n_ref"]?.int ?? 0, currentSize: json["n_cur"]?.int ?? 0)
        effect = json["effect"]?.double
        p = json["p"]?.double
        adjustedP = json["p_adjusted"]?.double
        level = json["level"]?.string.flatMap(Level.init(rawValue:)) ?? .none
        reference = json["reference"]?.double
        current = json["current"]?.double
        distance = json["ks_distance"]?.double
        unseen = (json["unseen"]?.array ?? []).compactMap(\.string)
        reason = json["reason"]?.string
    }

    /// The signals of a stored window.
    static func all(json: [UInt8]) throws(JSONError) -> [DriftSignal] {
        let limits = JSONLimits(depth: 16, bytes: max(json.count, 1))
        return (try JSONValue(parsing: json, limits: limits).array ?? []).compactMap {
            DriftSignal(json: $0)
        }
    }

    /// Signals as they are stored with their window.
    static func json(_ signals: [DriftSignal]) -> [UInt8] {
        var writer = JSONWriter()
        writer.array(signals) { $1.write(to: &$0) }
        return writer.bytes
    }

    /// What has moved how far, in a sentence.
    func sentence(_ level: Level) -> String {
        let amount = effect.map { Self.rounded($0) } ?? "?"
        return switch kind {
        case .numeric: "\(name) has drifted: PSI \(amount) (\(level.rawValue))"
        case .categorical:
            "\(name) has drifted: Jensen-Shannon distance \(amount) (\(level.rawValue))"
        case .rate:
            "\(name) went from \(Self.rounded(reference ?? 0)) to \(Self.rounded(current ?? 0)) "
                + "(\(level.rawValue))"
        }
    }

    private static func rounded(_ value: Double) -> String {
        let thousandths = Int((min(value.magnitude, 1e9) * 1000).rounded())
        let digits = String(thousandths % 1000)
        return (value < 0 ? "-" : "") + "\(thousandths / 1000)."
            + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
