import SluiceJSON

/// Reads one value of a rollout's document, or of a change to one, and says precisely what is wrong
/// with it.
public struct RolloutReader: Sendable {
    static let keys = [
        "serving", "candidate", "previous", "previous_rolled_back", "mode", "share", "ramp",
        "guard", "answer_within_seconds", "fallback",
    ]
    static let version = "a version such as \"fraud/7\""

    let path: String
    /// Nil for a value that is missing.
    let value: JSONValue?

    /// Reads the value at `path`; nil for one that is missing.
    public init(path: String, value: JSONValue?) {
        self.path = path
        self.value = value
    }

    /// The error that says what is accepted here.
    public func refuse(_ accepted: String) -> RolloutDocumentError {
        RolloutDocumentError(path: path, found: value?.summary ?? "missing", accepted: accepted)
    }

    /// Itself; nil when `null` stands here.
    public var ifNotNull: RolloutReader? { value?.isNull == true ? nil : self }

    /// The members of an object.
    public func members() throws(RolloutDocumentError) -> [(key: String, value: JSONValue)] {
        guard let object = value?.object else { throw refuse("an object") }
        return object.members.map { ($0.key, $0.value) }
    }

    /// `fraud/7`.
    public func modelVersion() throws(RolloutDocumentError) -> ModelVersion {
        guard let version = value?.string.flatMap(ModelVersion.init) else {
            throw refuse(Self.version)
        }
        return version
    }

    /// One of a few words.
    public func word<Word: RawRepresentable<String> & CaseIterable>(
        _: Word.Type
    ) throws(RolloutDocumentError) -> Word {
        guard let word = value?.string.flatMap(Word.init(rawValue:)) else {
            throw refuse(Word.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return word
    }

    /// A text.
    public func text() throws(RolloutDocumentError) -> String {
        guard let text = value?.string else { throw refuse("a string") }
        return text
    }

    func bool() throws(RolloutDocumentError) -> Bool {
        guard let bool = value?.bool else { throw refuse("true, false") }
        return bool
    }

    func fraction() throws(RolloutDocumentError) -> Double {
        guard let number = value?.double, let fraction = Confidence(number) else {
            throw refuse("a number from 0 to 1")
        }
        return fraction.value
    }

    /// A share of the candidate: above 0, at most 1.
    public func share() throws(RolloutDocumentError) -> Double {
        guard let number = value?.double, number > 0, number <= 1 else {
            throw refuse("a number above 0 and at most 1")
        }
        return number
    }

    /// A whole number of a range.
    public func integer(_ range: ClosedRange<Int>) throws(RolloutDocumentError) -> Int {
        guard let number = value?.int, range.contains(number) else {
            throw refuse("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The time the other version's prediction waits.
    public func answerWithinSeconds() throws(RolloutDocumentError) -> Int {
        try integer(1...604_800)
    }

    /// The time a step of a ramp lasts.
    public func everySeconds() throws(RolloutDocumentError) -> Int {
        try integer(1...31_536_000)
    }

    /// The shares of a ramp.
    public func steps() throws(RolloutDocumentError) -> [Double] {
        guard let array = value?.array, (1...100).contains(array.count) else {
            throw refuse("an array of 1 to 100 shares")
        }
        var steps: [Double] = []
        for (place, value) in array.enumerated() {
            let reader = RolloutReader(path: "\(path)[\(place)]", value: value)
            let share = try reader.share()
            guard share > steps.last ?? 0 else {
                throw reader.refuse("more than the step before it")
            }
            steps.append(share)
        }
        return steps
    }

    /// What a ramp must keep to; missing keys are as in `standard`.
    public func guardrails(
        _ standard: Rollout.Guardrails
    ) throws(RolloutDocumentError) -> Rollout.Guardrails {
        var guardrails = standard
        for (key, value) in try members() {
            let reader = RolloutReader(path: "\(path).\(key)", value: value)
            switch key {
            case "minimum_labels": guardrails.minimumLabels = try reader.integer(1...1_000_000)
            case "error_limit":
                guardrails.errorLimit = try reader.ifNotNull?.fraction()
            case "false_alarm":
                guard let number = value.double, number > 0, number <= 0.5 else {
                    throw reader.refuse("a number above 0 and at most 0.5")
                }
                guardrails.falseAlarm = number
            default:
                throw RolloutDocumentError(
                    path: reader.path, found: "not a key of guard",
                    accepted: "minimum_labels, error_limit, false_alarm")
            }
        }
        return guardrails
    }

    func ramp() throws(RolloutDocumentError) -> Rollout.Ramp {
        var found: [String: JSONValue] = [:]
        for (key, value) in try members() {
            guard ["steps", "every_seconds", "step", "stepped_at"].contains(key) else {
                throw RolloutDocumentError(
                    path: "\(path).\(key)", found: "not a key of ramp",
                    accepted: "steps, every_seconds, step, stepped_at")
            }
            found[key] = value
        }
        func reader(_ key: String) -> RolloutReader {
            RolloutReader(path: "\(path).\(key)", value: found[key])
        }
        let steps = try reader("steps").steps()
        guard let steppedAt = found["stepped_at"]?.string.flatMap(Timestamp.init(named:)) else {
            throw reader("stepped_at").refuse(Timestamp.acceptedForm)
        }
        return Rollout.Ramp(
            steps: steps, everySeconds: try reader("every_seconds").everySeconds(),
            step: found["step"] == nil ? 0 : try reader("step").integer(0...steps.count - 1),
            steppedAt: steppedAt)
    }
}
