import SluiceJSON

/// Why a policy document is refused: the place, what stands there, and what is accepted.
public struct PolicyDocumentError: Error, Hashable, Sendable {
    /// The place as a path of keys, such as `accept.labels.fraud`; empty for the whole document.
    public let path: String
    /// What stands there, shortened.
    public let found: String
    /// The accepted form, as a phrase.
    public let accepted: String

    /// Names a place.
    public init(path: String, found: String, accepted: String) {
        self.path = path
        self.found = found
        self.accepted = accepted
    }

    /// What is wrong, where, and what to do, in one sentence.
    public var detail: String {
        (path.isEmpty ? "the policy document" : path) + " is \(found); accepted: \(accepted)"
    }
}

extension Policy {
    /// Reads a policy document, whose labels are named by their ids; missing keys take the values of
    /// `Policy.standard`.
    ///
    /// - Throws: the first thing that is not as documented: an unknown key, a value out of range,
    ///   a threshold for a label the project does not have.
    public init(
        document: JSONValue, labels: LabelSet
    ) throws(PolicyDocumentError) {
        var policy = Policy.standard
        guard case .object(let object) = document else {
            throw PolicyDocumentError(
                path: "", found: document.summary, accepted: "a JSON object")
        }
        for member in object.members {
            let (key, value) = (member.key, member.value)
            let reader = PolicyReader(path: key, value: value)
            switch key {
            case "degree": policy.degree = try reader.word(AutomationDegree.self)
            case "accept": policy.accept = try reader.thresholds(labels)
            case "automation_share": policy.automationShare = try reader.fraction()
            case "audit_rate": policy.auditRate = try reader.fraction()
            case "audits": policy.audits = try reader.auditTerms(labels)
            case "blind_share": policy.blindShare = try reader.fraction()
            case "gold_rate": policy.goldRate = try reader.fraction()
            case "gold": policy.gold = try reader.goldTerms()
            case "error_limit": policy.errorLimit = try reader.errorLimit()
            case "autopilot": policy.autopilot = try reader.autopilotTerms()
            case "on_alarm": policy.onAlarm = try reader.word(AlarmAction.self)
            case "on_expiry": policy.onExpiry = try reader.word(AlarmAction.self)
            case "expiry_grace_seconds":
                policy.expiryGraceSeconds = try reader.integer(0...31_536_000)
            case "fallbacks": policy.fallbacks = try reader.fallbacks(labels)
            case "reviewers":
                policy.reviewers = try reader.integer(1...Policy.maximumReviewers)
            case "consensus":
                policy.consensus = value == .null ? nil : try reader.consensus()
            case "costs": policy.costs = try reader.costs(labels)
            case "rules":
                var rules = RuleSetReader(labels: labels)
                policy.rules = try rules.read(reader)
            case "lease_seconds": policy.leaseSeconds = try reader.integer(5...86_400)
            case "sla_seconds":
                policy.slaSeconds = value == .null ? nil : try reader.integer(1...31_536_000)
            default:
                throw PolicyDocumentError(
                    path: key, found: "not a key of a policy",
                    accepted: PolicyReader.keys.joined(separator: ", "))
            }
        }
        if let consensus = policy.consensus {
            try policy.check(consensus)
        }
        try policy.checkAutopilot()
        self = policy
    }

