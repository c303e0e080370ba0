import Foundation
import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceTerminal
import Testing

@testable import SluiceDesk

/// The screens in the README are those of the code, on the demo's data.
@Suite("Screens of the README")
struct ReadmeScreenTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func desk() throws -> Desk {
        let data = Self.root.appendingPathComponent("Deploy/demo-data")
        let request = try ProjectRequest(
            parsing: Array(Data(contentsOf: data.appendingPathComponent("project.json"))))
        let lines = try String(
            contentsOf: data.appendingPathComponent("predictions.jsonl"), encoding: .utf8)
        let leases = try ["deb-retroarch", "deb-catdoc", "deb-tickr"].map { id in
            let line = try #require(
                lines.split(separator: "\n").first { $0.contains("\"\(id)\"") })
            let item = try #require(JSONValue(parsing: Array(line.utf8)).object)
            func member(_ name: String) -> String {
                item[name].map { String(decoding: $0.bytes, as: UTF8.self) } ?? "null"
            }
            var lease = Sample.lease(
                id, payload: member("payload"), metadata: member("metadata"))
            lease.prediction = ShownPrediction(
                label: item["label"]?.string ?? "", confidence: item["confidence"]?.double,
                scores: RawJSON(Array(member("scores").utf8)), model: "deb-section",
                modelVersion: "2.0.0")
            return lease
        }
        let project = ProjectReply(
            name: request.name.text, labels: request.labels.labels,
            guidelines: request.guidelines, dwell: Sample.project().dwell, policyVersion: 1,
            createdAt: Sample.received)
        var desk = Desk(project: request.name.text, ids: ReviewIDs(high: 1, low: 2))
        _ = desk.update(.started)
        _ = desk.update(.projectLoaded(.success(project)))
        _ = desk.update(.leased(.success(LeaseReply(leases: leases))))
        let figures = QueueReply(waiting: 980, leased: 5, oldestWaitingSeconds: 15)
        _ = desk.update(.queueLoaded(.success(figures)))
        return desk
    }

    private func expectInReadme(_ name: String, _ desk: Desk) throws {
        try expectScreen("readme-\(name)", desk)
        let readme = try String(
            contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        #expect(readme.contains("```\n" + desk.screen() + "\n```"), "\(name)")
    }

    @Test("an item, a search, tags, an item taken back, and no connection")
    func screens() throws {
        var desk = try desk()
        try expectInReadme("item", desk)
        desk.press("/")
        desk.press("s")
        try expectInReadme("search", desk)
        desk.press(Key(.escape))
        desk.press("t")
        desk.press("wrong title")
        desk.press(Key(.enter))
        try expectInReadme("tags", desk)
        desk.press(Key(.escape))
        desk = try self.desk()
        let first = desk.leases.removeFirst()
        desk.leases[0].former = .label("net")
        desk.leases.append(first)
        try expectInReadme("taken-back", desk)
        desk = try self.desk()
        desk.press(Key(.enter))
        _ = desk.update(
            .submitted(reviewID: "", .failure(.unreachable(reason: "connection refused"))))
        desk.press("r")
        _ = desk.update(.clock(.seconds(4)))
        try expectInReadme("offline", desk)
    }
}
