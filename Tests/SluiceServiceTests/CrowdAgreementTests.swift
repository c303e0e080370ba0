import Foundation
import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

/// What people of another project said, with figures computed elsewhere: exact fractions in Python from
/// the definitions of Krippendorff 2019, Gwet 2008 and Fleiss 1971, and counts of leave-one-out majorities.
struct CrowdSet: Sendable, CustomTestStringConvertible {
    let name: String
    let labels: [String]
    let items: Int
    let answers: Int
    let people: Int
    let alpha: Double
    let percent: Double
    let gwet: Double
    let fleiss: Double?
    let agreeing: Int
    let referenced: Int
    let ties: Int
    let confusion: [(one: String, other: String, pairs: Int)]
    /// Label, answers where the others agree on it, and how many of them are it.
    let levels: [(label: String, answers: Int, agreeing: Int)]

    var testDescription: String { name }

    static let all = [
        CrowdSet(
            name: "crowd_bluebirds", labels: ["indigo_bunting", "blue_grosbeak"], items: 108,
            answers: 4212, people: 39, alpha: 0.125500572202, percent: 0.588194132054,
            gwet: 0.221843684384, fleiss: 0.125292901951, agreeing: 2835, referenced: 4112,
            ties: 100, confusion: [("indigo_bunting", "blue_grosbeak", 32956)],
            levels: [("indigo_bunting", 1208, 744), ("blue_grosbeak", 2904, 2091)]),
        CrowdSet(
            name: "crowd_weather",
            labels: ["negative", "neutral", "positive", "not_weather", "cannot_tell"], items: 300,
            answers: 6025, people: 110, alpha: 0.520895124431, percent: 0.633078985672,
            gwet: 0.546159883900, fleiss: nil, agreeing: 4330, referenced: 5872, ties: 153,
            confusion: [
                ("neutral", "positive", 3704), ("negative", "neutral", 3081),
                ("neutral", "not_weather", 3064),
            ],
            levels: [("cannot_tell", 25, 0), ("positive", 1511, 1278)]),
        CrowdSet(
            name: "crowd_reviews", labels: ["negative", "neutral", "positive"], items: 1864,
            answers: 18_640, people: 0, alpha: 0.657139774292, percent: 0.782820696233,
            gwet: 0.682161134098, fleiss: 0.657121379516, agreeing: 15_496, referenced: 18_378,
            ties: 262,
            confusion: [
                ("neutral", "positive", 7329), ("negative", "neutral", 7074),
                ("negative", "positive", 3814),
            ],
            levels: [("neutral", 3026, 2095)]),
    ]

    /// The answers, nil where the data does not lie beside the code.
    var pastAnswers: [PastAnswer]? {
        let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        for folder in [top.deletingLastPathComponent().path, "/work"] {
            let path = "\(folder)/shared/data/\(name)/annotations.csv"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
            return text.split(separator: "\n").dropFirst().map { line in
                let fields = line.split(separator: ",").map(String.init)
                return PastAnswer(
                    externalID: fields[0],
                    author: people == 0 ? .nobody(place: fields[1]) : .reviewer(fields[1]),
                    verdict: .label(fields[2]),
                    seconds: fields.count > 3 ? Double(fields[3]) : nil)
            }
        }
        return nil
    }
}

@Suite("Real annotators", .database)
struct CrowdAgreementTests {
    @Test("agreement of real annotators is what was computed elsewhere", arguments: CrowdSet.all)
    func agreement(crowd: CrowdSet) async throws {
        guard let answers = crowd.pastAnswers else { return }
        try #require(answers.count == crowd.answers)
        try await TestService.run(labels: crowd.labels) { service in
            let project = try await service.project()
            let imports = ReviewImport(
                pool: service.pool,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            for start in stride(from: 0, to: answers.count, by: ReviewImport.batchSize) {
                let end = min(start + ReviewImport.batchSize, answers.count)
                for outcome in try await imports.store(
                    Array(answers[start..<end]), in: project, createsItems: true)
                {
                    if case .refused(let error) = outcome { Issue.record("\(error)") }
                }
            }
            let report = try JSONValue(
                parsing: try await AgreementReport(pool: service.pool).json(
                    project: project, AgreementQuestion()))
            #expect(report["items"]?.int == crowd.items)
            #expect(report["answers"]?.int == crowd.answers)
            #expect(report["reviewers"]?.int == crowd.people)
            func expect(_ key: String, _ value: Double?) {
                let figure = report["agreement"]?[key]
                guard let value else {
                    #expect(figure?["value"] == .null, "\(key)")
                    return
                }
                #expect(abs((figure?["value"]?.double ?? .nan) - value) < 1e-10, "\(key)")
                let (lo, hi) = (figure?["lo"]?.double ?? .nan, figure?["hi"]?.double ?? .nan)
                #expect(lo < value && value < hi && hi - lo < 0.2, "\(key)")
            }
            expect("krippendorff_alpha", crowd.alpha)
            expect("percent", crowd.percent)
            expect("gwet_ac1", crowd.gwet)
            expect("fleiss_kappa", crowd.fleiss)
            let level = report["human_level"]
            #expect(level?["n"]?.int == crowd.referenced && level?["ties"]?.int == crowd.ties)
            #expect(
                abs(
                    (level?["value"]?.double ?? .nan)
                        - Double(crowd.agreeing) / Double(crowd.referenced)) < 1e-12)
            for (found, pair) in zip(report["confusion"]?.array ?? [], crowd.confusion) {
                #expect(found["one"]?.string == pair.one && found["other"]?.string == pair.other)
                #expect(found["disagreements"]?.int == pair.pairs)
            }
            for expected in crowd.levels {
                let found = report["by_label"]?.array?.first {
                    $0["label"]?.string == expected.label
                }?["human_level"]
                #expect(found?["n"]?.int == expected.answers, "\(expected.label)")
                #expect(
                    abs(
                        (found?["value"]?.double ?? .nan)
                            - Double(expected.agreeing) / Double(expected.answers)) < 1e-12)
            }
            try await expectReviewers(crowd, service, project)
        }
    }

    /// Of the bluebirds, the two who agree least and most with the others.
    private func expectReviewers(
        _ crowd: CrowdSet, _ service: TestService, _ project: ProjectContext
    ) async throws {
        guard crowd.name == "crowd_bluebirds" else { return }
        let reports = ReviewerReport(pool: service.pool)
        for (name, agreeing, answers, standing) in [
            ("w021", 34, 107, "below_the_others"), ("w035", 93, 105, "above_the_others"),
        ] {
            let report = try JSONValue(parsing: try await reports.json(of: name, in: project))
            #expect(report["agreement"]?["n"]?.int == answers)
            #expect(
                abs(
                    (report["agreement"]?["value"]?.double ?? .nan)
                        - Double(agreeing) / Double(answers)) < 1e-12)
            #expect(report["standing"]?.string == standing)
        }
    }
}
