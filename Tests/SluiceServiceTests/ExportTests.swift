import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Exports", .database)
struct ExportTests {
    private static let columns = [
        "external_id", "label", "label_source", "outcome", "predicted", "confidence", "model",
        "model_version", "route", "reason", "selected_by", "propensity", "weight",
        "weight_normalised", "policy_version", "n_labels", "agreement", "label_confidence",
        "reviewers", "blind", "split", "group", "received_at", "decided_at", "lineage", "tags",
        "comment", "seconds", "payload", "metadata",
    ]

    private func rows(
        _ service: TestService, _ filter: LabelFilter = LabelFilter()
    ) async throws -> [JSONValue] {
        try await service.export(.jsonLines, filter).split(separator: "\n").map {
            try JSONValue(parsing: String($0))
        }
    }

    private func answerAll(
        _ service: TestService, _ name: String, queue: Queue = .review,
        _ verdict: (GivenLease) -> Verdict
    ) async throws {
        let caller = try await service.reviewer(name)
        while case let leases = try await service.lease(50, queue: queue, by: caller),
            !leases.isEmpty
        {
            for lease in leases {
                try await service.answer(
                    lease, verdict(lease), id: "\(name)-\(lease.id)", by: caller, seconds: 2.5)
            }
        }
    }

    @Test("every column of a queued, an audited and an accepted item says where the label is from")
    func provenance() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":1}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction(
                    "queued", confidence: "0.25", payload: #"{"a":  1}"#, group: "g",
                    more: #""metadata":{"site":"x"}"#),
                SentPrediction("audited", confidence: "0.95"),
            ])
            try await answerAll(service, "ann") {
                .label($0.content.externalID == "queued" ? "b" : "a")
            }
            try await service.setPolicy(
                #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0}"#)
            try await service.ingest([SentPrediction("accepted", confidence: "1")])
            #expect(try await rows(service).count == 2)
            let all = try await rows(service, LabelFilter(includesModel: true))
            #expect(all.count == 3)
            for row in all { #expect(row.object?.keys == Self.columns) }
            func row(_ id: String) throws -> JSONValue {
                try #require(all.first { $0["external_id"]?.string == id })
            }
            let queued = try row("queued")
            #expect(queued["label"]?.string == "b" && queued["predicted"]?.string == "a")
            #expect(queued["label_source"]?.string == "single")
            #expect(queued["outcome"]?.string == "corrected")
            #expect(queued["confidence"]?.double == 0.25)
            #expect(queued["model"]?.string == "demo" && queued["model_version"]?.string == "1")
            #expect(queued["route"]?.string == "queued")
            #expect(queued["reason"]?.string == "below_threshold")
            #expect(queued["selected_by"]?.string == "uncertain")
            #expect(queued["propensity"]?.double == 1 && queued["weight"]?.double == 1)
            #expect(queued["policy_version"]?.int == 2 && queued["n_labels"]?.int == 1)
            #expect(queued["agreement"]?.double == 1)
            #expect(queued["reviewers"]?[0]?.string == "ann")
            #expect(queued["blind"]?.bool == false && queued["group"]?.string == "g")
            #expect(queued["seconds"]?.double == 2.5)
            #expect(queued["metadata"]?["site"]?.string == "x")
            for key in ["received_at", "decided_at"] {
                #expect(queued[key]?.string.flatMap(Timestamp.init(rfc3339:)) != nil)
            }
            let audited = try row("audited")
            #expect(audited["selected_by"]?.string == "audit")
            #expect(audited["outcome"]?.string == "accepted")
            #expect(audited["blind"]?.bool == true)
            let accepted = try row("accepted")
            #expect(accepted["label_source"]?.string == "model")
            #expect(accepted["selected_by"]?.string == "model")
            #expect(accepted["outcome"]?.string == "auto_accepted")
            #expect(accepted["weight"]?.double == 0 && accepted["reviewers"]?.isNull == true)
        }
    }

    @Test("several reviewers and an adjudicator are named")
    func severalReviewers() async throws {
        let policy = #"{"reviewers":2,"consensus":{"agree":2,"at_most":2}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([SentPrediction("agreed"), SentPrediction("disputed")])
            try await answerAll(service, "ann") { _ in .label("a") }
            try await answerAll(service, "bob") {
                .label($0.content.externalID == "agreed" ? "a" : "b")
            }
            try await answerAll(service, "chief", queue: .adjudication) { _ in .label("c") }
            let all = try await rows(service)
            let agreed = try #require(all.first { $0["external_id"]?.string == "agreed" })
            #expect(agreed["label_source"]?.string == "consensus")
            #expect(agreed["reviewers"]?.array?.compactMap(\.string) == ["ann", "bob"])
            #expect(agreed["n_labels"]?.int == 2 && agreed["agreement"]?.double == 1)
            let disputed = try #require(all.first { $0["external_id"]?.string == "disputed" })
            #expect(disputed["label_source"]?.string == "adjudicated")
            #expect(disputed["reviewers"]?.array?.compactMap(\.string) == ["chief"])
            #expect(disputed["label"]?.string == "c")
            #expect(try await rows(service, LabelFilter(source: .adjudicator)).count == 1)
            #expect(try await rows(service, LabelFilter(label: "a")).count == 1)
            #expect(try await rows(service, LabelFilter(source: .reviewer)).isEmpty)
            let last = all.compactMap {
                $0["decided_at"]?.string.flatMap(Timestamp.init(rfc3339:))
            }.max()
            let since = try #require(last)
            #expect(try await rows(service, LabelFilter(since: since)).count == 1)
            let after = Timestamp(microseconds: since.microseconds + 1)
            #expect(try await rows(service, LabelFilter(since: after)).isEmpty)
        }
    }

    @Test("weights are one over the propensity, and their normalised mean is one")
    func weights() async throws {
        let policy = """
            {"degree":"partial","accept":{"default":0.5},"audit_rate":0.2,"automation_share":0.7}
            """
        try await TestService.run(policy: policy) { service in
            try await service.ingest(
                (0..<300).map {
                    SentPrediction(
                        "i\($0)", confidence: $0 % 2 == 0 ? "0.9" : "0.1", group: "g\($0 % 30)")
                })
            try await answerAll(service, "ann") { _ in .label("a") }
            let all = try await rows(service)
            #expect(all.count > 150)
            var sum = 0.0
            var splits: [String: Set<String>] = [:]
            for row in all {
                let propensity = try #require(row["propensity"]?.double)
                let weight = try #require(row["weight"]?.double)
                #expect(abs(weight * propensity - 1) < 1e-12)
                sum += try #require(row["weight_normalised"]?.double)
                splits[row["group"]?.string ?? "", default: []].insert(row["split"]?.string ?? "")
            }
            #expect(abs(sum / Double(all.count) - 1) < 1e-9)
            // Of the 15 groups the model may decide one is labelled by nobody once in 20 runs.
            #expect(splits.count > 20 && splits.values.allSatisfy { $0.count == 1 })
        }
    }

    @Test("CSV reads back as what JSON Lines say, names are left alone, and calls are defused")
    func csv() async throws {
        let calls = [#"=HYPERLINK("x")"#, "+cmd|' /C calc'!A0", "\u{ff1d}w()"]
        let names =
            calls + [
                "=1+1", "+1", "-1", "+x", "-y", "@z", "plain", "comma,", "q\"uote", "é", "f(x)",
            ]
        try await TestService.run(labels: names) { service in
            try await service.ingest(
                names.map { name in
                    SentPrediction(
                        name, label: name, payload: "{\"t\":\"a,\\\"b\\\"\\n\",\n \"n\" : 1}")
                })
            try await answerAll(service, "ann") { .label($0.content.externalID) }
            let json = try await rows(service)
            #expect(json.count == names.count)
            for (format, isDefused) in [(LabelExport.Format.csv, true), (.rawCSV, false)] {
                let records = CSVReader.records(try await service.export(format))
                #expect(records.first?.compactMap(\.self) == Self.columns)
                #expect(records.count == names.count + 1)
                for (record, row) in zip(records.dropFirst(), json) {
                    #expect(record.count == Self.columns.count)
                    let id = try #require(row["external_id"]?.string)
                    let isFormula = isDefused && calls.contains(id)
                    #expect(record[0] == (isFormula ? "'" + id : id))
                    #expect(record[1] == record[0])
                    #expect(record[11] == "1.0" && record[16] == "1.0")
                    #expect(record[26] == nil, "no comment")
                    let payload = try JSONValue(parsing: try #require(record[28]))
                    #expect(payload == row["payload"])
                }
            }
        }
    }

    private func comment(
        _ text: String, _ lease: GivenLease, by caller: Caller, _ service: TestService
    ) async throws {
        _ = try await service.reviewing.answer(
            Answer(
                reviewID: "r \(lease.content.externalID)", verdict: .label("a"), comment: text),
            lease: lease.id, project: service.project(), by: caller)
    }

    @Test("text that begins like a formula is defused, and a number is none")
    func comments() async throws {
        let comments = ["=1+1", "+1", "-2.5e3", "- no", "@x", "\t=1", "-1+2", "1+1"]
        try await TestService.run { service in
            try await service.ingest(comments.indices.map { SentPrediction("i\($0)") })
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(20, by: ann) {
                let number = Int(lease.content.externalID.dropFirst()) ?? 0
                try await comment(comments[number], lease, by: ann, service)
            }
            let records = CSVReader.records(try await service.export(.csv)).dropFirst()
            #expect(
                records.map { $0[26] } == [
                    "'=1+1", "+1", "-2.5e3", "'- no", "'@x", "'\t=1", "'-1+2", "1+1",
                ])
        }
    }

    @Test("no row holds what some reader takes for the end of a line")
    func separators() async throws {
        let ends = "\u{2028} \u{2029} \u{85} \u{B} \u{C} \u{1C} \u{1E} \r"
        let written = JSONValue(stringLiteral: ends + "é©… end")
        let json = String(decoding: written.bytes, as: UTF8.self)
        // As a producer may send them: raw where JSON lets them be.
        let raw = "\u{2028}\u{2029}\u{85}©…"
        try await TestService.run { service in
            try await service.ingest([
                SentPrediction(
                    "x\u{2028}y", payload: "{\r\"t\":\"\(raw)\",\r\n \"e\": \(json)}",
                    more: "\"metadata\":{\"k\u{85}\":\"\(raw)\"},\"group\":\"g\u{2029}\"")
            ])
            let ann = try await service.reviewer("ann")
            let lease = try #require(try await service.lease(1, by: ann).first)
            try await comment(ends, lease, by: ann, service)
            let text = try await service.export()
            let line = text.dropLast()
            #expect(
                text.last == "\n"
                    && !line.unicodeScalars.contains { $0.properties.isWhitespace && $0 != " " })
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
            let row = try #require(try await rows(service).first)
            #expect(row["external_id"]?.string == "x\u{2028}y" && row["comment"]?.string == ends)
            #expect(row["payload"]?["t"]?.string == raw && row["payload"]?["e"] == written)
            #expect(row["metadata"]?["k\u{85}"]?.string == raw)
        }
    }

    @Test("a long export shows the type of every column early, and keeps it")
    func types() async throws {
        try await TestService.run { service in
            try await service.ingest((0..<400).map { SentPrediction("i\($0)", confidence: "null") })
            try await service.ingest([
                SentPrediction("last", confidence: "1", group: "g", more: #""metadata":{"k":1}"#)
            ])
            let ann = try await service.reviewer("ann")
            while case let leases = try await service.lease(50, by: ann), !leases.isEmpty {
                for lease in leases {
                    let isLast = lease.content.externalID == "last"
                    _ = try await service.reviewing.answer(
                        Answer(
                            reviewID: lease.content.externalID, verdict: .label("a"),
                            tags: isLast ? ["hard"] : [], comment: isLast ? "late" : nil,
                            seconds: isLast ? 3 : nil), lease: lease.id, project: service.project(),
                        by: ann)
                }
            }
            let all = try await rows(service)
            #expect(all.count == 401)
            #expect(Set(all.compactMap { $0["external_id"]?.string }).count == 401)
            let early = all.prefix(12)
            for column in ["comment", "tags", "seconds", "group", "metadata", "confidence"] {
                #expect(early.contains { $0[column]?.isNull == false }, "\(column)")
            }
            #expect(early.contains { $0["external_id"]?.string == "last" })
            for row in all {
                for column in ["confidence", "weight", "propensity", "agreement", "seconds"] {
                    guard let value = row[column], !value.isNull else { continue }
                    let text = String(decoding: value.bytes, as: UTF8.self)
                    #expect(text.contains(".") || text.contains("e"), "\(column) is \(text)")
                }
                #expect(Double(decimal: row["lineage"]?.string ?? "1") == nil)
            }
            let csv = CSVReader.records(try await service.export(.rawCSV)).dropFirst()
            #expect(csv.map { $0[0] } == all.map { $0["external_id"]?.string })
        }
    }

    @Test("pages neither lose nor double an item")
    func pages() async throws {
        try await TestService.run { service in
            try await service.ingest((0..<137).map { SentPrediction("i\($0)") })
            try await answerAll(service, "ann") {
                $0.content.externalID.hasSuffix("3") ? .unusable : .label("b")
            }
            let whole = try await service.export()
            for pageItems in [1, 10, 136, 137, 138] {
                let paged = try await service.export(pageItems: pageItems)
                #expect(paged == whole, "in pages of \(pageItems)")
            }
            let ids = try await rows(service).compactMap { $0["external_id"]?.string }
            #expect(ids.count == 137 && Set(ids).count == 137)
            let unusable = try await rows(service).filter {
                $0["outcome"]?.string == "unusable"
            }
            #expect(unusable.count == 14 && unusable.allSatisfy { $0["label"]?.isNull == true })
        }
    }

    @Test("an item whose review was taken back is in no export until it is reviewed again")
    func reopened() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            try await service.answer(lease, .label("a"), id: "1", by: ann)
            let again = try #require(try await service.undo("1", by: ann))
            #expect(try await rows(service, LabelFilter(includesModel: true)).isEmpty)
            try await service.answer(again, .label("b"), id: "2", by: ann)
            #expect(try await rows(service).map { $0["label"]?.string } == ["b"])
        }
    }
}
