import ArgumentParser
import Foundation
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice label-map`.
struct LabelMapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label-map",
        abstract: "Keep other names for labels, so that several can be looked at as one.",
        discussion: """
            A map is a JSON object, {"deep scratch": "scratch"}; what is not in it keeps its name. \
            `sluice agreement --map NAME` and `sluice export --map NAME` apply one. What is stored \
            never changes.
            """, subcommands: [List.self, Set.self, Remove.self])

    /// `sluice label-map list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the maps there are.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("listing the label maps") {
                let client = try service.client()
                let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.labelMaps)
                    .path(["project": try await project.name(client)])
                let reply = try await client.document(path)
                if json { return try Output.write(reply.bytes + [10]) }
                var table = Table(["name", "by", "since", "label", "is called"])
                for map in reply["label_maps"]?.array ?? [] {
                    var head = [
                        map["name"]?.string ?? "", map["updated_by"]?.string ?? "",
                        String((map["updated_at"]?.string ?? "").prefix(10)),
                    ]
                    for member in map["map"]?.object?.members ?? [] {
                        table.add(head + [member.key, member.value.string ?? ""])
                        head = ["", "", ""]
                    }
                }
                try table.print()
            }
        }
    }

    /// `sluice label-map set`.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Store a map from a JSON file.")

        @Argument(help: "What it is to be called.")
        var name: String

        @Argument(help: "The file; - for standard input.")
        var file: String

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("storing the label map") {
                let client = try service.client()
                let document = try AnyDocument(parsing: InputFile.read(file))
                _ = try await client.call(
                    Endpoint<AnyDocument, AnyDocument>("PUT", StreamingPath.labelMap),
                    at: ["project": project.name(client), "name": name], document)
                Output.say("stored \(safe(name))")
            }
        }
    }

    /// `sluice label-map remove`.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a map away.")

        @Argument(help: "What it is called.")
        var name: String

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("removing the label map") {
                let client = try service.client()
                _ = try await client.call(
                    Endpoint<Nothing, Nothing>("DELETE", StreamingPath.labelMap),
                    at: ["project": project.name(client), "name": name], Nothing())
                Output.say("removed \(safe(name))")
            }
        }
    }
}

/// A JSON document of any shape.
struct AnyDocument: WireValue {
    let value: JSONValue

    init(wire: WireReader) throws(ReviewError) { value = wire.value }

    func write(to writer: inout JSONWriter) { writer.raw(value.bytes) }
}

/// What `--map` names: a file that holds a map, or a stored one.
enum LabelMapArgument {
    /// What the service is asked with.
    static func parameter(_ argument: String) throws -> String {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: argument, isDirectory: &isDirectory),
            !isDirectory.boolValue
        else { return argument }
        return String(decoding: try InputFile.document(argument).bytes, as: UTF8.self)
    }
}
