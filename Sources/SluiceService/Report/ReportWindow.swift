import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// The window a report is asked for, and the one it answers.
///
/// Counts are kept by the hour. Where an end of the window lies within an hour, the rows of that part
/// are counted, unless the hour has too many of them: then the window is widened to the hour, and the
/// report says so.
struct ReportWindow: Sendable {
    /// How many rows an hour may have for a part of it to be counted.
    static let countableRows = 5000

    /// The first moment that counts.
    private(set) var from: Timestamp
    /// The first moment that does not count any more.
    private(set) var to: Timestamp
    /// Whether the window is wider than what was asked for.
    private(set) var isRounded = false
    /// The whole hours within it; empty where `from` is not before `to`.
    private var inner: ReportScope.Span
    /// Whether all that came on the day of the first of them, and on the day of the last, is in it.
    private var isWholeDay = (first: false, last: false)
    /// The parts of hours at its ends.
    private var rows: [ReportScope.Span] = []
    private let project: Int64

    /// Finds the window from `from` to `to`, when it is `now` and the project was made at `createdAt`.
    init(
        from: Timestamp, to: Timestamp, now: Timestamp, createdAt: Timestamp, project: Int64,
        _ store: Store
    ) throws(PostgresError) {
        self.from = from
        self.to = to
        self.project = project
        // Nothing came before the project, and nothing has come after now.
        var first =
            from <= createdAt
            ? from.floored(to: Timestamp.hour) : Self.ceiling(from, Timestamp.hour)
        var last = to > now ? Self.ceiling(to, Timestamp.hour) : to.floored(to: Timestamp.hour)
        guard from < to else {
            inner = .init(from: from, to: from)
            return
        }
        if first > from, try !Self.isCountable(from.floored(to: Timestamp.hour), project, store) {
            first = from.floored(to: Timestamp.hour)
            self.from = first
            isRounded = true
        }
        if last < to, try !Self.isCountable(last, project, store) {
            last = Self.ceiling(to, Timestamp.hour)
            self.to = last
            isRounded = true
        }
        if first > last {
            // Both ends are within one hour.
            rows = [.init(from: self.from, to: self.to)]
            inner = .init(from: first, to: first)
            return
        }
        isWholeDay = (from <= createdAt, to > now)
        if first > self.from { rows.append(.init(from: self.from, to: first)) }
        if last < self.to { rows.append(.init(from: last, to: self.to)) }
        inner = .init(from: first, to: last)
    }

    private static func isCountable(
        _ hour: Timestamp, _ project: Int64, _ store: Store
    ) throws(PostgresError) -> Bool {
        try store.hourSize(project: project, at: hour) <= countableRows
    }

    /// Where the counts are.
    ///
    /// - Parameter grain: what they are read by where it is possible.
    func scope(by grain: ReportScope.Grain = .day) -> ReportScope {
        var scope = ReportScope(project: project)
        scope.rows = rows
        let firstDay =
            isWholeDay.first
            ? inner.from.floored(to: Timestamp.day) : Self.ceiling(inner.from, Timestamp.day)
        let lastDay =
            isWholeDay.last
            ? Self.ceiling(inner.to, Timestamp.day) : inner.to.floored(to: Timestamp.day)
        guard grain == .day, firstDay < lastDay else {
            scope.pieces = [(.hour, inner)]
            return scope
        }
        scope.pieces = [
            (.hour, .init(from: inner.from, to: firstDay)),
            (.day, .init(from: firstDay, to: lastDay)),
            (.hour, .init(from: lastDay, to: inner.to)),
        ].filter { $0.1.from < $0.1.to }
        return scope
    }

    /// Where the counts are of the window of the same length before, in whole hours; in whole days
    /// before a window of days.
    func scopeBefore() -> ReportScope {
        var before = self
        var length = inner.to.microseconds - inner.from.microseconds
        if length >= Timestamp.day, inner.from.floored(to: Timestamp.day) == inner.from {
            length -= length % Timestamp.day
        }
        // Nothing is as old as that, and PostgreSQL has no moment thousands of years before.
        let start = max(
            Timestamp(microseconds: inner.from.microseconds - length), Timestamp.named.lowerBound)
        before.inner = .init(from: min(start, inner.from), to: inner.from)
        before.rows = []
        before.isWholeDay = (false, false)
        return before.scope()
    }

    /// Whether a part of it is counted by row.
    var countsRows: Bool { !rows.isEmpty }

    /// The window's length in hours.
    var hours: Double { max(0, to.seconds(since: from) / 3600) }

    /// All hours the window touches.
    var hoursTouched: ReportScope.Span {
        .init(from: from.floored(to: Timestamp.hour), to: Self.ceiling(to, Timestamp.hour))
    }

    /// Writes the members `from`, `to` and `window`.
    func write(to writer: inout JSONWriter) {
        writer.member("from", from.rfc3339)
        writer.member("to", to.rfc3339)
        writer.window(from: from, to: to) { writer in
            writer.member("rounded", isRounded)
            if isRounded {
                writer.member(
                    "reason",
                    "widened to whole hours: the hour at an end of the window has more than "
                        + "\(Self.countableRows) rows")
            }
        }
    }

    private static func ceiling(_ moment: Timestamp, _ length: Int64) -> Timestamp {
        let below = moment.floored(to: length)
        return below == moment ? moment : Timestamp(microseconds: below.microseconds + length)
    }
}
