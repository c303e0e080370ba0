import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// How long the pieces of a report's time series are; they begin on the hour, at midnight and on
/// Monday, in UTC.
public enum ReportBucket: String, Sendable, CaseIterable {
    /// 3,600 seconds.
    case hour
    /// 24 hours.
    case day
    /// Seven days from Monday on.
    case week
    /// The shortest of these with at most 56 pieces in the window; else weeks.
    case auto

    /// The most pieces a series may have.
    static let maximum = 2000

    /// As many pieces as a line of 80 columns holds beside a name and a figure.
    private static let fitting = 56

    /// The window in buckets; the first begins at or before `from`.
    ///
    /// - Throws: `invalidParameter` if there are more than ``maximum``.
    func window(from: Timestamp, to: Timestamp) throws(ReviewError) -> SeriesWindow {
        let candidates: [ReportBucket] =
            switch self {
            case .hour, .day, .week: [self]
            case .auto: [.hour, .day, .week]
            }
        var window = SeriesWindow(from: from, to: to, origin: from, seconds: 1)
        for bucket in candidates {
            window = bucket.fixed(from: from, to: to)
            if window.buckets <= Self.fitting { break }
        }
        guard window.buckets <= Self.maximum else {
            throw .invalidParameter(
                name: "by", found: "\(rawValue), which gives \(window.buckets) pieces",
                accepted: "at most \(Self.maximum) pieces: longer ones, or a shorter window")
        }
        return window
    }

    private func fixed(from: Timestamp, to: Timestamp) -> SeriesWindow {
        let seconds: Int64
        switch self {
        case .hour: seconds = 3600
        case .day: seconds = 86_400
        case .week, .auto: seconds = 604_800
        }
        // 1970-01-05 was the first Monday; hours and days begin there as well.
        let monday = Timestamp(microseconds: 4 * Timestamp.day)
        return SeriesWindow(
            from: from, to: to, origin: from.floored(to: seconds * 1_000_000, since: monday),
            seconds: Int(seconds))
    }
}

extension SeriesWindow {
    /// How many buckets there are; 0 for an empty window.
    var buckets: Int {
        guard to > from else { return 0 }
        let length = Int64(seconds) * 1_000_000
        return Int((to.microseconds - origin.microseconds + length - 1) / length)
    }

    /// The word for the length.
    var name: String {
        switch seconds {
        case 3600: ReportBucket.hour.rawValue
        case 86_400: ReportBucket.day.rawValue
        default: ReportBucket.week.rawValue
        }
    }

    /// The place of the bucket that a moment of the window falls into, from 0.
    func bucket(of moment: Timestamp) -> Int {
        Int((moment.microseconds - origin.microseconds) / (Int64(seconds) * 1_000_000))
    }

    /// When a bucket begins.
    func start(of bucket: Int) -> Timestamp {
        origin.adding(seconds: Int64(bucket * seconds))
    }
}

/// What happened in each piece of a window; pieces in which nothing did are kept.
struct ReportSeries: Sendable {
    private let window: SeriesWindow
    private var points: [Point]

    private struct Point {
        var accepted: [AcceptedCount] = []
        var audits: [AuditCount] = []
        var given = 0
        var overridden = 0
        var decided = 0

        func received(_ isIncluded: (Route) -> Bool = { _ in true }) -> Int {
            accepted.reduce(0) { $0 + (isIncluded($1.route) ? $1.count : 0) }
        }
    }

    /// Reads the series; `timed` are the counts of the same scope by the buckets of `window`.
    init(
        _ window: SeriesWindow, _ scope: ReportScope, _ timed: [TimedCount],
        overdueBefore: Timestamp, _ store: Store
    ) throws(PostgresError) {
        self.window = window
        var points = Array(repeating: Point(), count: window.buckets)
        for count in timed {
            let bucket = window.bucket(of: count.startsAt)
            guard points.indices.contains(bucket) else { continue }
            points[bucket].accepted.append(count.accepted)
            let isOpen = count.accepted.source == "model"
            let audits = AuditCount(
                count.accepted, isContradicted: count.isContradicted,
                overdue: isOpen && count.meanArrival < overdueBefore ? count.accepted.count : 0)
            if let audits { points[bucket].audits.append(audits) }
        }
        for count in try store.reviewSeries(window, scope)
        where points.indices.contains(count.bucket) {
            points[count.bucket].given += count.whole
            points[count.bucket].overridden += count.part
        }
        for count in try store.decisionSeries(window, scope)
        where points.indices.contains(count.bucket) {
            points[count.bucket].decided += count.whole
        }
        self.points = points
    }

    /// Writes the series as a member.
    func write(to writer: inout JSONWriter) {
        writer.key("series")
        writer.beginObject()
        writer.member("by", window.name)
        writer.key("points")
        writer.beginArray()
        for (bucket, point) in points.enumerated() {
            writer.beginObject()
            writer.member("from", window.start(of: bucket).rfc3339)
            writer.member("received", point.received())
            writer.key("automation_rate")
            Figure.share(point.received(\.answersWithLabel), of: point.received())
                .write(to: &writer)
            writer.key("override_rate")
            Figure.rate(
                point.overridden, of: point.given, unless: "no labels were given in this window"
            ).write(to: &writer)
            writer.member("decided_by_people", point.decided)
            writer.key("auto_accept_error")
            AutoAcceptError(point.accepted, point.audits).write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

/// Who changed what in a window, from the audit log.
struct ReportChanges: Sendable {
    /// The most entries a report lists; the earlier ones are in the audit log.
    private static let maximum = 500

    private let records: [AuditRecord]

    /// Reads the changes of `[from, to)`.
    init(
        from: Timestamp, to: Timestamp, project: Int64, _ store: Store
    ) throws(PostgresError) {
        records = try store.changes(project: project, from: from, to: to, limit: Self.maximum)
    }

    /// Writes the changes as a member, oldest first.
    func write(to writer: inout JSONWriter) {
        writer.key("changes")
        writer.array(records) { writer, record in
            writer.beginObject()
            writer.member("at", record.at.rfc3339)
            writer.member("actor", record.actor)
            writer.member("action", record.action)
            writer.member("reason", record.reason)
            writer.member("before", raw: record.before)
            writer.member("after", raw: record.after)
            writer.endObject()
        }
    }
}
