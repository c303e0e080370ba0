import ArgumentParser

/// `sluice reviewer`.
struct ReviewerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reviewer", abstract: "Say how reviewers fare.",
        subcommands: [ReviewerShow.self])
}
