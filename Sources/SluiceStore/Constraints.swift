import SluiceDomain
import SluicePostgres

/// What a violated constraint means to the user; a constraint that is not here is a bug of ours.
enum Constraints {
    /// The error that a violation of `name` is, given what was being written.
    static func meaning(of error: PostgresError, project: String = "") -> ReviewError? {
        switch error.constraint {
        case "project_name_unique": .projectExists(project)
        default: nil
        }
    }
}
