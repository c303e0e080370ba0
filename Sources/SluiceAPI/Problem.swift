import SluiceDomain
import SluiceJSON

/// One row of the table of errors: what a code means and what to do about it.
public struct ProblemRow: Sendable {
    /// The stable code.
    public let code: ErrorCode
    /// The HTTP status.
    public let status: Int
    /// What kind of error it is, the same for every occurrence.
    public let title: String
    /// What the user can do.
    public let hint: String
}

/// The one table of errors; the OpenAPI document, the README and the code are compared with it.
public enum ProblemTable {
    /// The row of `code`.
    public static func row(_ code: ErrorCode) -> ProblemRow {
        let (status, title, hint) = entry(code)
        return ProblemRow(code: code, status: status, title: title, hint: hint)
    }

    private static func entry(_ code: ErrorCode) -> (Int, String, String) {
        switch code {
        case .malformedJSON:
            (
                400, "Malformed JSON",
                "Send UTF-8 JSON as RFC 8259 has it, without NUL or duplicate keys."
            )
        case .invalidField: (422, "Invalid field", "Correct the named field.")
        case .missingField: (422, "Missing field", "Add the named field.")
        case .unknownField: (422, "Unknown field", "Remove the field, or put it under metadata.")
        case .unknownLabel: (422, "Unknown label", "Use a label of the project's label set.")
        case .confidenceOutOfRange:
            (422, "Confidence out of range", "Send a JSON number from 0 to 1, not a string.")
        case .payloadTooLarge:
            (
                413, "Payload too large",
                "Send a reference instead, or raise SLUICE_MAX_PAYLOAD_BYTES."
            )
        case .lineTooLong:
            (413, "Line too long", "Put one prediction on a line; shorten its payload.")
        case .emptyBody: (400, "Empty body", "Send a JSON object, a JSON array, or NDJSON lines.")
        case .unsupportedContentType:
            (415, "Unsupported content type", "Set the Content-Type named in the detail.")
        case .bodyTooLarge: (413, "Body too large", "Send NDJSON: it has no limit.")
        case .truncatedBody:
            (400, "Truncated body", "Send the request again; what was acknowledged is stored.")
        case .invalidParameter: (400, "Invalid parameter", "Correct the named query parameter.")
        case .noSuchPath: (404, "No such path", "The README lists the calls there are.")
        case .methodNotAllowed:
            (405, "Method not allowed", "The README lists the calls there are, with their methods.")
        case .unknownProject: (404, "Unknown project", "Create it, or use a token that may see it.")
        case .projectExists: (409, "Project exists", "Choose another name.")
        case .invalidLabelSet: (422, "Invalid label set", "Correct the named label.")
        case .unknownItem: (404, "Unknown item", "Check the external_id byte by byte.")
        case .predictionConflict:
            (409, "Prediction conflict", "Send a changed prediction under a new model_version.")
        case .itemConflict:
            (
                409, "Item conflict",
                "Leave metadata, group and parents out to mean what is stored; send what has changed under a new external_id."
            )
        case .unknownLease:
            (404, "Unknown lease", "Lease a task first; a lease is good for its reviewer only.")
        case .leaseLost: (409, "Lease lost", "Nothing to do: go on with the next item.")
        case .leaseSuperseded: (409, "Lease superseded", "Answer with the newer lease.")
        case .alreadyReviewed: (409, "Already reviewed", "Undo your review to change it.")
        case .reviewConflict: (409, "Review conflict", "Make a new review_id for a new answer.")
        case .unknownReview: (404, "Unknown review", "Only your own reviews can be taken back.")
        case .undoTooLate: (409, "Too late to undo", "Ask an adjudicator or an admin.")
        case .notReopened: (409, "Nothing to reopen", "`sluice item show ID` says where it stands.")
        case .unknownReopening:
            (404, "Unknown reopening", "`sluice item reopenings` lists them.")
        case .unknownGuidelines:
            (404, "Unknown guidelines", "`sluice guidelines history` lists the versions.")
        case .unknownProposal:
            (404, "Unknown proposal", "`sluice guidelines proposals` lists the open ones.")
        case .proposalSettled:
            (409, "Proposal settled", "Nothing to do: somebody was faster.")
        case .unknownLabelMap:
            (404, "Unknown label map", "`sluice label-map list` names those there are.")
        case .labelRetired:
            (
                422, "Retired label",
                "Give a label of today's set; `sluice label list` has them, `sluice label add` brings one back."
            )
        case .labelsChanged:
            (
                409, "Label set changed meanwhile",
                "Look at `sluice label list`, and make the change to that."
            )
        case .reviewerPaused:
            (403, "Reviewer paused", "Ask an admin: `sluice reviewer resume NAME`.")
        case .unknownReviewer: (404, "Unknown reviewer", "`sluice reviewer list` has the names.")
        case .unknownGold: (404, "Unknown gold item", "`sluice gold list` has those in use.")
        case .projectArchived:
            (409, "Project archived", "`sluice project unarchive NAME` takes it up again.")
        case .projectNotArchived:
            (409, "Project not archived", "Archive it first: `sluice project archive NAME`.")
        case .invalidPolicy: (422, "Invalid policy", "Correct the named place of the document.")
        case .unknownPolicy: (404, "Unknown policy", "`sluice policy history` lists the versions.")
        case .policyChanged:
            (
                409, "Policy changed meanwhile",
                "Look at what is in force now, and make the change to that."
            )
        case .nothingToRollBack:
            (409, "Nothing to roll back", "Activate a version: `sluice policy activate N`.")
        case .nothingToResume:
            (409, "Nothing to resume", "`sluice policy show` has what is in force.")
        case .rolloutRefused:
            (409, "Rollout cannot change so", "See `sluice rollout status` for where it stands.")
        case .rolloutChanged:
            (
                409, "Rollout changed meanwhile",
                "Look at `sluice rollout status`, then decide again."
            )
        case .unknownEpisode:
            (404, "Unknown alarm", "`sluice drift` has the number of a version's last alarm.")
        case .unknownCertificate:
            (404, "Unknown certificate", "`sluice policy certificates` lists those there are.")
        case .certificateRefused:
            (409, "Certificate not applied", "Certify again: `sluice policy certify`.")
        case .missingToken:
            (
                401, "Missing token",
                "Send Authorization: Bearer with a token of `sluice token create`."
            )
        case .invalidToken: (401, "Invalid token", "Ask an admin for a new token.")
        case .notAllowed: (403, "Not allowed", "Use a token of the role named in the detail.")
        case .internalError:
            (500, "Internal error", "Try again; report it with the request id if it stays.")
        case .databaseUnavailable:
            (503, "Database unavailable", "Send the same request again in a moment.")
        case .overloaded:
            (503, "Overloaded", "Send the same request again after Retry-After seconds.")
        }
    }
}

/// An error as RFC 9457 `application/problem+json`.
public struct Problem: Error, Hashable, Sendable, WireValue {
    /// The stable code, such as `SLU-105`.
    public let code: String
    /// The HTTP status.
    public let status: Int
    /// What kind of error it is.
    public let title: String
    /// What was wrong this time, and where.
    public let detail: String
    /// What to do.
    public let hint: String

    /// The problem that `error` is.
    public init(_ error: ReviewError) {
        let row = ProblemTable.row(error.code)
        self.init(
            code: row.code.rawValue, status: row.status, title: row.title, detail: error.detail,
            hint: row.hint)
    }

    /// Makes a problem from its parts.
    public init(code: String, status: Int, title: String, detail: String, hint: String) {
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.hint = hint
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        self.init(
            code: try wire.required("code").string(), status: try wire.required("status").int(),
            title: try wire.required("title").string(),
            detail: try wire.required("detail").string(), hint: try wire.required("hint").string())
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("type", "about:blank")
        writer.member("title", title)
        writer.member("status", status)
        writer.member("detail", detail)
        writer.member("code", code)
        writer.member("hint", hint)
        writer.endObject()
    }
}
