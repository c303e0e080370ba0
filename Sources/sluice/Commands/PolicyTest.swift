import ArgumentParser
import Foundation
import SluiceDomain
import SluiceJSON

/// `sluice policy test`.
struct PolicyTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Route a file of predictions by a policy, offline.",
        discussion: """
            Each line of --on is a prediction as it would be sent; `expected_route`, \
            `expected_reason` and `expected_rule` beside its other keys say what is expected. \
            Nothing is drawn: no item is audited, outside the automation share or blind by chance. \
            Exits with 2 when a line did not go where it was expected.
            """)

    @Argument(help: "The policy document; - for standard input.")
    var file: String

    @Option(help: "The predictions, one JSON object a line.")
    var on: String

    @Option(help: "The project document whose labels count; without it, whatever is named.")
    var project: String?

    @Flag(help: "Print every line as JSON.")
    var json = false

    func run() async throws {
        try await Failure.explain("testing the policy") {
            let document = try InputFile.document(file)
            let lines = try PredictionLine.read(on)
            let labels =
                try project.map(Self.labels(ofProject:))
                ?? PolicyLabels.named(in: document, and: lines)
            if let line = lines.first(where: { !labels.contains($0.label) }) {
                throw Failure(
                    "reading \(line.place) of \(on)",
                    why: "\(line.label) is not one of the project's labels")
            }
            let policy: Policy
            do throws(PolicyDocumentError) {
                policy = try Policy(document: document, labels: labels)
            } catch {
                throw Failure("reading \(file)", why: error.detail)
            }
            let wrong = try report(try lines.map { try $0.routed(by: policy) })
            if wrong > 0 { throw ExitCode(2) }
        }
    }

    private static func labels(ofProject file: String) throws -> LabelSet {
        let value = try InputFile.document(file)
        let names = value["labels"]?.array?.compactMap { $0["name"]?.string } ?? []
        return try LabelSet(names.map { Label(name: $0) })
    }

    /// Prints what happened; how many lines were not as expected.
    private func report(_ routed: [RoutedLine]) throws -> Int {
        let wrong = routed.filter { !$0.mismatches.isEmpty }
        if json {
            for line in routed { try Output.write(line.json + [10]) }
        } else if !wrong.isEmpty {
            var table = Table(["line", "external_id", "label", "confidence", "wrong"])
            for line in wrong {
                table.add([
                    "\(line.prediction.number)", line.prediction.externalID, line.prediction.label,
                    line.prediction.confidence.map { "\($0.value)" } ?? "none",
                    line.mismatches.joined(separator: "; "),
                ])
            }
            try table.print()
        } else {
            var counts: [[String]: Int] = [:]
            for line in routed {
                counts[
                    [
                        line.routing.route.rawValue, line.routing.reason.rawValue,
                        line.routing.rule ?? "-",
                    ], default: 0] += 1
            }
            var table = Table(["route", "reason", "rule", "predictions", "share"])
            for (key, count) in counts.sorted(by: {
                ($1.value, $0.key.joined()) < ($0.value, $1.key.joined())
            }) {
                let share = 100 * Double(count) / Double(max(routed.count, 1))
                table.add(key + ["\(count)", String(format: "%.1f %%", share)])
            }
            try table.print()
        }
        let expected = routed.count { $0.prediction.hasExpectations }
        Output.say(
            "\(routed.count) predictions, \(expected) with an expectation, \(wrong.count) wrong")
        return wrong.count
    }
}

/// One line of the file a policy is tested on.
private struct PredictionLine {
    let place: String
    let number: Int
    let externalID: String
    let label: String
    let confidence: Confidence?
    let value: JSONValue

    var hasExpectations: Bool { Self.expectations.contains { value[$0] != nil } }

    static let expectations = ["expected_route", "expected_reason", "expected_rule"]

    static func read(_ file: String) throws -> [PredictionLine] {
        try InputFile.values(file).map { try PredictionLine($0, file) }
    }

