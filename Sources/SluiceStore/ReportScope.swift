import SluiceDomain
import SluicePostgres

/// Which counts a report is about, and where in the rollups they are.
public struct ReportScope: Sendable {
    /// A stretch of time.
    public struct Span: Sendable, Hashable {
        /// The first moment of it.
        public let from: Timestamp
        /// The first moment after it.
        public let to: Timestamp

        /// A stretch from `from` up to and without `to`.
        public init(from: Timestamp, to: Timestamp) {
            self.from = from
            self.to = to
        }

        static let none = Span(
            from: Timestamp(microseconds: 0), to: Timestamp(microseconds: 0))

        var parameters: [Parameter] {
            [
                .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds),
            ]
        }
    }

    /// How long the pieces are that counts are kept for, in UTC.
    public enum Grain: String, Sendable, Hashable {
        /// 3,600 seconds.
        case hour
        /// 24 hours.
        case day
    }

    /// Items that have something in common.
    public struct Slice: Sendable, Hashable {
        /// One of the project's slices, as `metadata.source`.
        public let key: String
        /// What the items have there; empty for those that have nothing.
        public let value: String

        /// Makes a slice.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// The project.
    public let project: Int64
    /// Whole hours and days to be read from what is kept.
    public var pieces: [(grain: Grain, span: Span)] = []
    /// The whole hours of which what is not folded yet is added.
    public var unfolded: Span
    /// Parts of hours in which the rows themselves are counted, at most two.
    public var rows: [Span] = []
    /// The slice; nil for all items.
    public var slice: Slice?
    /// The model versions; nil for all.
    public var modelVersions: [Int64]?
    /// The predicted label; nil for all.
    public var label: String?
    /// The reviewer, for what is counted of reviews; nil for all.
    public var reviewer: String?

    /// A scope of everything in a project's `unfolded` hours, as yet without pieces.
    public init(project: Int64, unfolded: Span) {
        self.project = project
        self.unfolded = unfolded
    }

    /// The calls whose answers together are the scope's, as parameters: rows of one span go with the
    /// pieces, those of another are a call of their own.
    private var calls: [(pieces: [Parameter], spans: [Parameter])] {
        func pieces(_ pieces: [(grain: Grain, span: Span)]) -> [Parameter] {
            var from = ParameterArray(.timestamp)
            var to = ParameterArray(.timestamp)
            for piece in pieces {
                from.append(timestampMicroseconds: piece.span.from.microseconds)
                to.append(timestampMicroseconds: piece.span.to.microseconds)
            }
            return [
                .array(ParameterArray(pieces.map(\.grain.rawValue))), .array(from), .array(to),
            ]
        }
        let first = (
            pieces: pieces(self.pieces),
            spans: unfolded.parameters + (rows.first ?? .none).parameters
        )
        return [first]
            + rows.dropFirst().map {
                (pieces: pieces([]), spans: Span.none.parameters + $0.parameters)
            }
    }

    /// The parameters of a statement on the scope, once for each call.
    var parameters: [[Parameter]] {
        let slice = slice ?? Slice(key: "", value: "")
        return calls.map {
            [.int64(project), .text(slice.key), .text(slice.value)] + $0.pieces + $0.spans + [
                modelVersions.map { .array(ParameterArray($0)) } ?? .null,
                label.map { .text($0) } ?? .null,
            ]
        }
    }

    /// The parameters of a statement on handling times, once for each call.
    var handlingParameters: [[Parameter]] {
        calls.map { [.int64(project)] + $0.pieces + $0.spans + [reviewerParameter] }
    }

    /// The reviewer, or null.
    var reviewerParameter: Parameter { reviewer.map { .text($0) } ?? .null }
}
