import CPostgres

/// Brings a database's schema forward, any number of programs at once.
///
/// Each migration commits together with its record in `sluice_migration`, under one advisory lock, so a
/// run that is killed loses at most the step it was in, and the next run goes on from there.
public struct Migrator: Sendable {
    /// Every migration, in the order of their names.
    public let migrations: [Migration]
    /// How long to wait for another run's step.
    public var lockPatience: Duration = .seconds(600)
    /// How long one step may take.
    public var stepDeadline: Duration = .seconds(3600)

    /// The key of the advisory lock: the bytes of `sluicemg`.
    static let lockKey: Int64 = 0x736C_7569_6365_6D67

    /// Takes the migrations in any order.
    public init(migrations: [Migration]) {
        self.migrations = migrations.sorted { $0.name < $1.name }
    }

    /// The migrations that are still to be applied, in order.
    ///
    /// - Throws: `MigrationError` when what is recorded does not fit these migrations;
    ///   `PostgresError`.
    public func plan(_ session: Session) throws -> [Migration] {
        for (one, next) in zip(migrations, migrations.dropFirst()) where one.name == next.name {
            throw MigrationError.duplicate(name: one.name)
        }
        let exists = try session.queryOne(MigrationStatement.tableExists) {
            (row) throws(PostgresError) in
            try row.bool(0)
        }
        guard exists == true else { return migrations }
        let texts = Parameter.array(ParameterArray(migrations.map(\.text)))
        let digests = try session.query(MigrationStatement.digests, [texts]) {
            (row) throws(PostgresError) in try row.bytes(0)
        }
        let expected = Dictionary(
            uniqueKeysWithValues: zip(migrations.map(\.name), digests))
        let recorded = try session.query(MigrationStatement.recorded) {
            (row) throws(PostgresError) in (name: try row.text(0), digest: try row.bytes(1))
        }
        for record in recorded {
            guard let digest = expected[record.name] else {
                throw MigrationError.unknown(name: record.name)
            }
            guard digest == record.digest else { throw MigrationError.changed(name: record.name) }
        }
        let applied = Set(recorded.map(\.name))
        let pending = migrations.filter { !applied.contains($0.name) }
        if let first = pending.first, let last = recorded.map(\.name).max(), first.name < last {
            throw MigrationError.outOfOrder(name: first.name, after: last)
        }
        return pending
    }

    /// The same as `plan`.
    public func pending(_ session: Session) throws -> [Migration] { try plan(session) }

    /// Checks that nothing is left to apply.
    ///
    /// - Throws: `MigrationError.pending`, and as `plan`.
    public func check(_ session: Session) throws {
        let pending = try plan(session)
        if !pending.isEmpty { throw MigrationError.pending(names: pending.map(\.name)) }
    }

    /// Applies what is pending, and returns the names of what this run applied, in order.
    ///
    /// - Throws: `MigrationError`; `PostgresError` of the step that failed, which has left no trace.
    @discardableResult
    public func migrate(_ session: Session) throws -> [String] {
        let usual = session.statementDeadline
        session.statementDeadline = max(usual, stepDeadline)
        defer { session.statementDeadline = usual }
        var applied: [String] = []
        while let next = try plan(session).first {
            let wasOurs =
                next.isTransactional
                ? try applyInTransaction(session) : try applyAlone(next, session)
            if let wasOurs { applied.append(wasOurs) }
        }
        return applied
    }

    /// Applies the next step; nil when another run did in the meantime.
    private func applyInTransaction(_ session: Session) throws -> String? {
        let limit = ContinuousClock.now + lockPatience
        while true {
            let outcome = try session.transaction { () -> Outcome in
                guard try isLocked(MigrationStatement.lock, session) else { return .busy }
                try session.execute(MigrationStatement.createTable)
                guard let next = try plan(session).first, next.isTransactional else {
                    return .done(nil)
                }
                let start = ContinuousClock.now
                try session.script(next.text)
                guard session.isInTransaction else {
                    throw MigrationError.leftTransaction(name: next.name)
                }
                try record(next, since: start, session)
                return .done(next.name)
            }
            if case .done(let name) = outcome { return name }
            try pause(session, until: limit)
        }
    }

    private func applyAlone(_ migration: Migration, _ session: Session) throws -> String? {
        let limit = ContinuousClock.now + lockPatience
        while try !isLocked(MigrationStatement.lockSession, session) {
            try pause(session, until: limit)
        }
        do {
            try session.execute(MigrationStatement.createTable)
            var name: String?
            if try plan(session).first == migration {
                let start = ContinuousClock.now
                try session.script(migration.text)
                try record(migration, since: start, session)
                name = migration.name
            }
            try session.execute(MigrationStatement.unlockSession)
            return name
        } catch {
            // If this fails as well, the connection is gone, and the lock with it.
            if !session.wire.isBroken { try session.execute(MigrationStatement.unlockSession) }
            throw error
        }
    }

    private enum Outcome {
        case busy
        case done(String?)
    }

    /// Waiting in the server would hold a snapshot, which `CREATE INDEX CONCURRENTLY` of the run that has
    /// the lock waits for in its turn: so the lock is asked for again and again.
    private func isLocked(_ statement: Statement, _ session: Session) throws -> Bool {
        try session.queryOne(statement, [.int64(Self.lockKey)]) { (row) throws(PostgresError) in
            try row.bool(0)
        } ?? false
    }

    private func record(
        _ migration: Migration, since start: ContinuousClock.Instant, _ session: Session
    ) throws {
        try session.execute(
            MigrationStatement.record,
            [
                .text(migration.name), .text(migration.text),
                .int64((ContinuousClock.now - start).wholeMilliseconds),
            ])
    }

    private func pause(_ session: Session, until limit: ContinuousClock.Instant) throws {
        guard ContinuousClock.now < limit else { throw MigrationError.locked }
        try session.wire.rest(for: .milliseconds(.random(in: 20...80)))
    }
}

/// What the migrator says to the server; the one place of SQL outside the catalogue, which it creates
/// the tables for.
private enum MigrationStatement {
    static let lock = Statement(
        name: "migrationLock", text: "SELECT pg_try_advisory_xact_lock($1)")
    static let lockSession = Statement(
        name: "migrationLockSession", text: "SELECT pg_try_advisory_lock($1)")
    static let unlockSession = Statement(
        name: "migrationUnlockSession",
        text: "SELECT pg_advisory_unlock(\(Migrator.lockKey))")
    static let tableExists = Statement(
        name: "migrationTableExists",
        text: "SELECT to_regclass('sluice_migration') IS NOT NULL")
    static let createTable = Statement(
        name: "migrationCreateTable",
        text: """
            CREATE TABLE IF NOT EXISTS sluice_migration (
                name text COLLATE "C" PRIMARY KEY,
                sha256 bytea NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now(),
                duration_ms bigint NOT NULL
            )
            """)
    static let digests = Statement(
        name: "migrationDigests",
        text: """
            SELECT sha256(convert_to(t.text, 'UTF8'))
            FROM unnest($1) WITH ORDINALITY AS t (text, position) ORDER BY t.position
            """)
    static let recorded = Statement(
        name: "migrationRecorded", text: "SELECT name, sha256 FROM sluice_migration ORDER BY name")
    static let record = Statement(
        name: "migrationRecord",
        text: """
            INSERT INTO sluice_migration (name, sha256, duration_ms)
            VALUES ($1, sha256(convert_to($2, 'UTF8')), $3)
            """)
}
