import ArgumentParser
import Foundation
import SluiceApp
import SluiceClient
import SluiceCluster
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceTerminal

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
        case is Failure, is ReaderGone, is ExitCode, is CleanExit, is ValidationError: error
        default:
            // The words of the system's errors are for people; other errors have none.
            known(error, what) ?? Failure(what, why: (error as NSError).localizedDescription)
        }
    }

    /// What an error of ours says in words; nil for errors that are not.
    static func known(_ error: any Error, _ what: String) -> Failure? {
        switch error {
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
        case let error as JSONError: Failure(what, why: error.description)
        case let error as PolicyDocumentError: Failure(what, why: error.detail)
        case let error as LabelSetError: Failure(what, why: error.detail)
        case let error as TerminalError:
            Failure(
                what, why: error.description, hint: error == .noCursor ? "use --plain" : nil)
        case is CancellationError: Failure(what, why: "it was interrupted")
        default: nil
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
