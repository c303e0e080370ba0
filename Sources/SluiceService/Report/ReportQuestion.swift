import SluiceDomain
import SluicePostgres
import SluiceStore

/// What a report is asked to be about.
public struct ReportQuestion: Sendable {
    /// A length of time up to now.
    public enum Length: String, Sendable, CaseIterable {
        /// 3,600 seconds.
        case hour = "1h"
        /// 24 hours.
        case day = "1d"
        /// The seven days before today, in UTC, and today so far.
        case week = "7d"
        /// The 28 days before today, in UTC, and today so far.
        case month = "28d"

        /// When the window that ends at `to` begins.
        func start(before to: Timestamp) -> Timestamp {
            let midnight = to.floored(to: Timestamp.day).microseconds
            let start =
                switch self {
                case .hour: to.microseconds - Timestamp.hour
                case .day: to.microseconds - Timestamp.day
                case .week: midnight - 7 * Timestamp.day
                case .month: midnight - 28 * Timestamp.day
                }
            return Timestamp(microseconds: start)
        }
    }

    /// The first moment that counts; nil: the project's creation.
    public var from: Timestamp?
    /// The first moment that does not count any more; nil: now, by the database's clock.
    public var to: Timestamp?
    /// How long before `to` the window begins, in place of `from`.
    public var length: Length?
    /// How long the pieces of the time series are; nil for no series.
    public var bucket: ReportBucket?
    /// Only items that a version of this model was responsible for.
    public var model: String?
    /// Only items that this version of any model was responsible for.
    public var version: String?
    /// Only items with this predicted label.
    public var label: String?
    /// Only items with this value of one of the project's slices, as `metadata.source=web`.
    public var slice: String?
    /// Only what this person reviewed, where reviews are counted.
    public var reviewer: String?

    /// Asks about everything.
    public init() {}

    /// Whether it is about some items only.
    var selectsItems: Bool { model != nil || version != nil || label != nil || slice != nil }

    /// The window, when it is `now`.
    func window(
        now: Timestamp, _ project: ProjectContext, _ store: Store
    ) throws -> ReportWindow {
        if from != nil, length != nil {
            throw ReviewError.invalidParameter(
                name: "window", found: "together with from", accepted: "one of the two")
        }
        // What arrives in this microsecond belongs to the window.
        let to = to ?? Timestamp(microseconds: now.microseconds + 1)
        let from = length?.start(before: to) ?? from ?? project.record.createdAt
        return try ReportWindow(
            from: from, to: to, now: now, createdAt: project.record.createdAt,
            project: project.id, store)
    }

    /// Narrows a scope to what the question is about.
    ///
    /// - Throws: `unknownName` for a name that nothing in the project has; `invalidParameter` for no slice.
    func narrow(
        _ scope: ReportScope, of project: ProjectContext, _ store: Store
    ) throws -> ReportScope {
        var scope = scope
        if model != nil || version != nil {
            let known = try store.modelVersions(
                project: scope.project, model: model, version: version)
            guard !known.isEmpty else {
                throw try NameCheck.refusal(
                    model: model, version: version, project: scope.project, store)
            }
            scope.modelVersions = known
        }
        try NameCheck.label(label, of: project)
        if let label {
            let ids = try project.labels.soughtWithMerged(label)
            scope.label = ids.first
            scope.mergedLabels = Array(ids.dropFirst())
        }
        try NameCheck.reviewer(reviewer, project: scope.project, store)
        scope.reviewer = reviewer
        if let slice {
            let parts = slice.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let keys = try store.slices(project: scope.project)
            guard parts.count == 2,
                keys.map(ExactText.init).contains(ExactText(String(parts[0])))
            else {
                throw ReviewError.invalidParameter(
                    name: "slice", found: "\"\(slice)\"",
                    accepted: keys.isEmpty
                        ? "none: the project has no slices; set them with `sluice project slices`"
                        : keys.map { "\($0)=VALUE" }.joined(separator: ", "))
            }
            scope.slice = .init(key: String(parts[0]), value: String(parts[1]))
        }
        return scope
    }
}
