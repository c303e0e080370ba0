import SluiceJSON

/// What can go wrong between a user and Sluice; the cases carry the facts.
public enum ReviewError: Error, Hashable, Sendable {
    case malformedJSON(JSONError)
    case invalidField(path: String, found: String, accepted: String)
    case missingField(path: String)
    case missingPrediction(degree: AutomationDegree)
    case unknownField(path: String, accepted: String)
    case unknownLabel(String)
    case unknownScore(label: String)
    case unknownName(UnknownName)
    case labelRetired(String)
    case confidenceOutOfRange(found: String)
    case payloadTooLarge(bytes: Int, limit: Int)
    case lineTooLong(limit: Int)
    case emptyBody
    case unsupportedContentType(found: String, accepted: String)
    case bodyTooLarge(limit: Int)
    case truncatedBody
    case invalidParameter(name: String, found: String, accepted: String)
    case noSuchPath(String)
    case methodNotAllowed(String)
    case unknownProject(String)
    case projectExists(String)
    case invalidLabelSet(LabelSetError)
    case unknownItem(String)
    case predictionConflict(externalID: String, model: String, version: String)
    case itemConflict(externalID: String, difference: ItemDifference? = nil)
    case unknownLease
    case leaseLost(decided: Bool)
    case leaseSuperseded
    case alreadyReviewed
    case alreadyAnswered(externalID: String)
    case reviewConflict(id: String)
    case unknownReview(id: String)
    case undoTooLate(reason: String)
    /// The item has no decision that could be taken back.
    case notReopened(why: String)
    case unknownReopening(id: String)
    case reviewerPaused
    case unknownReviewer(String)
    case unknownGold(String)
    case unknownGuidelines(version: String)
    case unknownProposal(id: String)
    case proposalSettled(id: String, ProposalStatus)
    case unknownLabelMap(String)
    case projectArchived(String)
    /// What is asked for needs the project to be archived first.
    case projectNotArchived(String)
    case labelsChanged(base: Int, inForce: Int)
    case invalidPolicy(PolicyDocumentError)
    case unknownPolicy(version: String)
    case policyChanged(base: Int, inForce: Int)
    case nothingToRollBack(version: Int)
    case nothingToResume(version: Int)
    case rolloutRefused(RolloutError)
    case rolloutChanged(base: Int?, inForce: Int?)
    case unknownEpisode(number: String)
    case unknownCertificate(number: String)
    case certificateRefused(number: Int, CertificateRefusal)
    case missingToken
    case invalidToken
    case notAllowed(role: Role, needs: String)
    case internalError
    case databaseUnavailable
    case overloaded

    /// The stable code of the error.
    public var code: ErrorCode {
        switch self {
        case .malformedJSON: .malformedJSON
        case .invalidField: .invalidField
        case .missingField, .missingPrediction: .missingField
        case .unknownField: .unknownField
        case .unknownLabel, .unknownScore: .unknownLabel
        case .unknownName(let unknown):
            switch unknown.kind {
            case .label: .unknownLabel
            case .model, .version: .invalidParameter
            case .reviewer: .unknownReviewer
            }
        case .labelRetired: .labelRetired
        case .confidenceOutOfRange: .confidenceOutOfRange
        case .payloadTooLarge: .payloadTooLarge
        case .lineTooLong: .lineTooLong
        case .emptyBody: .emptyBody
        case .unsupportedContentType: .unsupportedContentType
        case .bodyTooLarge: .bodyTooLarge
        case .truncatedBody: .truncatedBody
        case .invalidParameter: .invalidParameter
        case .noSuchPath: .noSuchPath
        case .methodNotAllowed: .methodNotAllowed
        case .unknownProject: .unknownProject
        case .projectExists: .projectExists
        case .invalidLabelSet: .invalidLabelSet
        case .unknownItem: .unknownItem
        case .predictionConflict: .predictionConflict
        case .itemConflict: .itemConflict
        case .unknownLease: .unknownLease
        case .leaseLost: .leaseLost
        case .leaseSuperseded: .leaseSuperseded
        case .alreadyReviewed, .alreadyAnswered: .alreadyReviewed
        case .reviewConflict: .reviewConflict
        case .unknownReview: .unknownReview
        case .undoTooLate: .undoTooLate
        case .notReopened: .notReopened
        case .unknownReopening: .unknownReopening
        case .reviewerPaused: .reviewerPaused
        case .unknownReviewer: .unknownReviewer
        case .unknownGold: .unknownGold
        case .unknownGuidelines: .unknownGuidelines
        case .unknownProposal: .unknownProposal
        case .proposalSettled: .proposalSettled
        case .unknownLabelMap: .unknownLabelMap
        case .projectArchived: .projectArchived
        case .projectNotArchived: .projectNotArchived
        case .labelsChanged: .labelsChanged
        case .invalidPolicy: .invalidPolicy
        case .unknownPolicy: .unknownPolicy
        case .policyChanged: .policyChanged
        case .nothingToRollBack: .nothingToRollBack
        case .nothingToResume: .nothingToResume
        case .rolloutRefused: .rolloutRefused
        case .rolloutChanged: .rolloutChanged
        case .unknownEpisode: .unknownEpisode
        case .unknownCertificate: .unknownCertificate
        case .certificateRefused: .certificateRefused
        case .missingToken: .missingToken
        case .invalidToken: .invalidToken
        case .notAllowed: .notAllowed
        case .internalError: .internalError
        case .databaseUnavailable: .databaseUnavailable
        case .overloaded: .overloaded
        }
    }

