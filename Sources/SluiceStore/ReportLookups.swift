import SluiceDomain
import SluicePostgres
import SluiceSQL

/// How long after their arrival items are to be decided.
public struct PolicyDeadlines: Sendable {
    private struct Key: Hashable {
        let policy: Int
        let rule: ExactText
    }

    private let seconds: [Key: Int]

    /// Takes the deadlines by policy and rule; an empty rule: where no rule says otherwise.
    init(_ deadlines: [(policy: Int, rule: String, seconds: Int)]) {
        seconds = Dictionary(
            deadlines.map { (Key(policy: $0.policy, rule: ExactText($0.rule)), $0.seconds) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether no policy has one.
    public var isEmpty: Bool { seconds.isEmpty }

    /// The seconds from arrival to the deadline, by the rule's own or the policy's; nil for none.
    public func seconds(policy: Int, rule: String) -> Int? {
        seconds[Key(policy: policy, rule: ExactText(rule))]
            ?? seconds[Key(policy: policy, rule: ExactText(""))]
    }
}

extension Store {
    /// The deadlines of all of a project's policies.
    public func policyDeadlines(project: Int64) throws(PostgresError) -> PolicyDeadlines {
        PolicyDeadlines(
            try session.query(SQLCatalog.reportDeadlines, [.int64(project)]) {
                (row) throws(PostgresError) -> (policy: Int, rule: String, seconds: Int) in
                (try row.int(0), try row.text(1), try row.int(2))
            })
    }

    /// The ids of the versions with that model and version, nil for any.
    public func modelVersions(
        project: Int64, model: String?, version: String?
    ) throws(PostgresError) -> [Int64] {
        try session.query(
            SQLCatalog.reportModelVersions,
            [
                .int64(project), model.map { .text($0) } ?? .null,
                version.map { .text($0) } ?? .null,
            ],
            firstInt64)
    }

    /// The metadata by which a project's items are told apart, as `metadata.source`.
    public func slices(project: Int64) throws(PostgresError) -> [String] {
        try session.query(SQLCatalog.projectSlices, [.int64(project)]) {
            (row) throws(PostgresError) -> String in try row.text(0)
        }
    }

    /// How many labels people gave to items whose label is known, and how many of those were wrong.
    public func goldErrors(project: Int64) throws(PostgresError) -> (given: Int, wrong: Int) {
        try session.queryOne(SQLCatalog.goldErrors, [.int64(project)]) {
            (row) throws(PostgresError) -> (given: Int, wrong: Int) in
            (given: try row.int(0), wrong: try row.int(1))
        } ?? (given: 0, wrong: 0)
    }

    /// Has a project's items told apart by these slices; what was counted by others is the caller's to
    /// make anew.
    public func replaceSlices(_ slices: [String], project: Int64) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.replaceSlices, [.int64(project), .array(ParameterArray(slices))])
    }
}
