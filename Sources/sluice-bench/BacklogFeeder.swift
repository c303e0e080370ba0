import SluicePostgres

/// Keeps as many tasks waiting as a workload is to have, from a supply made beforehand.
actor BacklogFeeder {
    private let pool: ConnectionPool
    private let project: Int64
    private let backlog: Int
    private let supply: Int
    private var given = 0

    init(_ pool: ConnectionPool, project: Int64, backlog: Int, supply: Int) {
        self.pool = pool
        self.project = project
        self.backlog = backlog
        self.supply = supply
    }

    /// Puts tasks in the queue until it is as long as it is to be.
    func fill() async throws {
        let waiting = Int(try await pool.number(SeedSQL.waiting(project: project)))
        let missing = min(backlog - waiting, supply - given)
        guard missing > 0 else { return }
        let first = given + 1
        given += missing
        try await pool.execute(SeedSQL.ready(project: project, first, given))
    }

    /// Keeps the queue filled while `body` runs.
    ///
    /// A long backlog is filled up before and left alone: a run takes a hundredth of it.
    nonisolated func feeding<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        try await fill()
        guard backlog < 100_000 else { return try await body() }
        let feeding = Task {
            while !Task.isCancelled {
                try await fill()
                try await Task.sleep(for: .milliseconds(25))
            }
        }
        defer { feeding.cancel() }
        return try await body()
    }
}