    /// What was wrong and where, in one sentence that is safe to show.
    public var detail: String {
        switch self {
        case .malformedJSON(let error): error.description
        case .invalidField(let path, let found, let accepted):
            "\(path.isEmpty ? "the document" : path) is \(found); accepted: \(accepted)"
        case .missingField(let path): "\(path) is missing"
        case .missingPrediction(let degree):
            "model, model_version, label and confidence are missing; an item without a prediction is taken in the degree \(AutomationDegree.humanOnly.rawValue), and the degree is \(degree.rawValue)"
        case .unknownField(let path, let accepted):
            "\(path) is not a known key; accepted: \(accepted)"
        case .unknownLabel(let label): "\"\(label)\" is not a label of the project"
        case .unknownScore(let label):
            "scores.\(label) is a score of \"\(label)\", which is not a label of the project"
        case .unknownName(let unknown): unknown.detail
        case .labelRetired(let label): "the label \"\(label)\" was retired"
        case .confidenceOutOfRange(let found):
            "confidence is \(found); accepted: a number from 0 to 1, or null when the model gave none"
        case .payloadTooLarge(let bytes, let limit):
            "payload has \(bytes) bytes; the limit is \(limit)"
        case .lineTooLong(let limit): "the line is longer than \(limit) bytes"
        case .emptyBody: "the request has no body"
        case .unsupportedContentType(let found, let accepted):
            "Content-Type is \(found); accepted: \(accepted)"
        case .bodyTooLarge(let limit): "the body is larger than \(limit) bytes"
        case .truncatedBody: "the body ended before it was complete"
        case .invalidParameter(let name, let found, let accepted):
            "\(name) is \(found); accepted: \(accepted)"
        case .noSuchPath(let path): "there is nothing at \(path)"
        case .methodNotAllowed(let method): "\(method) is not a method of this path"
        case .unknownProject(let name): "there is no project \"\(name)\" that this token may see"
        case .projectExists(let name): "there is a project \"\(name)\" already"
        case .invalidLabelSet(let error): error.detail
        case .unknownItem(let id): "there is no item with external_id \"\(id)\""
        case .predictionConflict(let id, let model, let version):
            "item \"\(id)\" has another prediction by \(model)/\(version); it was not changed"
        case .itemConflict(let id, let difference):
            (difference ?? ItemDifference(.payload)).detail(externalID: id)
        case .unknownLease: "this lease was not given to you by this project"
        case .leaseLost(let decided):
            decided
                ? "the lease expired and the item has been decided since; your answer was kept but does not count"
                : "the lease expired and somebody else has the item; your answer was kept but does not count"
        case .leaseSuperseded:
            "you hold a newer lease on this item; answer with that one"
        case .alreadyReviewed: "you have reviewed this item already"
        case .alreadyAnswered(let id):
            "this reviewer has answered item \"\(id)\" already, under another review_id"
        case .reviewConflict(let id):
            "review_id \"\(id)\" was used before for another answer; nothing was changed"
        case .unknownReview(let id): "you have given no review with the id \"\(id)\""
        case .undoTooLate(let reason): reason
        case .notReopened(let why): why
        case .unknownReopening(let id): "the project has no reopening \(id)"
        case .reviewerPaused: "you are paused in this project, and get no work for now"
        case .unknownReviewer(let name): "nobody of the name \"\(name)\" has a token or a review"
        case .unknownGold(let id): "the item \"\(id)\" is not in use as gold"
        case .unknownGuidelines(let version):
            "the project has no version \(version) of its guidelines"
        case .unknownProposal(let id): "there is no proposal \(id)"
        case .proposalSettled(let id, let status): "proposal \(id) is \(status.rawValue) already"
        case .unknownLabelMap(let name): "there is no label map \"\(name)\""
        case .projectArchived(let name):
            "project \"\(name)\" is archived: it takes no predictions and gives out no work"
        case .projectNotArchived(let name): "project \"\(name)\" is not archived"
        case .labelsChanged(let base, let inForce):
            "version \(inForce) of the label set is in force, not \(base); nothing was changed"
        case .invalidPolicy(let error): error.detail
        case .unknownPolicy(let version): "the project has no policy version \(version)"
        case .policyChanged(let base, let inForce):
            "policy \(inForce) is in force, not \(base); nothing was changed"
        case .nothingToRollBack(let version):
            "no policy was in force before \(version)"
        case .nothingToResume(let version):
            "policy \(version) has no fallback; no alarm has taken anything from the model"
        case .rolloutRefused(let error): error.detail
        case .rolloutChanged(let base, let inForce):
            (inForce.map { "revision \($0) of the rollout is in force" } ?? "no rollout is in force")
                + ", not \(base.map { "revision \($0)" } ?? "none"); nothing was changed"
        case .unknownEpisode(let number): "the project has no alarm of that kind numbered \(number)"
        case .unknownCertificate(let number): "the project has no certificate \(number)"
        case .certificateRefused(let number, let refusal):
            "certificate \(number) cannot be applied: \(refusal.detail)"
        case .missingToken: "the request has no Authorization: Bearer token"
        case .invalidToken: "the token is unknown or revoked"
        case .notAllowed(let role, let needs):
            "a token of role \(role.rawValue) may not do this; it needs \(needs)"
        case .internalError: "something went wrong inside Sluice; the log has the details"
        case .databaseUnavailable:
            "the database did not answer; nothing was changed that was not confirmed"
        case .overloaded: "too many requests are waiting"
        }
    }
}
