import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Reports of agreement", .database)
struct AgreementReportTests {
    private func imports(_ service: TestService) -> ReviewImport {
        ReviewImport(
            pool: service.pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Stores answers written as `item person label`, with tags and metadata where given.
    private func store(
        _ answers: [String], _ service: TestService, tags: [String] = [], metadata: String? = nil
    ) async throws {
        let project = try await service.project()
        let outcomes = try await imports(service).store(
            answers.map { text in
                let parts = text.split(separator: " ").map(String.init)
                return PastAnswer(
                    externalID: parts[0],
                    author: parts[1].hasPrefix("?")
                        ? .nobody(place: parts[1]) : .reviewer(parts[1]),
                    verdict: .label(parts[2]), isShown: parts.count > 3, tags: tags,
                    metadata: metadata.map { Array($0.utf8) })
            }, in: project, createsItems: true)
        for outcome in outcomes {
            if case .refused(let error) = outcome { Issue.record("\(error)") }
        }
    }

    private func report(
        _ service: TestService, page: Int = 20_000,
        _ change: (inout AgreementQuestion) throws -> Void = { _ in }
    ) async throws -> JSONValue {
        var question = AgreementQuestion()
        try change(&question)
        return try JSONValue(
            parsing: try await AgreementReport(pool: service.pool, pageAnswers: page).json(
                project: service.project(), question))
    }

    @Test("answers split over pages, anonymous ones and singles are counted as they are")
    func counts() async throws {
        try await TestService.run { service in
            try await store(
                [
                    "i1 ana a", "i1 ben a", "i1 cy b", "i2 ana b", "i2 ben b", "i3 ana a",
                    "i4 ?1 a", "i4 ?2 b shown",
                ], service)
            for page in [1, 3, 20_000] {
                let report = try await report(service, page: page)
                #expect(report["items"]?.int == 4 && report["items_with_several"]?.int == 3)
                #expect(report["answers"]?.int == 8 && report["answers_anonymous"]?.int == 2)
                #expect(report["reviewers"]?.int == 3)
                #expect(report["answers_with_prediction_shown"]?.int == 1)
                // Items: 1/3, 1, 0 of their pairs agree.
                let percent = try #require(report["agreement"]?["percent"]?["value"]?.double)
                #expect(abs(percent - 4.0 / 9) < 1e-12)
                #expect(report["agreement"]?["fleiss_kappa"]?["value"] == .null)
                // Others tie for ana and ben of i1; of six answers with others, i4's disagree.
                #expect(report["human_level"]?["ties"]?.int == 2)
                #expect(report["human_level"]?["alone"]?.int == 1)
                #expect(report["human_level"]?["n"]?.int == 5)
                #expect(report["human_level"]?["value"]?.double == 0.4)
                #expect(report["confusion"]?.array?.count == 1)
                #expect(report["confusion"]?.array?[0]["disagreements"]?.int == 3)
                #expect(
                    Set(
                        report["confusion"]?.array?[0]["examples"]?.array?.compactMap(\.string)
                            ?? [])
                        == ["i1", "i4"])
                #expect(report["clarify"]?.string?.contains("a from b: 100 %") == true)
            }
            let blind = try await report(service) { $0.filter.isBlindOnly = true }
            #expect(blind["answers"]?.int == 7 && blind["items_with_several"]?.int == 2)
        }
    }

    @Test("what is undefined is said to be, and never a zero")
    func undefined() async throws {
        try await TestService.run { service in
            let empty = try await report(service)
            #expect(empty["agreement"]?["krippendorff_alpha"]?["value"] == .null)
            #expect(empty["clarify"] == .null)
            try await store(["i1 ana a", "i1 ben a", "i2 ana a", "i2 ben a"], service)
            let same = try await report(service)
            #expect(same["agreement"]?["krippendorff_alpha"]?["value"] == .null)
            #expect(
                same["agreement"]?["krippendorff_alpha"]?["reason"]?.string
                    == "undefined: all answers are the same label")
            #expect(same["agreement"]?["percent"]?["value"]?.double == 1)
            #expect(same["agreement"]?["cohen_kappa"]?["value"] == .null)
        }
    }

