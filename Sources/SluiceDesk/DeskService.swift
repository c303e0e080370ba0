import SluiceAPI
import SluiceDomain

/// What the reviewer's client asks of the service; another module carries it over HTTP.
///
/// Every call has its own time limit and ends early when its task is cancelled: leaving the client
/// is bounded by that. Calls may run at the same time; answers and undos are sent one by one.
public protocol DeskService: Sendable {
    /// Reads labels and guidelines.
    func project() async throws(ServiceFailure) -> ProjectReply
    /// Reads how much waits.
    func queue() async throws(ServiceFailure) -> QueueReply
    /// Leases up to `count` tasks, none when nothing waits, and says whether the guidelines changed.
    func lease(count: Int) async throws(ServiceFailure) -> LeaseReply
    /// Makes a lease last from now.
    func renew(lease: String) async throws(ServiceFailure) -> RenewReply
    /// Gives a task back.
    func release(lease: String) async throws(ServiceFailure)
    /// Answers; the same request sent again counts once.
    func review(lease: String, _ request: Answer) async throws(ServiceFailure) -> ReviewReply
    /// Reads the reviewer's own last answers, newest first.
    func reviews(count: Int) async throws(ServiceFailure) -> ReviewList
    /// Reads the guidelines in force and what each version changed.
    func guidelines() async throws(ServiceFailure) -> GuidelinesReply
    /// Reads one version of the guidelines.
    func guidelines(version: Int) async throws(ServiceFailure) -> GuidelineReply
    /// Says that the reviewer has read a version; said again it changes nothing.
    func readGuidelines(version: Int) async throws(ServiceFailure)
    /// Reads the reviewer's own figures.
    func ownFigures() async throws(ServiceFailure) -> OwnFigures
    /// Takes an answer back; sent again it changes nothing.
    func undo(reviewID: String) async throws(ServiceFailure) -> UndoReply
}

/// Why a call to the service brought no result.
public enum ServiceFailure: Error, Hashable, Sendable {
    /// The service answered with a problem.
    case refused(Problem)
    /// No answer came: it is not known whether the call had an effect.
    case unreachable(reason: String)

    /// Whether the same call may succeed later.
    ///
    /// That is: no answer, an overloaded or broken server, or a token that an admin can make valid
    /// again. Nobody's work is thrown away over one of these.
    var isTemporary: Bool {
        switch self {
        case .unreachable: true
        case .refused(let problem):
            problem.status >= 500 || [401, 408, 425, 429].contains(problem.status)
        }
    }

    /// The code of the problem.
    var code: String {
        switch self {
        case .refused(let problem): problem.code
        case .unreachable: "no answer"
        }
    }

    /// The reason in a few words.
    var summary: String {
        switch self {
        case .refused(let problem): "\(problem.detail) (\(problem.code))"
        case .unreachable(let reason): reason
        }
    }
}
