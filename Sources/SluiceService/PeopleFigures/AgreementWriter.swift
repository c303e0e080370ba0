import SluiceJSON
import SluiceStatistics

/// Writes the parts of an agreement report that are about all items.
struct AgreementWriter {
    private let gathered: GatheredAgreement
    private let totals: ItemAnswersReader.Totals
    private let names: [String]
    private let externalIDs: [Int64: String]

    init(
        _ gathered: GatheredAgreement, _ totals: ItemAnswersReader.Totals, names: [String],
        externalIDs: [Int64: String]
    ) {
        self.gathered = gathered
        self.totals = totals
        self.names = names
        self.externalIDs = externalIDs
    }

    func write(others: [(verdict: String, answers: Int)], to writer: inout JSONWriter) {
        let agreement = gathered.all.sample.agreement
        writer.member("items", gathered.all.items)
        writer.member("items_with_several", agreement.items)
        writer.member("answers", totals.answers)
        writer.member("answers_anonymous", totals.anonymous)
        writer.member("answers_with_prediction_shown", totals.shown)
        writer.member("reviewers", totals.people.count)
        writer.key("other_verdicts")
        writer.beginObject()
        for other in others {
            writer.key(other.verdict)
            writer.int(other.answers)
        }
        writer.endObject()
        writer.key("agreement")
        writer.beginObject()
        let keys = ["krippendorff_alpha", "percent", "gwet_ac1", "fleiss_kappa"]
        let figures = gathered.all.figures([.krippendorff, .percent, .gwet, .fleiss])
        for (key, figure) in zip(keys, figures) {
            writer.key(key)
            figure.write(to: &writer) { writer in
                if key == keys[0] { writer.memberIfPresent("reading", figure.reading) }
            }
        }
        writer.key("cohen_kappa")
        (gathered.pair?.kappa ?? .unknown("undefined: it is for two people, and there are more"))
            .write(to: &writer)
        writer.endObject()
        writeLevel(to: &writer)
        writeConfusion(agreement, to: &writer)
    }

    private func writeLevel(to writer: inout JSONWriter) {
        let level = gathered.all.level
        writer.key("human_level")
        gathered.all.humanLevel.write(to: &writer) { writer in
            writer.member("ties", level.ties)
            writer.member("alone", level.alone)
            writer.member("in_sample", value { () throws(Unknown) in try level.inSample().value })
            let habit = value { () throws(Unknown) in
                try HabitBaseline(labels: gathered.given.map(Double.init))
            }
            writer.member("habit_two_people", habit?.twoPeople)
            writer.member("habit_constant_model", habit?.constantModel)
        }
        writer.key("by_label")
        writer.array(names.indices) { writer, label in
            writer.beginObject()
            writer.member("label", names[label])
            writer.member("given", gathered.given[label])
            writer.key("human_level")
            figure { () throws(Unknown) in try level.agreeing(others: label).wilson() }
                .write(to: &writer)
            writer.endObject()
        }
    }

    private func writeConfusion(_ agreement: Agreement, to writer: inout JSONWriter) {
        let pairs = agreement.disagreements
        writer.key("confusion")
        writer.array(pairs.prefix(50)) { writer, pair in
            writer.beginObject()
            writer.member("one", names[pair.one])
            writer.member("other", names[pair.other])
            writer.member("disagreements", pair.pairs)
            writer.member("share", pair.share)
            writer.key("examples")
            writer.array(
                gathered.examples.items(pair.one, pair.other).compactMap { externalIDs[$0] }
            ) { $0.string($1) }
            writer.endObject()
        }
        writer.key("clarify")
        guard let first = pairs.first else { return writer.null() }
        let share = Int((first.share * 100).rounded())
        writer.string(
            "Clarify what tells \(names[first.one]) from \(names[first.other]): \(share) % of all "
                + "pairs of answers that differ are of these two.")
    }

    private func value<Value>(_ make: () throws(Unknown) -> Value) -> Value? {
        do {
            return try make()
        } catch {
            return nil
        }
    }

    private func figure(_ make: () throws(Unknown) -> Estimate) -> Figure {
        do {
            return .estimate(try make())
        } catch {
            return .unknown("undefined: nobody's others agree on this label")
        }
    }
}

extension Figure {
    /// What Krippendorff's guide lines make of an alpha: by the lower end of its interval, so that few
    /// items do not pass for agreement.
    fileprivate var reading: String? {
        guard case .estimate(let alpha) = self else { return nil }
        if alpha.lo >= 0.8 { return "fit for use" }
        if alpha.lo >= 0.667 { return "for tentative conclusions" }
        return alpha.value >= 0.667
            ? "not sure to be fit for use" : "not fit for use, the instructions need to be clearer"
    }
}