    @Test("two people have a kappa, by person and not by order of answers; a third ends it")
    func cohen() async throws {
        try await TestService.run { service in
            // 20 both a, 5 a/b, 10 b/a, 15 both b: Cohen's kappa is 0.4.
            var answers: [String] = []
            for number in 0..<50 {
                let (one, other) =
                    number < 20
                    ? ("a", "a") : number < 25 ? ("a", "b") : number < 35 ? ("b", "a") : ("b", "b")
                answers += ["i\(number) ana \(one)", "i\(number) ben \(other)"]
            }
            try await store(answers, service)
            let kappa = try #require(
                try await report(service)["agreement"]?["cohen_kappa"]?["value"]?.double)
            #expect(abs(kappa - 0.4) < 1e-12)
            try await store(["i1 cy a"], service)
            #expect(try await report(service)["agreement"]?["cohen_kappa"]?["value"] == .null)
        }
    }

    @Test("slices are by the tags anybody gave and by fields of the item")
    func slices() async throws {
        try await TestService.run { service in
            try await store(
                ["i1 ana a", "i1 ben b"], service, tags: ["dark"], metadata: #"{"site":"F9"}"#)
            try await store(
                ["i2 ana a", "i2 ben a", "i3 ana b", "i3 ben b"], service,
                metadata: #"{"site":"F8"}"#)
            let tags = try await report(service) { ($0.slicedBy, $0.slicing) = ("tag", .tag) }
            #expect(tags["by_slice"]?.array?.compactMap { $0["slice"]?.string } == ["dark"])
            let path = try #require(FieldPath("metadata.site"))
            let sites = try await report(service) {
                ($0.slicedBy, $0.slicing) = ("metadata.site", .field(path))
            }
            let slices = try #require(sites["by_slice"]?.array)
            #expect(slices.compactMap { $0["slice"]?.string } == ["F8", "F9"])
            #expect(slices[0]["percent"]?["value"]?.double == 1)
            #expect(slices[0]["krippendorff_alpha"]?["value"]?.double == 1)
            #expect(slices[1]["percent"]?["value"]?.double == 0)
        }
    }

    @Test("a map makes two labels one, and their disagreement goes")
    func map() async throws {
        try await TestService.run { service in
            try await store(["i1 ana a", "i1 ben b", "i2 ana c", "i2 ben a"], service)
            let labels = try await service.project().labels
            let map = try LabelMap([(label: "b", name: "a")], labels: labels)
            let report = try await report(service) { $0.map = map }
            #expect(report["by_label"]?.array?.compactMap { $0["label"]?.string } == ["a", "c"])
            #expect(report["agreement"]?["percent"]?["value"]?.double == 0.5)
            #expect(throws: LabelMapError.unknownLabel("z")) {
                try LabelMap([(label: "z", name: "a")], labels: labels)
            }
            #expect(throws: LabelMapError.badName(label: "a")) {
                try LabelMap([(label: "a", name: "")], labels: labels)
            }
        }
    }

    @Test("a reviewer is compared with the others, and set apart only by intervals")
    func reviewer() async throws {
        try await TestService.run { service in
            var answers: [String] = []
            for number in 0..<60 {
                let label = number % 2 == 0 ? "a" : "b"
                for person in ["ana", "ben", "cy"] {
                    answers.append("i\(number) \(person) \(label)")
                }
                // Dora calls every b an a.
                answers.append("i\(number) dora a")
            }
            try await store(answers, service)
            try await store(["lone dora c"], service)
            let project = try await service.project()
            let reports = ReviewerReport(pool: service.pool, pageAnswers: 7)
            let dora = try JSONValue(parsing: try await reports.json(of: "dora", in: project))
            #expect(
                dora["agreement"]?["n"]?.int == 60 && dora["agreement"]?["value"]?.double == 0.5)
            #expect(dora["agreement"]?["alone"]?.int == 1)
            #expect(dora["standing"]?.string == "below_the_others")
            let second = try #require(dora["by_label"]?.array?[1])
            #expect(second["label"]?.string == "b" && second["n"]?.int == 30)
            #expect(second["disagreement"]?["value"]?.double == 1)
            // 30 of 30, drawn towards the 30 of 120 of everybody: (30 + 20 / 4) / 50.
            #expect(abs((second["disagreement"]?["shrunk"]?.double ?? 0) - 0.7) < 1e-12)
            #expect(second["said_instead"]?.array?[0]["label"]?.string == "a")
            #expect(second["said_instead"]?.array?[0]["answers"]?.int == 30)
            let ana = try JSONValue(parsing: try await reports.json(of: "ana", in: project))
            #expect(ana["agreement"]?["value"]?.double == 1)
            await #expect(
                throws: ReviewError.unknownName(
                    UnknownName(.reviewer, "nobody", among: []))
            ) {
                _ = try await reports.json(of: "nobody", in: project)
            }
        }
    }

    @Test(
        "few items, and items that do not differ, have no interval and no verdict",
        arguments: [
            (3, 0, "too few items for an interval: 3 of 20"),
            (19, 2, "too few items for an interval: 19 of 20"),
            (25, 0, "no interval: the 25 items do not differ"), (25, 2, nil),
        ] as [(Int, Int, String?)])
    func fewItems(items: Int, disagreeing: Int, reason: String?) async throws {
        let answers = (0..<items).flatMap { item in
            let label = item % 2 == 0 ? "a" : "b"
            let other = item < disagreeing ? (label == "a" ? "b" : "a") : label
            return ["i\(item) ann \(label)", "i\(item) ben \(other)"]
        }
        try await TestService.run { service in
            try await store(answers, service)
            let agreement = try #require(try await report(service)["agreement"])
            for key in ["krippendorff_alpha", "percent", "gwet_ac1", "cohen_kappa"] {
                let figure = try #require(agreement[key])
                #expect(figure["value"]?.double != nil && figure["n"]?.int == items)
                #expect((figure["lo"] == nil) == (reason != nil), "\(key) of \(items)")
                #expect(figure["reason"]?.string == reason)
            }
            #expect((agreement["krippendorff_alpha"]?["reading"] == nil) == (reason != nil))
        }
    }
}
