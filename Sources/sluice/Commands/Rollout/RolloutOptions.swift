import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// What a candidate begins as.
enum StartMode: String, ExpressibleByArgument, CaseIterable {
    case shadow
    case canary
}

extension ModelVersion: ExpressibleByArgument {
    /// Reads `fraud/7`.
    public init?(argument: String) { self.init(argument) }
}

extension Rollout.Fallback: ExpressibleByArgument {}

/// A share above 0 and at most 1, written `0.05` or `5%`.
struct ShareArgument: ExpressibleByArgument {
    let value: Double

    init?(argument: String) {
        let isPercent = argument.hasSuffix("%")
        guard let number = Double(decimal: isPercent ? argument.dropLast() : argument[...]) else {
            return nil
        }
        value = isPercent ? number / 100 : number
        guard value > 0, value <= 1 else { return nil }
    }
}

/// The shares of a ramp, each above the one before it, divided by commas.
struct StepsArgument: ExpressibleByArgument {
    let shares: [Double]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let shares = parts.compactMap { ShareArgument(argument: String($0))?.value }
        guard shares.count == parts.count,
            zip(shares, shares.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.shares = shares
    }
}

/// A time of whole seconds, written with a unit: `90s`, `30m`, `12h`, `1d`, `1w`.
struct PeriodArgument: ExpressibleByArgument {
    let seconds: Int

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = argument.last.flatMap({ units[$0] }),
            let count = Int(argument.dropLast()), count > 0
        else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        self.seconds = seconds
    }
}

/// The revision a change is made for, or `none` for no rollout.
struct BaseArgument: ExpressibleByArgument {
    let revision: Int?

    init?(argument: String) {
        guard argument != "none" else {
            revision = nil
            return
        }
        guard let number = Int(argument), number > 0 else { return nil }
        revision = number
    }
}

/// What can be set on the way of a change; what is not given stays as it is.
struct RolloutSettingOptions: ParsableArguments {
    @Option(help: "How many labelled items each step of a ramp takes; 100 at first.")
    var minimumLabels: Int?

    @Option(help: "The error rate that a ramp must not exceed, or none.")
    var errorLimit: String?

    @Option(help: "How long the other version's prediction waits for the one that decides: 60s.")
    var answerWithin: PeriodArgument?

    @Option(help: "Who decides after that: other (the other version's prediction) or review.")
    var fallback: Rollout.Fallback?

    func validate() throws {
        guard let errorLimit, errorLimit != "none" else { return }
        guard ShareArgument(argument: errorLimit) != nil else {
            throw ValidationError("--error-limit is a share such as 0.05 or 5%, or none.")
        }
    }

    var settings: RolloutChange.Settings {
        var settings = RolloutChange.Settings()
        settings.minimumLabels = minimumLabels
        if let errorLimit {
            settings.errorLimit = .some(ShareArgument(argument: errorLimit)?.value)
        }
        settings.answerWithinSeconds = answerWithin?.seconds
        settings.fallback = fallback
        return settings
    }
}

/// What every change takes.
struct RolloutChangeOptions: ParsableArguments {
    @Option(help: "Why, for the audit log.")
    var reason = ""

    @Option(help: "Change nothing unless this revision is in force (none: no rollout).")
    var base: BaseArgument?

    @Flag(help: "Print the stored revision as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    /// Makes the change and says what is in force then.
    func apply(
        _ step: RolloutChange.Step, _ options: RolloutSettingOptions?, _ what: String
    ) async throws {
        try await Failure.explain(what) {
            let client = try service.client()
            let reply = try await client.call(
                Endpoints.changeRollout, at: ["project": project.name(client)],
                RolloutRequest(
                    RolloutChange(
                        step, settings: options?.settings ?? RolloutChange.Settings()),
                    reason: reason, base: base.map { .some($0.revision) } ?? nil))
            if json { return try Output.write(reply.json + [10]) }
            Output.say(safe("revision \(reply.revision): \(try reply.summary)"))
        }
    }
}
