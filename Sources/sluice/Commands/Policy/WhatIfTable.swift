import Foundation
import SluiceJSON

/// What each policy that was tried would have done, as a table with its footnotes.
struct WhatIfTable {
    private let reply: JSONValue

    init(_ reply: JSONValue) { self.reply = reply }

    private var candidates: [JSONValue] { reply["candidates"]?.array ?? [] }

    func lines() -> [String] {
        // Without figures per day, those of the whole window.
        let perDay = reply["days"]?.double == nil ? [] : ["a day"]
        // Money says what hours say, and what errors cost as well.
        let hours = hasCosts ? "saved" : perDay.isEmpty ? "hours" : "h/day"
        var rows = [
            ["", "threshold", "model", "people"] + perDay
                + [hours, "change", "error", "95 %", "n"]
        ]
        rows += candidates.map { row($0, perDay: !perDay.isEmpty) }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let table = rows.map { row in
            row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column == 1 ? text + space : space + text
            }.joined(separator: column(rows))
        }
        return heading + [""] + table + [""] + notes.flatMap(wrapped)
    }

    /// Two spaces between columns where 80 columns allow, else one.
    private func column(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return widths.reduce(0, +) + 2 * (widths.count - 1) <= 80 ? "  " : " "
    }

    private var heading: [String] {
        let items = reply["items"]?.int ?? 0
        let from = reply["from"]?.string?.prefix(19) ?? ""
        let to = reply["to"]?.string?.prefix(19) ?? ""
        return ["\(reply["project"]?.string ?? "")  \(items) items  \(from) to \(to) UTC"]
    }

    private func row(_ candidate: JSONValue, perDay: Bool) -> [String] {
        let kind = candidate["kind"]?.string ?? ""
        var row = [Self.mark(kind), Self.name(candidate), percent(candidate, "automation_rate")]
        row.append("\(candidate["to_people"]?.int ?? 0)")
        if perDay { row.append(short(candidate, "to_people_per_day")) }
        row.append(
            hasCosts
                ? short(candidate, "saved")
                : short(candidate, perDay ? "reviewer_hours_per_day" : "reviewer_hours"))
        row.append(kind == "in_force" ? "" : Self.moves(candidate["change"]))
        row.append(percent(candidate, "error"))
        let error = candidate["error"]
        let interval = [error?["lo"], error?["hi"]].compactMap { $0?.double.map(Self.percent) }
        row.append(interval.joined(separator: "-"))
        row.append(error?["n"]?.int.map(String.init) ?? "")
        return row
    }

    /// Items that would go to the model, and items that would go to people.
    private static func moves(_ change: JSONValue?) -> String {
        var moves: [String] = []
        if let count = change?["to_model"]?.int, count > 0 { moves.append("+\(count)") }
        if let count = change?["to_people"]?.int, count > 0 { moves.append("-\(count)") }
        return moves.isEmpty ? "0" : moves.joined(separator: " ")
    }

    /// What marks a policy in the table and in the plot.
    static func mark(_ kind: String) -> String {
        switch kind {
        case "in_force": "@"
        case "document": "#"
        default: "o"
        }
    }

    private static func name(_ candidate: JSONValue) -> String {
        let threshold = candidate["threshold"]?.number?.text ?? ""
        switch candidate["kind"]?.string {
        case "in_force": return "\(threshold) now"
        case "document": return "\(threshold) file"
        default: return threshold
        }
    }

    /// What the marks mean, and why there are gaps.
    private var notes: [String] {
        var notes = ["@ in force" + (has("document") ? "   # the file" : "")]
        notes[0] += has("threshold") ? "   o as in degree partial at that threshold" : ""
        if let degree = candidates.first?["degree"]?.string, degree != "partial" {
            notes.append("now in degree \(degree): the model's threshold decides nothing")
        }
        if let count = reply["items_erased"]?.int, count > 0 {
            notes.append(
                "\(count) items are left out: a rule looks at their payload, which has been erased")
        }
        if let count = reply["items_without_prediction"]?.int, count > 0 {
            notes.append("\(count) items came without a prediction: people's in any case")
        }
        if let count = reply["items_waiting"]?.int, count > 0 {
            notes.append("\(count) items wait for the version that decides them, in any case")
        }
        if let handling = value(reply, "handling_seconds") {
            notes.append(
                "a review takes \(Self.short(handling)) s, the mean of "
                    + "\(reply["handling_seconds"]?["n"]?.int ?? 0)")
        }
        notes += costs
        for (metric, title) in [
            ("to_people_per_day", "no figures per day"), ("reviewer_hours", "no hours"),
        ] {
            if let reason = candidates.first?[metric]?["reason"]?.string {
                notes.append("\(title): \(reason)")
            }
        }
        return notes + unknown("error", "no error")
            + (hasCosts ? unknown("saved", "no sum").filter { !$0.hasSuffix(Self.noCosts) } : [])
    }

    private var hasCosts: Bool { reply["cost"]?.object != nil }

    /// What is saved against asking people about everything, and from where on accepting pays.
    private var costs: [String] {
        guard let cost = reply["cost"], hasCosts else { return [] }
        let currency = cost["currency"]?.string ?? ""
        var notes = [
            "saved: \(currency.isEmpty ? "" : "\(currency), ")of reviews, less audits and errors, in "
                + "the whole window (--json has the intervals)"
        ]
        notes += (cost["suggestions"]?.array ?? []).compactMap { SuggestionText($0)?.sentence }
        return notes.map(safe)
    }

    /// What is said of an error as well, and needs no line of its own.
    private static let noCosts = "nothing would be accepted"

    /// Why there is no figure of a kind, with the thresholds it is said of.
    private func unknown(_ key: String, _ title: String) -> [String] {
        var names: [String: [String]] = [:]
        var order: [String] = []
        for candidate in candidates {
            guard let reason = candidate[key]?["reason"]?.string else { continue }
            if names[reason] == nil { order.append(reason) }
            names[reason, default: []].append(Self.name(candidate))
        }
        return order.map { reason in
            let at = names[reason] ?? []
            return at.count == candidates.count
                ? "\(title): \(reason)" : "\(title) at \(at.joined(separator: ", ")): \(reason)"
        }
    }

    /// At most 80 columns; further lines are set in.
    private func wrapped(_ note: String) -> [String] {
        var lines = [""]
        for word in note.split(separator: " ", omittingEmptySubsequences: false) {
            if lines[lines.count - 1].count + 1 + word.count > 80 { lines.append(" ") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines
    }

    private func has(_ kind: String) -> Bool {
        candidates.contains { $0["kind"]?.string == kind }
    }

    private func value(_ object: JSONValue, _ metric: String) -> Double? {
        object[metric]?["value"]?.double
    }

    private func percent(_ object: JSONValue, _ metric: String) -> String {
        value(object, metric).map { Self.percent($0) + " %" } ?? "-"
    }

    private func short(_ object: JSONValue, _ metric: String) -> String {
        value(object, metric).map(Self.short) ?? "-"
    }

    private static func percent(_ share: Double) -> String { String(format: "%.1f", 100 * share) }

    /// Three digits or a whole number.
    private static func short(_ number: Double) -> String {
        String(format: abs(number) < 10 ? "%.2f" : abs(number) < 100 ? "%.1f" : "%.0f", number)
    }
}
