import SluiceJSON

/// A part of what the model decides that is audited at a rate of its own.
///
/// The first stratum of a policy that an item belongs to counts. What belongs to none is audited at
/// the policy's rate, and what a rule gives a rate at the rule's. Every estimate weighs the strata by
/// their items, so a stratum of many errors may be audited more often without the error seeming larger.
public struct AuditStratum: Hashable, Sendable {
    /// The predicted labels that belong to it; nil for all.
    public var labels: [ExactText]?
    /// The least confidence that belongs to it, 0...1; nil for no bound.
    public var from: Double?
    /// The least confidence that does not belong to it any more, 0...1; nil for no bound.
    public var below: Double?
    /// The share of its items that is audited, 0...1.
    public var rate: Double

    /// The most strata of one policy.
    public static let most = 200

    /// Makes a stratum.
    public init(
        labels: [ExactText]? = nil, from: Double? = nil, below: Double? = nil, rate: Double
    ) {
        self.labels = labels
        self.from = from
        self.below = below
        self.rate = rate
    }

    /// Whether a prediction belongs to it.
    ///
    /// A confidence equal to `from` belongs to it, one equal to `below` does not. A prediction without
    /// a confidence belongs to strata that name neither.
    public func holds(label: ExactText, confidence: Confidence?) -> Bool {
        if let labels, !labels.contains(label) { return false }
        guard from != nil || below != nil else { return true }
        guard let confidence else { return false }
        return confidence.value >= from ?? 0 && below.map { confidence.value < $0 } ?? true
    }

    /// Writes it as one JSON object, without what it does not name.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeBounds(to: &writer)
        writer.member("rate", rate)
        writer.endObject()
    }

    /// Writes what belongs to it as members of an object.
    public func writeBounds(to writer: inout JSONWriter) {
        if let labels {
            writer.key("labels")
            writer.array(labels) { $0.string($1.text) }
        }
        writer.memberIfPresent("from", from)
        writer.memberIfPresent("below", below)
    }
}

extension PolicyReader {
    /// The strata of the audits, in their order.
    func auditStrata(_ labels: LabelSet) throws(PolicyDocumentError) -> [AuditStratum] {
        guard let elements = value.array, elements.count <= AuditStratum.most else {
            throw refuse("an array of at most \(AuditStratum.most) strata")
        }
        var strata: [AuditStratum] = []
        for (index, element) in elements.enumerated() {
            let place = PolicyReader(path: "\(path)[\(index)]", value: element)
            strata.append(try place.auditStratum(labels))
        }
        return strata
    }

    private func auditStratum(_ labels: LabelSet) throws(PolicyDocumentError) -> AuditStratum {
        var stratum = AuditStratum(rate: 0)
        var hasRate = false
        for (key, value) in try members() {
            let reader = member(key, value)
            switch key {
            case "labels": stratum.labels = try reader.labelNames(of: labels)
            case "from": stratum.from = value == .null ? nil : try reader.fraction()
            case "below": stratum.below = value == .null ? nil : try reader.fraction()
            case "rate":
                stratum.rate = try reader.fraction()
                hasRate = true
            default: throw reader.unknown("a stratum", "labels, from, below, rate")
            }
        }
        guard hasRate else { throw refuse("a stratum with its rate") }
        if let from = stratum.from, let below = stratum.below, from >= below {
            throw refuse("a stratum whose from lies below its below")
        }
        return stratum
    }

    /// Names of labels of the project; nil for null.
    private func labelNames(of labels: LabelSet) throws(PolicyDocumentError) -> [ExactText]? {
        guard value != .null else { return nil }
        let accepted = "an array of labels of the project, each once"
        guard let elements = value.array, !elements.isEmpty else { throw refuse(accepted) }
        var names: [ExactText] = []
        for element in elements {
            guard let name = element.string.map(ExactText.init), labels.label(id: name.text) != nil,
                !names.contains(name)
            else { throw refuse(accepted) }
            names.append(name)
        }
        return names
    }
}
