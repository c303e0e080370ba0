import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice policy certify`.
struct PolicyCertify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certify",
        abstract: "Find the threshold that keeps a promise about wrong answers.",
        discussion: """
            Says from which confidence on at most so many answers are wrong, with which confidence, \
            what that automates and what more labels would buy. Thresholds come from earlier traffic, \
            the walk through them begins where enough labels are, and every step is an exact test: \
            no label has a say in what it is tested for. Labels that an earlier threshold chose count \
            as what they are, audits for what was accepted and reviews for the rest.

            What is found is stored, also when it is nothing; sluice policy certificates shows it. \
            Asking again and again until it suits breaks the promise: --method e_process may be \
            asked as often as you like, and --spend makes every look count.

            Exit status 2 when nothing can be promised.
            """)

    @Option(
        help: "The share of answers that may be wrong, such as 0.02; else the policy's.",
        transform: DecimalArgument.read)
    var error: Double?

    @Option(
        help: "How sure the promise is, above 0.5 and below 1.",
        transform: DecimalArgument.read)
    var confidence = 0.95

    @Option(
        name: .customLong("model-version"),
        help: ArgumentHelp(
            "The version, such as fraud/7; else the one that decides most.",
            valueName: "model/version"))
    var version: String?

    @Option(help: "Start of the labels' window by arrival, RFC 3339; else 28 days ago.")
    var from: String?

    @Option(help: "End of the window, RFC 3339; else now.")
    var to: String?

    @Option(help: "fixed_sequence, robust (four starts) or e_process (look as often as you like).")
    var method = "fixed_sequence"

    @Flag(name: .customLong("per-label"), help: "A threshold for each label with enough labels.")
    var perLabel = false

    @Flag(help: "Spend a part of the probability, so that many looks keep it together.")
    var spend = false

    @Flag(help: "Put what is certified in force.")
    var apply = false

    @Option(name: .customLong("expires-days"), help: "How many days it holds.")
    var days = 28

    @Option(help: "Why, for the history.")
    var reason = ""

    @Flag(name: .customLong("dry-run"), help: "Store nothing.")
    var isTrial = false

    @Flag(help: "Print everything as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func validate() throws {
        guard (1...365).contains(days) else {
            throw ValidationError("--expires-days takes a whole number from 1 to 365")
        }
    }

    func run() async throws {
        try await Failure.explain("certifying a threshold") {
            // All labels of the window are read for it.
            let client = try service.client(timeout: .seconds(3600))
            let reply = try await client.call(
                Endpoints.certify, at: ["project": try await project.name(client)], request())
            if json {
                try Output.write(reply.document.bytes + [10])
            } else {
                for line in CertificateText(reply.document).lines { try Output.print(line) }
            }
            guard reply.document["certified"]?.bool == true else { throw ExitCode(2) }
        }
    }

    private func request() throws -> CertificateRequest {
        var request = CertificateRequest()
        request.error = error
        request.confidence = confidence
        if let version {
            guard let named = ModelVersion(version) else {
                throw ReviewError.invalidParameter(
                    name: "--model-version", found: "\"\(version)\"",
                    accepted: "a version such as fraud/7")
            }
            request.version = named
        }
        request.from = try Self.moment("--from", from)
        request.to = try Self.moment("--to", to)
        request.method = method
        request.perLabel = perLabel
        request.spends = spend
        request.applies = apply
        request.expiresSeconds = days * 86_400
        request.reason = reason
        request.isTrial = isTrial
        return request
    }

    private static func moment(_ name: String, _ text: String?) throws -> Timestamp? {
        guard let text else { return nil }
        guard let moment = Timestamp(named: text) else {
            throw ReviewError.invalidParameter(
                name: name, found: "\"\(text)\"", accepted: Timestamp.acceptedForm)
        }
        return moment
    }
}
