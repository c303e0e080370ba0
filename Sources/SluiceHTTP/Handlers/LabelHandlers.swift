import Hummingbird
import NIOCore
import SluiceAPI
import SluiceDomain
import SluiceService
import SluiceStatistics
import SluiceStore

/// Labels out, items and the report.
struct LabelHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.get(RouterPath(StreamingPath.labels)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let query = try Self.query(request)
            let (format, filter, method) = try Self.selection(query)
            let project = try await call.project(services)
            try NameCheck.label(filter.label, of: project)
            var map: LabelMap?
            if let text = query["map"] { map = try await services.labelMaps.map(text, of: project) }
            let labelMap = map
            let tellsLabelSet = try query.flag("label_set")
            let order = try Self.order(query, consensus: method)
            // What fails before the first row is a status.
            let export = try await offLoop {
                try await services.labels.prepare(
                    format, filter: filter, project: project, consensus: method, map: labelMap,
                    order: order, tellsLabelSet: tellsLabelSet)
            }
            return Response.rows(
                format.contentType, "labels of \(project.name.text)", context.logger
            ) { write in try await services.labels.write(export, write: write) }
        }
        router.get(RouterPath(StreamingPath.item)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            return Response.json(
                try await services.items.json(
                    externalID: context.parameter("external_id"),
                    project: call.project(services)))
        }
        router.get(RouterPath(StreamingPath.report)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let question = try Self.question(Query(request, allowing: Self.reportParameters))
            return Response.json(
                try await services.reporting.json(project: call.project(services), question))
        }
    }

    private static let reportParameters = [
        "from", "to", "window", "by", "model", "version", "label", "slice", "reviewer",
    ]

    private static func question(_ query: Query) throws(ReviewError) -> ReportQuestion {
        var question = ReportQuestion()
        question.from = try query.timestamp("from")
        question.to = try query.timestamp("to")
        question.bucket = try bucket(query)
        if let text = query["window"] {
            guard let length = ReportQuestion.Length(rawValue: text) else {
                throw .invalidParameter(
                    name: "window", found: "\"\(text)\"",
                    accepted: ReportQuestion.Length.allCases.map(\.rawValue)
                        .joined(separator: ", "))
            }
            question.length = length
        }
        question.model = query["model"]
        question.version = query["version"]
        question.label = query["label"]
        question.slice = query["slice"]
        question.reviewer = query["reviewer"]
        return question
    }

    private static func bucket(_ query: Query) throws(ReviewError) -> ReportBucket? {
        guard let text = query["by"] else { return nil }
        guard let bucket = ReportBucket(rawValue: text) else {
            throw .invalidParameter(
                name: "by", found: "\"\(text)\"",
                accepted: ReportBucket.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return bucket
    }

    /// In which order, and how many.
    private static func order(
        _ query: Query, consensus: ConsensusMethod?
    ) throws(ReviewError) -> LabelOrder {
        guard let sort = query["sort"], sort != "item" else {
            guard query["limit"] == nil else {
                throw .invalidParameter(
                    name: "limit", found: "a limit without an order",
                    accepted: "sort=loss with it")
            }
            return .item
        }
        guard sort == "loss" else {
            throw .invalidParameter(
                name: "sort", found: "\"\(sort.prefix(60))\"", accepted: "item, loss")
        }
        guard consensus == nil else {
            // The order is that of the decisions; with other labels beside it it would mislead.
            throw .invalidParameter(
                name: "sort", found: "loss with consensus", accepted: "one of the two")
        }
        guard query["limit"] != nil else { return .loss(limit: nil) }
        return .loss(limit: try query.number("limit", 1...Int(Int32.max), standard: 1))
    }

    private static func query(_ request: Request) throws(ReviewError) -> Query {
        try Query(
            request,
            allowing: [
                "format", "source", "since", "label", "include_pseudo", "consensus", "map", "sort",
                "limit", "label_set",
            ])
    }

    private static func selection(
        _ query: Query
    ) throws(ReviewError) -> (LabelExport.Format, LabelFilter, ConsensusMethod?) {
        let name = query["format"] ?? LabelExport.Format.jsonLines.rawValue
        guard let format = LabelExport.Format(rawValue: name) else {
            throw .invalidParameter(
                name: "format", found: "\"\(name)\"",
                accepted: LabelExport.Format.allCases.map(\.rawValue).joined(separator: ", "))
        }
        var filter = LabelFilter(
            includesModel: try query.flag("include_pseudo"), since: try query.timestamp("since"),
            label: query["label"])
        if let word = query["source"] {
            guard let source = DecisionSource(exported: word) else {
                throw .invalidParameter(
                    name: "source", found: "\"\(word)\"",
                    accepted: "single, consensus, adjudicated, model")
            }
            filter.source = source
            // Asking for the model's labels by name is asking for them.
            if source == .model { filter.includesModel = true }
        }
        let method = try query["consensus"].map { (text) throws(ReviewError) in
            try ConsensusMethod(named: text, in: "consensus")
        }
        return (format, filter, method)
    }
}

extension DecisionSource {
    /// The source of a `label_source` as exports write it, or of its own name.
    fileprivate init?(exported word: String) {
        switch word {
        case "single": self = .reviewer
        case "adjudicated": self = .adjudicator
        default: self.init(rawValue: word)
        }
    }
}
