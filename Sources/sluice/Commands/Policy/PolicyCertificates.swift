import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON

/// `sluice policy certificates`.
struct PolicyCertificates: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificates", abstract: "List, show, apply and revoke certificates.",
        subcommands: [
            CertificateList.self, CertificateShow.self, CertificateApply.self,
            CertificateRevokeCommand.self,
        ],
        defaultSubcommand: CertificateList.self)
}

/// `sluice policy certificates list`.
struct CertificateList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the certificates, the newest first.")

    @Flag(help: "Print JSON lines.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("listing certificates") {
            let client = try service.client()
            let reply = try await client.call(
                Endpoints.certificates, at: ["project": try await project.name(client)], Nothing())
            let certificates = reply.document["certificates"]?.array ?? []
            if json {
                for certificate in certificates { try Output.write(certificate.bytes + [10]) }
                return
            }
            var table = Table([
                "number", "made", "by", "version", "at most", "from", "automation", "status",
            ])
            for certificate in certificates { table.add(Self.row(certificate)) }
            try table.print()
        }
    }

    private static func row(_ certificate: JSONValue) -> [String] {
        let text = CertificateText(certificate)
        return [
            certificate["number"]?.int.map(String.init) ?? "",
            String((certificate["made_at"]?.string ?? "").prefix(10)),
            certificate["made_by"]?.string ?? "", text.version, text.limit, text.threshold,
            certificate["certified"]?.bool == true
                ? FigureText.value(certificate["automation"]) : "-",
            text.status,
        ]
    }
}

/// `sluice policy certificates show`.
struct CertificateShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a certificate and what it rests on.")

    @Argument(help: "Its number.")
    var number: Int

    @Flag(help: "Print everything as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("showing the certificate") {
            let client = try service.client()
            let reply = try await client.call(
                Endpoints.certificate,
                at: ["project": try await project.name(client), "number": "\(number)"], Nothing())
            if json { return try Output.write(reply.document.bytes + [10]) }
            let text = CertificateText(reply.document)
            for line in text.lines + text.steps { try Output.print(line) }
        }
    }
}

/// `sluice policy certificates apply`.
struct CertificateApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Put the thresholds of a certificate in force.")

    @Argument(help: "Its number.")
    var number: Int

    @Option(help: "Why, for the history.")
    var reason = ""

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("applying the certificate") {
            let client = try service.client()
            let reply = try await client.call(
                Endpoints.applyCertificate,
                at: ["project": try await project.name(client), "number": "\(number)"],
                CertificateChange(reason: reason))
            let version = reply.document["applied_policy_version"]?.int ?? 0
            Output.say("policy \(version) is in force")
        }
    }
}

/// `sluice policy certificates revoke`.
struct CertificateRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Say that a certificate holds no more, and take back what it allowed.",
        discussion: """
            What the policy says about alarms (on_alarm) is done to the labels whose threshold in \
            force is the certificate's; sluice policy resume gives it back. With --keep-routing the \
            model goes on deciding by the thresholds.
            """)

    @Argument(help: "Its number.")
    var number: Int

    @Option(help: "Why.")
    var reason: String

    @Flag(help: "Leave the routing as it is.")
    var keepRouting = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("revoking the certificate") {
            let client = try service.client()
            let reply = try await client.call(
                Endpoints.revokeCertificate,
                at: ["project": try await project.name(client), "number": "\(number)"],
                CertificateRevoke(reason: reason, keepsRouting: keepRouting))
            Output.say("certificate \(number) is revoked")
            Output.say(routing(reply.document["fallback"]))
        }
    }

    /// What became of the routing.
    private func routing(_ fallback: JSONValue?) -> String {
        guard let reason = fallback?["reason"]?.string else {
            return keepRouting
                ? "the routing stays as it is"
                : "the routing stays as it is: no threshold of it is in force, or it was taken back "
                    + "before"
        }
        guard let version = fallback?["policy_version"]?.int else { return reason }
        return "policy \(version) is in force: \(reason); sluice policy resume gives it back"
    }
}
