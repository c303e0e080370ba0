import Foundation
import SluiceJSON

/// The figures of a run, with what it takes to repeat it.
struct Report {
    let figures: [Figure]
    let machine: String
    let command: String

    func print(json: Bool) throws {
        let text = json ? self.json : table
        try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }

    private var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("command", command)
        writer.member("machine", machine)
        writer.key("figures")
        writer.beginArray()
        for figure in figures { figure.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private var table: String {
        var rows = [["figure", "measured", "baseline", "ratio", "goal", ""]]
        for figure in figures {
            rows.append([
                figure.name, "\(figure.measured.text) \(figure.unit)",
                figure.baseline.map { "\($0.text) (\(figure.against))" } ?? "-",
                figure.ratios?.text ?? "-", figure.goal.text,
                figure.isMet.map { $0 ? "met" : "MISSED" } ?? "",
            ])
        }
        let widths = (0..<6).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths).map { text, width in
                text + String(repeating: " ", count: width - text.count)
            }.joined(separator: "  ")
        }
        return (["$ \(command)", machine, "median (min-max)"] + lines).joined(separator: "\n")
    }
}

extension Series {
    fileprivate var text: String {
        "\(Self.short(median)) (\(Self.short(minimum))-\(Self.short(maximum)))"
    }

    /// Three digits that matter.
    fileprivate static func short(_ value: Double) -> String {
        switch abs(value) {
        case 100...: String(format: "%.0f", value)
        case 10..<100: String(format: "%.1f", value)
        default: String(format: "%.3g", value)
        }
    }
}

extension Figure {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("unit", unit)
        writer.key("measured")
        measured.write(to: &writer)
        if let baseline, let ratios {
            writer.member("against", against)
            writer.key("baseline")
            baseline.write(to: &writer)
            writer.key("ratio")
            ratios.write(to: &writer)
        }
        switch goal {
        case .ratioAtLeast(let least): writer.member("ratio_at_least", least)
        case .ratioAtMost(let most): writer.member("ratio_at_most", most)
        case .below(let limit): writer.member("below", limit)
        case .none: break
        }
        writer.memberIfPresent("met", isMet)
        writer.endObject()
    }
}

extension Series {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("min", minimum)
        writer.member("median", median)
        writer.member("max", maximum)
        writer.key("values")
        writer.beginArray()
        for value in values { writer.double(value) }
        writer.endArray()
        writer.endObject()
    }
}

extension Figure.Goal {
    fileprivate var text: String {
        switch self {
        case .ratioAtLeast(let least): "ratio >= \(least)"
        case .ratioAtMost(let most): "ratio <= \(most)"
        case .below(let limit): "< \(Series.short(limit))"
        case .none: ""
        }
    }
}
