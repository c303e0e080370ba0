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

    /// What counts tell apart: everything, or less in far fewer rows.
    enum Facet: String {
        /// Everything.
        case all
        /// Of arrivals: not the model version, the label and the reason.
        case route
        /// Of reviews: who gave them and what became of them.
        case reviewer
        /// Of labels that counted: what was predicted.
        case label
        /// Of labels that counted: whether they are what was predicted.
        case agreement
    }

    /// Items that have something in common.
    public struct Slice: Sendable {
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
    /// Parts of hours in which the rows themselves are counted, at most two.
    public var rows: [Span] = []
    /// The slice; nil for all items.
    public var slice: Slice?
    /// The model versions; nil for all.
    public var modelVersions: [Int64]?
    /// The predicted label; nil for all.
    public var label: String?
    /// Labels that count as it, because they were merged into it.
    public var mergedLabels: [String] = []
    /// The reviewer, for what is counted of reviews; nil for all.
    public var reviewer: String?

    /// A scope of everything in a project, as yet at no time.
    public init(project: Int64) {
        self.project = project
    }

    /// Whether it is about items of some model versions or of one label.
    var selectsPredictions: Bool { modelVersions != nil || label != nil }

    /// When the counts are, as parameters, once for each call whose answers together are the scope's:
    /// rows of one span go with the pieces, those of another are a call of their own.
    private var times: [[Parameter]] {
        func parameters(_ pieces: [(grain: Grain, span: Span)], _ rows: Span) -> [Parameter] {
            var from = ParameterArray(.timestamp)
            var to = ParameterArray(.timestamp)
            for piece in pieces {
                from.append(timestampMicroseconds: piece.span.from.microseconds)
                to.append(timestampMicroseconds: piece.span.to.microseconds)
            }
            return [.array(ParameterArray(pieces.map(\.grain.rawValue))), .array(from), .array(to)]
                + rows.parameters
        }
        return [parameters(pieces, rows.first ?? .none)]
            + rows.dropFirst().map { parameters([], $0) }
    }

    private var ofSlice: [Parameter] {
        let slice = slice ?? Slice(key: "", value: "")
        return [.int64(project), .text(slice.key), .text(slice.value)]
    }

    private var versionsParameter: Parameter {
        modelVersions.map { .array(ParameterArray($0)) } ?? .null
    }

    /// The parameters of a statement on arrivals or reviews, once for each call.
    func parameters(_ facet: Facet) -> [[Parameter]] {
        let labels = label.map { ([$0] + mergedLabels).map { Parameter.text($0) } } ?? [.null]
        return times.flatMap { times in
            labels.map { label in
                ofSlice + [.text(facet.rawValue)] + times + [versionsParameter, label]
            }
        }
    }

    /// The parameters of a statement on decisions, once for each call.
    var decisionParameters: [[Parameter]] {
        times.map { ofSlice + $0 + [versionsParameter] }
    }

    /// The parameters of a statement on handling times, once for each call.
    var handlingParameters: [[Parameter]] {
        times.map { [.int64(project)] + $0 + [reviewerParameter] }
    }

    /// The reviewer, or null.
    var reviewerParameter: Parameter { reviewer.map { .text($0) } ?? .null }
}
