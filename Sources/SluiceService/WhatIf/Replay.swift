import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// Recorded traffic routed again under several policies at once, as counts.
///
/// Its size depends on the policies and not on the traffic. An item that one of the policies cannot
/// route, because a rule looks at a payload that has been erased, counts for none: the policies
/// are compared on the same items.
struct Replay: Sendable {
    /// What one policy does with the traffic.
    struct Tally: Sendable, Equatable {
        /// The model's label is the answer, audited or not.
        var accepted = 0
        /// Those of `accepted` that people review as well.
        var audited = 0
        /// People decide.
        var queued = 0
        /// The reviews asked for.
        var reviews = 0
        /// People decide under the first policy, the model under this one.
        var toModel = 0
        /// The model decides under the first policy, people under this one.
        var toPeople = 0

        /// Items that people see.
        var toSee: Int { queued + audited }
    }

    /// Items that the same policies accept, chosen for review with the same probability.
    struct Cell: Hashable, Sendable {
        /// Bit n is set when policy n accepts them.
        let accepting: UInt64
        let propensity: Double
        /// What it costs when the model is wrong about one; 0 where nobody says.
        let errorCost: Double
    }

    /// What is known of the items of a cell.
    struct Counts: Sendable, Equatable {
        var items = 0
        /// Those that people were asked about.
        var asked = 0
        /// Those of them that people gave a label.
        var labelled = 0
        /// Those of them whose prediction was wrong.
        var wrong = 0
        /// Those asked about that are audits and wait for a second look.
        var disputed = 0
    }

    let policies: [Policy]
    /// What work and mistakes cost; nil when nobody says.
    let costs: PolicyCosts?
    private(set) var tallies: [Tally]
    private(set) var cells: [Cell: Counts] = [:]
    /// The disputed audits, and what became of those settled.
    private(set) var disputes = DisputedAudits()
    /// The items replayed.
    private(set) var items = 0
    /// Items left out because their payload has been erased.
    private(set) var erased = 0
    /// Items replayed that came without a prediction, which people decide under every policy.
    private(set) var unpredicted = 0
    /// Items replayed that wait for the version that decides them, under every policy.
    private(set) var waiting = 0

    /// Which policies look at the same fields of an item.
    private let readers: [(fields: FieldReader, policies: [Int])]
    /// A policy that asks for every draw one of the policies may ask for.
    private let drawing: Policy

    /// Takes the policies, at most 64; changes are counted against the first.
    init(_ policies: [Policy], costs: PolicyCosts? = nil) {
        precondition(policies.count <= UInt64.bitWidth, "a cell has a bit for each policy")
        self.policies = policies
        self.costs = costs
        tallies = Array(repeating: Tally(), count: policies.count)
        var readers: [(fields: FieldReader, policies: [Int])] = []
        for (index, policy) in policies.enumerated() {
            if let known = readers.firstIndex(where: { $0.fields == policy.rules.fields }) {
                readers[known].policies.append(index)
            } else {
                readers.append((policy.rules.fields, [index]))
            }
        }
        self.readers = readers
        var drawing = Policy.standard
        drawing.auditRate = policies.contains { $0.drawsAudits } ? 1 : 0
        drawing.automationShare = policies.contains { $0.automationShare < 1 } ? 0 : 1
        self.drawing = drawing
    }

    /// Whether the policies look at anything of an item but its prediction.
    var readsPayloads: Bool { readers.contains { !$0.fields.paths.isEmpty } }

    /// Routes one recorded item under every policy.
    ///
    /// - Throws: the first fault of a stored document that is not JSON.
    mutating func add(_ row: ReplayRow, salt: [UInt8]) throws(JSONError) {
        guard !row.isWaiting else {
            items += 1
            waiting += 1
            return
        }
        guard let routings = try routings(of: row, salt: salt) else {
            erased += 1
            return
        }
        items += 1
        if row.label == nil { unpredicted += 1 }
        if row.isAsked, row.isDisputed { disputes += DisputedAudits(waiting: 1) }
        if row.isLabelled, row.wasDisputed {
            disputes += DisputedAudits(settled: 1, confirmed: row.isWrong ? 1 : 0)
        }
        var accepting: UInt64 = 0
        for (index, routing) in routings.enumerated() where routing.route.answersWithLabel {
            accepting |= 1 << index
        }
        let isAcceptedNow = accepting & 1 == 1
        for (index, routing) in routings.enumerated() {
            let isAccepted = routing.route.answersWithLabel
            tallies[index].accepted += isAccepted ? 1 : 0
            tallies[index].queued += isAccepted ? 0 : 1
            tallies[index].audited += routing.route == .audited ? 1 : 0
            tallies[index].reviews += routing.route == .accepted ? 0 : routing.reviewers
            tallies[index].toModel += isAccepted && !isAcceptedNow ? 1 : 0
            tallies[index].toPeople += !isAccepted && isAcceptedNow ? 1 : 0
        }
        guard accepting != 0 else { return }
        let cell = Cell(
            accepting: accepting, propensity: row.propensity,
            errorCost: row.label.flatMap { costs?.error(of: ExactText($0)) } ?? 0)
        var counts = cells[cell, default: Counts()]
        counts.items += 1
        counts.asked += row.isAsked ? 1 : 0
        // An item nobody had a known chance to be asked about tells nothing of the others.
        if row.isAsked, row.isLabelled {
            counts.labelled += 1
            counts.wrong += row.isWrong ? 1 : 0
        } else if row.isAsked, row.isDisputed {
            counts.disputed += 1
        }
        cells[cell] = counts
    }

    /// The route under each policy; nil when one of them cannot tell.
    private func routings(
        of row: ReplayRow, salt: [UInt8]
    ) throws(JSONError) -> [Routing]? {
        let draws = Array(row.externalID.utf8).withUnsafeBufferPointer {
            RoutingDraws(salt: salt, externalID: $0, policy: drawing)
        }
        var routings: [Routing?] = Array(repeating: nil, count: policies.count)
        for (reader, indices) in readers {
            guard let fields = try reader.values(of: row) else { return nil }
            var facts = row.label.map {
                RoutingFacts(
                    label: $0, confidence: row.confidence.flatMap(Confidence.init),
                    model: row.model, modelVersion: row.modelVersion, fields: fields)
            }
            facts?.isLabelRetired = row.isLabelRetired
            for index in indices {
                let policy = policies[index]
                // In a degree that takes no item without a prediction, people would get it too.
                routings[index] =
                    facts.map {
                        row.isPeoples
                            ? policy.routeToPeople(.unknownVersion, $0)
                            : policy.route($0, draws: draws)
                    }
                    ?? policy.routeWithoutPrediction(fields)
                    ?? Routing(
                        route: .queued, reason: .noPrediction, propensity: 1, isBlind: true,
                        urgency: 0.5, reviewers: policy.reviewers)
            }
        }
        return routings.compactMap(\.self)
    }
}

extension FieldReader {
    /// The values at its paths; nil when the payload has been erased.
    fileprivate func values(of row: ReplayRow) throws(JSONError) -> [FieldValue]? {
        guard !paths.isEmpty else { return [] }
        guard let payload = row.payload else { return nil }
        return try payload.withUnsafeBufferPointer { (payload) throws(JSONError) -> [FieldValue] in
            guard let metadata = row.metadata else {
                return try read(payload: payload, metadata: nil)
            }
            return try metadata.withUnsafeBufferPointer {
                (metadata) throws(JSONError) -> [FieldValue] in
                try read(payload: payload, metadata: metadata)
            }
        }
    }
}
