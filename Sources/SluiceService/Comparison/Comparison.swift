import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// Everything a comparison says, from the items it rests on.
struct Comparison: Sendable {
    let names: (serving: ModelVersion, candidate: ModelVersion)
    let items: ComparedItems
    let disputed: DisputedItems
    let traffic: ComparedTraffic
    let policy: Policy
    let guardrails: Rollout.Guardrails
    /// The error at which automation is compared; nil for the serving version's present one.
    let error: Double?
    /// The outcomes of the items; nil without any.
    private let pairs: WeightedPairs?
    /// The same with the disputed audits at the two ends; empty without any.
    private let ends: [WeightedPairs]

    /// Collects the parts.
    ///
    /// - Throws: ``Unknown`` if an item has a probability that cannot be, which no stored one has.
    init(
        names: (serving: ModelVersion, candidate: ModelVersion), items: ComparedItems,
        disputed: DisputedItems = DisputedItems(), traffic: ComparedTraffic, policy: Policy,
        guardrails: Rollout.Guardrails, error: Double?
    ) throws(Unknown) {
        self.names = names
        self.items = items
        self.disputed = disputed
        self.traffic = traffic
        self.policy = policy
        self.guardrails = guardrails
        self.error = error
        pairs = items.items.isEmpty ? nil : try WeightedPairs(items.items.map(\.pair))
        ends =
            disputed.right.isEmpty
            ? []
            : [
                try WeightedPairs((items.items + disputed.right).map(\.pair)),
                try WeightedPairs((items.items + disputed.wrong).map(\.pair)),
            ]
    }

