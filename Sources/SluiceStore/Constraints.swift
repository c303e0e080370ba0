import SluiceDomain
import SluicePostgres

/// What a violated constraint means to the user; a constraint that is not here is a bug of ours.
enum Constraints {
    /// The error that a violation of `name` is, given what was being written.
    static func meaning(
        of error: PostgresError, project: String = "", reviewID: String = ""
    ) -> ReviewError? {
        switch error.constraint {
        case "project_name_unique": .projectExists(project)
        // Two requests with one id at once: the unique key lets one in.
        case "review_pkey": .reviewConflict(id: reviewID)
        default: nil
        }
    }

    /// Does `work`; a violated constraint of a review becomes what it means.
    static func explained<T>(reviewID: String, _ work: () throws(PostgresError) -> T) throws -> T {
        do {
            return try work()
        } catch {
            throw meaning(of: error, reviewID: reviewID) ?? error
        }
    }
}
