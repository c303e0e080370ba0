import SluiceJSON

/// A certificate in at most 80 columns.
struct CertificateText {
    private let certificate: JSONValue

    init(_ certificate: JSONValue) { self.certificate = certificate }

    /// The version it is about.
    var version: String {
        "\(certificate["model"]?.string ?? "")/\(certificate["model_version"]?.string ?? "")"
    }

    /// The limit in per cent.
    var limit: String {
        certificate["error"]?.double.map { "\(Self.short($0 * 100)) %" } ?? ""
    }

    /// How it stands.
    var status: String {
        let status = certificate["status"]?.string ?? ""
        guard status == "applied", let version = certificate["applied_policy_version"]?.int else {
            return status
        }
        return "applied as policy \(version)"
    }

    /// The threshold, or how many there are.
    var threshold: String {
        guard certificate["certified"]?.bool == true else { return "-" }
        let labels = (certificate["thresholds"]?["labels"]?.object?.members ?? [])
            .filter { $0.value.double != nil }
        guard labels.isEmpty else { return "\(labels.count) labels" }
        return certificate["thresholds"]?["default"]?.double.map(Self.threshold) ?? "-"
    }

    /// What is promised, what it buys, and what to be careful about.
    var lines: [String] {
        let name = certificate["number"]?.int.map { "certificate \($0)" } ?? "a trial, not stored"
        var lines = [
            safe("\(name): \(version), \(certificate["method"]?.string ?? ""), \(status)"), "",
        ]
        lines += ComparisonText.wrapped(certificate["sentence"]?.string ?? "")
        if certificate["status"]?.string == "revoked" {
            let reason = certificate["revoked_reason"]?.string ?? ""
            lines += ComparisonText.wrapped(
                "Revoked: \(reason.isEmpty ? "no reason given" : reason)")
        }
        var table = Table(["", "value", "interval"])
        table.add(row("automation", certificate["automation"]))
        table.add(row("automation now", certificate["automation_now"]))
        if let bound = certificate["error_bound"]?.double {
            table.add(["error, at most", "\(Self.short(bound * 100)) %", ""])
        }
        if let window = certificate["window"] {
            table.add([
                "labels", "\(window["labelled"]?.int ?? 0)",
                "\(window["wrong"]?.int ?? 0) wrong, of \(window["items"]?.int ?? 0) items",
            ])
        }
        lines += [""] + table.lines()
        let labels = perLabel
        if labels.count > 1 { lines += [""] + labels }
        for warning in certificate["warnings"]?.array ?? [] {
            lines += [""] + ComparisonText.wrapped("Careful: \(warning.string ?? "").")
        }
        return lines
    }

    private var perLabel: [String] {
        guard certificate["per_label"]?.bool == true else { return [] }
        var table = Table(["label", "from", "why not"])
        for chain in certificate["chains"]?.array ?? [] {
            let names = (chain["labels"]?.array ?? []).compactMap(\.string)
            let isRest = chain["is_rest"]?.bool == true
            table.add([
                isRest ? "(\(names.count) others)" : names.joined(separator: ", "),
                chain["threshold"]?.double.map(Self.threshold) ?? "people",
                chain["reason"]?.string ?? "",
            ])
        }
        return table.lines()
    }

    /// The steps that were walked, chain by chain.
    var steps: [String] {
        var lines: [String] = []
        for chain in certificate["chains"]?.array ?? [] {
            let tests = chain["tests"]?.array ?? []
            guard !tests.isEmpty else { continue }
            if let names = chain["labels"]?.array {
                lines += ["", safe(names.compactMap(\.string).joined(separator: ", "))]
            } else {
                lines += [""]
            }
            var table = Table(["from", "items", "labels", "wrong", "bound", "evidence", "kept"])
            for test in tests {
                guard let step = chain["steps"]?[test["step"]?.int ?? 0] else { continue }
                func sum(_ key: String) -> Int {
                    (step["strata"]?.array ?? []).reduce(0) { $0 + ($1[key]?.int ?? 0) }
                }
                table.add([
                    step["threshold"]?.double.map(Self.threshold) ?? "", "\(sum("items"))",
                    "\(sum("labelled"))", "\(sum("errors"))",
                    test["bound"]?.double.map { "\(Self.short($0 * 100)) %" } ?? "-",
                    test["evidence"]?.double.map(Self.short) ?? "-",
                    test["kept"]?.bool == true ? "yes" : "no",
                ])
            }
            lines += table.lines()
        }
        return lines
    }

    private func row(_ name: String, _ figure: JSONValue?) -> [String] {
        [name, FigureText.value(figure), FigureText.interval(figure)]
    }

    /// With at most two decimals.
    private static func short(_ value: Double) -> String {
        guard value < 1e9 else { return "over 1e9" }
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = (hundredths / 100, hundredths % 100)
        if rest == 0 { return "\(whole)" }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// With four decimals, rounded up, as the sentence says it.
    private static func threshold(_ value: Double) -> String {
        let scaled = Int((value * 10_000 - 1e-9).rounded(.up))
        guard scaled < 10_000 else { return "1" }
        return "0." + String(10_000 + max(scaled, 0)).dropFirst()
    }
}
