import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore

/// How far people agree, and the names labels may be looked at under.
struct AgreementHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.get(RouterPath(StreamingPath.agreement)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let query = try Query(request, allowing: ["by", "from", "to", "blind", "map"])
            let project = try await call.project(services)
            var question = try Self.question(query)
            if let map = query["map"] {
                question.map = try await services.labelMaps.map(map, of: project)
            }
            return Response.json(
                try await services.agreement.json(project: project, question))
        }
        router.get(RouterPath(StreamingPath.reviewer)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            return Response.json(
                try await services.reviewerReport.json(
                    of: context.parameter("name"), in: call.project(services)))
        }
        router.get(RouterPath(StreamingPath.labelMaps)) { request, context in
            let call = try Call(request: request, context: context, needs: .inspect)
            let maps = try await services.labelMaps.all(of: call.project(services))
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("label_maps")
            writer.array(maps) { writer, map in
                writer.beginObject()
                writer.member("name", map.name)
                writer.member("map", raw: map.document)
                writer.member("updated_at", map.updatedAt.rfc3339)
                writer.member("updated_by", map.updatedBy)
                writer.endObject()
            }
            writer.endObject()
            return Response.json(writer.bytes)
        }
        router.put(RouterPath(StreamingPath.labelMap)) { request, context in
            let call = try Call(request: request, context: context, needs: .administer)
            let bytes = try await request.collect(limit: 1 << 20)
            guard !bytes.isEmpty else { throw ReviewError.emptyBody }
            let project = try await call.project(services)
            let map = try await services.labelMaps.put(
                Self.document(bytes), named: context.parameter("name"), of: project,
                by: call.caller)
            return Response.json(map.document(project.labels.ownName))
        }
        router.delete(RouterPath(StreamingPath.labelMap)) { request, context in
            let call = try Call(request: request, context: context, needs: .administer)
            try await services.labelMaps.delete(
                context.parameter("name"), of: call.project(services))
            return Response.json(Nothing())
        }
    }

    private static func document(_ bytes: [UInt8]) throws(ReviewError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw .malformedJSON(error)
        }
    }

    private static func question(_ query: Query) throws(ReviewError) -> AgreementQuestion {
        var question = AgreementQuestion()
        question.filter.from = try query.timestamp("from")
        question.filter.to = try query.timestamp("to")
        question.filter.isBlindOnly = try query.flag("blind")
        guard let by = query["by"], by != "label" else { return question }
        question.slicedBy = by
        if by == "tag" {
            question.slicing = .tag
        } else if let path = FieldPath(by) {
            question.slicing = .field(path)
        } else {
            throw .invalidParameter(
                name: "by", found: "\"\(by.prefix(60))\"",
                accepted: "label, tag, or a place such as metadata.site or payload.kind")
        }
        return question
    }
}
