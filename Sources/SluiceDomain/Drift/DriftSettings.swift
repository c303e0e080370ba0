import SluiceJSON

/// What a project watches for drift, in which windows, and against what.
public struct DriftSettings: Hashable, Sendable {
    /// How the items of a version are cut into windows.
    public enum Window: Hashable, Sendable {
        /// Windows of so many seconds, 60...2,678,400, that begin at multiples of it since 1970.
        case seconds(Int)
        /// Windows of so many items, 200...1,000,000.
        case items(Int)
    }

    /// What windows are compared with.
    public enum Reference: Hashable, Sendable {
        /// The first window of the version that holds enough items.
        case first
        /// The items of a version that arrived in `[from, to)`; of the watched version itself where
        /// none is named.
        case arrivals(from: Timestamp, to: Timestamp, version: ModelVersion?)
    }

    /// The places in payload and metadata that are watched, each once, at most ``mostInputs``.
    public var inputs: [FieldPath] = []
    /// How the items of a version are cut into windows.
    public var window = Window.seconds(86_400)
    /// What windows are compared with.
    public var reference = Reference.first
    /// How many audits pass on average at least between two false alarms of a broken error limit,
    /// 100...1,000,000.
    public var auditsToFalseAlarm = 5000

    /// The most places that are watched.
    public static let mostInputs = 20

    /// A day each against the first day, and no places.
    public static let standard = DriftSettings()

    private init() {}

    /// Reads a document as ``document`` writes it; what is left out is as in `base`.
    ///
    /// - Throws: `unknownField`, `invalidField`.
    public init(
        document: JSONValue, base: DriftSettings = .standard
    ) throws(ReviewError) {
        self = base
        guard let object = document.object else {
            throw .invalidField(path: "", found: document.summary, accepted: "a JSON object")
        }
        for member in object.members {
            let reader = SettingReader(path: member.key, value: member.value)
            switch member.key {
            case "inputs": inputs = try reader.inputs()
            case "window_seconds" where member.value.isNull: break
            case "window_seconds":
                window = .seconds(try reader.integer(60...2_678_400))
            case "window_items" where member.value.isNull: break
            case "window_items": window = .items(try reader.integer(200...1_000_000))
            case "reference": reference = try reader.reference()
            case "audits_to_false_alarm":
                auditsToFalseAlarm = try reader.integer(100...1_000_000)
            default:
                throw .unknownField(
                    path: member.key,
                    accepted:
                        "inputs, window_seconds, window_items, reference, audits_to_false_alarm")
            }
        }
        let isTimed = object.members.contains { $0.key == "window_seconds" && !$0.value.isNull }
        let isCounted = object.members.contains { $0.key == "window_items" && !$0.value.isNull }
        if isTimed, isCounted {
            throw .invalidField(
                path: "window_items", found: "given beside window_seconds", accepted: "one of both")
        }
    }

    /// The settings as one JSON object, defaults included.
    public var document: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Writes the settings as one JSON object, defaults included.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("inputs")
        writer.array(inputs) { $0.string($1.description) }
        switch window {
        case .seconds(let seconds): writer.member("window_seconds", seconds)
        case .items(let items): writer.member("window_items", items)
        }
        writer.key("reference")
        switch reference {
        case .first: writer.string("first")
        case .arrivals(let from, let to, let version):
            writer.beginObject()
            writer.member("from", from.rfc3339)
            writer.member("to", to.rfc3339)
            writer.memberIfPresent("model", version?.model.text)
            writer.memberIfPresent("version", version?.version.text)
            writer.endObject()
        }
        writer.member("audits_to_false_alarm", auditsToFalseAlarm)
        writer.endObject()
    }
}

/// Reads one value of the settings and says precisely what is wrong with it.
private struct SettingReader {
    let path: String
    let value: JSONValue

    func refuse(_ accepted: String) -> ReviewError {
        .invalidField(path: path, found: value.summary, accepted: accepted)
    }

    func integer(_ range: ClosedRange<Int>) throws(ReviewError) -> Int {
        guard let number = value.int, range.contains(number) else {
            throw refuse("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func inputs() throws(ReviewError) -> [FieldPath] {
        guard let elements = value.array, elements.count <= DriftSettings.mostInputs else {
            throw refuse("at most \(DriftSettings.mostInputs) places such as payload.amount")
        }
        var inputs: [FieldPath] = []
        for (index, element) in elements.enumerated() {
            guard let input = element.string.flatMap(FieldPath.init), !inputs.contains(input)
            else {
                throw .invalidField(
                    path: "\(path)[\(index)]", found: element.summary,
                    accepted: "a place such as payload.amount or metadata.source, each once")
            }
            inputs.append(input)
        }
        return inputs
    }

    func reference() throws(ReviewError) -> DriftSettings.Reference {
        if value.string == "first" { return .first }
        guard let object = value.object else {
            throw refuse("\"first\", or an object with from and to")
        }
        for key in object.keys where !["from", "to", "model", "version"].contains(key) {
            throw .unknownField(path: "\(path).\(key)", accepted: "from, to, model, version")
        }
        let (from, to) = (try moment("from", of: object), try moment("to", of: object))
        guard from < to else {
            throw .invalidField(
                path: "\(path).to", found: to.rfc3339, accepted: "a time after \(from.rfc3339)")
        }
        switch (object["model"]?.string, object["version"]?.string) {
        case (nil, nil): return .arrivals(from: from, to: to, version: nil)
        case (let model?, let version?):
            return .arrivals(
                from: from, to: to,
                version: ModelVersion(model: ExactText(model), version: ExactText(version)))
        default: throw refuse("model and version, both or neither")
        }
    }

    private func moment(
        _ key: String, of object: JSONObject
    ) throws(ReviewError) -> Timestamp {
        guard let moment = object[key]?.string.flatMap(Timestamp.init(named:)) else {
            throw .invalidField(
                path: "\(path).\(key)", found: object[key]?.summary ?? "missing",
                accepted: Timestamp.acceptedForm)
        }
        return moment
    }
}
