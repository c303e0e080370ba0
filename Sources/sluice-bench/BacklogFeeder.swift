/// Keeps as many tasks waiting as a workload is to have, from a supply made beforehand.
actor BacklogFeeder {
    private let seed: Seed
    private let backlog: Int
    private let supply: Int
    private var given = 0

    init(_ seed: Seed, backlog: Int, supply: Int) {
        self.seed = seed
        self.backlog = backlog
        self.supply = supply
    }

    /// Puts tasks in the queue until it is as long as it is to be.
    func fill() async throws {
        let waiting = try await seed.waiting()
        let missing = min(backlog - waiting, supply - given)
        guard missing > 0 else { return }
        let first = given + 1
        given += missing
        try await seed.ready(first...given)
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
