import SluiceJSON
import SluiceStatistics
import SluiceStore

/// Writes how one reviewer stands to the others, overall and by label.
struct ReviewerWriter {
    let own: ReviewerTally
    let others: ReviewerTally
    let names: [String]

    func write(to writer: inout JSONWriter) {
        writer.key("agreement")
        let figure = Figure.rate(
            own.agreeing, of: own.answers, unless: "nobody else has answered the same items")
        let everybody = rate(
            own.agreeing + others.agreeing, of: own.answers + others.answers)
        figure.write(to: &writer) { writer in
            writer.member("shrunk", shrunk(own.agreeing, own.answers, everybody))
            writer.member("everybody", everybody)
            writer.member("ties", own.ties)
            writer.member("alone", own.alone)
        }
        writer.member("standing", standing)
        writer.key("by_label")
        writer.array(names.indices.filter { own.answers(others: $0) > 0 }) { writer, label in
            write(label, to: &writer)
        }
    }

    private func write(_ label: Int, to writer: inout JSONWriter) {
        let (answers, differing) = (own.answers(others: label), own.differing(others: label))
        let everybody = rate(
            differing + others.differing(others: label),
            of: answers + others.answers(others: label))
        writer.beginObject()
        writer.member("label", names[label])
        writer.member("n", answers)
        writer.key("disagreement")
        Figure.rate(differing, of: answers, unless: "no answer").write(to: &writer) { writer in
            writer.member("shrunk", shrunk(differing, answers, everybody))
            writer.member("everybody", everybody)
        }
        writer.key("said_instead")
        writer.array(own.said(others: label)) { writer, said in
            writer.beginObject()
            writer.member("label", names[said.label])
            writer.member("answers", said.count)
            writer.endObject()
        }
        writer.endObject()
    }

    /// Where the reviewer stands beside the others taken together: only what the intervals show.
    private var standing: String {
        do {
            let mine = try Proportion(own.agreeing, of: own.answers).wilson()
            let theirs = try Proportion(others.agreeing, of: others.answers).wilson()
            if mine.hi < theirs.lo { return "below_the_others" }
            if mine.lo > theirs.hi { return "above_the_others" }
            return "not_told_apart"
        } catch {
            return "not_told_apart"
        }
    }

    private func rate(_ part: Int, of whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }

    private func shrunk(_ part: Int, _ whole: Int, _ everybody: Double?) -> Double? {
        guard let everybody else { return nil }
        do {
            return try ShrunkRate(part, of: whole, all: everybody).value
        } catch {
            return nil
        }
    }
}

extension ReviewerTimes {
    /// Writes the times as a member.
    func write(to writer: inout JSONWriter) {
        writer.key("seconds")
        writer.beginObject()
        writer.member("p50", median)
        writer.member("p90", p90)
        writer.member("n", timed)
        writer.member("capped_at", 120)
        writer.endObject()
        writer.key("fast_answers")
        Figure.rate(fast, of: timed, unless: "no answer came with a time").write(to: &writer) {
            writer in
            if timed == 0 { writer.member("n", 0) }
            writer.member("faster_than_seconds", fastSeconds)
        }
    }

    /// Answers that took less, in seconds, were hardly read: what analysts are told the share of.
    static let fastBound = 1.0
}
