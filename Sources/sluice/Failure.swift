import ArgumentParser
import SluiceApp
import SluiceClient
import SluiceCluster
import SluiceDomain
import SluicePostgres

/// Why a command failed, as its user is told: what, why, and what to do.
struct Failure: Error {
    let what: String
    let why: String
    let hint: String?

    init(_ what: String, why: String, hint: String? = nil) {
        self.what = what
        self.why = why
        self.hint = hint
    }

    /// Runs `body`, and says of its errors that `what` failed.
    static func explain<T>(_ what: String, _ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch {
            throw meaning(of: error, what)
        }
    }

    private static func meaning(of error: any Error, _ what: String) -> any Error {
        switch error {
        case is Failure, is ExitCode, is CleanExit, is ValidationError: error
        case let error as ClientError: Failure(what, why: error.description, hint: error.hint)
        case let error as ClusterError: Failure(what, why: error.description, hint: error.hint)
        case let error as ConfigurationError: Failure(what, why: error.description)
        case let error as MigrationError:
            Failure(what, why: error.description, hint: hint(for: error))
        case let error as PostgresError:
            Failure(
                what, why: error.description,
                hint: error.isConnectionFailure ? "check DATABASE_URL" : nil)
        case let error as ReviewError:
            Failure(what, why: "\(error.detail) (\(error.code.rawValue))")
        default: Failure(what, why: "\(error)")
        }
    }

    private static func hint(for error: MigrationError) -> String? {
        switch error {
        case .pending: "run `sluice migrate`; `sluice migrate --plan` shows what it would do"
        case .unknown: "run the newer sluice that made this database"
        case .locked: "try again when it is done"
        case .changed, .outOfOrder, .leftTransaction, .duplicate: nil
        }
    }
}
