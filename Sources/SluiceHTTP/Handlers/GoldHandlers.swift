import HTTPTypes
import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore

/// Items whose label is known.
struct GoldHandlers {
    let services: Services

    /// The largest body of marks.
    private static let limit = 32 << 20

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.post(RouterPath(Endpoints.addGold.path)) { request, context in
            let call = try Call(request: request, context: context, needs: .administer)
            let project = try await call.project(services)
            let upload = try await Self.upload(request)
            return Response.json(
                try await Self.add(upload, to: project, by: call.caller, services))
        }
        router.answer(Endpoints.gold, .administer) { _, call in
            let project = try await call.project(services)
            let records = try await services.gold.list(of: project)
            return GoldList(
                items: records.map { GoldItem($0, project.labels) },
                warnings: Self.warnings(records, project))
        }
        router.answer(Endpoints.retireGold, .administer) { _, call in
            try await services.gold.retire(
                call.context.parameter("external_id"), of: call.project(services),
                by: call.caller)
            return Nothing()
        }
    }

    private static func upload(_ request: Request) async throws -> GoldUpload {
        let bytes = try await request.collect(limit: limit)
        guard !bytes.isEmpty else { throw ReviewError.emptyBody }
        let limits = JSONLimits(depth: 64, bytes: bytes.count)
        switch try request.manyForm() {
        case .document:
            return try await offLoop { try GoldUpload(parsing: bytes, limits: limits) }
        case .lines:
            return try await offLoop {
                GoldUpload(
                    lines: bytes.split(separator: UInt8(ascii: "\n")).filter { line in
                        line.contains { ![9, 13, 32].contains($0) }
                    }.map { line in
                        Result { () throws(ReviewError) in
                            try GoldMark(parsing: Array(line), limits: limits)
                        }
                    })
            }
        }
    }

    private static func add(
        _ upload: GoldUpload, to project: ProjectContext, by caller: Caller, _ services: Services
    ) async throws -> GoldSummary {
        var entries: [GoldEntry] = []
        var errors: [(line: Int, error: ReviewError)] = []
        var numbers: [Int] = []
        for (index, line) in upload.lines.enumerated() {
            switch line {
            case .failure(let error): errors.append((index + 1, error))
            case .success(let mark):
                entries.append(GoldEntry(mark))
                numbers.append(index + 1)
            }
        }
        let outcomes = try await services.gold.add(entries, to: project, by: caller)
        for (number, outcome) in zip(numbers, outcomes.refusals) {
            if let outcome { errors.append((number, outcome)) }
        }
        return GoldSummary(
            added: outcomes.added, newItems: outcomes.newItems,
            filledItems: outcomes.filledItems,
            refused: errors.sorted { $0.line < $1.line }.map {
                .init(line: $0.line, code: $0.error.code.rawValue, detail: $0.error.detail)
            })
    }

    private static func warnings(_ records: [GoldRecord], _ project: ProjectContext) -> [String] {
        let inUse = records.filter { $0.retiredAt == nil }
        var warnings: [String] = []
        if !inUse.isEmpty, project.policy.goldRate == 0 {
            warnings.append("gold_rate of the policy is 0: no gold item is given out")
        }
        let hidden = inUse.count { !$0.hasPrediction }
        let shows = ![.humanOnly, .shadow].contains(project.policy.degree)
        if shows, hidden > 0, !project.policy.drawsBlindness {
            warnings.append(
                "\(hidden) gold items have no prediction to show, and the policy shows all others "
                    + "in the queue: they are given blind and may be told by it; with a "
                    + "blind_share they are not")
        }
        return warnings
    }
}

extension GoldEntry {
    fileprivate init(_ mark: GoldMark) {
        self.init(
            externalID: mark.externalID, label: mark.label, note: mark.note,
            payload: mark.payload?.bytes, metadata: mark.metadata?.bytes)
    }
}

extension GoldItem {
    fileprivate init(_ record: GoldRecord, _ labels: LabelSet) {
        self.init(
            externalID: record.externalID, label: labels.name(of: record.label), note: record.note,
            createdAt: record.createdAt, createdBy: record.createdBy,
            retiredAt: record.retiredAt, answers: record.answers, correct: record.correct)
    }
}
