import SluiceDomain
import SluicePostgres
import SluiceSQL

extension Store {
    /// Leases tasks to several reviewers in one go, to each of the best first, from its floor on.
    ///
    /// - Parameter waits: whether to wait for a reviewer whose other request is under way.
    /// - Returns: of each claim what it got; nil where that would have meant waiting, and nothing
    ///   was done.
    public func claimTasks(
        _ claims: [TaskClaim], project: Int64, queue: Queue, leaseSeconds: Int, waits: Bool
    ) throws(PostgresError) -> [[LeasedTask]?] {
        let rows = try session.query(
            SQLCatalog.claimTasks,
            [
                .int64(project), .int16(queue.rawValue), .int32(Int32(leaseSeconds)), .bool(waits),
                .array(ParameterArray(claims.map(\.actor))),
                .array(ParameterArray(claims.map { Int32($0.tokens.count) })),
                .array(ParameterArray(claims.map(\.floor.rank))),
                .array(ParameterArray(claims.map(\.floor.item))),
                .array(ParameterArray(claims.map { $0.scan.map { Int32($0) } })),
                .array(ParameterArray(claims.flatMap(\.tokens))),
            ]
        ) { (row) throws(PostgresError) -> (claim: Int, task: LeasedTask?) in
            (claim: try row.int(16) - 1, task: try LeasedTask(ifPresentIn: row))
        }
        var given = claims.map { _ in [LeasedTask]?([]) }
        for row in rows {
            if let task = row.task {
                given[row.claim]?.append(task)
            } else {
                given[row.claim] = nil
            }
        }
        return given
    }

    /// Makes a lease last from now; nil when it is gone.
    public func renewLease(
        project: Int64, item: Int64, actor: Int64, token: Int64, leaseSeconds: Int
    ) throws(PostgresError) -> Timestamp? {
        try session.queryOne(
            SQLCatalog.renewLease,
            [
                .int64(project), .int64(item), .int64(actor), .int64(token),
                .int32(Int32(leaseSeconds)),
            ]
        ) { (row) throws(PostgresError) -> Timestamp in
            Timestamp(microseconds: try row.timestamp(0))
        }
    }

    /// Gives a lease back; false when it was gone.
    public func releaseLease(
        project: Int64, item: Int64, actor: Int64, token: Int64
    ) throws(PostgresError) -> Bool {
        try session.queryOne(
            SQLCatalog.releaseLease,
            [.int64(project), .int64(item), .int64(actor), .int64(token)]
        ) { (row) throws(PostgresError) -> Bool in try row.bool(0) } ?? false
    }

    /// Records a review and locks its task to the end of the transaction.
    ///
    /// - Throws: `ReviewError.reviewConflict` when another request with the same id was first.
    public func recordReview(_ review: ReviewRow, project: Int64) throws -> RecordedReview {
        let recorded = try Constraints.explained(reviewID: review.id) { () throws(PostgresError) in
            try session.queryOne(
                SQLCatalog.recordReview, review.parameters(project: project),
                RecordedReview.init(row:))
        }
        guard let recorded else { throw PostgresError.noRow(SQLCatalog.recordReview) }
        return recorded
    }

    /// Records a review of a task that asks for no more than this one, together with its decision.
    ///
    /// - Parameter waits: whether to wait for the reviewer's other request, or for whoever holds the task.
    /// - Returns: what was recorded; nothing with status `several`, and with status `busy`, which
    ///   there is only without waiting.
    /// - Throws: as `recordReview`.
    public func answerTask(
        _ review: SoleReviewRow, project: Int64, waits: Bool
    ) throws -> RecordedSoleReview {
        let answered = try Constraints.explained(reviewID: review.row.id) {
            () throws(PostgresError) in
            try session.queryOne(
                SQLCatalog.answerTask,
                review.row.parameters(project: project) + [
                    .text(review.outcomes.asPredicted.rawValue),
                    .text(review.outcomes.otherwise.rawValue),
                    .text(review.outcomes.withoutPrediction.rawValue), .bool(waits),
                ], RecordedSoleReview.init(row:))
        }
        guard let answered else { throw PostgresError.noRow(SQLCatalog.answerTask) }
        return answered
    }

