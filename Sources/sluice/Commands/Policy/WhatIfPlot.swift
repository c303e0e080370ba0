import Foundation
import SluiceJSON

/// The estimated error over the automation rate, in 80 columns, readable without colour.
struct WhatIfPlot {
    private struct Point {
        let mark: Character
        let share: Double
        /// The error with its interval; nil where it is not known.
        let error: (value: Double, lo: Double, hi: Double)?
    }

    private static let (columns, rows, margin) = (70, 13, 9)

    private let points: [Point]

    init(_ reply: JSONValue) {
        points = (reply["candidates"]?.array ?? []).compactMap { candidate in
            guard let share = candidate["automation_rate"]?["value"]?.double else { return nil }
            let error = candidate["error"]
            var known: (Double, Double, Double)?
            if let value = error?["value"]?.double, let lo = error?["lo"]?.double,
                let hi = error?["hi"]?.double
            {
                known = (value, lo, hi)
            }
            return Point(
                mark: Character(WhatIfTable.mark(candidate["kind"]?.string ?? "")), share: share,
                error: known)
        }
    }

    /// Nothing when there are not two errors to compare.
    func lines() -> [String] {
        let known = points.compactMap(\.error)
        guard known.count > 1 else { return [] }
        // The widest interval must not press all others flat.
        let highest = min(
            known.map(\.hi).max() ?? 1, 2.5 * (known.map(\.value).max() ?? 1) + 0.005)
        let top = Self.roundedUp(highest)
        var grid = Array(
            repeating: [Character](repeating: " ", count: Self.columns), count: Self.rows)
        func row(_ error: Double) -> Int {
            Self.rows - 1 - Int((min(error / top, 1) * Double(Self.rows - 1)).rounded())
        }
        func column(_ share: Double) -> Int {
            Int((share * Double(Self.columns - 1)).rounded())
        }
        for point in points {
            guard let error = point.error else { continue }
            for line in row(error.hi)...row(error.lo) { grid[line][column(point.share)] = "|" }
        }
        // The marks last, what is in force over all others.
        for point in points.reversed() {
            guard let error = point.error else { continue }
            grid[row(error.value)][column(point.share)] = point.mark
        }
        var lines = ["", "estimated error (| 95 %)"]
        for (index, cells) in grid.enumerated() {
            // Four steps of three rows each.
            let error = top * Double(Self.rows - 1 - index) / Double(Self.rows - 1)
            let label =
                index % 3 == 0
                ? String(format: "%6.2f %%", 100 * error) : String(repeating: " ", count: 8)
            lines.append("\(label) \(String(cells))".trimmingSuffix)
        }
        return lines + axis(at: points.first.map { column($0.share) } ?? 0)
    }

    /// The share of the traffic below, with what is in force marked.
    private func axis(at present: Int) -> [String] {
        var ticks = [Character](repeating: "-", count: Self.columns)
        var labels = [Character](repeating: " ", count: Self.columns + 8)
        for tick in 0...5 {
            let place = Int((Double(tick) / 5 * Double(Self.columns - 1)).rounded())
            ticks[place] = "+"
            let text = tick == 5 ? "100" : "\(tick * 20)"
            for (offset, letter) in text.enumerated() {
                labels[max(0, place - text.count / 2) + offset] = letter
            }
        }
        ticks[present] = "@"
        let space = String(repeating: " ", count: Self.margin)
        return [
            space + String(ticks), (space + String(labels)).trimmingSuffix,
            space + "% of the items decided by the model",
        ]
    }

    /// The next of 1, 2, 3, 4, 5, 6, 8, 10 times a power of ten, at least 0.1 %.
    private static func roundedUp(_ error: Double) -> Double {
        var unit = 0.001
        while unit * 10 < error { unit *= 10 }
        let step = [1, 2, 3, 4, 5, 6, 8, 10].first { $0 * unit >= error - 1e-12 } ?? 10
        return min(1, step * unit)
    }
}

extension String {
    /// Without spaces at the end.
    fileprivate var trimmingSuffix: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
