import Foundation
import PackagePlugin

/// Embeds the SQL files of a target, so that a change to one rebuilds the catalogue.
@main
struct EmbedTextPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let output = context.pluginWorkDirectoryURL.appending(path: "SQLCatalog+Generated.swift")
        let files = try ["Migrations", "Queries"].flatMap { folder in
            try FileManager.default.contentsOfDirectory(
                at: target.directoryURL.appending(path: folder), includingPropertiesForKeys: nil
            ).filter { $0.pathExtension == "sql" }
        }.sorted { $0.path < $1.path }
        return [
            .buildCommand(
                displayName: "Embedding \(files.count) SQL files",
                executable: try context.tool(named: "EmbedText").url,
                arguments: ["sql", output.path] + files.map(\.path), inputFiles: files,
                outputFiles: [output])
        ]
    }
}