    /// As `answerTask` without waiting, for several reviews in one statement.
    ///
    /// - Throws: only what undoes all of them: an id that another request records at the same moment
    ///   as any of these, say. What a user can cause otherwise is the status of its own review.
    public func answerTasks(
        _ reviews: [SoleReviewRow], project: Int64
    ) throws(PostgresError) -> [RecordedSoleReview] {
        let rows = reviews.map(\.row)
        var tags = ParameterArray(.json)
        for row in rows {
            if let bytes = row.tags { tags.append(bytes: bytes) } else { tags.appendNull() }
        }
        let recorded = try session.query(
            SQLCatalog.answerTasks,
            [
                .int64(project), .array(ParameterArray(rows.map(\.id))),
                .array(ParameterArray(rows.map(\.item))), .array(ParameterArray(rows.map(\.actor))),
                .array(ParameterArray(rows.map(\.queue.rawValue))),
                .array(ParameterArray(rows.map(\.token))),
                .array(ParameterArray(rows.map(\.modelVersionID))),
                .array(ParameterArray(rows.map(\.isShown))),
                .array(ParameterArray(rows.map(\.verdict.word))),
                .array(ParameterArray(rows.map(\.verdict.labelName))), .array(tags),
                .array(ParameterArray(rows.map(\.comment))),
                .array(ParameterArray(rows.map(\.seconds))),
                .array(ParameterArray(reviews.map(\.outcomes.asPredicted.rawValue))),
                .array(ParameterArray(reviews.map(\.outcomes.otherwise.rawValue))),
                .array(ParameterArray(reviews.map(\.outcomes.withoutPrediction.rawValue))),
            ], RecordedSoleReview.init(row:))
        guard recorded.count == reviews.count else {
            throw PostgresError.noRow(SQLCatalog.answerTasks)
        }
        return recorded
    }

    /// The reviews of a task that stand: the counted verdicts, and how many people skipped it.
    public func readVotes(
        project: Int64, item: Int64, queue: Queue
    ) throws(PostgresError) -> (votes: [Verdict], skips: Int) {
        let reviews = try session.query(
            SQLCatalog.readVotes, [.int64(project), .int64(item), .int16(queue.rawValue)]
        ) { (row) throws(PostgresError) -> Verdict in
            Verdict(word: try row.text(1), label: try row.textIfPresent(2))
        }
        return (reviews.filter { $0 != .skip }, reviews.count { $0 == .skip })
    }

    /// What the model had predicted; nil for an item that came without a prediction.
    public func predictedLabel(
        project: Int64, item: Int64, modelVersionID: Int64
    ) throws(PostgresError) -> String? {
        try session.queryOne(
            SQLCatalog.predictedLabel, [.int64(project), .int64(item), .int64(modelVersionID)]
        ) { (row) throws(PostgresError) -> String? in try row.textIfPresent(0) } ?? nil
    }

