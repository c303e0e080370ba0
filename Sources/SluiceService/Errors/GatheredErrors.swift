import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// What an error analysis counts while it reads: its size depends on the labels and slices, and not on
/// the traffic.
struct GatheredErrors: Sendable {
    /// Slices beyond so many different ones are not told apart: what stands there is no slice but a
    /// value of its own for every item.
    static let maximumSlices = 10_000

    /// The items whose route stands.
    private(set) var items = 0
    /// Those of them that came without a prediction.
    private(set) var unpredicted = 0
    /// Those that a model decided and nobody was drawn to look at.
    private(set) var unseen = 0
    /// Those of `unseen` that had no chance to be drawn.
    private(set) var unseeable = 0
    /// Those that people were asked about.
    private(set) var asked = 0
    /// Those of `asked` that people have not decided.
    private(set) var open = 0
    /// Those of `open` that are audits and wait for a second look.
    private(set) var disputed = 0
    /// Those of `asked` whose answer says nothing about the label: unusable, or the borderline label.
    private(set) var unlabelled = 0
    /// Those that people labelled, and that were audits.
    private(set) var audits = 0
    /// Those that people labelled and that belong to no slice.
    private(set) var unsliced = 0
    /// Those that people labelled and whose slice is beyond the limit.
    private(set) var beyond = 0
    /// The items people labelled, by slice, and the disputed audits at both ends.
    private(set) var table = DisputedErrorTable<ExactText>()
    /// The items people labelled, by label predicted and decided.
    private(set) var confusion: WeightedConfusion
    private let labels: AnswerLabels

    init(_ labels: AnswerLabels) {
        self.labels = labels
        confusion = WeightedConfusion(labels: max(labels.names.count, 1))
    }

    /// Whether people gave a label whose chance to be given is known.
    static func isLabelled(_ row: EvidenceRow) -> Bool {
        row.isAsked && row.isWrong != nil && row.propensity > 0
    }

    /// Whether it is an audit that waits for a second look, and whose chance is known.
    static func isDisputed(_ row: EvidenceRow) -> Bool {
        row.isDisputed && row.isWrong == nil && row.propensity > 0
    }

    /// Counts a row that belongs to these slices.
    mutating func add(_ row: EvidenceRow, slices: Set<ExactText>) {
        items += 1
        guard let label = row.label else {
            unpredicted += 1
            return
        }
        guard row.isAsked else {
            if row.route == .accepted {
                unseen += 1
                if row.propensity <= 0 { unseeable += 1 }
            }
            return
        }
        asked += 1
        guard let isWrong = row.isWrong, row.propensity > 0 else {
            if row.source == nil {
                open += 1
                if row.isDisputed { disputed += 1 }
                if Self.isDisputed(row) {
                    let known = known(slices)
                    if let place = labels.place(of: label) {
                        confusion.addDisputed(predicted: place, propensity: row.propensity)
                    }
                    table.addDisputed(known, propensity: row.propensity)
                }
            } else {
                unlabelled += 1
            }
            return
        }
        if row.isAudit { audits += 1 }
        if let decided = row.decidedLabel, let from = labels.place(of: label),
            let to = labels.place(of: decided)
        {
            confusion.add(predicted: from, decided: to, propensity: row.propensity)
        }
        let known = known(slices)
        if slices.isEmpty { unsliced += 1 } else if known.isEmpty { beyond += 1 }
        table.add(
            known, isWrong: isWrong, propensity: row.propensity, wasDisputed: row.wasDisputed)
    }

    private func known(_ slices: Set<ExactText>) -> Set<ExactText> {
        slices.filter { table.knows($0) || table.slices < Self.maximumSlices }
    }
}

/// How often an answer is what the others agree on: of all answers, by slice, and by label.
struct GatheredHumanLevel: Sendable {
    /// Whole counts of answers that have a reference.
    struct Tally: Sendable {
        var agreeing = 0
        var all = 0

        mutating func add(_ isAgreeing: Bool) {
            all += 1
            if isAgreeing { agreeing += 1 }
        }

        /// The share with Wilson's interval; nil without an answer.
        var level: Estimate? {
            do {
                return try Proportion(agreeing, of: all).wilson()
            } catch {
                return nil
            }
        }
    }

    private(set) var all = Tally()
    private(set) var slices: [ExactText: Tally] = [:]
    /// Of the answers of a label, how many have others who agree on it.
    private(set) var labels: [Tally]

    init(labels: Int) { self.labels = Array(repeating: Tally(), count: labels) }

    /// Counts an item's answers, each against the others' (leave one out; ties have no reference).
    mutating func add(_ item: ItemAnswers) {
        let answers = item.labels
        guard answers.count > 1 else { return }
        for answer in answers {
            guard case .label(let reference) = Plurality(of: answers, leavingOutOne: answer) else {
                continue
            }
            let isAgreeing = reference == answer
            all.add(isAgreeing)
            labels[answer].add(isAgreeing)
            for slice in item.slices
            where slices[slice] != nil || slices.count < GatheredErrors.maximumSlices {
                slices[slice, default: Tally()].add(isAgreeing)
            }
        }
    }
}
