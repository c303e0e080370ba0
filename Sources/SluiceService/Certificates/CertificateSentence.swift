import SluiceDomain
import SluiceStatistics

extension Certificate {
    /// What is promised, what it buys and what more labels would buy, in plain words.
    var sentence: String {
        guard isCertified else {
            let reasons = chains.compactMap { chain in
                chain.reason.map { chains.count == 1 ? $0 : "\(name(chain)): \($0)" }
            }
            return "No threshold for \(version) can be promised to keep wrong answers within "
                + "\(ShortNumber.percent(promise.limit)): \(reasons.joined(separator: "; "))."
        }
        return [promised, bought, couldBuy, condition].compactMap(\.self).joined(separator: " ")
    }

    private var promised: String {
        let limit = ShortNumber.percent(promise.limit)
        let confidence = ShortNumber.percent(question.confidence)
        if let threshold = chains.first?.threshold, chains.count == 1 {
            return "Of what \(version) answers with a confidence of at least "
                + "\(ShortNumber.threshold(threshold)), at most \(limit) is wrong, "
                + "with \(confidence) confidence."
        }
        let kept = chains.filter { $0.certified != nil }
        let parts = kept.map { chain in
            "\(name(chain)) from \(ShortNumber.threshold(chain.threshold ?? 1))"
        }
        let left = chains.count - kept.count
        return "Of what \(version) answers with \(parts.joined(separator: ", ")), at most \(limit) "
            + "of each is wrong, with \(confidence) confidence for all of them together"
            + (left == 0 ? "." : "; the other labels go to people.")
    }

    private var bought: String? {
        guard case .estimate(let then) = automation, case .estimate(let now) = automationNow else {
            return nil
        }
        return "That answers \(ShortNumber.percent(then.value)) of what arrives without a person; "
            + "now it is \(ShortNumber.percent(now.value))."
    }

    private var couldBuy: String? {
        guard chains.count == 1, let chain = chains.first, let more = chain.more else { return nil }
        return "About \(more.labels) more labels would allow "
            + "\(ShortNumber.threshold(chain.grid.steps[more.step].threshold)) if errors stay as they "
            + "are."
    }

    private var condition: String {
        let until =
            "It holds until \(expiresAt.rfc3339.prefix(10)) for traffic like that of the window."
        if question.method == .eProcess {
            return until + " It may be looked at again as often as you like."
        }
        if question.spends { return until + " All such looks together keep it." }
        return until
            + (look > 1
                ? " It is look \(look) at these labels:" : " It is meant to be asked for once:")
            + " whoever looks again and again breaks it sooner or later."
    }

    /// How a chain is named.
    func name(_ chain: CertificateChain) -> String {
        if chain.isRest { return "the other labels" }
        guard let places = chain.labels else { return "all labels" }
        return places.map { "\"\(labels[Int($0)])\"" }.joined(separator: ", ")
    }

    /// What to be careful about.
    var warnings: [String] {
        var warnings: [String] = []
        let waiting = evidence.facts.count { $0.standing == .doubtful }
        if waiting > 0 {
            warnings.append(
                "\(waiting) items that wait for an answer, or whose audit is disputed or overdue, "
                    + "are taken for wrong")
        }
        if evidence.outside > 0 {
            warnings.append(
                "\(evidence.outside) of \(evidence.window.items) items are not covered: a rule "
                    + "decided about them, or the version had no say")
        }
        if policy.degree == .partial || policy.degree == .full, !policy.drawsAudits {
            warnings.append(
                "the policy audits nothing, so nothing would notice when the promise is broken")
        }
        for chain in chains where chain.certified == nil && chain.certain > 0 && chains.count > 1 {
            warnings.append(
                "\(chain.certain) predictions of \(name(chain)) have a confidence of 1, which every "
                    + "threshold accepts: a rule must send them to people")
        }
        return warnings
    }
}
