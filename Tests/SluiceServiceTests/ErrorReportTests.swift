import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@Suite("Error analysis", .database)
struct ErrorReportTests {
    static func policy(auditRate: Double) -> String {
        """
        {"degree":"partial","accept":{"default":0.5},"audit_rate":\(auditRate),\
        "audits":{"second_look":false}}
        """
    }

    /// 600 predictions at two sites, with everything people are asked about answered.
    ///
    /// Half of them are accepted and a third of those audited; the night
    /// site is wrong more often.
    static func answered(_ service: TestService) async throws {
        try await service.ingest(
            (0..<600).map { number in
                SentPrediction(
                    "i\(number)", label: number % 3 == 0 ? "b" : "a",
                    confidence: number % 2 == 0 ? "0.9" : "0.1",
                    version: number % 4 < 2 ? "1" : "2",
                    more: #""metadata":{"site":"\#(number % 5 == 0 ? "night" : "day")"}"#)
            })
        let ann = try await service.reviewer("ann")
        for (index, lease) in try await service.lease(600, by: ann).enumerated() {
            let number = Int(lease.content.externalID.dropFirst()) ?? 0
            let predicted = try #require(lease.content.prediction).label
            let other = predicted == "a" ? "b" : "a"
            let isWrong = number % 5 == 0 ? number % 4 < 2 : number % 7 == 0
            let verdict: Verdict =
                index % 29 == 5 ? .label("unclear") : .label(isWrong ? other : predicted)
            _ = try await service.reviewing.answer(
                Answer(
                    reviewID: "r\(index)", verdict: verdict,
                    tags: isWrong ? ["noise"] : index % 3 == 0 ? ["noise", "short"] : []),
                lease: lease.id, project: service.project(), by: ann)
        }
    }

    static func report(
        _ service: TestService, by slicing: String, page: Int = 20_000,
        _ change: (inout EvidenceQuestion) -> Void = { _ in }
    ) async throws -> JSONValue {
        var question = EvidenceQuestion()
        change(&question)
        return try JSONValue(
            parsing: try await ErrorReport(pool: service.pool, pageRows: page).json(
                project: service.project(), question,
                by: #require(ErrorReport.Slicing(slicing)), named: slicing))
    }

    @Test("the table is what an independent recount of the export gives, by tag, label and place")
    func recount() async throws {
        try await TestService.run(
            labels: ["a", "b", "?unclear"], policy: Self.policy(auditRate: 0.3)
        ) { service in
            try await Self.answered(service)
            let rows = try await service.export().split(separator: "\n").map {
                try JSONValue(parsing: String($0))
            }.filter { $0["label"]?.string != "unclear" }
            func sum(_ isIncluded: (JSONValue) -> Bool) -> Double {
                rows.filter(isIncluded).reduce(0) { $0 + ($1["weight"]?.double ?? 0) }
            }
            func isWrong(_ row: JSONValue) -> Bool { row["outcome"]?.string == "corrected" }
            let slicings: [(String, (JSONValue) -> [String])] = [
                ("tag", { $0["tags"]?.array?.compactMap(\.string) ?? [] }),
                ("label", { [$0["predicted"]?.string ?? ""] }),
                ("metadata.site", { [$0["metadata"]?["site"]?.string ?? ""] }),
            ]
            for (by, slices) in slicings {
                for page in [20_000, 37] {
                    let report = try await Self.report(service, by: by, page: page)
                    #expect(report["labelled"]?.int == rows.count)
                    #expect(report["errors"]?.int == rows.count(where: isWrong))
                    let lines = try #require(report["slices"]?.array)
                    #expect(lines.count == 2, "\(by)")
                    for line in lines {
                        let slice = try #require(line["slice"]?.string)
                        func isIn(_ row: JSONValue) -> Bool { slices(row).contains(slice) }
                        let within = sum(isIn)
                        let wrong = sum { isIn($0) && isWrong($0) }
                        func expect(_ key: String, _ value: Double) throws {
                            let found = try #require(line[key]?["value"]?.double)
                            #expect(abs(found - value) < 1e-9, "\(by) \(slice) \(key)")
                        }
                        try expect("error_rate", wrong / within)
                        try expect("share_of_errors", wrong / sum(isWrong))
                        try expect("share_of_data", within / sum { _ in true })
                        let lift = try #require(line["lift"]?.double)
                        #expect(
                            abs(lift - wrong / within * sum { _ in true } / sum(isWrong)) < 1e-9)
                        #expect(line["items"]?.int == rows.count(where: isIn))
                        #expect(line["errors"]?.int == rows.count { isIn($0) && isWrong($0) })
                        #expect(line["error_rate"]?["method"]?.string == "weighted_wilson")
                    }
                }
            }
        }
    }

    @Test("a slice that is wrong more often is called so, and its pair is told apart")
    func worse() async throws {
        try await TestService.run(
            labels: ["a", "b", "?unclear"], policy: Self.policy(auditRate: 0.3)
        ) { service in
            try await Self.answered(service)
            let report = try await Self.report(service, by: "metadata.site")
            let night = try #require(
                report["slices"]?.array?.first { $0["slice"]?.string == "night" })
            #expect(night["against_rest"]?["worse"]?.bool == true)
            #expect((night["against_rest"]?["lo"]?.double ?? 0) > 0)
            #expect((night["against_rest"]?["p_adjusted"]?.double ?? 1) < 0.05)
            let pair = try #require(report["pairs"]?.array?.first)
            #expect(pair["one"]?.string == "night" && pair["other"]?.string == "day")
            #expect(pair["different"]?.bool == true)
            #expect(try await Self.report(service, by: "tag")["pairs"] == nil)
            // One person an item: how well people do is not known, and said so.
            #expect(night["gap"]?["value"] == .null)
            #expect(night["priority"]?["reason"]?.string?.contains("two people") == true)
            let first = try await Self.report(service, by: "label") {
                $0.model = "demo"
                $0.version = "1"
            }
            let second = try await Self.report(service, by: "label") {
                $0.model = "demo"
                $0.version = "2"
            }
            let both = try await Self.report(service, by: "label") { $0.model = "demo" }
            let counts = [first, second, both].map { $0["labelled"]?.int ?? 0 }
            #expect(counts[0] > 0 && counts[1] > 0 && counts[0] + counts[1] == counts[2])
            await #expect(throws: ReviewError.self) {
                try await Self.report(service, by: "label") { $0.model = "nobody's" }
            }
            await #expect(throws: ReviewError.self) {
                try await Self.report(service, by: "label") { $0.version = "1" }
            }
        }
    }

    @Test("precision, recall and F1 are what an independent recount of the export gives")
    func labels() async throws {
        try await TestService.run(
            labels: ["a", "b", "?unclear"], policy: Self.policy(auditRate: 0.3)
        ) { service in
            try await Self.answered(service)
            let rows = try await service.export().split(separator: "\n").map {
                try JSONValue(parsing: String($0))
            }.filter { $0["label"]?.string != "unclear" }
            let report = try await Self.report(service, by: "tag")
            let labels = try #require(report["labels"]?.array)
            #expect(labels.compactMap { $0["label"]?.string } == ["a", "b"])
            for line in labels {
                let label = try #require(line["label"]?.string)
                func weight(_ isIncluded: (_ predicted: Bool, _ decided: Bool) -> Bool) -> Double {
                    rows.filter {
                        isIncluded($0["predicted"]?.string == label, $0["label"]?.string == label)
                    }.reduce(0) { $0 + ($1["weight"]?.double ?? 0) }
                }
                let both = weight { $0 && $1 }
                let expected = [
                    "precision": both / weight { predicted, _ in predicted },
                    "recall": both / weight { $1 },
                    "f1": 2 * both / (weight { predicted, _ in predicted } + weight { $1 }),
                    "prevalence": weight { $1 } / weight { _, _ in true },
                ]
                for (key, value) in expected {
                    let figure = try #require(line[key])
                    let found = try #require(figure["value"]?.double)
                    #expect(abs(found - value) < 1e-9, "\(label) \(key)")
                    #expect((figure["lo"]?.double ?? 2) < found)
                    #expect((figure["hi"]?.double ?? -1) > found)
                }
            }
            let cells = try #require(report["confusion"]?.array)
            #expect(cells.count == 4)
            let shares = cells.reduce(0) { $0 + ($1["share"]?.double ?? 0) }
            #expect(abs(shares - 1) < 1e-12)
            let accuracy = try #require(report["accuracy"]?["value"]?.double)
            let error = try #require(report["error_rate"]?["value"]?.double)
            #expect(abs(accuracy + error - 1) < 1e-12)
        }
    }

    @Test("with answers of several people the gap to them says what there is to gain")
    func humanLevel() async throws {
        let policy = #"{"degree":"assist","reviewers":3,"consensus":{"agree":2,"at_most":3}}"#
        try await TestService.run(labels: ["a", "b"], policy: policy) { service in
            try await service.ingest(
                (0..<40).map {
                    SentPrediction(
                        "i\($0)", label: "a", confidence: "0.9",
                        more: #""metadata":{"site":"\#($0 < 20 ? "north" : "south")"}"#)
                })
            // The model is always wrong in the north; one person in three errs there.
            for (who, person) in ["ann", "ben", "cy"].enumerated() {
                let caller = try await service.reviewer(person)
                for lease in try await service.lease(40, by: caller) {
                    let number = Int(lease.content.externalID.dropFirst()) ?? 0
                    let label = number >= 20 ? "a" : who == number % 3 ? "a" : "b"
                    try await service.answer(
                        lease, .label(label), id: "\(person)\(number)", by: caller)
                }
            }
            let report = try await Self.report(service, by: "metadata.site")
            let agreement = try JSONValue(
                parsing: try await AgreementReport(pool: service.pool).json(
                    project: service.project(),
                    {
                        var question = AgreementQuestion()
                        question.slicing = .field(try #require(FieldPath("metadata.site")))
                        question.slicedBy = "metadata.site"
                        return question
                    }()))
            #expect(
                report["human_level"]?["value"]?.double
                    == agreement["human_level"]?["value"]?.double)
            let lines = try #require(report["slices"]?.array)
            #expect(lines.first?["slice"]?.string == "north", "the most to gain first")
            for line in lines {
                let name = line["slice"]?.string
                let other = agreement["by_slice"]?.array?.first { $0["slice"]?.string == name }
                let level = try #require(line["human_level"]?["value"]?.double)
                #expect(level == other?["human_level"]?["value"]?.double)
                #expect(line["human_level"]?["of_all"]?.bool == false)
                let accuracy = 1 - (line["error_rate"]?["value"]?.double ?? 0)
                let gap = try #require(line["gap"]?["value"]?.double)
                #expect(abs(gap - max(0, level - accuracy)) < 1e-12)
                let share = try #require(line["share_of_data"]?["value"]?.double)
                let priority = try #require(line["priority"]?["value"]?.double)
                #expect(abs(priority - gap * share) < 1e-12)
            }
        }
    }

    @Test("what cannot be known says why, and what may mislead is warned of")
    func unknown() async throws {
        try await TestService.run(
            labels: ["a", "b"], policy: Self.policy(auditRate: 0)
        ) { service in
            let empty = try await Self.report(service, by: "tag")
            #expect(
                empty["error_rate"]?["value"] == .null && empty["slices"]?.array?.isEmpty == true)
            #expect(empty["labels"]?.array?.first?["f1"]?["reason"]?.string != nil)
            #expect(empty["warnings"]?.array?.isEmpty == true)
            try await service.ingest(
                (0..<20).map {
                    SentPrediction("i\($0)", label: "a", confidence: $0 < 10 ? "0.9" : "0.1")
                })
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(2, by: ann) {
                try await service.answer(
                    lease, .label("b"), id: lease.content.externalID, by: ann)
            }
            let report = try await Self.report(service, by: "label")
            let warnings = report["warnings"]?.array?.compactMap(\.string) ?? []
            #expect(warnings.count == 2, "\(warnings)")
            #expect(warnings.first?.hasPrefix("10 items were accepted without audits") == true)
            #expect(warnings.last?.hasPrefix("8 of 10 items") == true)
            #expect(report["slices"]?.array?.first?["few"]?.bool == true)
            let curve = try JSONValue(
                parsing: try await RiskCoverageReport(pool: service.pool).json(
                    project: service.project(), EvidenceQuestion()))
            #expect(curve["points"]?.array?.isEmpty == true)
            #expect(curve["reason"]?.string?.contains("10 of 20") == true)
        }
    }

    @Test("the curve of risk and coverage is what an independent recount of the export gives")
    func riskCoverage() async throws {
        try await TestService.run(
            labels: ["a", "b", "?unclear"], policy: Self.policy(auditRate: 0.3)
        ) { service in
            try await Self.answered(service)
            let rows = try await service.export().split(separator: "\n").map {
                try JSONValue(parsing: String($0))
            }.filter { $0["label"]?.string != "unclear" }
            func sum(_ isIncluded: (JSONValue) -> Bool) -> Double {
                rows.filter(isIncluded).reduce(0) { $0 + ($1["weight"]?.double ?? 0) }
            }
            let curve = try JSONValue(
                parsing: try await RiskCoverageReport(pool: service.pool, pageRows: 50).json(
                    project: service.project(), EvidenceQuestion()))
            let points = try #require(curve["points"]?.array)
            #expect(points.compactMap { $0["threshold"]?.double } == [0.9, 0.1])
            func sure(_ row: JSONValue) -> Bool { row["confidence"]?.double == 0.9 }
            func wrong(_ row: JSONValue) -> Bool { row["outcome"]?.string == "corrected" }
            let coverage = sum(sure) / sum { _ in true }
            let risk = sum { sure($0) && wrong($0) } / sum(sure)
            #expect(abs((points[0]["coverage"]?.double ?? 0) - coverage) < 1e-12)
            #expect(abs((points[0]["risk"]?["value"]?.double ?? 0) - risk) < 1e-12)
            #expect(points[0]["risk"]?["method"]?.string == "wilson")
            #expect(abs((curve["in_force"]?["coverage"]?.double ?? 0) - coverage) < 1e-12)
            #expect(abs((curve["in_force"]?["risk"]?["value"]?.double ?? 0) - risk) < 1e-12)
            #expect(points[1]["coverage"]?.double == 1)
        }
    }
}
