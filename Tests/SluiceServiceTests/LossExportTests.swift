import Foundation
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@Suite("Labels by how surprising they are", .database)
struct LossExportTests {
    private func export(
        _ service: TestService, _ format: LabelExport.Format = .jsonLines,
        _ filter: LabelFilter = LabelFilter(), limit: Int? = nil, page: Int = 20_000,
        map: LabelMap? = nil
    ) async throws -> String {
        let text = Collected()
        try await LabelExport(pool: service.pool, pageItems: page).run(
            format, filter: filter, project: service.project(), map: map,
            order: .loss(limit: limit)
        ) { await text.append($0) }
        return await String(decoding: text.bytes, as: UTF8.self)
    }

    private actor Collected {
        var bytes: [UInt8] = []
        func append(_ chunk: [UInt8]) { bytes += chunk }
    }

    private func rows(_ text: String) throws -> [JSONValue] {
        try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    /// Five labels, one of them borderline; a third of the items has scores, some none for the answer,
    /// some beyond a probability; one has no confidence.
    private func answered(_ service: TestService) async throws {
        try await service.ingest(
            (0..<120).map { number in
                let scores =
                    number % 3 == 0
                    ? #""scores":{"a":0.\#(10 + number % 80),"b":0.0\#(1 + number % 9)}"#
                    : number % 10 == 1 ? #""scores":{"b":-3.5,"c":17}"# : ""
                return SentPrediction(
                    "i\(number)", label: "a",
                    confidence: number == 50 ? "null" : "0.\(11 + number % 89)", more: scores)
            })
        let ann = try await service.reviewer("ann")
        for (index, lease) in try await service.lease(120, by: ann).enumerated() {
            let number = Int(lease.content.externalID.dropFirst()) ?? 0
            let verdict: Verdict =
                number % 25 == 7
                ? .label("unclear")
                : number % 25 == 8 ? .unusable : .label(["a", "b", "c"][number % 3])
            try await service.answer(lease, verdict, id: "r\(index)", by: ann)
        }
    }

    /// What the loss is by its definition, from the line that was sent.
    private func expected(_ number: Int) -> Double? {
        guard number % 25 != 7, number % 25 != 8 else { return nil }
        let label = ["a", "b", "c"][number % 3]
        if number % 3 == 0 {
            return LabelLoss.loss(probability: Double("0.\(10 + number % 80)") ?? 0)
        }
        guard number != 50 else { return nil }
        return LabelLoss.loss(
            confidence: Double("0.\(11 + number % 89)") ?? 0, isPredicted: label == "a", labels: 4)
    }

    @Test("the order and the losses are those of the definition, whatever the size of the pages")
    func order() async throws {
        try await TestService.run(labels: ["a", "b", "c", "d", "?unclear"]) { service in
            try await answered(service)
            let whole = try await export(service)
            let found = try rows(whole)
            #expect(found.count == 120)
            var last = Double.infinity
            for row in found {
                let number = Int((row["external_id"]?.string ?? "").dropFirst()) ?? 0
                guard let loss = expected(number) else {
                    #expect(row["loss"] == .null, "\(number)")
                    last = -1
                    continue
                }
                let value = try #require(row["loss"]?.double)
                #expect(abs(value - loss) < 1e-12, "\(number)")
                #expect(value <= last, "what has no loss comes last")
                last = value
            }
            #expect(try await export(service, page: 7) == whole)
            let first = try rows(try await export(service, limit: 9))
            #expect(first == Array(found.prefix(9)))
            // The same rows as without an order, each with one more column.
            let plain = try rows(try await service.export())
            func key(_ row: JSONValue) -> String { row["external_id"]?.string ?? "" }
            let byKey = Dictionary(uniqueKeysWithValues: plain.map { (key($0), $0) })
            for row in found {
                var object = try #require(row.object)
                object["loss"] = nil
                #expect(byKey[key(row)] == .object(object))
            }
        }
    }

    @Test("filters, maps and CSV go with it, and the loss is the last column")
    func filters() async throws {
        try await TestService.run(labels: ["a", "b", "c", "d", "?unclear"]) { service in
            try await answered(service)
            var filter = LabelFilter()
            filter.label = "b"
            let found = try rows(try await export(service, .jsonLines, filter))
            #expect(!found.isEmpty && found.allSatisfy { $0["label"]?.string == "b" })
            let csv = CSVReader.records(try await export(service, .csv, filter, limit: 3))
            #expect(csv.count == 4 && csv[0].last == "loss")
            #expect(csv[1].count == csv[0].count)
            #expect(
                Double(csv[1].last.flatMap { $0 } ?? "") == found[0]["loss"]?.double)
            let map = try LabelMap(
                [("a", "other"), ("b", "other")], labels: try await service.project().labels)
            let mapped = try rows(try await export(service, .jsonLines, filter, map: map))
            #expect(
                mapped.first?.object?.keys.suffix(3) == [
                    "label_original", "predicted_original", "loss",
                ])
            #expect(mapped.map { $0["loss"]?.double } == found.map { $0["loss"]?.double })
        }
    }

    @Test(
        "a decision that changes while the export goes on is written as it is then, or not at all")
    func changing() async throws {
        try await TestService.run(labels: ["a", "b", "c", "d", "?unclear"]) { service in
            try await answered(service)
            let seen = Collected()
            var filter = LabelFilter()
            filter.source = .reviewer
            try await LabelExport(pool: service.pool, pageItems: 1).run(
                .jsonLines, filter: filter, project: service.project(), order: .loss(limit: nil)
            ) { chunk in
                let isFirst = await seen.bytes.isEmpty
                await seen.append(chunk)
                guard isFirst, !chunk.isEmpty else { return }
                // All that is not written yet becomes an adjudicator's.
                try await service.sql("UPDATE decision SET source = 'adjudicator'")
            }
            let written = try rows(await String(decoding: seen.bytes, as: UTF8.self))
            #expect(written.count == 1)
        }
    }
}
