import SluiceDomain
import SluiceJSON
import SluiceStatistics

/// Writes an error analysis.
struct ErrorWriter {
    /// How many slices are written; those with less to gain are counted.
    private static let maximumSlices = 100
    /// How many pairs of labels are written.
    private static let maximumPairs = 100
    /// The share of open items from which the figures may mislead.
    private static let largestOpenShare = 0.1

    let gathered: GatheredErrors
    let people: GatheredHumanLevel
    let slicing: ErrorReport.Slicing
    let labels: AnswerLabels
    /// The name of the borderline label, if the project has one.
    let borderline: String?

    private static let noLabels =
        "people have labelled nothing that a model predicted in this window"
    private static let noPeers =
        "no item has answers of two people: ask several about some, to know how well people do"

    func write(to writer: inout JSONWriter) {
        writeCounts(to: &writer)
        writer.key("error_rate")
        figure { () throws(Unknown) in try gathered.table.errorRate() }.write(to: &writer)
        writer.key("accuracy")
        figure { () throws(Unknown) in
            try gathered.confusion.accuracy(gathered.table.disputes)
        }.write(to: &writer)
        writer.key("human_level")
        (people.all.level.map(Figure.estimate) ?? .unknown(Self.noPeers)).write(to: &writer)
        writeSlices(to: &writer)
        writePairs(to: &writer)
        writeLabels(to: &writer)
        writeConfusion(to: &writer)
        writer.key("warnings")
        writer.array(warnings) { $0.string($1) }
    }

    private func writeCounts(to writer: inout JSONWriter) {
        writer.member("items", gathered.items)
        writer.member("items_without_prediction", gathered.unpredicted)
        writer.member("accepted_unseen", gathered.unseen)
        writer.member("asked", gathered.asked)
        writer.member("open", gathered.open)
        writer.member("disputed", gathered.disputed)
        writer.member("without_label", gathered.unlabelled)
        writer.member("labelled", gathered.table.labelled.all.n)
        writer.member("labelled_by_audit", gathered.audits)
        writer.member("errors", gathered.table.labelled.all.x)
        writer.member("not_sliced", gathered.unsliced)
        writer.member("beyond_slices", gathered.beyond)
    }

    // MARK: - Slices

    private struct Line {
        let row: ErrorTable<ExactText>.Row
        let level: Estimate?
        let isOfAll: Bool
        let room: RoomForImprovement?
    }

    private func writeSlices(to writer: inout JSONWriter) {
        let lines = lines()
        writer.key("slices")
        writer.array(lines.prefix(Self.maximumSlices)) { write($1, to: &$0) }
        writer.member("slices_left_out", max(0, lines.count - Self.maximumSlices))
    }

    /// The slices, those with the most to gain first, then those with the most errors.
    private func lines() -> [Line] {
        let rows: [ErrorTable<ExactText>.Row]
        do {
            rows = try gathered.table.rows()
        } catch {
            return []
        }
        return rows.map { row in
            let own = level(of: row.slice)
            let level = own ?? people.all.level
            return Line(
                row: row, level: level, isOfAll: own == nil,
                room: level.map {
                    RoomForImprovement(
                        errorRate: row.errorRate, humanLevel: $0,
                        shareOfData: row.shareOfData.value)
                })
        }.enumerated().sorted { one, other in
            let (first, second) = (
                one.element.room?.priority.value ?? 0, other.element.room?.priority.value ?? 0
            )
            return first != second ? first > second : one.offset < other.offset
        }.map(\.element)
    }

    private func level(of slice: ExactText) -> Estimate? {
        guard slicing == .label else { return people.slices[slice]?.level }
        guard let place = labels.place(named: slice.text) else { return nil }
        return people.labels[place].level
    }

    private func write(_ line: Line, to writer: inout JSONWriter) {
        let row = line.row
        writer.beginObject()
        writer.member("slice", row.slice.text)
        writer.member("items", row.items)
        writer.member("errors", row.errors)
        writer.member("few", row.isFew)
        writer.key("error_rate")
        Figure.estimate(row.errorRate).write(to: &writer)
        writer.key("share_of_errors")
        (row.shareOfErrors.map(Figure.estimate) ?? .unknown("there is no error"))
            .write(to: &writer)
        writer.key("share_of_data")
        Figure.estimate(row.shareOfData).write(to: &writer)
        writer.member("lift", row.lift)
        writer.key("against_rest")
        (row.againstRest.map(Figure.estimate) ?? .unknown("there is no other item"))
            .write(to: &writer) { writer in
                writer.member("p_adjusted", row.worsePAdjusted)
                writer.member("worse", row.isWorse)
            }
        writer.key("human_level")
        (line.level.map(Figure.estimate) ?? .unknown(Self.noPeers)).write(to: &writer) { writer in
            if line.level != nil { writer.member("of_all", line.isOfAll) }
        }
        writer.key("gap")
        (line.room.map { Figure.estimate($0.gap) } ?? .unknown(Self.noPeers)).write(to: &writer)
        writer.key("priority")
        (line.room.map { Figure.estimate($0.priority) } ?? .unknown(Self.noPeers)).write(
            to: &writer)
        writer.endObject()
    }

