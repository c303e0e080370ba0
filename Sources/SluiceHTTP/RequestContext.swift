import Hummingbird
import SluiceDomain
import SluiceService
import SluiceStore

/// What a request carries through the middleware: who is calling.
public struct SluiceContext: RequestContext {
    /// Hummingbird's own part.
    public var coreContext: CoreRequestContextStorage
    /// The caller; nil before authentication and on the calls that need none.
    public var caller: Caller?

    /// Makes the context of a request.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }

    /// The caller.
    ///
    /// - Throws: `missingToken` when there is none.
    func requireCaller() throws(ReviewError) -> Caller {
        guard let caller else { throw .missingToken }
        return caller
    }

    /// A path parameter, percent-decoded.
    ///
    /// - Throws: `invalidParameter` when it is not UTF-8 without NUL, percent-encoded.
    func parameter(_ name: String) throws(ReviewError) -> String {
        let raw = parameters.get(name) ?? ""
        guard let value = PathParameter.decode(raw) else {
            throw .invalidParameter(
                name: name, found: "not valid percent-encoded UTF-8",
                accepted: "percent-encoded UTF-8 without NUL")
        }
        return value
    }
}