    /// Appends a decision.
    public func appendDecision(
        _ decision: DecisionRow, project: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.appendDecision,
            [
                .int64(project), .int64(decision.item), .int32(Int32(decision.revision)),
                .int16(Int16(decision.reviews)), .int64(decision.modelVersionID),
                decision.actor.map { .int64($0) } ?? .null,
                decision.agreement.map { .double($0) } ?? .null,
                decision.label.map { .text($0) } ?? .null, .text(decision.source.rawValue),
                .text(decision.outcome.rawValue),
            ])
    }

    /// Takes an item, whose task is locked, out of both queues.
    public func closeTask(project: Int64, item: Int64) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.closeTask, [.int64(project), .int64(item)])
    }

    /// Asks one more reviewer about an item whose task is locked.
    public func askOneMore(project: Int64, item: Int64) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.askOneMore, [.int64(project), .int64(item)])
    }

    /// Moves an item, whose task is locked, to the adjudicators, once.
    public func openAdjudication(project: Int64, item: Int64) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.openAdjudication, [.int64(project), .int64(item)])
    }

    /// Takes a review back and leases its item to the reviewer again.
    public func undoReview(
        project: Int64, id: String, actor: Int64, token: Int64, leaseSeconds: Int
    ) throws(PostgresError) -> UndoneReview {
        let undone = try session.queryOne(
            SQLCatalog.undoReview,
            [
                .int64(project), .text(id), .int64(actor), .int64(token),
                .int32(Int32(leaseSeconds)),
            ]
        ) { (row) throws(PostgresError) -> UndoneReview in
            UndoneReview(
                status: UndoneReview.Status(rawValue: try row.text(0)) ?? .unknown,
                item: try row.int64IfPresent(1) ?? 0,
                queue: Queue(rawValue: try row.int16IfPresent(2) ?? 0) ?? .review,
                modelVersionID: try row.int64IfPresent(3) ?? 0,
                isShown: try row.boolIfPresent(4) ?? false,
                expiresAt: try row.timestampIfPresent(5).map(Timestamp.init(microseconds:)),
                revision: try row.intIfPresent(6) ?? 0,
                isDecided: try row.boolIfPresent(7) ?? false,
                isAudit: try row.boolIfPresent(8) ?? false)
        }
        guard let undone else {
            throw PostgresError.noRow(SQLCatalog.undoReview)
        }
        return undone
    }

    /// The token and the end of the lease that a reviewer holds on a task; nil for none.
    public func heldLease(
        project: Int64, item: Int64, actor: Int64, queue: Queue
    ) throws(PostgresError) -> (token: Int64, expiresAt: Timestamp)? {
        try session.queryOne(
            SQLCatalog.heldLease,
            [.int64(project), .int64(item), .int64(actor), .int16(queue.rawValue)]
        ) { (row) throws(PostgresError) -> (token: Int64, expiresAt: Timestamp) in
            (try row.int64(0), Timestamp(microseconds: try row.timestamp(1)))
        }
    }

    /// What a reviewer of that item sees.
    public func reviewContent(
        project: Int64, item: Int64, modelVersionID: Int64
    ) throws(PostgresError) -> ReviewContent? {
        try session.queryOne(
            SQLCatalog.leasedItem, [.int64(project), .int64(item), .int64(modelVersionID)]
        ) { (row) throws(PostgresError) -> ReviewContent in try ReviewContent(row, from: 0) }
    }

    /// How much waits and is leased, and since when the oldest waits.
    public func queueFigures(
        project: Int64, queue: Queue
    ) throws(PostgresError) -> (waiting: Int, leased: Int, oldest: Timestamp?) {
        let figures = try session.queryOne(
            SQLCatalog.queueFigures, [.int64(project), .int16(queue.rawValue)]
        ) { (row) throws(PostgresError) -> (Int, Int, Timestamp?) in
            (
                try row.int(0), try row.int(1),
                try row.timestampIfPresent(2).map(Timestamp.init(microseconds:))
            )
        }
        guard let figures else { return (waiting: 0, leased: 0, oldest: nil) }
        return (waiting: figures.0, leased: figures.1, oldest: figures.2)
    }

    /// The projects that have lapsed leases.
    public func projectsWithLapsedLeases(limit: Int) throws(PostgresError) -> [Int64] {
        try session.query(
            SQLCatalog.projectsWithLapsedLeases, [.int32(Int32(limit))], firstInt64)
    }

    /// Analyses the table of which most has changed since it was analysed last.
    ///
    /// - Returns: its name; nil when none has changed much.
    public func analyzeGrown() throws(PostgresError) -> String? {
        try session.queryOne(SQLCatalog.analyzeGrown) {
            (row) throws(PostgresError) -> String? in try row.textIfPresent(0)
        } ?? nil
    }

    /// Gives the slots of lapsed leases back.
    ///
    /// - Returns: how many.
    public func sweepLeases(project: Int64, limit: Int) throws(PostgresError) -> Int {
        try session.queryOne(SQLCatalog.sweepLeases, [.int64(project), .int32(Int32(limit))]) {
            (row) throws(PostgresError) -> Int in try row.int(0)
        } ?? 0
    }
}

extension ReviewRow {
    fileprivate func parameters(project: Int64) -> [Parameter] {
        [
            .int64(project), .text(id), .int64(item), .int64(actor), .int16(queue.rawValue),
            .int64(token), .int64(modelVersionID), .bool(isShown), .text(verdict.word),
            verdict.labelName.map { .text($0) } ?? .null, tags.map { .json($0) } ?? .null,
            comment.map { .text($0) } ?? .null, seconds.map { .double($0) } ?? .null,
        ]
    }
}

extension LeasedTask {
    /// A row of `claimTasks`; nil for one that says that nothing was done.
    fileprivate init?(ifPresentIn row: Row) throws(PostgresError) {
        guard let item = try row.int64IfPresent(0) else { return nil }
        self.init(
            item: item, rank: try row.int64(1), token: try row.int64(2),
            expiresAt: Timestamp(microseconds: try row.timestamp(3)),
            modelVersionID: try row.int64(4), isBlind: try row.bool(5),
            content: try ReviewContent(row, from: 6))
    }
}

extension RecordedSoleReview {
    fileprivate init(row: Row) throws(PostgresError) {
        self.init(review: try RecordedReview(row: row), outcome: try row.textIfPresent(11))
    }
}

extension RecordedReview {
    fileprivate init(row: Row) throws(PostgresError) {
        self.init(
            status: Status(rawValue: try row.text(0)) ?? .unknown,
            isRepeated: try row.boolIfPresent(1) ?? false,
            reviewedAt: try row.timestampIfPresent(2).map(Timestamp.init(microseconds:)),
            asked: try row.intIfPresent(3) ?? 0, policyVersion: try row.intIfPresent(4) ?? 0,
            revision: try row.intIfPresent(5) ?? 0, isAudit: try row.boolIfPresent(6) ?? false,
            isDecided: try row.boolIfPresent(7) ?? false,
            externalID: try row.textIfPresent(8) ?? "", predicted: try row.textIfPresent(9),
            modelVersionID: try row.int64IfPresent(10) ?? 0)
    }
}
