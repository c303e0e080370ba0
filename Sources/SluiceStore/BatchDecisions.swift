import SluiceDomain
import SluicePostgres
import SluiceSQL

/// What follows from the decisions of many items at once, of which the caller holds the tasks.
extension Store {
    /// Appends decisions, and what they change of the rollups.
    public func appendDecisions(
        _ rows: [DecisionRow], project: Int64
    ) throws(PostgresError) {
        guard !rows.isEmpty else { return }
        _ = try session.execute(SQLCatalog.appendDecisions, rows.parameters(project: project))
        _ = try session.execute(
            SQLCatalog.appendMoves, [.int64(project), .array(ParameterArray(rows.map(\.item)))])
    }

    /// Lists decisions that took the place of a model's.
    public func appendCorrections(
        _ rows: [DecisionRow], project: Int64
    ) throws(PostgresError) {
        guard !rows.isEmpty else { return }
        _ = try session.execute(
            SQLCatalog.appendCorrections,
            [
                .int64(project), .array(ParameterArray(rows.map(\.item))),
                .array(ParameterArray(rows.map { Int32($0.revision) })),
            ])
    }

    /// Lists those decisions whose predecessor is listed.
    public func followCorrections(
        _ rows: [DecisionRow], project: Int64
    ) throws(PostgresError) {
        guard !rows.isEmpty else { return }
        _ = try session.execute(
            SQLCatalog.followCorrections,
            [
                .int64(project), .array(ParameterArray(rows.map(\.item))),
                .array(ParameterArray(rows.map { Int32($0.revision) })),
            ])
    }

    /// Moves items to the adjudicators.
    public func openAdjudications(_ items: [Int64], project: Int64) throws(PostgresError) {
        guard !items.isEmpty else { return }
        _ = try session.execute(
            SQLCatalog.openAdjudications, [.int64(project), .array(ParameterArray(items))])
    }

    /// Has items wait from now on: their places in the queue are counted from here.
    public func restartTasks(_ items: [Int64], project: Int64) throws(PostgresError) {
        guard !items.isEmpty else { return }
        _ = try session.execute(
            SQLCatalog.restartTasks, [.int64(project), .array(ParameterArray(items))])
    }

    /// Notes which items a reopening has open, each with the revision that says so and who is asked.
    public func insertReopenedItems(
        _ items: [(decision: DecisionRow, asks: String)], of reopening: Int, project: Int64
    ) throws(PostgresError) {
        guard !items.isEmpty else { return }
        _ = try session.execute(
            SQLCatalog.insertReopenedItems,
            [
                .int64(project), .int32(Int32(reopening)),
                .array(ParameterArray(items.map(\.decision.item))),
                .array(ParameterArray(items.map { Int32($0.decision.revision) })),
                .array(ParameterArray(items.map(\.asks))),
            ])
    }
}

extension [DecisionRow] {
    /// The parameters of the statements that append decisions.
    func parameters(project: Int64) -> [Parameter] {
        [
            .int64(project), .array(ParameterArray(map(\.item))),
            .array(ParameterArray(map { Int32($0.revision) })),
            .array(ParameterArray(map { Int16(clamping: $0.reviews) })),
            .array(ParameterArray(map(\.modelVersionID))), .array(ParameterArray(map(\.actor))),
            .array(ParameterArray(map(\.agreement))), .array(ParameterArray(map(\.label))),
            .array(ParameterArray(map(\.source.rawValue))),
            .array(ParameterArray(map(\.outcome.rawValue))),
        ]
    }
}