    /// Writes the members of the comparison.
    func write(
        to writer: inout JSONWriter, slicedBy path: FieldPath?, atMost slices: Int
    ) throws(Unknown) {
        let automation = try automation()
        let figures = ComparisonFigures(automation: automation.found)
        try writeVerdict(to: &writer)
        writeTraffic(to: &writer)
        writeSelection(to: &writer)
        writer.key("overall")
        writer.beginObject()
        try figures.write(items.items, disputed: disputed, to: &writer)
        writer.endObject()
        write(automation, to: &writer)
        writer.key("by_label")
        writer.beginArray()
        let labels = items.grouped(by: \.label)
        for group in labels {
            writer.beginObject()
            writer.member("label", group.name)
            try figures.write(group.items, to: &writer)
            try figures.writeAutomated(group.items, to: &writer)
            try figures.writePredicted(group.items[0].label, of: items.items, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        if let path { try write(figures, slicedBy: path, atMost: slices, to: &writer) }
    }

    private func write(
        _ figures: ComparisonFigures, slicedBy path: FieldPath, atMost maximum: Int,
        to writer: inout JSONWriter
    ) throws(Unknown) {
        let groups = items.grouped(by: \.slice)
        let largest = groups.map(\.items.count).sorted(by: >)
        let smallest = groups.count > maximum ? largest[maximum - 1] : 0
        let written = groups.filter { $0.items.count >= smallest }.prefix(maximum)
        writer.member("by", ([path.root.rawValue] + path.keys.map(\.text)).joined(separator: "."))
        writer.key("by_slice")
        writer.beginArray()
        for group in written {
            writer.beginObject()
            writer.member("value", group.name)
            try figures.write(group.items, to: &writer)
            try figures.writeAutomated(group.items, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.member("slices_left_out", groups.count - written.count)
    }

    private func writeVerdict(to writer: inout JSONWriter) throws(Unknown) {
        func judge(_ pairs: WeightedPairs?) throws(Unknown) -> ComparisonVerdict {
            try ComparisonVerdict(
                .init(
                    serving: names.serving.description, candidate: names.candidate.description,
                    pairs: pairs, traffic: traffic,
                    minimumLabels: guardrails.minimumLabels, errorLimit: guardrails.errorLimit))
        }
        var verdict = try judge(pairs)
        // It may advance only if it may whichever way the disputed audits are settled.
        for end in ends where verdict.mayAdvance {
            let found = try judge(end)
            if !found.mayAdvance { verdict = found.pending(disputed.right.count) }
        }
        writer.key("verdict")
        writer.beginObject()
        writer.member("may_advance", verdict.mayAdvance)
        writer.member("sentence", verdict.sentence)
        writer.key("missing")
        writer.array(verdict.missing) { $0.string($1) }
        writer.endObject()
    }

    private func writeTraffic(to writer: inout JSONWriter) {
        writer.key("traffic")
        writer.beginObject()
        writer.member("scored_by_both", traffic.items)
        writer.key("agreement")
        (traffic.items > 0
            ? Figure.share(traffic.agreeing, of: traffic.items)
            : .unknown("no item has been scored by both")).write(to: &writer)
        writer.member("audited", traffic.audited)
        writer.member("without_audits", traffic.unseen)
        writer.member("without_audits_serving", traffic.unseenByServing)
        writer.endObject()
    }

    /// How the labelled items were chosen: what figures on them can speak for.
    private func writeSelection(to writer: inout JSONWriter) {
        let audits = items.items.count(where: \.isAudit)
        writer.key("selection")
        writer.beginObject()
        writer.member("labelled", items.items.count)
        writer.member("disputed", disputed.right.count)
        writer.member("queued", items.items.count - audits)
        writer.member("audited", audits)
        writer.member("weighted", pairs?.isWeighted ?? false)
        writer.member("n_eff", pairs?.kishSize)
        writer.key("labelled_seeing")
        writer.beginObject()
        writer.member("serving", items.items.count { $0.shown == .serving })
        writer.member("candidate", items.items.count { $0.shown == .candidate })
        writer.member("neither", items.items.count { $0.shown == .neither })
        writer.endObject()
        writer.key("notes")
        writer.array(notes(isWeighted: pairs?.isWeighted ?? false, audits: audits)) {
            $0.string($1)
        }
        writer.endObject()
    }

    private func notes(isWeighted: Bool, audits: Int) -> [String] {
        var notes: [String] = []
        if !disputed.right.isEmpty {
            notes.append(
                "\(disputed.right.count) audits are disputed and wait for a second look: the errors of "
                    + "all items and the verdict have them at both ends, as the model said and as whoever "
                    + "contradicted it; counts, labels, slices and automation leave them out.")
        }
        if isWeighted {
            notes.append(
                "Errors and shares are weighted: an item labelled with probability p stands for 1/p "
                    + "items. Counts and McNemar's p are of the items as labelled.")
        }
        if traffic.unseen > 0 {
            notes.append(
                "\(traffic.unseen) of \(traffic.items) items were accepted where nothing is audited: "
                    + "nothing here speaks of those.")
        } else if audits == 0, traffic.audited > 0, !items.items.isEmpty {
            notes.append(
                "None of the \(traffic.audited) audits drawn is done yet: all labels are of items "
                    + "that went to the queue.")
        }
        let shown = (
            items.items.count { $0.shown == .serving },
            items.items.count { $0.shown == .candidate }
        )
        // A tenth of the labels may tip a comparison that differs on a tenth of the items.
        if max(shown.0, shown.1) * 10 > items.items.count {
            let favoured = shown.0 >= shown.1 ? names.serving : names.candidate
            notes.append(
                "\(max(shown.0, shown.1)) of \(items.items.count) labels were given by people who saw "
                    + "what \(favoured) had said: people follow what they see, which favours it. "
                    + "blind_share shows fewer of them.")
        }
        return notes
    }
}

/// Automation at equal error, or why there is none.
struct ComparedAutomation: Sendable {
    var found: EqualErrorAutomation?
    var error: Double?
    var isAsked: Bool
    var reason = ""
}

extension Comparison {
    /// Both versions at the error asked for, or at what the serving one errs at the thresholds of the
    /// policy in force.
    private func automation() throws(Unknown) -> ComparedAutomation {
        var automation = ComparedAutomation(error: error, isAsked: error != nil)
        if error == nil { automation.error = presentError() }
        guard let error = automation.error else {
            automation.reason =
                items.items.isEmpty
                ? "no item has been scored by both and labelled"
                : "\(names.serving) accepts none of these items at the policy's thresholds; ask with "
                    + "an error"
            return automation
        }
        guard !items.items.isEmpty else {
            automation.reason = "no item has been scored by both and labelled"
            return automation
        }
        automation.found = try EqualErrorAutomation(
            serving: items.items.map(\.servingOutcome),
            candidate: items.items.map(\.candidateOutcome), error: error)
        return automation
    }

    /// How often the serving version is wrong where it reaches the policy's thresholds, weighted.
    private func presentError() -> Double? {
        let thresholds = items.names.map { policy.accept.threshold(for: ExactText($0)) }
        var accepted = 0.0
        var wrong = 0.0
        for item in items.items {
            let threshold = policy.degree == .full ? 0 : thresholds[Int(item.servingLabel)]
            guard let confidence = item.servingConfidence, confidence >= threshold else { continue }
            accepted += 1 / item.propensity
            if item.servingIsWrong { wrong += 1 / item.propensity }
        }
        return accepted > 0 ? wrong / accepted : nil
    }

    private func write(_ automation: ComparedAutomation, to writer: inout JSONWriter) {
        writer.key("automation")
        writer.beginObject()
        writer.member("error", automation.error)
        writer.member(
            "error_from",
            automation.isAsked ? "asked" : "serving version at the policy's thresholds")
        func write(_ key: StaticString, _ share: Estimate?, _ point: RiskCoverage.Point?) {
            writer.key(key)
            (share.map { .estimate($0) } ?? Figure.unknown(automation.reason))
                .write(to: &writer) { writer in
                    guard let point else { return }
                    writer.member("threshold", point.threshold)
                    writer.member("error", point.error)
                    writer.member("accepted", point.n)
                }
        }
        write("serving", automation.found?.servingShare, automation.found?.serving)
        write("candidate", automation.found?.candidateShare, automation.found?.candidate)
        write("difference", automation.found?.difference, nil)
        writer.endObject()
    }
}
