import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStatistics
import SluiceStore

/// Drift and calibration.
struct DriftHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.get(RouterPath(StreamingPath.drift)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let query = try Query(
                request, allowing: ["model", "version", "from", "to", "windows"])
            return Response.json(
                try await services.drift.json(
                    project: call.project(services), version: Self.version(query),
                    from: query.timestamp("from"), to: query.timestamp("to"),
                    windows: query.number("windows", 1...DriftReport.mostWindows, standard: 28)))
        }
        router.put(RouterPath(StreamingPath.drift)) { request, context in
            let call = try Call(request: request, context: context, needs: .administer)
            let settings = try await services.driftAdministration.change(
                Self.document(request), of: call.project(services), by: call.caller)
            return Response.json(settings.document)
        }
        router.answer(Endpoints.closeEpisode, .administer) { input, call in
            let closed = try await services.driftAdministration.closeEpisode(
                call.episodeNumber(), reason: input.reason, of: call.project(services),
                by: call.caller)
            return EpisodeReply(closed.episode, fallbacks: closed.fallbacks)
        }
        router.get(RouterPath(StreamingPath.calibration)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let query = try Query(request, allowing: ["model", "version", "from", "to"])
            return Response.json(
                try await services.calibration.json(
                    project: call.project(services), version: Self.version(query),
                    from: query.timestamp("from"), to: query.timestamp("to")))
        }
        router.post(RouterPath(StreamingPath.calibration)) { request, context in
            let call = try Call(request: request, context: context, needs: .administer)
            let fit = try FitRequest(wire: WireReader(await Self.document(request)))
            return Response.json(
                try await services.calibrating.fit(
                    fit.version, of: call.project(services), from: fit.from, to: fit.to,
                    kind: fit.kind, by: call.caller))
        }
    }

    private static func document(_ request: Request) async throws -> JSONValue {
        let bytes = try await request.collect(limit: 1 << 20)
        guard !bytes.isEmpty else { throw ReviewError.emptyBody }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw ReviewError.malformedJSON(error)
        }
    }

    /// The version that `model` and `version` name; nil when neither is given.
    private static func version(_ query: Query) throws(ReviewError) -> ModelVersion? {
        switch (query["model"], query["version"]) {
        case (nil, nil): return nil
        case (let model?, let version?):
            return ModelVersion(model: ExactText(model), version: ExactText(version))
        case (let model, _):
            throw .invalidParameter(
                name: model == nil ? "model" : "version", found: "missing",
                accepted: "model and version, both or neither")
        }
    }
}

extension Call {
    /// The episode of the path.
    ///
    /// - Throws: `unknownEpisode` for what cannot be one.
    fileprivate func episodeNumber() throws -> Int {
        let text = try context.parameter("number")
        guard let number = Int(text), number > 0 else {
            throw ReviewError.unknownEpisode(number: text)
        }
        return number
    }
}

extension EpisodeReply {
    fileprivate init(_ found: FoundEpisode, fallbacks: [Int]) {
        self.init(
            number: found.record.number, model: found.version.version.model.text,
            modelVersion: found.version.version.version.text,
            errorLimit: found.record.errorLimit, raisedAt: found.record.raisedAt,
            overAt: found.record.overAt, overReason: found.record.overReason?.rawValue,
            overBy: found.overBy, fallbacks: fallbacks)
    }
}

/// What a calibration map is to be fitted to.
private struct FitRequest {
    var version: ModelVersion?
    let from: Timestamp?
    let to: Timestamp?
    let kind: CalibrationMap.Kind?

    init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["model", "version", "from", "to", "kind"])
        kind = try wire.optional("kind")?.word()
        from = try wire.optional("from")?.timestamp()
        to = try wire.optional("to")?.timestamp()
        guard let model = try wire.optional("model")?.string() else {
            guard try wire.optional("version") == nil else { throw .missingField(path: "model") }
            return
        }
        version = ModelVersion(
            model: ExactText(model), version: ExactText(try wire.required("version").string()))
    }
}
