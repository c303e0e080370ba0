import SluiceJSON
import SluiceStore

/// How much work comes to people, and how long what waits will take them.
struct ReviewerLoad {
    /// Items that came for people in the window.
    let arrivals: Int
    /// The window's length in hours.
    let hours: Double
    /// In how many hours each reviewer answered something, summed over the reviewers.
    let reviewerHours: Int
    /// The hours of the clock that the window touches.
    let hoursTouched: Double
    /// How long people took.
    let handling: [HandlingCount]
    /// Items that wait for a reviewer now.
    let backlog: Int
    /// Why the handling times are not known; nil where they are.
    let unknown: String?

    /// Writes the members about handling times and load.
    func write(to writer: inout JSONWriter) {
        let times = DurationBins(handling.map(\.bin))
        writer.key("handling_seconds_p50")
        times.figure(0.5, unless: unknown).write(to: &writer)
        writer.key("handling_seconds_p90")
        times.figure(0.9, unless: unknown).write(to: &writer)
        let onShift = hoursTouched > 0 ? Double(reviewerHours) / hoursTouched : 0
        // A pace of seconds says nothing of an hour.
        let perHour = hours * 60 < 1 ? nil : Double(arrivals) / hours
        writer.key("arrivals_per_hour")
        (perHour.map { Figure.count($0, n: arrivals) }
            ?? .unknown("the window is shorter than a minute")).write(to: &writer)
        writer.key("reviewers_on_shift")
        Figure.count(onShift, n: reviewerHours).write(to: &writer)
        writer.key("utilisation")
        let mean = unknown == nil ? DurationBins(answers.map(\.bin)).meanSeconds : nil
        let reason = unknown ?? "nobody answered in this window with a handling time"
        guard let perHour, let mean, mean > 0, onShift > 0 else {
            Figure.unknown(perHour == nil ? "the window is shorter than a minute" : reason)
                .write(to: &writer)
            writer.key("clear_time_seconds")
            Figure.unknown(backlog == 0 ? "nothing is waiting" : reason).write(to: &writer)
            return
        }
        Figure.count(perHour * mean / (3600 * onShift), n: answers.reduce(0) { $0 + $1.bin.count })
            .write(to: &writer)
        writer.key("clear_time_seconds")
        let capacity = onShift * 3600 / mean
        if backlog == 0 {
            Figure.unknown("nothing is waiting").write(to: &writer)
        } else if capacity > perHour {
            Figure.count(Double(backlog) / (capacity - perHour) * 3600, n: backlog)
                .write(to: &writer)
        } else {
            Figure.unknown(
                "growing: more comes than the reviewers of this window can answer"
            ).write(to: &writer)
        }
    }

    private var answers: [HandlingCount] { handling.filter { !$0.isSkip } }
}
