import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// What versions that decided nothing would have done, against what people decided.
struct ShadowReport: Sendable {
    let counts: [ShadowCount]

    /// One version, in degree shadow or beside the one that decides.
    private struct Key: Hashable {
        let version: ModelVersion
        let isDegree: Bool
    }

    /// Writes the section as a member: one entry for each version and way of deciding nothing.
    func write(to writer: inout JSONWriter) {
        writer.key("shadow")
        writer.beginArray()
        var keys: [Key] = []
        for count in counts {
            let key = Key(version: count.version, isDegree: count.isDegree)
            if !keys.contains(key) { keys.append(key) }
        }
        for key in keys {
            let own = counts.filter { $0.version == key.version && $0.isDegree == key.isDegree }
            writer.beginObject()
            writer.member("model", key.version.model.text)
            writer.member("model_version", key.version.version.text)
            writer.member("as", key.isDegree ? "degree" : "recorded")
            Self.write(own, to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ counts: [ShadowCount], to writer: inout JSONWriter) {
        func sum(_ count: (ShadowCount) -> Int) -> Int { counts.reduce(0) { $0 + count($1) } }
        writer.member("received", sum(\.received))
        writer.key("would_be_automation_rate")
        Figure.share(sum(\.wouldAccept), of: sum(\.received)).write(to: &writer)
        // What nobody labels by chance can speak of no other item.
        let unseen = counts.reduce(0) { $0 + ($1.propensity == 0 ? $1.wouldAccept : 0) }
        writer.key("would_be_error")
        error(counts, labelled: \.acceptedLabelled, wrong: \.acceptedWrong).write(to: &writer) {
            if unseen > 0 { $0.member("without_audits", unseen) }
        }
        writer.key("error")
        error(counts, labelled: \.labelled, wrong: \.wrong).write(to: &writer)
    }

    /// How often the predictions differ from what people decided, weighted where items were chosen for
    /// people with different probabilities.
    private static func error(
        _ counts: [ShadowCount], labelled: (ShadowCount) -> Int, wrong: (ShadowCount) -> Int
    ) -> Figure {
        let seen = counts.filter { ($0.propensity ?? 0) > 0 && labelled($0) > 0 }
        let reason = "no such item has been labelled by a person"
        guard let first = seen.first else { return .unknown(reason) }
        if seen.allSatisfy({ $0.propensity == first.propensity }) {
            return .rate(
                seen.reduce(0) { $0 + wrong($1) }, of: seen.reduce(0) { $0 + labelled($1) },
                unless: reason)
        }
        var observations: [WeightedSample.Observation] = []
        for count in seen {
            for (holds, times) in [(true, wrong(count)), (false, labelled(count) - wrong(count))] {
                observations += Array(
                    repeating: .init(propensity: count.propensity ?? 1, holds: holds), count: times)
            }
        }
        do {
            return .estimate(try WeightedSample(observations).estimate())
        } catch {
            return .unknown(reason)
        }
    }
}
