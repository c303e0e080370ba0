import SluiceJSON
import SluiceStatistics
import SluiceStore

/// What an estimate says of items, labels and reviewers, next to majority vote and the decisions.
struct ConsensusReport {
    /// Matrices of more labels are not written: their largest mistakes are.
    private static let matrixLabels = 20
    /// How many reviewers are written, those with the most answers; the others are counted.
    private static let maximumReviewers = 500
    /// Under so many adjudicated items the error of calibration is noise.
    private static let calibrationItems = 100

    let made: ConsensusEstimation.Made
    let names: [Int64: String]

    private var fit: ConsensusFit { made.fit }
    private var answers: GatheredAnswers { made.answers }

    func write(to writer: inout JSONWriter) {
        writer.member("rounds", fit.rounds)
        writer.member("settled", fit.hasSettled)
        writer.member("power", fit.power)
        writer.member("items", answers.votes.items)
        writer.member("answers", answers.votes.answers)
        writeItems(to: &writer)
        writer.key("calibration")
        writeCalibration(to: &writer)
        writer.key("labels")
        writer.array(answers.labels.indices) { writer, label in
            writer.beginObject()
            writer.member("label", answers.labels[label])
            writer.member("share", fit.labelShares[label])
            writer.endObject()
        }
        writeReviewers(to: &writer)
    }

    /// How many items are decided, and where that is not what the majority or the decision says.
    private func writeItems(to writer: inout JSONWriter) {
        var counts = (decided: 0, ties: 0, differ: 0, untied: 0, compared: 0, changed: 0)
        for item in 0..<fit.items {
            let decision = fit.decision(of: item)
            if decision != nil { counts.decided += 1 }
            switch answers.votes.majority(of: item) {
            case .label(let majority):
                if let decision, decision.label != majority { counts.differ += 1 }
            case .tie:
                counts.ties += 1
                if decision != nil { counts.untied += 1 }
            case .none: break
            }
            if let decision, answers.isDecided[item] {
                counts.compared += 1
                if answers.decided[item] != decision.label { counts.changed += 1 }
            }
        }
        writer.member("decided", counts.decided)
        writer.member("undecided", fit.items - counts.decided)
        writer.key("expected_accuracy")
        writer.beginObject()
        writer.member("value", fit.expectedAccuracy)
        if fit.expectedAccuracy == nil { writer.member("reason", "no item is decided") }
        writer.member("n", counts.decided)
        writer.endObject()
        writer.key("majority")
        writer.beginObject()
        writer.member("ties", counts.ties)
        writer.member("ties_decided", counts.untied)
        writer.member("differs", counts.differ)
        writer.endObject()
        writer.key("decisions")
        writer.beginObject()
        writer.member("compared", counts.compared)
        writer.member("differs", counts.changed)
        writer.endObject()
    }

    /// How far posteriors are from what adjudicators found.
    private func writeCalibration(to writer: inout JSONWriter) {
        let outcomes = (0..<fit.items).compactMap { item -> (Double, Bool)? in
            guard answers.isAdjudicated[item], answers.isDecided[item],
                let decision = fit.decision(of: item)
            else { return nil }
            return (decision.posterior, answers.decided[item] == decision.label)
        }
        writer.beginObject()
        writer.member("against", "adjudicated items")
        writer.member("n", outcomes.count)
        do throws(Unknown) {
            guard outcomes.count >= Self.calibrationItems else { throw Unknown(.tooFew) }
            writer.member("expected_error", try CalibrationError(outcomes).expected)
        } catch {
            writer.member("expected_error", Double?.none)
            writer.member(
                "reason",
                "under \(Self.calibrationItems) adjudicated items the error would be noise")
        }
        writer.endObject()
    }

    private func writeReviewers(to writer: inout JSONWriter) {
        let order = answers.reviewers.indices.sorted {
            (answers.answered[$1], answers.reviewers[$0])
                < (answers.answered[$0], answers.reviewers[$1])
        }
        writer.key("reviewers")
        writer.array(order.prefix(Self.maximumReviewers)) { writer, reviewer in
            writer.beginObject()
            // Answers of nobody in particular are taken together, and are no reviewer's.
            writer.member("reviewer", names[answers.reviewers[reviewer]])
            writer.member("anonymous", answers.reviewers[reviewer] == GivenLabel.nobody)
            writer.member("answers", answers.answered[reviewer])
            writer.member("accuracy", fit.accuracy(of: reviewer))
            writeMistakes(of: reviewer, to: &writer)
            if fit.labels <= Self.matrixLabels, made.method != .oneCoin {
                writer.key("confusion")
                writer.array(0..<fit.labels) { writer, truth in
                    writer.array(0..<fit.labels) { writer, given in
                        writer.double(
                            fit.probability(reviewer: reviewer, gives: given, truth: truth))
                    }
                }
            }
            writer.endObject()
        }
        writer.member(
            "reviewers_left_out", max(answers.reviewers.count - Self.maximumReviewers, 0))
    }

    /// The mistakes a reviewer makes most, by how many items they take; none where the method holds
    /// all for as likely.
    private func writeMistakes(of reviewer: Int, to writer: inout JSONWriter) {
        guard made.method != .oneCoin else {
            writer.key("mistakes")
            return writer.array(EmptyCollection<Int>()) { $0.int($1) }
        }
        var mistakes: [(truth: Int, given: Int, probability: Double, weight: Double)] = []
        for truth in 0..<fit.labels {
            for given in 0..<fit.labels where given != truth {
                let probability = fit.probability(
                    reviewer: reviewer, gives: given, truth: truth)
                mistakes.append((truth, given, probability, probability * fit.labelShares[truth]))
            }
        }
        let worst = mistakes.sorted {
            ($1.weight, $0.truth, $0.given) < ($0.weight, $1.truth, $1.given)
        }
        writer.key("mistakes")
        writer.array(worst.prefix(3)) { writer, mistake in
            writer.beginObject()
            writer.member("truth", answers.labels[mistake.truth])
            writer.member("given", answers.labels[mistake.given])
            writer.member("probability", mistake.probability)
            writer.endObject()
        }
    }
}
