import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// Replays recorded traffic under other policies, to say what they would have done with it.
public struct WhatIf: Sendable {
    private let pool: ConnectionPool
    private let pageRows: Int

    /// Reads through `pool`, `pageRows` items at a time.
    public init(pool: ConnectionPool, pageRows: Int = 5_000) {
        self.pool = pool
        self.pageRows = pageRows
    }

    /// Answers a question as one JSON object.
    ///
    /// The traffic is read in pages, each as things stand when it is read, so memory does not grow
    /// with it and no snapshot is held. Routes come from the function that routes new predictions,
    /// with the draws that were recorded.
    ///
    /// - Throws: `invalidPolicy`, `unknownLabel`; `invalidParameter` for a window that ends before
    ///   it begins.
    public func json(
        _ question: WhatIfQuestion, project: ProjectContext
    ) async throws -> [UInt8] {
        let candidates = try question.candidates(for: project)
        let now = try await pool.withSession { session in try Store(session).currentTime() }
        let from = question.from ?? project.record.createdAt
        // What arrives in this microsecond belongs to the window.
        let end = Timestamp(microseconds: now.microseconds + 1)
        let to = question.to ?? end
        guard from < to else {
            throw ReviewError.invalidParameter(
                name: "from", found: from.rfc3339, accepted: "a time before \(to.rfc3339)")
        }
        let salts = try await salts(of: project)
        let (window, handling, calibration) = try await pool.withSession { session in
            let store = Store(session)
            return (
                try store.replayWindow(project: project.id, from: from, to: to),
                // What arrived in the window is reviewed after it.
                try store.handlingTime(project: project.id, from: from, to: end),
                try project.servingCalibration(store)
            )
        }
        var replay = Replay(
            candidates.map(\.policy), costs: WhatIfCosts.costs(candidates, project: project))
        if let range = window.range {
            let limit = replay.readsPayloads ? max(1, pageRows / 20) : pageRows
            var after = range.lowerBound - 1
            while after < range.upperBound {
                let (start, withPayload) = (after, replay.readsPayloads)
                let rows = try await pool.withSession { session in
                    try Store(session).replayPage(
                        project: project.id, from: from, to: to, after: start,
                        through: range.upperBound, withPayload: withPayload, limit: limit)
                }
                for row in rows {
                    guard let salt = salts[row.saltID] else { throw ReviewError.internalError }
                    try replay.add(row, salt: salt)
                }
                guard rows.count == limit, let last = rows.last else { break }
                after = last.item
            }
        }
        let answer = WhatIfAnswer(
            labels: project.labels, candidates: candidates, replay: replay,
            pace: WhatIfPace(
                arrivals: window.arrivals, until: min(to, now), handling: handling),
            calibration: calibration)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("project", project.name.text)
        writer.member("from", from.rfc3339)
        writer.member("to", to.rfc3339)
        writer.member("as_of", now.rfc3339)
        writer.member("policy_version", project.policyVersion)
        writer.member("label", question.label)
        answer.write(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Every routing salt there has been, by its number.
    private func salts(of project: ProjectContext) async throws -> [Int16: [UInt8]] {
        let newest = project.routingSalt
        return try await pool.withSession { session in
            var salts = [newest.id: newest.secret]
            for id in 1..<max(newest.id, 1) {
                salts[id] = try Store(session).saltSecret(
                    project: project.id, purpose: .routing, id: id)
            }
            return salts
        }
    }
}
