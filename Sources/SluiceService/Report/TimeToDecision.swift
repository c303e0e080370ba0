import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// How long items waited for the people who decided them, and how many met their deadline.
///
/// Items that still wait are counted with the time they have waited: leaving them out would make a
/// growing backlog look fast. Times are kept in bins, within 9 % of the truth.
struct TimeToDecision {
    /// How near the truth what is read from bins is: their ratio, less 1.
    static let resolution = 0.0905

    private let decided: [DecisionCount]
    /// What is open, with its age in seconds.
    private let open: [(count: TimedCount, age: Double)]
    private let deadlines: PolicyDeadlines
    private let automated: Int
    /// Why nothing is known; nil where it is.
    private let unknown: String?

    /// Takes what was decided and what is open of items that people were to decide.
    init(
        _ decided: [DecisionCount], _ timed: [TimedCount], automated: Int,
        deadlines: PolicyDeadlines, now: Timestamp, unless unknown: String?
    ) {
        self.decided = decided.filter { !$0.isAccepted }
        open = timed.filter { $0.isOpen && !$0.accepted.route.answersWithLabel }
            .map { (count: $0, age: max(0, now.seconds(since: $0.meanArrival))) }
        self.deadlines = deadlines
        self.automated = automated
        self.unknown = unknown
    }

    /// Writes the members `time_to_decision` and `sla_attainment`.
    func write(to writer: inout JSONWriter) {
        writer.key("time_to_decision")
        writer.beginObject()
        writer.key("people")
        writer.beginObject()
        let curve = KaplanMeier(
            counted: decided.map {
                (KaplanMeier.Wait($0.bin.meanSeconds, isDecided: true), $0.bin.count)
            } + open.map { (KaplanMeier.Wait($0.age, isDecided: false), $0.count.accepted.count) })
        for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)] {
            writer.key(name)
            write(curve, share, to: &writer)
        }
        writer.endObject()
        // It is decided in the transaction that stores it.
        writer.key("auto")
        if automated > 0 {
            Figure.count(0, n: automated).write(to: &writer)
        } else {
            Figure.unknown("nothing was accepted in this window").write(to: &writer)
        }
        writer.member("unit", "seconds")
        writer.endObject()
        writer.key("sla_attainment")
        attainment.write(to: &writer)
    }

    private func write(_ curve: KaplanMeier, _ share: Double, to writer: inout JSONWriter) {
        writer.beginObject()
        if unknown == nil, let seconds = curve.quantile(share) {
            writer.member("value", seconds)
            writer.member("method", "kaplan_meier")
            writer.member("resolution", Self.resolution)
        } else {
            writer.key("value")
            writer.null()
            writer.member(
                "reason",
                unknown
                    ?? (curve.n == 0
                        ? "nothing was queued for people in this window"
                        : "not reached: fewer than \(Int((share * 100).rounded())) % are decided so far")
            )
        }
        writer.member("n", curve.n)
        writer.member("open", curve.open)
        writer.endObject()
    }

    private var attainment: Figure {
        if let unknown { return .unknown(unknown) }
        func count(_ isInTime: Bool) -> Int {
            decided.reduce(0) { $0 + ($1.isInTime == isInTime ? $1.bin.count : 0) }
        }
        let met = count(true)
        // What is open and late is a miss; what is open and not late is not counted yet.
        let late = open.reduce(0) { sum, item in
            let deadline = deadlines.seconds(
                policy: item.count.policyVersion, rule: item.count.rule)
            let isLate = deadline.map { item.age > Double($0) } == true
            return sum + (isLate ? item.count.accepted.count : 0)
        }
        let due = met + count(false) + late
        guard due > 0 else {
            return .unknown(
                deadlines.isEmpty
                    ? "no policy has a deadline: set sla_seconds in it"
                    : "no item with a deadline was decided or fell due in this window")
        }
        return .count(Double(met) / Double(due), n: due)
    }
}
