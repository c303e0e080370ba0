import Foundation
import PackagePlugin

/// Embeds text files of a target as constants, so that a change to one rebuilds what uses it.
///
/// A target with the folders `Migrations` and `Queries` gets the SQL catalogue; one with the folder
/// `Embedded` gets `EmbeddedText`, with a constant for each file.
@main
struct EmbedTextPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let sql = try files(in: ["Migrations", "Queries"], of: target)
        let text = try files(in: ["Embedded"], of: target)
        return [
            try command("sql", sql?.filter { $0.pathExtension == "sql" }, "SQLCatalog", context),
            try command("text", text, "EmbeddedText", context),
        ].compactMap { $0 }
    }

    private func command(
        _ mode: String, _ files: [URL]?, _ name: String, _ context: PluginContext
    ) throws -> Command? {
        guard let files else { return nil }
        let output = context.pluginWorkDirectoryURL.appending(path: "\(name)+Generated.swift")
        return .buildCommand(
            displayName: "Embedding \(files.count) files as \(name)",
            executable: try context.tool(named: "EmbedText").url,
            arguments: [mode, output.path] + files.map(\.path), inputFiles: files,
            outputFiles: [output])
    }

    /// The visible files of some folders, in order; nil when the target has none of the folders.
    private func files(in folders: [String], of target: any Target) throws -> [URL]? {
        let present = folders.map { target.directoryURL.appending(path: $0) }
            .filter { FileManager.default.fileExists(atPath: $0.path) }
        guard !present.isEmpty else { return nil }
        return try present.flatMap {
            try FileManager.default.contentsOfDirectory(
                at: $0, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
        }.sorted { $0.path < $1.path }
    }
}