    private func writePairs(to writer: inout JSONWriter) {
        guard slicing.isDisjoint else { return }
        writer.key("pairs")
        let pairs: [ErrorTable<ExactText>.Pair]
        do {
            pairs = try gathered.table.pairs()
        } catch {
            pairs = []
        }
        writer.array(pairs) { writer, pair in
            writer.beginObject()
            writer.member("one", pair.one.text)
            writer.member("other", pair.other.text)
            writer.key("difference")
            Figure.estimate(pair.difference).write(to: &writer)
            writer.member("p_adjusted", pair.pAdjusted)
            writer.member("different", pair.isDifferent)
            writer.endObject()
        }
    }

    // MARK: - Labels

    private func writeLabels(to writer: inout JSONWriter) {
        let confusion = gathered.confusion
        let names = labels.names
        let unsaid = borderline.flatMap(labels.place(named:))
        writer.key("labels")
        writer.array(names.indices.filter { $0 != unsaid }) { writer, place in
            let items = confusion.items(of: place)
            writer.beginObject()
            writer.member("label", names[place])
            writer.member("predicted", items.predicted)
            writer.member("decided", items.decided)
            writer.key("prevalence")
            figure { () throws(Unknown) in try confusion.prevalence(of: place) }.write(to: &writer)
            writer.key("precision")
            figure("nothing labelled by people was predicted to be it") { () throws(Unknown) in
                try confusion.precision(of: place, gathered.table.disputes)
            }.write(to: &writer)
            writer.key("recall")
            figure("people gave it to nothing") { () throws(Unknown) in
                try confusion.recall(of: place)
            }.write(to: &writer)
            writer.key("f1")
            figure("it was neither predicted nor given") { () throws(Unknown) in
                try confusion.f1(of: place)
            }.write(to: &writer)
            writer.endObject()
        }
    }

    private func writeConfusion(to writer: inout JSONWriter) {
        let pairs = gathered.confusion.pairs
        let all = gathered.table.labelled.all.weight
        writer.key("confusion")
        writer.array(pairs.prefix(Self.maximumPairs)) { writer, pair in
            writer.beginObject()
            writer.member("predicted", labels.names[pair.predicted])
            writer.member("decided", labels.names[pair.decided])
            writer.member("items", pair.items)
            writer.member("weight", pair.weight)
            writer.member("share", pair.weight / all)
            writer.endObject()
        }
        writer.member("confusion_left_out", max(0, pairs.count - Self.maximumPairs))
    }

    private func figure(
        _ reason: String = noLabels, _ make: () throws(Unknown) -> Estimate
    ) -> Figure {
        do {
            return .estimate(try make())
        } catch {
            return .unknown(reason)
        }
    }

    // MARK: - Warnings

    private var warnings: [String] {
        var warnings: [String] = []
        if gathered.unseeable > 0 {
            warnings.append(
                "\(gathered.unseeable) items were accepted without audits: these figures say nothing "
                    + "of them (set audit_rate above 0)")
        } else if gathered.unseen > 0, gathered.audits == 0 {
            warnings.append(
                "no audit is finished: these figures are of what was queued, and say nothing of the "
                    + "\(gathered.unseen) items the model decided")
        }
        if gathered.disputed > 0 {
            warnings.append(
                "\(gathered.disputed) audits are disputed and wait for a second look: error rates, "
                    + "accuracy and precision have them at both ends; recall, F1 and the pairs of labels "
                    + "leave them out")
        }
        if gathered.asked > 0,
            Double(gathered.open) > Self.largestOpenShare * Double(gathered.asked)
        {
            warnings.append(
                "\(gathered.open) of \(gathered.asked) items people were asked about are not decided "
                    + "yet: those left may be the hard ones")
        }
        if gathered.beyond > 0 {
            warnings.append(
                "there are more than \(GatheredErrors.maximumSlices) different values: the items of "
                    + "further ones are in no slice")
        }
        return warnings
    }
}
