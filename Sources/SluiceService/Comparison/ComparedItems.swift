import SluiceDomain
import SluiceStatistics
import SluiceStore

/// One item that both versions scored and a person labelled; names are numbers here.
struct ComparedItem: Sendable {
    /// The place of the label people gave in ``ComparedItems/names``.
    var label: Int32
    /// The place of what the serving version said.
    var servingLabel: Int32
    /// The place of what the candidate said.
    var candidateLabel: Int32
    /// The place of what the items are sliced by; -1 where nothing stands there.
    var slice: Int32
    /// How sure the serving version was.
    var servingConfidence: Double?
    /// How sure the candidate was.
    var candidateConfidence: Double?
    /// The probability with which a person labels the item; 0 < p <= 1.
    var propensity: Double
    /// Whether it was audited, and not queued.
    var isAudit: Bool
    /// Whose prediction the reviewers saw.
    var shown: Shown

    /// Whose prediction the reviewers of an item saw.
    enum Shown: Sendable {
        case serving, candidate, neither
    }

    var servingIsWrong: Bool { servingLabel != label }
    var candidateIsWrong: Bool { candidateLabel != label }

    var pair: WeightedPairs.Pair {
        .init(
            propensity: propensity, servingIsWrong: servingIsWrong,
            candidateIsWrong: candidateIsWrong)
    }

    var servingOutcome: RiskCoverage.Item {
        .init(confidence: servingConfidence, isWrong: servingIsWrong, weight: 1 / propensity)
    }

    var candidateOutcome: RiskCoverage.Item {
        .init(confidence: candidateConfidence, isWrong: candidateIsWrong, weight: 1 / propensity)
    }
}

/// The items a comparison rests on: some 70 bytes each, so that 100,000 of them are 7 MB.
struct ComparedItems: Sendable {
    /// The items in the order in which they arrived.
    private(set) var items: [ComparedItem] = []
    /// The labels and slices that items name by their place.
    private(set) var names: [String] = []
    private var places: [ExactText: Int32] = [:]

    /// Takes a row in; labels are told apart byte by byte.
    mutating func append(
        _ row: ComparedRow, versions: ComparedVersions, labels: LabelSet
    ) {
        items.append(
            ComparedItem(
                label: place(labels.name(of: row.label)),
                servingLabel: place(labels.name(of: row.servingLabel)),
                candidateLabel: place(labels.name(of: row.candidateLabel)),
                slice: row.slice.map { place($0) } ?? -1,
                servingConfidence: row.servingConfidence,
                candidateConfidence: row.candidateConfidence, propensity: row.propensity,
                isAudit: row.isAudit,
                shown: row.shownVersion == versions.serving
                    ? .serving : row.shownVersion == versions.candidate ? .candidate : .neither))
    }

    private mutating func place(_ name: String) -> Int32 {
        let exact = ExactText(name)
        if let place = places[exact] { return place }
        let place = Int32(names.count)
        names.append(name)
        places[exact] = place
        return place
    }

    /// Disputed audits, as if all were settled as the model said, and as whoever contradicted it; they
    /// share this one's names.
    func disputed(
        _ rows: [DisputedRow], _ versions: ComparedVersions, labels: LabelSet
    ) -> DisputedItems {
        func settled(_ isWrong: Bool) -> [ComparedItem] {
            var more = self
            for row in rows {
                if let row = row.settled(asContradicted: isWrong) {
                    more.append(row, versions: versions, labels: labels)
                }
            }
            return Array(more.items.dropFirst(items.count))
        }
        return DisputedItems(right: settled(false), wrong: settled(true))
    }

    /// The items of each value of `key`, by name.
    func grouped(by key: (ComparedItem) -> Int32) -> [(name: String?, items: [ComparedItem])] {
        var groups: [Int32: [ComparedItem]] = [:]
        for item in items { groups[key(item), default: []].append(item) }
        return groups.map { (name: $0.key < 0 ? nil : names[Int($0.key)], items: $0.value) }
            .sorted { ExactText($0.name ?? "") < ExactText($1.name ?? "") }
    }
}

/// The disputed audits of a comparison, one item each, at the two ends.
struct DisputedItems: Sendable {
    /// As if the model that decided were right.
    var right: [ComparedItem] = []
    /// As if whoever contradicted it were.
    var wrong: [ComparedItem] = []

    /// Half of the way: which version decided is not the same for all of them, so that there is no share
    /// of confirmed ones to go by.
    var audits: DisputedAudits { DisputedAudits(waiting: right.count, settled: 1) }
}
