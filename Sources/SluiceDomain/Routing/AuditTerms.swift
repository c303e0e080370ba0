import SluiceJSON

/// How audits are brought to an end.
public struct AuditTerms: Hashable, Sendable {
    /// Whether a first answer that differs from the model's label is an error only once a second
    /// person, who sees nothing of it, says so as well.
    public var asksSecondLook: Bool
    /// Within how many seconds of the item's arrival an audit is to be done, 60...31,536,000.
    public var deadlineSeconds: Int
    /// Parts of the traffic that have audit rates of their own; the first that fits counts.
    public var strata: [AuditStratum]

    /// A second look, three days, and one rate for all.
    public static let standard = AuditTerms(asksSecondLook: true, deadlineSeconds: 259_200)

    /// Makes terms.
    public init(asksSecondLook: Bool, deadlineSeconds: Int, strata: [AuditStratum] = []) {
        self.asksSecondLook = asksSecondLook
        self.deadlineSeconds = deadlineSeconds
        self.strata = strata
    }

    /// When what arrived is to have been audited by `now`: audits of what came before are overdue.
    public func overdueBefore(_ now: Timestamp) -> Timestamp {
        now.adding(seconds: -Int64(deadlineSeconds))
    }

    /// Writes them as one JSON object.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("second_look", asksSecondLook)
        writer.member("deadline_seconds", deadlineSeconds)
        writer.key("strata")
        writer.array(strata) { $1.write(to: &$0) }
        writer.endObject()
    }
}

/// What gold items, whose label is known, are used for besides counting.
public struct GoldTerms: Hashable, Sendable {
    /// Whether the reply to an answer to a gold item says the known label.
    public var givesFeedback: Bool
    /// A reviewer whose accuracy is below this with 95 % confidence is paused; nil for never.
    public var pauseBelow: Double?
    /// How many gold answers a reviewer must have given before, 1...10,000.
    public var pauseAfter: Int

    /// No feedback; a pause below 0.7, after 20 answers.
    public static let standard = GoldTerms(givesFeedback: false, pauseBelow: 0.7, pauseAfter: 20)

    /// Makes terms.
    public init(givesFeedback: Bool, pauseBelow: Double?, pauseAfter: Int) {
        self.givesFeedback = givesFeedback
        self.pauseBelow = pauseBelow
        self.pauseAfter = pauseAfter
    }

    /// Writes them as one JSON object.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("feedback", givesFeedback)
        writer.member("pause_below", pauseBelow)
        writer.member("pause_after", pauseAfter)
        writer.endObject()
    }
}

extension PolicyReader {
    /// The terms of audits; missing keys take the standard values.
    func auditTerms(_ labels: LabelSet) throws(PolicyDocumentError) -> AuditTerms {
        var terms = AuditTerms.standard
        for (key, value) in try members() {
            let reader = member(key, value)
            switch key {
            case "second_look": terms.asksSecondLook = try reader.flag()
            case "deadline_seconds": terms.deadlineSeconds = try reader.integer(60...31_536_000)
            case "strata": terms.strata = try reader.auditStrata(labels)
            default: throw reader.unknown("audits", "second_look, deadline_seconds, strata")
            }
        }
        return terms
    }

    /// The terms of gold items; missing keys take the standard values.
    func goldTerms() throws(PolicyDocumentError) -> GoldTerms {
        var terms = GoldTerms.standard
        for (key, value) in try members() {
            let reader = member(key, value)
            switch key {
            case "feedback": terms.givesFeedback = try reader.flag()
            case "pause_below":
                terms.pauseBelow = value == .null ? nil : try reader.fraction()
            case "pause_after": terms.pauseAfter = try reader.integer(1...10_000)
            default: throw reader.unknown("gold", "feedback, pause_below, pause_after")
            }
        }
        return terms
    }

    private func flag() throws(PolicyDocumentError) -> Bool {
        guard case .bool(let flag) = value else { throw refuse("true or false") }
        return flag
    }
}
