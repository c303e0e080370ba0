import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// The error rate of what the model decided, from completed audits.
///
/// Items audited at the same rate are one stratum. One stratum gives Wilson's interval, several
/// Korn and Graubard's. Audits that nobody has finished give bounds: all right, all wrong.
struct AutoAcceptError: Sendable {
    private let figure: Figure
    private let drawn: Int
    private let done: Int
    private let errors: Int

    private struct Stratum {
        var items = 0
        var drawn = 0
        var audits = 0
        var errors = 0
    }

    /// Takes what became of some items; those that a person decides do not matter.
    init(_ outcomes: [AcceptedCount]) {
        var strata: [Double: Stratum] = [:]
        for outcome in outcomes where outcome.route.answersWithLabel {
            let isByPeople = outcome.source != "model" && outcome.outcome != "reopened"
            var stratum = strata[outcome.propensity, default: Stratum()]
            stratum.items += outcome.count
            if outcome.route == .audited {
                stratum.drawn += outcome.count
                // Unusable input and "cannot tell" say nothing about the label.
                if isByPeople, outcome.outcome == "accepted" || outcome.outcome == "corrected" {
                    stratum.audits += outcome.count
                    if outcome.outcome == "corrected" { stratum.errors += outcome.count }
                }
            }
            strata[outcome.propensity] = stratum
        }
        let all = Array(strata.values)
        drawn = all.reduce(0) { $0 + $1.drawn }
        done = all.reduce(0) { $0 + $1.audits }
        errors = all.reduce(0) { $0 + $1.errors }
        figure = Self.figure(all, errors: errors, done: done)
    }

    private static func figure(_ strata: [Stratum], errors: Int, done: Int) -> Figure {
        if done == 0 {
            return .unknown(
                strata.isEmpty ? "nothing was accepted in this window" : "no audits in this window")
        }
        guard strata.count > 1 else {
            return .rate(errors, of: done, unless: "no audits in this window")
        }
        do {
            let sample = try StratifiedSample(
                strata.map { .init(items: $0.items, audits: $0.audits, errors: $0.errors) })
            return .estimate(try sample.kornGraubard())
        } catch {
            return .unknown("items accepted at one of the audit rates have no audit yet")
        }
    }

    /// Writes the figure as a value.
    func write(to writer: inout JSONWriter) {
        figure.write(to: &writer) { writer in
            writer.member("audits_drawn", drawn)
            writer.member("audits_open", drawn - done)
            if done > 0, drawn > done {
                writer.member("value_if_open_right", Double(errors) / Double(drawn))
                writer.member("value_if_open_wrong", Double(errors + drawn - done) / Double(drawn))
            }
        }
    }
}
