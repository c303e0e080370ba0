import SluiceDomain

/// One call of the API, for both ends: the server routes by it, the client calls by it.
public struct Endpoint<Input: WireValue, Output: WireValue>: Sendable {
    /// The HTTP method, in capitals.
    public let method: String
    /// The path with its parameters in braces, such as `/v1/projects/{project}/policy`.
    public let path: String

    /// Describes a call.
    public init(_ method: String, _ path: String) {
        self.method = method
        self.path = path
    }

    /// The path with each parameter replaced by its percent-encoded value.
    public func path(_ values: [String: String]) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return String(part) }
            return PercentEncoding.encode(values[String(part.dropFirst().dropLast())] ?? "")
        }.joined(separator: "/")
    }
}

/// The calls whose body and reply are one JSON document each.
///
/// Three more stream: predictions in, labels out, and the report (see `StreamingPath`).
public enum Endpoints {
    /// Whose token the call carries, and what it is good for.
    public static let me = Endpoint<Nothing, MeReply>("GET", "/v1/me")
    /// Creates a project; 201.
    public static let createProject = Endpoint<ProjectRequest, ProjectReply>(
        "POST", "/v1/projects")
    /// The projects the token may see.
    public static let listProjects = Endpoint<Nothing, ProjectList>("GET", "/v1/projects")
    /// One project.
    public static let project = Endpoint<Nothing, ProjectReply>("GET", "/v1/projects/{project}")
    /// Changes the guidelines or the error tags.
    public static let patchProject = Endpoint<ProjectPatch, ProjectReply>(
        "PATCH", "/v1/projects/{project}")
    /// How much waits.
    public static let queue = Endpoint<Nothing, QueueReply>("GET", "/v1/projects/{project}/queue")
    /// Has what waits follow the policy in force.
    public static let reask = Endpoint<Nothing, ReaskReply>(
        "POST", "/v1/projects/{project}/queue/reask")
    /// Leases tasks.
    public static let lease = Endpoint<LeaseRequest, LeaseReply>(
        "POST", "/v1/projects/{project}/leases")
    /// Makes a lease last from now.
    public static let renewLease = Endpoint<Nothing, RenewReply>(
        "POST", "/v1/projects/{project}/leases/{lease}/renew")
    /// Gives a task back.
    public static let releaseLease = Endpoint<Nothing, Nothing>(
        "DELETE", "/v1/projects/{project}/leases/{lease}")
    /// Answers.
    public static let review = Endpoint<Answer, ReviewReply>(
        "POST", "/v1/projects/{project}/leases/{lease}/review")
    /// The caller's own reviews, newest first.
    public static let reviews = Endpoint<Nothing, ReviewList>(
        "GET", "/v1/projects/{project}/reviews")
    /// Takes an answer back.
    public static let undo = Endpoint<Nothing, UndoReply>(
        "POST", "/v1/projects/{project}/reviews/{review_id}/undo")
}

/// The paths of the calls that stream or answer with a document of their own shape.
public enum StreamingPath {
    /// `POST`: predictions as an object, an array or NDJSON lines.
    public static let predictions = "/v1/projects/{project}/predictions"
    /// `GET`: labels as JSON lines or CSV.
    public static let labels = "/v1/projects/{project}/labels"
    /// `GET`: an item with everything that happened to it.
    public static let item = "/v1/projects/{project}/items/{external_id}"
    /// `GET`: the figures.
    public static let report = "/v1/projects/{project}/report"
    /// `GET`: how far people agree.
    public static let agreement = "/v1/projects/{project}/agreement"
    /// `GET`: how one reviewer stands to the others.
    public static let reviewer = "/v1/projects/{project}/reviewers/{name}"
    /// `GET`: the names labels may be looked at under.
    public static let labelMaps = "/v1/projects/{project}/label-maps"
    /// `PUT`, `DELETE`: one label map.
    public static let labelMap = "/v1/projects/{project}/label-maps/{name}"
    /// `GET`: two model versions on the same items.
    public static let comparison = "/v1/projects/{project}/comparison"
    /// `GET`: what items are by all their reviewers' answers, and how good reviewers are.
    public static let consensus = "/v1/projects/{project}/consensus"
    /// `GET`: how far a version's confidences can be believed; `POST`: fits a map now.
    public static let calibration = "/v1/projects/{project}/calibration"
    /// `GET`: what moved in a version's traffic; `PUT`: what is watched.
    public static let drift = "/v1/projects/{project}/drift"
    /// `GET`: the same for every item, as JSON lines.
    public static let consensusItems = "/v1/projects/{project}/consensus/items"
}

/// Percent-encoding of a path segment or query value (RFC 3986, section 2.1).
public enum PercentEncoding {
    /// Encodes every byte that is not unreserved; "a b/ü" gives "a%20b%2F%C3%BC".
    public static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Decodes %XX; nil for a broken escape, invalid UTF-8 or a NUL.
    public static func decode(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2,
                let high = rest.popFirst().flatMap({ hexValue($0) }),
                let low = rest.popFirst().flatMap({ hexValue($0) }), high + low > 0
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
