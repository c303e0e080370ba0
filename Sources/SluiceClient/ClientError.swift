import SluiceAPI

/// Why a call brought no result.
public enum ClientError: Error, Sendable, Hashable {
    /// The service answered with a problem.
    case problem(Problem)
    /// No whole answer came; it is not known whether the call had an effect.
    case unreachable(url: String, reason: String)
    /// The answer began, and ended before it was complete.
    case cutShort(url: String, reason: String)
    /// The service answered with something this client does not understand.
    case unexpectedReply(String)
}

extension ClientError: CustomStringConvertible {
    /// What failed and why, in a sentence.
    public var description: String {
        switch self {
        case .problem(let problem): "\(problem.title): \(problem.detail) (\(problem.code))"
        case .unreachable(let url, let reason): "no answer from \(url): \(reason)"
        case .cutShort(let url, let reason):
            "the reply from \(url) ended before it was complete: \(reason)"
        case .unexpectedReply(let what): "the service's reply is not understood: \(what)"
        }
    }

    /// What to do.
    public var hint: String {
        switch self {
        case .problem(let problem): problem.hint
        case .unreachable: "check SLUICE_URL, and that `sluice serve` runs there"
        case .cutShort: "what came is only a part; the service's log says why it stopped: ask again"
        case .unexpectedReply: "check that SLUICE_URL is a Sluice service of this version"
        }
    }
}
