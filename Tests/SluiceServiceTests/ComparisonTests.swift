import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Comparisons of versions", .database)
struct ComparisonTests {
    private func compare(
        _ service: TestService, pageItems: Int = 20_000,
        _ question: ComparisonQuestion = ask { _ in }
    ) async throws -> JSONValue {
        try JSONValue(
            parsing: await Comparing(pool: service.pool, pageItems: pageItems).json(
                project: service.project(), question))
    }

    private static func ask(_ change: (inout ComparisonQuestion) -> Void) -> ComparisonQuestion {
        var question = ComparisonQuestion()
        question.serving = ModelVersion("demo/1")
        question.candidate = ModelVersion("demo/2")
        change(&question)
        return question
    }

    /// One item of the recount.
    private struct Recounted {
        let truth: String
        let serving: String
        let candidate: String
        let weight: Double
        let site: String
    }

    @Test(
        "every figure is what an independent recount of the export gives", arguments: [7, 20_000])
    func recount(pageItems: Int) async throws {
        // No second look: what waits for one is not in the export.
        let policy = """
            {"degree":"partial","accept":{"default":0.5},"audit_rate":0.25,
             "audits":{"second_look":false}}
            """
        try await TestService.run(labels: ["a", "b", "?unclear"], policy: policy) { service in
            let serving = (0..<400).map { $0 % 3 == 0 ? "b" : "a" }
            let candidate = (0..<400).map { $0 % 3 == 0 || $0 % 7 == 1 ? "b" : "a" }
            let truth = (0..<400).map { $0 % 3 == 0 || $0 % 14 == 1 ? "b" : "a" }
            func sites(_ number: Int) -> String { #""metadata":{"site":"F\#(number % 2)"}"# }
            try await service.ingest(
                serving.enumerated().map { number, label in
                    SentPrediction(
                        "i\(number)", label: label,
                        confidence: number % 2 == 0 ? "0.9" : "0.\(1 + number % 4)",
                        more: sites(number))
                })
            try await service.ingest(
                candidate.enumerated().map { number, label in
                    SentPrediction(
                        "i\(number)", label: label, confidence: "0.\(1 + number % 9)", version: "2",
                        more: sites(number))
                })
            // Scored by one version only: no part of the comparison.
            try await service.ingest(
                (400..<420).map { SentPrediction("i\($0)", confidence: "0.1") })
            let ann = try await service.reviewer("ann")
            while let lease = try await service.lease(by: ann).first {
                let name = lease.content.externalID
                let number = try #require(Int(name.dropFirst()))
                let verdict: Verdict =
                    number % 31 == 5
                    ? .unusable
                    : .label(number % 29 == 3 ? "unclear" : number < 400 ? truth[number] : "a")
                try await service.answer(lease, verdict, id: "r\(name)", by: ann)
            }
            let rows = try await service.export().split(separator: "\n")
                .map { try JSONValue(parsing: String($0)) }
            let items = try rows.compactMap { row -> Recounted? in
                let number = try #require(Int(row["external_id"]?.string?.dropFirst() ?? ""))
                guard number < 400, ["accepted", "corrected"].contains(row["outcome"]?.string)
                else { return nil }
                return Recounted(
                    truth: try #require(row["label"]?.string), serving: serving[number],
                    candidate: candidate[number],
                    weight: 1 / (try #require(row["propensity"]?.double)),
                    site: "F\(number % 2)")
            }
            let comparison = try await compare(
                service, pageItems: pageItems,
                Self.ask { $0.slicedBy = FieldPath("metadata.site") })
            #expect(items.count > 100)
            #expect(comparison["traffic"]?["scored_by_both"]?.int == 400)
            let agreeing = zip(serving, candidate).count { $0 == $1 }
            #expect(comparison["traffic"]?["agreement"]?["value"]?.double == Double(agreeing) / 400)
            #expect(comparison["selection"]?["weighted"]?.bool == true)
            try expect(comparison["overall"], items)
            for label in ["a", "b"] {
                let group = comparison["by_label"]?.array?.first { $0["label"]?.string == label }
                try expect(group, items.filter { $0.truth == label })
                let said = items.filter { $0.candidate == label }
                close(
                    group?["predicted"]?["candidate_error"]?["value"],
                    share(said) { $0.candidate != $0.truth })
            }
            #expect(comparison["by_slice"]?.array?.count == 2)
            for site in ["F0", "F1"] {
                let group = comparison["by_slice"]?.array?.first { $0["value"]?.string == site }
                try expect(group, items.filter { $0.site == site })
            }
            #expect(comparison["automation"]?["error_from"]?.string?.contains("thresholds") == true)
            #expect(comparison["automation"]?["difference"]?["method"]?.string == "bootstrap")
        }
    }

    private func share(_ items: [Recounted], _ holds: (Recounted) -> Bool) -> Double {
        items.filter(holds).reduce(0) { $0 + $1.weight } / items.reduce(0) { $0 + $1.weight }
    }

    private func close(
        _ value: JSONValue?, _ expected: Double, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            abs((value?.double ?? .nan) - expected) < 1e-9,
            "\(String(describing: value)), not \(expected)",
            sourceLocation: sourceLocation)
    }

    private func expect(
        _ figures: JSONValue?, _ items: [Recounted],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let figures = try #require(figures, sourceLocation: sourceLocation)
        func count(_ serving: Bool, _ candidate: Bool) -> Int {
            items.count {
                ($0.serving == $0.truth) == serving && ($0.candidate == $0.truth) == candidate
            }
        }
        #expect(figures["n"]?.int == items.count, sourceLocation: sourceLocation)
        #expect(figures["both_right"]?.int == count(true, true), sourceLocation: sourceLocation)
        #expect(figures["broken"]?.int == count(true, false), sourceLocation: sourceLocation)
        #expect(figures["fixed"]?.int == count(false, true), sourceLocation: sourceLocation)
        #expect(figures["both_wrong"]?.int == count(false, false), sourceLocation: sourceLocation)
        let serving = share(items) { $0.serving != $0.truth }
        let candidate = share(items) { $0.candidate != $0.truth }
        close(figures["serving_error"]?["value"], serving, sourceLocation: sourceLocation)
        close(figures["candidate_error"]?["value"], candidate, sourceLocation: sourceLocation)
        close(
            figures["error_difference"]?["value"], candidate - serving,
            sourceLocation: sourceLocation)
        // The sum of binomial probabilities, doubled.
        let (broken, fixed) = (count(true, false), count(false, true))
        var term = 1.0
        var sum = 0.0
        for index in 0...min(broken, fixed) {
            sum += term
            term *= Double(broken + fixed - index) / Double(index + 1)
        }
        for _ in 0..<(broken + fixed) { sum /= 2 }
        close(figures["mcnemar_p"], min(2 * sum, 1), sourceLocation: sourceLocation)
    }

    @Test("people decide everything: nothing is weighted, and the verdict is a sentence")
    func verdict() async throws {
        try await TestService.run { service in
            let ann = try await service.reviewer("ann")
            func work(_ numbers: Range<Int>) async throws {
                for version in ["1", "2"] {
                    try await service.ingest(
                        numbers.map { number in
                            SentPrediction(
                                "i\(number)",
                                label: version == "1" && number % 5 == 0 ? "b" : "a",
                                version: version)
                        })
                }
                for lease in try await service.lease(numbers.count, by: ann) {
                    try await service.answer(
                        lease, .label("a"), id: "r\(lease.content.externalID)", by: ann)
                }
            }
            try await work(0..<12)
            let early = try await compare(service)
            #expect(
                early["verdict"]?["sentence"]?.string
                    == "Nothing can be said yet: 12 items have been scored by both and labelled; about 100 are needed."
            )
            #expect(early["verdict"]?["may_advance"]?.bool == false)
            #expect(
                early["verdict"]?["missing"]?[0]?.string
                    == "88 more items scored by both and labelled")
            try await work(12..<160)
            let comparison = try await compare(service, Self.ask { $0.error = 0.02 })
            #expect(
                comparison["verdict"]?["sentence"]?.string
                    == "demo/2 is right on 32 items where demo/1 is wrong and wrong on 0 where it is right (p < 0.0001): it may advance."
            )
            #expect(comparison["verdict"]?["may_advance"]?.bool == true)
            #expect(comparison["selection"]?["weighted"]?.bool == false)
            #expect(comparison["selection"]?["labelled_seeing"]?["candidate"]?.int == 160)
            #expect(
                comparison["selection"]?["notes"]?[0]?.string?.contains("favours it") == true)
            #expect(comparison["automation"]?["candidate"]?["value"]?.double == 1)
            #expect(comparison["automation"]?["error_from"]?.string == "asked")
            #expect(comparison["automation"]?["serving"]?["value"]?.double == 0)
        }
    }

    @Test("without audits it says that nothing is known of what a version was sure of")
    func withoutAudits() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.5},"audit_rate":0}"#
        try await TestService.run(policy: policy) { service in
            for version in ["1", "2"] {
                try await service.ingest(
                    (0..<300).map {
                        SentPrediction(
                            "i\($0)", label: version == "1" && $0 % 4 == 0 ? "b" : "a",
                            confidence: $0 % 2 == 0 ? "0.3" : "0.8", version: version)
                    })
            }
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(200, by: ann) {
                try await service.answer(
                    lease, .label("a"), id: "r\(lease.content.externalID)", by: ann)
            }
            let verdict = try #require(try await compare(service)["verdict"])
            #expect(verdict["may_advance"]?.bool == false)
            #expect(
                verdict["sentence"]?.string
                    == "demo/2 is right on 75 items where demo/1 is wrong and wrong on 0 where it is right (p < 0.0001), but these items were labelled because demo/1 was unsure: of the 50.0 % it was sure of nothing can be said without audits."
            )
            #expect(
                verdict["missing"]?[0]?.string
                    == "audits: 50.0 % of the items both scored were accepted where nothing is audited"
            )
        }
    }

    /// The parameter that is refused.
    private func refusal(
        _ service: TestService, _ question: ComparisonQuestion
    ) async throws -> String {
        do {
            _ = try await compare(service, question)
        } catch ReviewError.invalidParameter(let name, _, _) {
            return name
        }
        return "nothing"
    }

    @Test("versions come from the rollout, and one that is not known is refused")
    func versions() async throws {
        try await TestService.run { service in
            try await service.ingest([
                SentPrediction("i", version: "1"), SentPrediction("i", version: "2"),
            ])
            #expect(try await refusal(service, Self.ask { $0.serving = nil }) == "serving")
            #expect(
                try await refusal(service, Self.ask { $0.candidate = ModelVersion("demo/9") })
                    == "candidate"
            )
            #expect(
                try await refusal(service, Self.ask { $0.candidate = ModelVersion("demo/1") })
                    == "candidate"
            )
            let project = try await service.project()
            try await service.pool.transaction { session in
                _ = try Store(session).storeRollout(
                    Array(#"{"serving":"demo/2","previous":"demo/1","mode":"serving"}"#.utf8),
                    reason: "", project: project.id, by: service.admin.actor)
            }
            await service.directory.forget(service.name)
            // After a switch what was in service before is what the new one is compared with.
            let switched = try await compare(
                service,
                Self.ask {
                    $0.serving = nil
                    $0.candidate = nil
                })
            #expect(switched["serving"]?.string == "demo/1")
            #expect(switched["candidate"]?.string == "demo/2")
            #expect(switched["overall"]?["n"]?.int == 0)
        }
    }

    @Test("100,000 pairs are compared in seconds")
    func large() async throws {
        try await TestService.run { service in
            try await service.ingest([
                SentPrediction("x", version: "1"), SentPrediction("x", version: "2"),
            ])
            try await service.sql(
                """
                INSERT INTO item (project_id, id, payload_hash, external_id)
                SELECT p.id, 10000000 + n, md5(n::text)::uuid, 'big' || n FROM project p, generate_series(1, 100000) n;
                INSERT INTO prediction (project_id, item_id, model_version_id, content_hash, confidence, propensity,
                    policy_version, salt_id, is_blind, label, route, reason, stands)
                SELECT p.project_id, 10000000 + n, p.model_version_id, p.content_hash, (n % 1000) / 1000.0, p.propensity,
                    p.policy_version, p.salt_id, p.is_blind, CASE WHEN n % 50 = p.model_version_id % 2 THEN 'b' ELSE 'a' END,
                    p.route, p.reason, p.stands
                FROM prediction p, generate_series(1, 100000) n WHERE p.item_id < 10000000;
                INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, label, source, outcome)
                SELECT p.project_id, p.item_id, 1, 1, p.model_version_id, 'a', 'reviewer', 'accepted'
                FROM prediction p WHERE p.item_id > 10000000 AND p.stands;
                ANALYZE;
                """)
            let start = ContinuousClock.now
            let comparison = try await compare(service, Self.ask { $0.error = 0.02 })
            let took = start.duration(to: .now)
            #expect(comparison["overall"]?["n"]?.int == 100_000)
            #expect(comparison["overall"]?["fixed"]?.int == 2000)
            #expect(comparison["overall"]?["broken"]?.int == 2000)
            #expect(comparison["verdict"]?["may_advance"]?.bool == true)
            // A debug build; what it guards against is a plan that is quadratic in the items.
            #expect(took < .seconds(120), "\(took)")
            print("100,000 pairs compared in \(took)")
        }
    }
}