    /// Writes the whole document, defaults included, in a fixed order of keys; `fallbacks` only while
    /// some stand.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("degree", degree.rawValue)
        writer.key("accept")
        writer.beginObject()
        writer.member("default", accept.standard)
        writer.key("labels")
        writer.beginObject()
        for (label, threshold) in accept.labels.sorted(by: { $0.key < $1.key }) {
            writer.key(label.text)
            writer.double(threshold)
        }
        writer.endObject()
        writer.endObject()
        writer.member("automation_share", automationShare)
        writer.member("audit_rate", auditRate)
        writer.key("audits")
        audits.write(to: &writer)
        writer.member("blind_share", blindShare)
        writer.member("gold_rate", goldRate)
        writer.key("gold")
        gold.write(to: &writer)
        writer.member("error_limit", errorLimit)
        writer.key("autopilot")
        autopilot.write(to: &writer)
        writer.member("on_alarm", onAlarm.rawValue)
        writer.member("on_expiry", onExpiry.rawValue)
        writer.member("expiry_grace_seconds", expiryGraceSeconds)
        if !fallbacks.isEmpty {
            writer.key("fallbacks")
            writer.array(fallbacks) { $1.write(to: &$0) }
        }
        writer.member("reviewers", reviewers)
        writer.key("consensus")
        if let consensus { consensus.write(to: &writer) } else { writer.null() }
        writer.key("costs")
        if let costs { costs.write(to: &writer) } else { writer.null() }
        writer.key("rules")
        writer.beginArray()
        for rule in rules.rules { rule.write(to: &writer) }
        writer.endArray()
        writer.member("lease_seconds", leaseSeconds)
        writer.member("sla_seconds", slaSeconds)
        writer.endObject()
    }
}

/// Reads one value of a policy document and says precisely what is wrong with it.
struct PolicyReader {
    static let keys = [
        "degree", "accept", "automation_share", "audit_rate", "audits", "blind_share", "gold_rate",
        "gold", "error_limit", "autopilot", "on_alarm", "on_expiry", "expiry_grace_seconds",
        "fallbacks", "reviewers", "consensus", "costs", "rules", "lease_seconds", "sla_seconds",
    ]

    let path: String
    let value: JSONValue

    func refuse(_ accepted: String) -> PolicyDocumentError {
        PolicyDocumentError(path: path, found: value.summary, accepted: accepted)
    }

    /// A member of this object.
    func member(_ key: String, _ value: JSONValue) -> PolicyReader {
        PolicyReader(path: "\(path).\(key)", value: value)
    }

    /// The error for a key that does not exist.
    func unknown(_ whole: String, _ accepted: String) -> PolicyDocumentError {
        PolicyDocumentError(path: path, found: "not a key of \(whole)", accepted: accepted)
    }

    /// One of a few words.
    func word<Word: RawRepresentable<String> & CaseIterable>(
        _: Word.Type
    ) throws(PolicyDocumentError) -> Word {
        guard let word = value.string.flatMap(Word.init(rawValue:)) else {
            throw refuse(Word.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return word
    }

    func fraction() throws(PolicyDocumentError) -> Double {
        guard let number = value.double, let fraction = Confidence(number) else {
            throw refuse("a number from 0 to 1")
        }
        return fraction.value
    }

    func integer(_ range: ClosedRange<Int>) throws(PolicyDocumentError) -> Int {
        guard let number = value.int, range.contains(number) else {
            throw refuse("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func members() throws(PolicyDocumentError) -> [(key: String, value: JSONValue)] {
        guard case .object(let object) = value else { throw refuse("an object") }
        return object.members.map { ($0.key, $0.value) }
    }

    func thresholds(_ labels: LabelSet) throws(PolicyDocumentError) -> Policy.Thresholds {
        var thresholds = Policy.standard.accept
        for (key, value) in try members() {
            let reader = PolicyReader(path: "accept.\(key)", value: value)
            switch key {
            case "default": thresholds.standard = try reader.fraction()
            case "labels":
                for (label, value) in try reader.members() {
                    let threshold = PolicyReader(path: "accept.labels.\(label)", value: value)
                    guard labels.label(id: label) != nil else {
                        throw PolicyDocumentError(
                            path: threshold.path, found: "a threshold for an unknown label",
                            accepted: "labels of the project")
                    }
                    thresholds.labels[ExactText(label)] = try threshold.fraction()
                }
            default:
                throw PolicyDocumentError(
                    path: reader.path, found: "not a key of accept", accepted: "default, labels")
            }
        }
        return thresholds
    }
}

extension JSONValue {
    /// The value in a few words for an error message, cut at 40 characters.
    var summary: String {
        var writer = JSONWriter()
        write(to: &writer)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        return text.count <= 40 ? text : text.prefix(39) + "…"
    }
}
