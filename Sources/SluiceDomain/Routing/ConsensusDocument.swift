import SluiceJSON

extension PolicyReader {
    /// The rule under `consensus`, by itself; `Policy.check` compares it with what is asked.
    func consensus() throws(PolicyDocumentError) -> ConsensusRule {
        var agree: Int?
        var atMost: Int?
        var endsEarly = true
        var borderlineAgree: Int?
        for (key, value) in try members() {
            let reader = member(key, value)
            switch key {
            case "agree": agree = try reader.integer(1...Policy.maximumReviewers)
            case "at_most": atMost = try reader.integer(1...Policy.maximumReviewers)
            case "early_stop":
                guard case .bool(let isOn) = value else { throw reader.refuse("true or false") }
                endsEarly = isOn
            case "borderline_agree":
                borderlineAgree =
                    value == .null ? nil : try reader.integer(1...Policy.maximumReviewers)
            default:
                throw reader.unknown("consensus", "agree, at_most, early_stop, borderline_agree")
            }
        }
        guard let agree, let atMost, agree <= atMost else {
            throw refuse("{\"agree\": n, \"at_most\": m} with n no larger than m")
        }
        if let borderlineAgree, borderlineAgree > atMost {
            throw member("borderline_agree", .null).found(
                "\(borderlineAgree)", "at most at_most, which is \(atMost)")
        }
        return ConsensusRule(
            agree: agree, atMost: atMost, endsEarly: endsEarly, borderlineAgree: borderlineAgree)
    }

    private func found(_ found: String, _ accepted: String) -> PolicyDocumentError {
        PolicyDocumentError(path: path, found: found, accepted: accepted)
    }
}

extension Policy {
    /// Checks that as many may be asked as the policy and its rules ask.
    func check(_ consensus: ConsensusRule) throws(PolicyDocumentError) {
        for (asked, who) in [(reviewers, "reviewers"), (rules.mostReviewers, "what rules ask")]
        where consensus.atMost < asked {
            throw PolicyDocumentError(
                path: "consensus.at_most", found: "\(consensus.atMost)",
                accepted: "at least \(who), which is \(asked)")
        }
    }
}

extension ConsensusRule {
    /// Writes it as one JSON value, defaults included.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("agree", agree)
        writer.member("at_most", atMost)
        writer.member("early_stop", endsEarly)
        writer.member("borderline_agree", borderlineAgree)
        writer.endObject()
    }
}
