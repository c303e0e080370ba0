import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// What a report tells of fallbacks: those that stand, and those made in its window.
struct ReportFallbacks: Sendable {
    private static let most = 50

    private let fallbacks: [FallbackRecord]

    /// Reads them, newest first.
    init(project: Int64, from: Timestamp, to: Timestamp, _ store: Store) throws(PostgresError) {
        fallbacks = try store.fallbacks(of: project, onlyStanding: false, limit: Self.most)
            .filter { $0.isStanding || (from..<max(from, to)).contains($0.at) }
    }

    /// What stands, a sentence each.
    var warnings: [String] {
        fallbacks.filter(\.isStanding).map { fallback in
            "fallback \(fallback.number) since \(fallback.at.rfc3339.prefix(16))Z: "
                + "\(fallback.reason); sluice policy resume gives it back"
        }
    }

    /// Writes the member `fallbacks`, newest first.
    func write(to writer: inout JSONWriter) {
        writer.key("fallbacks")
        writer.array(fallbacks) { writer, fallback in
            writer.beginObject()
            writer.member("number", fallback.number)
            writer.member("at", fallback.at.rfc3339)
            writer.member("cause", fallback.cause.rawValue)
            writer.member("model", fallback.version.model.text)
            writer.member("model_version", fallback.version.version.text)
            writer.member("asked", fallback.asked.rawValue)
            writer.member("taken", fallback.taken.rawValue)
            writer.member("reason", fallback.reason)
            writer.member("standing", fallback.isStanding)
            writer.member("lifted_at", fallback.lifted?.at.rfc3339)
            writer.member("lifted_by", fallback.lifted?.by)
            writer.endObject()
        }
    }
}
