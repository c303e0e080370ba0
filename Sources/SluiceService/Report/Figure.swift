import SluiceJSON
import SluiceStatistics

/// One number of a report, or why there is none.
enum Figure: Sendable {
    /// Counted, not estimated: there is nothing to be uncertain about.
    case count(Double, n: Int)
    /// Estimated from a sample.
    case estimate(Estimate)
    /// Counted in too few to say how sure it is, and why.
    case bare(Double, n: Int, why: String)
    /// Not known, and why.
    case unknown(String)

    /// `part` of `whole`, all of them counted.
    static func share(_ part: Int, of whole: Int) -> Figure {
        whole > 0
            ? .count(Double(part) / Double(whole), n: whole)
            : .unknown("nothing arrived in this window")
    }

    /// `x` of `n` as a sample of what goes on: Wilson's interval at 95 %.
    static func rate(_ x: Int, of n: Int, unless reason: String) -> Figure {
        do {
            return .estimate(try Proportion(x, of: n).wilson())
        } catch {
            return .unknown(reason)
        }
    }

    func write(to writer: inout JSONWriter, more: (inout JSONWriter) -> Void = { _ in }) {
        writer.beginObject()
        switch self {
        case .count(let value, let n):
            writer.member("value", value)
            writer.member("method", "count")
            writer.member("n", n)
        case .estimate(let estimate):
            writer.member("value", estimate.value)
            writer.member("lo", estimate.lo)
            writer.member("hi", estimate.hi)
            writer.member("level", estimate.level)
            writer.member("method", estimate.method.rawValue)
            writer.member("n", estimate.n)
            writer.memberIfPresent("n_eff", estimate.nEffective)
        case .bare(let value, let n, let why):
            writer.member("value", value)
            writer.member("n", n)
            writer.member("reason", why)
        case .unknown(let reason):
            writer.key("value")
            writer.null()
            writer.member("reason", reason)
        }
        more(&writer)
        writer.endObject()
    }
}
