import SluiceJSON

/// What an alarm took from a version until somebody gives it back: a part of the policy in force, laid
/// over its thresholds, rules and degree.
///
/// It only ever sends to people what the model would have decided. Routes under it are as pure a
/// function of the stored policy as all others are.
public struct Fallback: Hashable, Sendable {
    /// Its number among the project's fallbacks, counted from 1.
    public var number: Int
    /// What was done.
    public var action: AlarmAction
    /// Why.
    public var cause: AlarmCause
    /// When, to the microsecond.
    public var since: Timestamp
    /// The version it holds for; nil for every version.
    public var version: ModelVersion?
    /// The ids of the labels it holds for, in byte order; nil for every label.
    public var labels: [ExactText]?
    /// The confidence from which on the version still decides, in 0...1; nil: it decides nothing.
    public var accept: Double?

    /// Makes a fallback.
    public init(
        number: Int, action: AlarmAction, cause: AlarmCause, since: Timestamp,
        version: ModelVersion?, labels: [ExactText]? = nil, accept: Double? = nil
    ) {
        self.number = number
        self.action = action
        self.cause = cause
        self.since = since
        self.version = version
        self.labels = labels?.sorted()
        self.accept = accept
    }

    /// Whether it sends to people what the model would have decided about this prediction.
    ///
    /// - Parameter byRule: whether a rule would have had it decide, whatever the policy's thresholds say.
    func holds(_ facts: RoutingFacts, byRule: Bool) -> Bool {
        // The policy before is in force itself; nothing is laid over it.
        guard action != .previous, action != .notify else { return false }
        if byRule, cause.isAboutThresholds { return false }
        if let version,
            facts.model != version.model || facts.modelVersion != version.version
        {
            return false
        }
        if let labels, !labels.contains(facts.label) { return false }
        guard let accept else { return true }
        return facts.confidence.map { $0.value < accept } ?? true
    }

    /// Whether everything `other` sends to people goes to people by this one.
    public func covers(_ other: Fallback) -> Bool {
        guard action != .previous, action != .notify, accept == nil else { return false }
        if cause.isAboutThresholds, !other.cause.isAboutThresholds { return false }
        if let version, version != other.version { return false }
        guard let labels else { return true }
        return other.labels.map { Set($0).isSubset(of: labels) } ?? false
    }

    /// What it does, in a sentence without a full stop; labels are called what they are called now.
    public func sentence(in set: LabelSet) -> String {
        let whose = version.map { "what \($0) " } ?? "what the model "
        let of =
            labels.map { " of " + $0.map { set.name(of: $0.text) }.joined(separator: ", ") } ?? ""
        return switch action {
        case .assist, .notify: "people decide \(whose)would have decided\(of)"
        case .hold: "\(whose)would have decided\(of) waits for a person, urgently"
        case .raise: "people decide \(whose)is less sure of\(of) than \(accept ?? 1)"
        case .previous: "the policy before is in force again"
        }
    }

    /// The sentence with its number, what led to it and since when.
    public func summary(in set: LabelSet) -> String {
        "fallback \(number) (\(cause.rawValue), since \(since.rfc3339.prefix(16))Z): "
            + sentence(in: set)
    }

    /// Writes it as one JSON object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("number", number)
        writer.member("action", action.rawValue)
        writer.member("cause", cause.rawValue)
        writer.member("since", since.rfc3339)
        if let version {
            writer.member("model", version.model.text)
            writer.member("model_version", version.version.text)
        }
        if let labels {
            writer.key("labels")
            writer.array(labels) { $0.string($1.text) }
        }
        if let accept { writer.member("accept", accept) }
        writer.endObject()
    }
}

extension PolicyReader {
    private static let fallbackKeys =
        "number, action, cause, since, model, model_version, labels, accept"

    /// The fallbacks that stand.
    func fallbacks(_ known: LabelSet) throws(PolicyDocumentError) -> [Fallback] {
        guard let elements = value.array, elements.count <= 1000 else {
            throw refuse("an array of at most 1000 fallbacks")
        }
        var fallbacks: [Fallback] = []
        for (index, element) in elements.enumerated() {
            let fallback = try PolicyReader(path: "\(path)[\(index)]", value: element)
                .fallback(known)
            guard !fallbacks.contains(where: { $0.number == fallback.number }) else {
                throw PolicyDocumentError(
                    path: "\(path)[\(index)].number", found: "the number of an earlier one",
                    accepted: "a number of its own")
            }
            fallbacks.append(fallback)
        }
        return fallbacks
    }

    private func fallback(_ known: LabelSet) throws(PolicyDocumentError) -> Fallback {
        var (number, action, cause, since): (Int?, AlarmAction?, AlarmCause?, Timestamp?)
        var (model, version): (String?, String?)
        var labels: [ExactText]?
        var accept: Double?
        for (key, value) in try members() {
            let reader = member(key, value)
            switch key {
            case "number": number = try reader.integer(1...Int(Int32.max))
            case "action": action = try reader.word(AlarmAction.self)
            case "cause": cause = try reader.word(AlarmCause.self)
            case "since":
                guard let time = value.string.flatMap(Timestamp.init(rfc3339:)) else {
                    throw reader.refuse("a time such as 2026-11-21T08:00:00Z")
                }
                since = time
            case "model", "model_version":
                guard let name = value.string, !name.isEmpty else {
                    throw reader.refuse("a name")
                }
                if key == "model" { model = name } else { version = name }
            case "labels": labels = try reader.coveredLabels(known)
            case "accept": accept = try reader.fraction()
            default: throw reader.unknown("a fallback", Self.fallbackKeys)
            }
        }
        guard let number, let action, let cause, let since, (model == nil) == (version == nil)
        else { throw refuse("a fallback with number, action, cause, since and a whole version") }
        let names = model.flatMap { model in
            version.map { ModelVersion(model: ExactText(model), version: ExactText($0)) }
        }
        return Fallback(
            number: number, action: action, cause: cause, since: since, version: names,
            labels: labels, accept: accept)
    }

    private func coveredLabels(_ known: LabelSet) throws(PolicyDocumentError) -> [ExactText] {
        guard let elements = value.array, !elements.isEmpty else {
            throw refuse("an array of labels")
        }
        var labels: Set<ExactText> = []
        for element in elements {
            // Also one that may not be given any more: the fallback outlives it.
            guard let label = element.string, known.label(id: label) != nil else {
                throw refuse("labels of the project")
            }
            labels.insert(ExactText(label))
        }
        return Array(labels)
    }
}
