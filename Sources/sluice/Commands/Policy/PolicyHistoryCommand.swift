import ArgumentParser
import SluiceAPI
import SluiceDomain
import SluiceJSON

/// `sluice policy history`.
struct PolicyHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List what was in force when, by whom, why, and what it changed.",
        discussion: "Newest first; the one marked > is in force.")

    @Flag(help: "Print JSON lines.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("listing policies") {
            let history = try await PolicyDesk(service, project).history()
            let entries = try HistoryEntry.all(history)
            if json {
                for entry in entries { try Output.write(entry.json + [10]) }
                return
            }
            var table = Table(["", "version", "when", "by", "how", "why", "changed"])
            for entry in entries { table.add(entry.row) }
            try table.print()
        }
    }
}

/// One activation with what it changed.
private struct HistoryEntry {
    let activation: PolicyActivation
    let document: JSONValue
    let isInForce: Bool
    /// Nil for the first policy of all.
    let difference: PolicyDifference?

    /// Newest first.
    static func all(_ history: PolicyHistory) throws -> [HistoryEntry] {
        let documents = Dictionary(
            uniqueKeysWithValues: try history.policies.map { ($0.version, try $0.parsed()) })
        func document(_ activation: PolicyActivation) -> JSONValue {
            documents[activation.version] ?? .null
        }
        return history.activations.enumerated().map { index, activation in
            let earlier =
                index + 1 < history.activations.count ? history.activations[index + 1] : nil
            return HistoryEntry(
                activation: activation, document: document(activation), isInForce: index == 0,
                difference: earlier.map {
                    PolicyDifference(from: document($0), to: document(activation))
                })
        }
    }

    var row: [String] {
        let changed = difference.map { $0.isEmpty ? "nothing" : $0.summary() } ?? "the first policy"
        return [
            isInForce ? ">" : "", "\(activation.version)", activation.at.toTheSecond,
            activation.by, activation.change.words, activation.reason, changed,
        ]
    }

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("version", activation.version)
        writer.member("in_force", isInForce)
        writer.member("number", activation.number)
        writer.member("change", activation.change.rawValue)
        writer.member("at", activation.at.rfc3339)
        writer.member("by", activation.by)
        writer.member("reason", activation.reason)
        writer.key("changed")
        if let difference { difference.write(to: &writer) } else { writer.null() }
        writer.member("document", document)
        writer.endObject()
        return writer.bytes
    }
}
