import SluiceDomain
import SluiceJSON
import SluiceStore

/// What each reviewer did in a window.
struct ReviewerFigures {
    private let reviews: [ExactText: [ReviewerCount]]
    private let handling: [ExactText: [HandlingCount]]
    private let hours: Double
    /// Why there are no handling times; nil where they are known.
    private let unknown: String?

    /// Takes the counts of a window of some hours.
    init(
        _ reviews: [ReviewerCount], _ handling: [HandlingCount], hours: Double,
        unless unknown: String?
    ) {
        self.reviews = Dictionary(grouping: reviews) { ExactText($0.reviewer) }
        self.handling = Dictionary(grouping: handling) { ExactText($0.reviewer) }
        self.hours = hours
        self.unknown = unknown
    }

    /// Writes the member `reviewers`, by name.
    func write(to writer: inout JSONWriter) {
        writer.key("reviewers")
        writer.array(reviews.keys.sorted()) { writer, name in
            write(name, reviews[name] ?? [], to: &writer)
        }
    }

    private func write(_ name: ExactText, _ counts: [ReviewerCount], to writer: inout JSONWriter) {
        func sum(_ count: (ReviewerCount) -> Int) -> Int { counts.reduce(0) { $0 + count($1) } }
        writer.beginObject()
        writer.member("reviewer", name.text)
        writer.member("reviews", sum(\.reviews))
        // A pace of seconds says nothing of an hour.
        writer.member(
            "reviews_per_hour", hours * 60 < 1 ? nil : Double(sum(\.reviews)) / hours)
        writer.member("skips", sum(\.skips))
        writer.member("escalations", sum(\.escalations))
        writer.member("unusable", sum(\.unusable))
        writer.member("surplus", sum(\.surplus))
        writer.key("override_rate")
        Figure.rate(
            sum(\.overrides), of: sum(\.labels), unless: "no labels were given in this window"
        ).write(to: &writer)
        let times = DurationBins(handling[name]?.map(\.bin) ?? [])
        writer.key("handling_seconds_p50")
        times.figure(0.5, unless: unknown).write(to: &writer)
        writer.key("handling_seconds_p90")
        times.figure(0.9, unless: unknown).write(to: &writer)
        writer.endObject()
    }
}

/// Durations of which only the bins are kept, so that a quantile is within 9 % of the truth.
struct DurationBins {
    /// By number, each number once.
    private let bins: [DurationBin]
    /// How many durations there are.
    let count: Int

    /// Takes bins, of which several may have one number.
    init(_ bins: [DurationBin]) {
        var sums: [Int: DurationBin] = [:]
        for bin in bins {
            let sum = sums[bin.number]
            sums[bin.number] = DurationBin(
                number: bin.number, count: bin.count + (sum?.count ?? 0),
                milliseconds: bin.milliseconds + (sum?.milliseconds ?? 0))
        }
        self.bins = sums.values.filter { $0.count > 0 }.sorted { $0.number < $1.number }
        count = self.bins.reduce(0) { $0 + $1.count }
    }

    /// The mean in seconds; nil without any.
    var meanSeconds: Double? {
        let milliseconds = bins.reduce(0) { $0 + $1.milliseconds }
        return count > 0 ? Double(milliseconds) / 1000 / Double(count) : nil
    }

    /// The mean of the bin that the quantile falls into, in seconds; nil without any.
    func quantile(_ share: Double) -> Double? {
        var seen = 0
        for bin in bins {
            seen += bin.count
            if Double(seen) >= share * Double(count) - 1e-9 { return bin.meanSeconds }
        }
        return nil
    }

    /// The quantile as a figure.
    func figure(_ share: Double, unless reason: String?) -> Figure {
        if let reason { return .unknown(reason) }
        return quantile(share).map { .count($0, n: count) }
            ?? .unknown("the client sent no handling times")
    }
}
