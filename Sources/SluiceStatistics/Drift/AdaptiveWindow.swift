import Glibc

/// Adaptive windowing: keeps the longest window of outcomes in which no cut makes two parts of
/// different means, and alarms when it has to drop its older part.
///
/// Bifet and Gavaldà 2007, SDM, 443-448 (ADWIN2), with their exponential histogram. Here to compare
/// with: it found a change from 1 % to 4 % within two thousand audits in one stream of ten; use
/// ``ErrorRateDetector``.
public struct AdaptiveWindow: Hashable, Sendable {
    /// The confidence of each cut.
    public let delta: Double
    private static let looksEvery = 32
    private static let fewest = 10
    private static let shortestPart = 5
    private static let bucketsPerRow = 5
    /// Row k holds buckets of 2^k outcomes, oldest first; the oldest buckets are in the last row.
    private var rows: [[Bucket]] = [[]]
    private var width = 0
    private var total = 0.0
    private var squares = 0.0
    private var seen = 0

    private struct Bucket: Hashable {
        let total: Double
        /// The sum of squared differences from the bucket's mean.
        let squares: Double
    }

    /// Begins with an empty window.
    public init(delta: Double = 0.002) {
        self.delta = delta
    }

    /// Takes the next outcome and tells whether it raises an alarm, after which all begins anew.
    public mutating func observe(isWrong: Bool) -> Bool {
        insert(isWrong ? 1 : 0)
        compress()
        seen += 1
        guard seen.isMultiple(of: Self.looksEvery), width > Self.fewest, dropsOlderPart() else {
            return false
        }
        self = AdaptiveWindow(delta: delta)
        return true
    }

    private mutating func insert(_ value: Double) {
        rows[0].append(Bucket(total: value, squares: 0))
        width += 1
        if width > 1 {
            let others = Double(width - 1)
            let difference = value - total / others
            squares += others * difference * difference / Double(width)
        }
        total += value
    }

    /// Merges the two oldest buckets of a row that holds too many into one of the next.
    private mutating func compress() {
        var row = 0
        while rows[row].count > Self.bucketsPerRow {
            if row + 1 == rows.count { rows.append([]) }
            let size = Double(1 << row)
            let (first, second) = (rows[row][0], rows[row][1])
            let difference = (first.total - second.total) / size
            rows[row + 1].append(
                Bucket(
                    total: first.total + second.total,
                    squares: first.squares + second.squares + size * difference * difference / 2))
            rows[row].removeFirst(2)
            row += 1
        }
    }

    /// Whether any cut makes parts whose means differ by more than chance would.
    private func dropsOlderPart() -> Bool {
        var older = (n: 0, total: 0.0)
        for row in rows.indices.reversed() {
            for bucket in rows[row] {
                older.n += 1 << row
                older.total += bucket.total
                let newer = (n: width - older.n, total: total - older.total)
                guard min(older.n, newer.n) >= Self.shortestPart else { continue }
                let difference = older.total / Double(older.n) - newer.total / Double(newer.n)
                if abs(difference) > tolerated(older.n, newer.n) { return true }
            }
        }
        return false
    }

    /// How far the means of two parts may be apart by chance.
    private func tolerated(_ older: Int, _ newer: Int) -> Double {
        let logs = log(2 * log(Double(width)) / delta)
        let reciprocals =
            1 / Double(older - Self.shortestPart + 1) + 1 / Double(newer - Self.shortestPart + 1)
        let variance = squares / Double(width)
        return (2 * reciprocals * variance * logs).squareRoot() + 2 / 3 * logs * reciprocals
    }
}
