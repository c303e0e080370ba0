import ArgumentParser
import Foundation
import SluiceDomain
import SluiceJSON

/// `sluice-bench route`.
struct RouteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "Route real predictions by a policy with many rules; needs no database.")

    @OptionGroup var options: BenchOptions

    @Option(help: "How many rules the policy has; none of them applies, so all are tried.")
    var rules = 50

    func run() async throws {
        let before = Machine.load()
        let predictions = try Self.predictions(options)
        let labels = try LabelSet(
            Set(predictions.map(\.facts.label)).map { Label(name: $0.text) })
        let policy = try Self.policy(rules: rules, labels)
        let bare = try Self.policy(rules: 0, labels)
        let rounds = max(1, 200_000 / predictions.count)
        var measured: [Double] = []
        var baseline: [Double] = []
        for _ in 0..<options.repeats {
            measured.append(try Self.microseconds(rounds, predictions, policy))
            baseline.append(try Self.microseconds(rounds, predictions, bare))
        }
        try Report(
            figures: [
                Figure(
                    "routing by \(rules) rules, reading their fields", unit: "us/prediction",
                    goal: .below(5), measured: measured),
                Figure("routing without rules", unit: "us/prediction", measured: baseline),
            ], machine: Machine.line(load: before),
            command: CommandLine.arguments.joined(separator: " ")
        ).print(json: options.json)
    }

    private struct Prediction {
        var facts: RoutingFacts
        let payload: [UInt8]
        let metadata: [UInt8]
    }

    private static func predictions(_ options: BenchOptions) throws -> [Prediction] {
        try DemoData.file("predictions.jsonl", of: options).split(separator: 10).map { line in
            let value = try JSONValue(parsing: line)
            func bytes(_ key: String) -> [UInt8] {
                var writer = JSONWriter()
                (value[key] ?? .null).write(to: &writer)
                return writer.bytes
            }
            return Prediction(
                facts: RoutingFacts(
                    label: value["label"]?.string ?? "",
                    confidence: value["confidence"]?.double.flatMap(Confidence.init),
                    model: value["model"]?.string ?? "",
                    modelVersion: value["model_version"]?.string ?? ""),
                payload: bytes("payload"), metadata: bytes("metadata"))
        }
    }

    /// Conditions of every kind, on values that are there and values that are not.
    private static func policy(rules: Int, _ labels: LabelSet) throws -> Policy {
        let conditions = [
            #"{"metadata.source": "elsewhere N"}"#, #"{"metadata.words": {"above": 10N}}"#,
            #"{"payload.text": {"contains": "nothing like this N"}}"#,
            #"{"model_version": "0.0.N", "confidence": {"below": 0.5}}"#,
            #"{"any": [{"payload.amount": {"above": N}}, {"metadata.interface": ["N", "none"]}]}"#,
        ]
        let written = (0..<rules).map { index in
            let when = conditions[index % conditions.count]
                .replacingOccurrences(of: "N", with: "\(index)")
            return #"{"name": "rule \#(index)", "when": \#(when), "then": {"route": "review"}}"#
        }
        let document =
            #"{"degree": "partial", "accept": {"default": 0.9}, "rules": [\#(written.joined(separator: ","))]}"#
        return try Policy(document: JSONValue(parsing: Array(document.utf8)), labels: labels)
    }

    private static func microseconds(
        _ rounds: Int, _ predictions: [Prediction], _ policy: Policy
    ) throws -> Double {
        let draws = RoutingDraws(audit: 0.5, share: 0.5, blind: 0.5)
        var accepted = 0
        let start = ContinuousClock.now
        for _ in 0..<rounds {
            for prediction in predictions {
                var facts = prediction.facts
                if !policy.rules.rules.isEmpty {
                    facts.fields = try prediction.payload.withUnsafeBufferPointer { payload in
                        try prediction.metadata.withUnsafeBufferPointer { metadata in
                            try policy.rules.fields.read(payload: payload, metadata: metadata)
                        }
                    }
                }
                if policy.route(facts, draws: draws).route == .accepted { accepted += 1 }
            }
        }
        let time = start.duration(to: .now) / .microseconds(1)
        guard accepted > 0 else { throw BenchError("nothing was accepted") }
        return time / Double(rounds * predictions.count)
    }
}
