import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice rollout`.
struct RolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Bring a new model version in service, step by step, and take it back at once.",
        discussion: """
            A candidate is first a shadow: recorded and compared, deciding nothing. Then it \
            decides a share of the items (canary), a share that grows while the labels speak for \
            it (ramp), or all of them (switch). `rollback` takes the newest of these back.
            """,
        subcommands: [
            Start.self, Canary.self, Ramp.self, Switch.self, Rollback.self, End.self, Status.self,
            History.self, CompareCommand.self,
        ])

    /// `sluice rollout start`.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a candidate beside the version that serves.")

        @Option(help: "The new version, such as fraud/7.")
        var candidate: ModelVersion

        @Option(help: "The version that serves; needed when several have sent predictions.")
        var serving: ModelVersion?

        @Option(help: "shadow: it decides nothing; canary: it decides the share of --share.")
        var mode = StartMode.shadow

        @Option(help: "The share of items it decides, such as 0.05 or 5%.")
        var share: ShareArgument?

        @OptionGroup var settings: RolloutSettingOptions
        @OptionGroup var change: RolloutChangeOptions

        func validate() throws {
            guard (mode == .canary) == (share != nil) else {
                throw ValidationError("--share goes with --mode canary, and with nothing else.")
            }
        }

        func run() async throws {
            try await change.apply(
                .start(candidate, serving: serving, share: share?.value), settings,
                "starting the rollout")
        }
    }

    /// `sluice rollout canary`.
    struct Canary: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the candidate decide a fixed share of the items.")

        @Option(help: "The share, such as 0.05 or 5%.")
        var share: ShareArgument

        @OptionGroup var settings: RolloutSettingOptions
        @OptionGroup var change: RolloutChangeOptions

        func run() async throws {
            try await change.apply(.canary(share: share.value), settings, "setting the share")
        }
    }

    /// `sluice rollout ramp`.
    struct Ramp: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the candidate's share grow by itself while its guard consents.",
            discussion: """
                After each step the service waits for --every and for enough labels. Labels that \
                speak against the candidate take it out at once; after a step of 1 it is switched.
                """)

        @Option(help: "The shares, each above the one before: 0.05,0.25,0.5,1.")
        var steps: StepsArgument

        @Option(help: "How long each step lasts at least: 90s, 30m, 12h, 1d, 1w.")
        var every: PeriodArgument

        @OptionGroup var settings: RolloutSettingOptions
        @OptionGroup var change: RolloutChangeOptions

        func run() async throws {
            try await change.apply(
                .ramp(steps: steps.shares, everySeconds: every.seconds), settings,
                "starting the ramp")
        }
    }

    /// `sluice rollout switch`.
    struct Switch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the candidate decide everything, at once; it serves from then on.")

        @OptionGroup var change: RolloutChangeOptions

        func run() async throws { try await change.apply(.switch, nil, "switching") }
    }

    /// `sluice rollout rollback`.
    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the candidate out, or the last switch back, at once.")

        @OptionGroup var change: RolloutChangeOptions

        func run() async throws { try await change.apply(.rollback, nil, "rolling back") }
    }

    /// `sluice rollout end`.
    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the candidate away without a verdict; without one, end the rollout.")

        @OptionGroup var change: RolloutChangeOptions

        func run() async throws { try await change.apply(.end, nil, "ending the rollout") }
    }

    /// `sluice rollout status`.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say who decides, what share that is in fact, and what comes next.")

        @Flag(help: "Print the status as JSON.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("showing the rollout") {
                let client = try service.client()
                let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.rollout)
                    .path(["project": try await project.name(client)])
                let status = try await client.document(path)
                if json { return try Output.write(status.bytes + [10]) }
                for line in try RolloutStatusText(status).lines() { try Output.print(line) }
            }
        }
    }

    /// `sluice rollout history`.
    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List every revision of the rollout, newest first.")

        @Flag(help: "Print JSON lines.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("listing the rollouts") {
                let client = try service.client()
                let history = try await client.call(
                    Endpoints.rollouts, at: ["project": project.name(client)], Nothing())
                if json {
                    for revision in history.rollouts { try Output.write(revision.json + [10]) }
                    return
                }
                var table = Table(["revision", "changed", "by", "rollout", "reason"])
                for revision in history.rollouts {
                    table.add([
                        "\(revision.revision)", revision.createdAt.toTheSecond,
                        revision.createdBy, try revision.summary, revision.reason,
                    ])
                }
                try table.print()
            }
        }
    }
}
