import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// How the reviewers of a project stand: what they did, how they fare on gold items, who is paused.
public struct Reviewers: Sendable {
    private let pool: ConnectionPool
    private let directory: ProjectDirectory

    /// Works through `pool`; `directory` forgets the projects that change.
    public init(pool: ConnectionPool, directory: ProjectDirectory) {
        self.pool = pool
        self.directory = directory
    }

    /// Everybody who reviewed or is paused, by name, as one JSON object.
    public func json(of project: ProjectContext) async throws -> [UInt8] {
        let standings = try await standings(project)
        let prior = Self.prior(standings)
        var agreements: [Int64: Figure] = [:]
        for standing in standings {
            agreements[standing.actor] = try await ReviewerReport(pool: pool).agreement(
                of: standing.actor, in: project)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("reviewers")
        writer.array(standings) { writer, standing in
            writer.beginObject()
            writer.member("reviewer", standing.name)
            writer.member("reviews", standing.reviews)
            if let agreement = agreements[standing.actor] {
                writer.key("agreement")
                agreement.write(to: &writer)
            }
            writer.key("gold")
            GoldAccuracy(standing, prior: prior).write(to: &writer)
            standing.writePause(to: &writer)
            writer.endObject()
        }
        writer.endObject()
        return writer.bytes
    }

    /// The caller's own figures as one JSON object.
    ///
    /// Gold figures are in it only where reviewers are told of gold items: else the figures before and
    /// after an answer would tell which it was.
    public func ownJSON(of project: ProjectContext, for caller: Caller) async throws -> [UInt8] {
        let standings = try await standings(project)
        let own = standings.first { $0.actor == caller.actor }
        let agreement = try await ReviewerReport(pool: pool).agreement(
            of: caller.actor, in: project)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("reviewer", caller.name)
        writer.member("reviews", own?.reviews ?? 0)
        writer.key("agreement")
        agreement.write(to: &writer)
        writer.key("gold")
        if project.policy.gold.givesFeedback, let own {
            GoldAccuracy(own, prior: Self.prior(standings)).write(to: &writer)
        } else {
            writer.null()
        }
        if let own {
            own.writePause(to: &writer)
        } else {
            writer.key("paused")
            writer.null()
        }
        writer.endObject()
        return writer.bytes
    }

    /// Gives a reviewer no more work; answers to what they hold are still taken.
    ///
    /// - Throws: `unknownReviewer`.
    public func pause(
        _ name: String, why: String, of project: ProjectContext, by caller: Caller
    ) async throws {
        try await change(name, of: project) { pauses, reviewer in
            try pauses.pause(reviewer, why: why, by: caller.actor)
        }
    }

    /// Gives a reviewer work again; only gold answers given from now on can pause them again.
    ///
    /// - Throws: `unknownReviewer`.
    public func resume(
        _ name: String, reason: String, of project: ProjectContext, by caller: Caller
    ) async throws {
        try await change(name, of: project) { pauses, reviewer in
            try pauses.resume(reviewer, reason: reason, by: caller.actor)
        }
    }

    private func change(
        _ name: String, of project: ProjectContext,
        _ change: @escaping @Sendable (ReviewerPauses, Int64) throws -> Void
    ) async throws {
        try await pool.transaction { session in
            let store = Store(session)
            guard let reviewer = try store.actor(named: name) else {
                throw ReviewError.unknownReviewer(name)
            }
            try change(ReviewerPauses(store: store, project: project), reviewer)
        }
        await directory.forget(project.name)
    }

    private func standings(_ project: ProjectContext) async throws -> [ReviewerStanding] {
        try await pool.withSession { session in
            try Store(session).reviewerStandings(project: project.id)
        }
    }

    /// The accuracy of all reviewers together; nil without gold answers.
    private static func prior(_ standings: [ReviewerStanding]) -> Double? {
        let answers = standings.reduce(0) { $0 + $1.goldAnswers }
        let correct = standings.reduce(0) { $0 + $1.goldCorrect }
        return answers > 0 ? Double(correct) / Double(answers) : nil
    }
}

/// A reviewer's accuracy on gold items.
struct GoldAccuracy {
    private let answers: Int
    private let correct: Int
    private let prior: Double?

    /// How many answers of everybody a reviewer's own are mixed with, to be compared with others'.
    private static let priorAnswers = 20.0

    init(_ standing: ReviewerStanding, prior: Double?) {
        answers = standing.goldAnswers
        correct = standing.goldCorrect
        self.prior = prior
    }

    /// Writes the figure: Wilson's interval at 95 %, and the value shrunk towards everybody's.
    func write(to writer: inout JSONWriter) {
        Figure.rate(correct, of: answers, unless: "no gold item was answered").write(to: &writer) {
            writer in
            if answers == 0 { writer.member("n", 0) }
            writer.member("correct", correct)
            writer.member(
                "shrunk",
                prior.map {
                    (Double(correct) + Self.priorAnswers * $0)
                        / (Double(answers) + Self.priorAnswers)
                })
        }
    }
}

extension ReviewerStanding {
    /// Writes the pause that lasts as a member, null for none.
    fileprivate func writePause(to writer: inout JSONWriter) {
        writer.key("paused")
        if let since = pausedSince {
            writer.beginObject()
            writer.member("since", since.rfc3339)
            writer.member("why", pausedWhy)
            writer.endObject()
        } else {
            writer.null()
        }
    }
}
