import SluiceDomain
import SluiceJSON
import SluiceStatistics

/// How long the traffic took to come, and how long people take for an item.
struct WhatIfPace: Sendable {
    /// The first and the last arrival; nil when nothing arrived.
    let arrivals: ClosedRange<Timestamp>?
    /// The end of the window, or now.
    let until: Timestamp
    /// Mean seconds for a review, and of how many; nil when no times were sent.
    let handling: (mean: Double, timed: Int)?

    /// A figure per day made from less than this says nothing of a day.
    static let leastSeconds = 3600.0

    /// How many days the traffic took; nil when it was too short a time to say.
    var days: Double? {
        guard let arrivals else { return nil }
        let seconds = until.seconds(since: arrivals.lowerBound)
        return seconds >= Self.leastSeconds ? seconds / 86_400 : nil
    }

    /// A count as a figure per day.
    func perDay(_ count: Double, n: Int) -> Figure {
        guard let days else {
            return .unknown(
                arrivals == nil
                    ? "nothing arrived in this window"
                    : "the traffic of this window came within an hour: too short for a day's figure"
            )
        }
        return .count(count / days, n: n)
    }

    /// The hours that so many reviews take; nil when it is not known.
    func hours(_ reviews: Int) -> Double? {
        handling.map { Double(reviews) * $0.mean / 3600 }
    }

    static let noTimes = "no review since the window began came with a handling time"
}

/// What each policy would have done, as it is written.
struct WhatIfAnswer: Sendable {
    let labels: LabelSet
    let candidates: [WhatIfCandidate]
    let replay: Replay
    let pace: WhatIfPace
    /// The map of the version that serves.
    let calibration: CalibrationMaps.Fitted?

    /// Writes the members.
    func write(to writer: inout JSONWriter) {
        writer.member("items", replay.items)
        writer.member("items_without_prediction", replay.unpredicted)
        writer.member("items_erased", replay.erased)
        writer.member("items_waiting", replay.waiting)
        writer.member("days", pace.days)
        writer.member("least_labels", ReplayError.leastLabels)
        writer.key("handling_seconds")
        (pace.handling.map { Figure.count($0.mean, n: $0.timed) } ?? .unknown(WhatIfPace.noTimes))
            .write(to: &writer)
        WhatIfCosts.writeTerms(
            replay.costs, policy: candidates[0].policy, calibration, labels: labels, to: &writer)
        writer.key("candidates")
        writer.array(candidates.indices) { write(candidate: $1, to: &$0) }
    }

    private func write(candidate index: Int, to writer: inout JSONWriter) {
        let candidate = candidates[index]
        let tally = replay.tallies[index]
        writer.beginObject()
        writer.member("kind", candidate.kind.rawValue)
        writer.member("degree", candidate.policy.degree.rawValue)
        writer.member("threshold", candidate.threshold)
        writer.member("accepted", tally.accepted)
        writer.member("audited", tally.audited)
        writer.member("queued", tally.queued)
        writer.member("to_people", tally.toSee)
        writer.member("reviews", tally.reviews)
        writer.key("automation_rate")
        Figure.share(tally.accepted, of: replay.items).write(to: &writer)
        writer.key("to_people_per_day")
        pace.perDay(Double(tally.toSee), n: tally.toSee).write(to: &writer)
        writer.key("reviewer_hours")
        hours(tally) { .count($0, n: tally.reviews) }.write(to: &writer)
        writer.key("reviewer_hours_per_day")
        hours(tally) { pace.perDay($0, n: tally.reviews) }.write(to: &writer)
        writer.key("change")
        writer.object {
            $0.member("to_model", tally.toModel)
            $0.member("to_people", tally.toPeople)
        }
        writer.key("error")
        Figure(replay.error(ofPolicy: index)).write(to: &writer)
        writer.key("saved")
        WhatIfCosts.saved(by: index, replay, policy: candidate.policy).write(to: &writer)
        writer.key("error_of_newly_accepted")
        Figure(replay.errorOfNewlyAccepted(byPolicy: index)).write(to: &writer)
        writer.endObject()
    }

    private func hours(_ tally: Replay.Tally, _ figure: (Double) -> Figure) -> Figure {
        pace.hours(tally.reviews).map(figure) ?? .unknown(WhatIfPace.noTimes)
    }
}

extension Figure {
    fileprivate init(_ error: ReplayError) {
        if case .known(let estimate) = error {
            self = .estimate(estimate)
        } else {
            self = .unknown(error.reason ?? "")
        }
    }
}