    private init(_ written: InputFile.Value, _ file: String) throws {
        func refuse(_ why: String) -> Failure {
            Failure("reading \(written.place) of \(file)", why: why)
        }
        do {
            value = try JSONValue(parsing: written.bytes)
        } catch {
            throw refuse(error.description)
        }
        guard let label = value["label"]?.string else { throw refuse("label is not a string") }
        switch value["confidence"] {
        case .null: confidence = nil
        case .some(let written):
            guard let confidence = written.double.flatMap(Confidence.init) else {
                throw refuse("confidence is not a number from 0 to 1, or null")
            }
            self.confidence = confidence
        case nil: throw refuse("confidence is missing; null says that the model gave none")
        }
        (place, number) = (written.place, written.number)
        self.label = label
        externalID = value["external_id"]?.string ?? ""
    }

    func routed(by policy: Policy) throws -> RoutedLine {
        var facts = RoutingFacts(
            label: label, confidence: confidence, model: value["model"]?.string ?? "",
            modelVersion: value["model_version"]?.string ?? "")
        let payload = bytes(of: "payload")
        let metadata = value["metadata"] == nil ? nil : bytes(of: "metadata")
        facts.fields = try payload.withUnsafeBufferPointer { payload in
            try (metadata ?? []).withUnsafeBufferPointer {
                try policy.rules.fields.read(
                    payload: payload, metadata: metadata == nil ? nil : $0)
            }
        }
        return RoutedLine(
            prediction: self,
            routing: policy.route(
                facts, draws: RoutingDraws(audit: 1, share: 0, blind: 1)))
    }

    private func bytes(of key: String) -> [UInt8] {
        var writer = JSONWriter()
        (value[key] ?? .null).write(to: &writer)
        return writer.bytes
    }
}

/// A prediction and where the policy sends it.
private struct RoutedLine {
    let prediction: PredictionLine
    let routing: Routing

    /// What is not as expected, in words.
    var mismatches: [String] {
        let got: [String?] = [routing.route.rawValue, routing.reason.rawValue, routing.rule]
        return zip(PredictionLine.expectations, got).compactMap { key, got in
            guard let expected = prediction.value[key] else { return nil }
            if let got, expected.string == got { return nil }
            if got == nil, expected == .null { return nil }
            let name = key.dropFirst("expected_".count)
            return "\(name) \(got ?? "none"), expected \(expected.string ?? "none")"
        }
    }

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("line", prediction.number)
        writer.member("external_id", prediction.externalID)
        writer.member("route", routing.route.rawValue)
        writer.member("reason", routing.reason.rawValue)
        writer.member("rule", routing.rule)
        writer.member("propensity", routing.propensity)
        writer.member("reviewers", routing.reviewers)
        writer.memberIfPresent("would_be", routing.wouldBe?.rawValue)
        writer.key("wrong")
        writer.beginArray()
        for mismatch in mismatches { writer.string(mismatch) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

/// The labels a policy and some predictions name, for a test without a project.
private enum PolicyLabels {
    static func named(in policy: JSONValue, and lines: [PredictionLine]) throws -> LabelSet {
        var names: [ExactText] = []
        var seen: Set<ExactText> = []
        func add(_ name: String) {
            if seen.insert(ExactText(name)).inserted { names.append(ExactText(name)) }
        }
        for line in lines { add(line.label) }
        if case .object(let object)? = policy["accept"]?["labels"] {
            for member in object.members { add(member.key) }
        }
        func search(_ condition: JSONValue) {
            switch condition {
            case .array(let elements): for element in elements { search(element) }
            case .object(let object):
                for member in object.members {
                    guard member.key == "label" else {
                        search(member.value)
                        continue
                    }
                    for name in member.value.array ?? [member.value] {
                        if let name = name.string { add(name) }
                    }
                }
            default: break
            }
        }
        for rule in policy["rules"]?.array ?? [] {
            if let when = rule["when"] { search(when) }
        }
        return try LabelSet(names.map { Label(name: $0.text) })
    }
}
