import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import SluiceService

/// `sluice policy`.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Show, change and try the policy that routes predictions.",
        subcommands: [
            PolicyShow.self, PolicySet.self, PolicyEdit.self, PolicyTestCommand.self,
            PolicyWhatIf.self, PolicyCertify.self, PolicyCertificates.self, PolicyDiff.self,
            PolicyHistoryCommand.self, PolicyActivate.self,
            PolicyRollback.self, PolicyResume.self, PolicyFallbacks.self,
        ])
}

/// The policies of one project on a service.
struct PolicyDesk {
    let client: Client
    let project: String

    init(_ service: ServiceOptions, _ option: ProjectOption) async throws {
        client = try service.client()
        project = try await option.name(client)
    }

    /// The policy in force.
    func inForce() async throws -> PolicyReply {
        try await client.call(Endpoints.policy, at: ["project": project], Nothing())
    }

    /// One version.
    func version(_ number: Int) async throws -> PolicyReply {
        try await client.call(
            Endpoints.policyVersion, at: ["project": project, "version": "\(number)"], Nothing())
    }

    /// Every version, and what was in force when.
    func history() async throws -> PolicyHistory {
        try await client.call(Endpoints.policies, at: ["project": project], Nothing())
    }

    /// A document of the user's as it would be stored, defaults written out.
    ///
    /// - Throws: `malformedJSON`; `invalidPolicy` with the place.
    func document(_ bytes: [UInt8]) async throws -> JSONValue {
        // By every name that a document may use: what it says of former labels is no mistake.
        let set = try await client.call(Endpoints.labelSet, at: ["project": project], Nothing())
        let names = Set(set.labels.flatMap { [$0.name] + $0.formerNames }.map(ExactText.init))
        let labels = try LabelSet(
            stored: names.sorted().map { Label(name: $0.text) }, version: set.version)
        let policy: Policy
        do {
            policy = try Policy(document: PolicyDocument(parsing: bytes).document, labels: labels)
        } catch let error as PolicyDocumentError {
            throw ReviewError.invalidPolicy(error)
        }
        return try JSONValue(parsing: policy.document)
    }
}

extension PolicyReply {
    /// The document.
    func parsed() throws -> JSONValue { try JSONValue(parsing: document.bytes) }
}

extension Timestamp {
    /// To the second, in UTC.
    var toTheSecond: String { rfc3339.prefix(19) + "Z" }
}
