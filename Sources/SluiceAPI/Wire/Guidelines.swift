import SluiceDomain
import SluiceJSON

extension Endpoints {
    /// The guidelines in force, and the versions there were.
    public static let guidelines = Endpoint<Nothing, GuidelinesReply>(
        "GET", "/v1/projects/{project}/guidelines")
    /// One version of the guidelines.
    public static let guidelinesVersion = Endpoint<Nothing, GuidelineReply>(
        "GET", "/v1/projects/{project}/guidelines/{version}")
    /// Says that the caller has read a version.
    public static let readGuidelines = Endpoint<Nothing, Nothing>(
        "POST", "/v1/projects/{project}/guidelines/{version}/read")
}

/// A version of the guidelines, without its text.
public struct GuidelineVersion: Hashable, WireValue {
    /// Its number, counted from 1.
    public var version: Int
    /// What changed against the version before; empty when nobody said.
    public var summary: String
    /// When it came into force.
    public var createdAt: Timestamp
    /// Who wrote it.
    public var createdBy: String

    /// Makes a version.
    public init(version: Int, summary: String, createdAt: Timestamp, createdBy: String) {
        self.version = version
        self.summary = summary
        self.createdAt = createdAt
        self.createdBy = createdBy
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        version = try wire.required("version").int()
        summary = try wire.optional("summary")?.string() ?? ""
        createdAt = try wire.required("created_at").timestamp()
        createdBy = try wire.required("created_by").string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }

    /// Writes its members into an object that is open.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("version", version)
        writer.member("summary", summary)
        writer.member("created_at", createdAt.rfc3339)
        writer.member("created_by", createdBy)
    }
}

/// A version of the guidelines with its text.
public struct GuidelineReply: Hashable, WireValue {
    /// Which it is.
    public var version: GuidelineVersion
    /// The guidelines; Markdown or plain text.
    public var text: String

    /// Makes a reply.
    public init(version: GuidelineVersion, text: String) {
        self.version = version
        self.text = text
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        version = try GuidelineVersion(wire: wire)
        text = try wire.required("text").string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        version.writeMembers(to: &writer)
        writer.member("text", text)
        writer.endObject()
    }
}

/// The guidelines in force, and the versions there were.
public struct GuidelinesReply: Hashable, WireValue {
    /// The number of the version in force.
    public var version: Int
    /// Its text.
    public var text: String
    /// Every version, the newest first.
    public var versions: [GuidelineVersion]

    /// Makes a reply.
    public init(version: Int, text: String, versions: [GuidelineVersion]) {
        self.version = version
        self.text = text
        self.versions = versions
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        version = try wire.required("version").int()
        text = try wire.required("text").string()
        versions = try wire.required("versions").array {
            (entry) throws(ReviewError) -> GuidelineVersion in try GuidelineVersion(wire: entry)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("version", version)
        writer.member("text", text)
        writer.key("versions")
        writer.array(versions) { $1.write(to: &$0) }
        writer.endObject()
    }
}

/// What a reviewer has not read yet of the guidelines in force.
public struct GuidelinesChanged: Hashable, WireValue {
    /// The newest version the reviewer said to have read; nil for none.
    public var since: Int?
    /// What changed since; empty when nobody said.
    public var summary: String

    /// Makes the news.
    public init(since: Int?, summary: String) {
        self.since = since
        self.summary = summary
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        since = try wire.optional("since")?.int()
        summary = try wire.optional("summary")?.string() ?? ""
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("since", since)
        writer.member("summary", summary)
        writer.endObject()
    }
}
