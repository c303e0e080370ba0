import SluiceJSON

/// What people's work and the model's mistakes cost: what a suggested threshold and the money saved are
/// made of.
///
/// Nothing is routed by it. Without costs, reports speak of items and hours.
public struct PolicyCosts: Hashable, Sendable {
    /// What a review of a queued item costs, above 0.
    public var review: Double
    /// What an audit of an accepted item costs, at least 0.
    public var audit: Double
    /// What a wrong label that nobody notices costs, at least 0.
    public var error: Double
    /// The same where the predicted label has its own.
    public var labels: [ExactText: Double]
    /// What the amounts are in, such as `EUR`; empty when it is not said.
    public var currency: String

    /// The most that anything may cost.
    public static let maximum = 1e12

    /// Makes costs.
    public init(
        review: Double, audit: Double, error: Double, labels: [ExactText: Double] = [:],
        currency: String = ""
    ) {
        self.review = review
        self.audit = audit
        self.error = error
        self.labels = labels
        self.currency = currency
    }

    /// What it costs when this prediction is wrong.
    public func error(of label: ExactText) -> Double { labels[label] ?? error }

    /// Writes them as one JSON object.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("review", review)
        writer.member("audit", audit)
        writer.member("error", error)
        writer.key("labels")
        writer.object { writer in
            for (label, cost) in labels.sorted(by: { $0.key < $1.key }) {
                writer.key(label.text)
                writer.double(cost)
            }
        }
        writer.member("currency", currency)
        writer.endObject()
    }
}

extension PolicyReader {
    /// What things cost; nil for `null`.
    ///
    /// An audit costs as much as a review unless it says otherwise.
    func costs(_ known: LabelSet) throws(PolicyDocumentError) -> PolicyCosts? {
        guard value != .null else { return nil }
        var (review, audit, error): (Double?, Double?, Double?)
        var labels: [ExactText: Double] = [:]
        var currency = ""
        for (key, value) in try members() {
            let reader = member(key, value)
            switch key {
            case "review": review = try reader.cost(isFree: false)
            case "audit": audit = try reader.cost()
            case "error": error = try reader.cost()
            case "labels":
                for (label, value) in try reader.members() {
                    let cost = reader.member(label, value)
                    guard known.label(id: label) != nil else {
                        throw PolicyDocumentError(
                            path: cost.path, found: "a cost for an unknown label",
                            accepted: "labels of the project")
                    }
                    labels[ExactText(label)] = try cost.cost()
                }
            case "currency":
                guard let text = value.string, text.utf8.count <= 16,
                    text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
                else { throw reader.refuse("a text of at most 16 bytes, such as \"EUR\"") }
                currency = text
            default: throw reader.unknown("costs", "review, audit, error, labels, currency")
            }
        }
        guard let review, let error else {
            throw refuse(#"{"review": n, "error": n} with what each costs, or null"#)
        }
        return PolicyCosts(
            review: review, audit: audit ?? review, error: error, labels: labels,
            currency: currency)
    }

    private func cost(isFree: Bool = true) throws(PolicyDocumentError) -> Double {
        guard let cost = value.double, cost >= 0, isFree || cost > 0, cost <= PolicyCosts.maximum
        else { throw refuse(isFree ? "a number from 0 to 1e12" : "a number above 0, up to 1e12") }
        return cost
    }
}
