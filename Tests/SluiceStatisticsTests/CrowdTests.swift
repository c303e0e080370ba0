import Foundation
import SluiceStatistics
import Testing

/// Consensus on what real people answered, against the truth.
///
/// The sets lie beside the project and may not be in it: where they are not, there is nothing to run.
@Suite("Consensus of real crowds")
struct CrowdTests {
    @Test("consensus is no less accurate than majority vote, and better calibrated")
    func againstTruth() throws {
        for name in Crowd.available {
            let crowd = try Crowd(name)
            let majority = try crowd.score(.majority)
            for method in [ConsensusMethod.map, .suited(to: crowd.votes)] {
                let score = try crowd.score(method)
                #expect(score.accuracy > majority.accuracy - 0.01, "\(name) \(method)")
                #expect(score.error < majority.error, "\(name) \(method)")
            }
        }
    }

    @Test("what suits a crowd is matrices only where there are answers enough")
    func suited() throws {
        let suited: [String: ConsensusMethod] = [
            "crowd_reviews": .map, "crowd_weather": .oneCoin, "crowd_bluebirds": .map,
        ]
        for name in Crowd.available {
            #expect(ConsensusMethod.suited(to: try Crowd(name).votes) == suited[name])
        }
    }

    @Test("crowds misled by the same items temper what the model makes of them")
    func tempered() throws {
        for name in Crowd.available {
            let votes = try Crowd(name).votes
            let fit = DawidSkene(prior: .small).fit(votes)
            let tempered = fit.tempered(by: votes)
            #expect(fit.power == 1 && (0.05..<0.5).contains(tempered.power), "\(name)")
            for item in 0..<votes.items {
                #expect(fit.decision(of: item)?.label == tempered.decision(of: item)?.label)
            }
        }
    }

    @Test("alpha of the crowds is the one published beside them")
    func alpha() throws {
        let published = [
            "crowd_reviews": 0.6571, "crowd_weather": 0.5209, "crowd_bluebirds": 0.1255,
        ]
        for name in Crowd.available {
            let votes = try Crowd(name).votes
            var agreement = Agreement(labels: votes.labels)
            for item in 0..<votes.items { agreement.add(votes.answers(of: item).map(\.label)) }
            #expect(abs(try agreement.krippendorff() - published[name, default: 0]) < 5e-5)
        }
    }
}

/// One crowd: who answered what, and the truth.
private struct Crowd {
    let votes: Votes
    let truth: [Int]

    static var available: [String] {
        ["crowd_reviews", "crowd_weather", "crowd_bluebirds"].filter {
            FileManager.default.fileExists(atPath: directory($0).path)
        }
    }

    private static func directory(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../shared/data/\(name)").standardizedFileURL
    }

    init(_ name: String) throws {
        func rows(_ file: String) throws -> [[String]] {
            try String(contentsOf: Self.directory(name).appending(path: file), encoding: .utf8)
                .split(whereSeparator: \.isNewline).dropFirst()
                .map { $0.split(separator: ",").map(String.init) }
        }
        var labels = Numbers()
        var reviewers = Numbers()
        var items = Numbers()
        var answers: [[(reviewer: Int, label: Int)]] = []
        for row in try rows("annotations.csv") {
            let item = items[row[0]]
            if item == answers.count { answers.append([]) }
            answers[item].append((reviewers[row[1]], labels[row[2]]))
        }
        var truth = Array(repeating: -1, count: answers.count)
        for row in try rows("truth.csv") { truth[items[row[0]]] = labels[row[1]] }
        self.truth = truth
        votes = answers.reduce(into: Votes(labels: labels.count)) { $0.append($1) }
    }

    /// Tied items are wrong by any method: nobody gets a point for the order of labels.
    func score(_ method: ConsensusMethod) throws -> (accuracy: Double, error: Double) {
        let fit = method.fit(votes)
        let right = truth.indices.count { fit.decision(of: $0)?.label == truth[$0] }
        let outcomes = truth.indices.compactMap { item in
            fit.decision(of: item).map { ($0.posterior, $0.label == truth[item]) }
        }
        return (
            Double(right) / Double(truth.count), try CalibrationError(outcomes).expected
        )
    }
}

/// Gives names numbers from 0 in the order they are met.
private struct Numbers {
    private var numbers: [String: Int] = [:]

    var count: Int { numbers.count }

    subscript(name: String) -> Int {
        mutating get {
            let number = numbers[name] ?? numbers.count
            numbers[name] = number
            return number
        }
    }
}
