import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService
import SluiceStore

/// The guidelines in their versions, and what reviewers propose to change.
struct GuidelineHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.answer(Endpoints.guidelines, .inspect) { _, call in
            let project = try await call.project(services)
            let versions = try await services.guidelines.history(of: project)
            return GuidelinesReply(
                version: project.record.guidelinesVersion, text: project.record.guidelines,
                versions: versions.map(GuidelineVersion.init))
        }
        router.answer(Endpoints.guidelinesVersion, .inspect) { _, call in
            let found = try await services.guidelines.version(
                call.version(), of: call.project(services))
            return GuidelineReply(version: GuidelineVersion(found.record), text: found.text)
        }
        router.answer(Endpoints.readGuidelines, .review) { _, call in
            try await services.guidelines.markRead(
                call.version(), of: call.project(services), by: call.caller)
            return Nothing()
        }
        router.answer(Endpoints.proposals, .analyse) { _, call in
            let query = try Query(call.request, allowing: ["status", "after", "limit"])
            let limit = try query.number(
                "limit", 1...ProposalList.maximumCount, standard: ProposalList.standardCount)
            let after = try query.cursor("after")
            let project = try await call.project(services)
            let proposals = try await services.guidelines.proposals(
                query.proposalStatus(), of: project, after: after ?? 0, limit: limit)
            return ProposalList(
                proposals: proposals.map { Proposal($0, project.labels) },
                next: (proposals.last?.id ?? after).map(String.init))
        }
        router.answer(Endpoints.settleProposal, .administer) { input, call in
            let text = try call.context.parameter("id")
            guard let id = Int64(text) else { throw ReviewError.unknownProposal(id: text) }
            try await services.guidelines.settle(
                id, as: input.status, of: call.project(services), by: call.caller)
            return Nothing()
        }
    }
}

extension Call {
    /// The version of the path.
    ///
    /// - Throws: `unknownGuidelines` for what is no number.
    fileprivate func version() throws -> Int {
        let text = try context.parameter("version")
        guard let version = Int(text) else {
            throw ReviewError.unknownGuidelines(version: text)
        }
        return version
    }
}

extension Query {
    /// The status asked for; nil for all.
    fileprivate func proposalStatus() throws(ReviewError) -> ProposalStatus? {
        guard let word = self["status"], word != "all" else { return nil }
        guard let status = ProposalStatus(rawValue: word) else {
            throw .invalidParameter(
                name: "status", found: "\"\(word.prefix(40))\"",
                accepted: "all, "
                    + ProposalStatus.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return status
    }
}

extension GuidelineVersion {
    fileprivate init(_ record: GuidelineRecord) {
        self.init(
            version: record.version, summary: record.summary, createdAt: record.createdAt,
            createdBy: record.createdBy)
    }
}

extension Proposal {
    fileprivate init(_ record: ProposalRecord, _ labels: LabelSet) {
        self.init(
            id: "\(record.id)", externalID: record.externalID, reviewID: record.reviewID,
            label: record.label.map(labels.name), reviewer: record.reviewer, note: record.note,
            status: record.status, createdAt: record.createdAt, settledAt: record.settledAt,
            settledBy: record.settledBy)
    }
}
