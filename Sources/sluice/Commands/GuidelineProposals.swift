import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

extension GuidelinesCommand {
    /// `sluice guidelines proposals`.
    struct Proposals: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what reviewers propose to change, the oldest first.")

        @Option(help: "Which: open, accepted, rejected, all.")
        var status = "open"

        @Flag(help: "Print JSON lines.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("listing the proposals") {
                let client = try service.client()
                let path = ["project": try await project.name(client)]
                var after = "0"
                while true {
                    let page = try await client.call(
                        Endpoints.proposals, at: path,
                        query: [("status", status), ("after", after), ("limit", "200")],
                        Nothing())
                    for proposal in page.proposals { try show(proposal) }
                    guard let next = page.next, !page.proposals.isEmpty else { return }
                    after = next
                }
            }
        }

        /// A head and the whole note below it: notes are sentences, not cells.
        private func show(_ proposal: Proposal) throws {
            if json { return try Output.write(proposal.json + [10]) }
            var head =
                "\(proposal.id)  \(proposal.createdAt.toTheSecond)  \(proposal.reviewer)  "
                + proposal.externalID
            if let label = proposal.label { head += "  \(label)" }
            if proposal.status != .open {
                head += "  \(proposal.status.rawValue) by \(proposal.settledBy ?? "")"
            }
            try Output.print(safe(head))
            for line in proposal.note.split(separator: "\n") {
                try Output.print("    " + safe(String(line)))
            }
        }
    }

    /// `sluice guidelines accept`.
    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Accept a proposal; the guidelines themselves are changed with `set`.")

        @Argument(help: "The proposal's id.")
        var id: String

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await GuidelinesCommand.settle(id, as: .accepted, service, project)
        }
    }

    /// `sluice guidelines reject`.
    struct Reject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Reject a proposal.")

        @Argument(help: "The proposal's id.")
        var id: String

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await GuidelinesCommand.settle(id, as: .rejected, service, project)
        }
    }

    fileprivate static func settle(
        _ id: String, as status: ProposalStatus, _ service: ServiceOptions, _ project: ProjectOption
    ) async throws {
        try await Failure.explain("settling proposal \(id)") {
            let client = try service.client()
            _ = try await client.call(
                Endpoints.settleProposal, at: ["project": project.name(client), "id": id],
                ProposalVerdict(status: status))
            Output.say("proposal \(id) is \(status.rawValue)")
        }
    }
}
