import Foundation
import SluiceJSON
import TestSupport
import Testing

/// What a model says of an item.
struct Guess: Sendable {
    let label: String
    let confidence: Double
}

/// A real item: what two really trained models say of it, and what is right.
struct StoryItem: Sendable {
    let id: String
    /// As JSON.
    let payload: String
    let truth: String
    /// What the earlier and weaker version says.
    let old: Guess
    /// What its successor says.
    let new: Guess
}

/// A stream of real items in the order they came, and the stream after it, where the mix of classes
/// moves away from what the models were trained on.
struct StoryData: Sendable {
    let project: String
    let model: String
    let labels: [String]
    let main: [StoryItem]
    let drift: [StoryItem]

    /// Debian's packages and their sections: ships with the tests.
    static func packages() throws -> StoryData {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Data")
        let demo = repository.appendingPathComponent("Deploy/demo-data")
        let old = try Dictionary(
            uniqueKeysWithValues: lines(here.appendingPathComponent("debian-main-v1.jsonl")).map {
                (try text($0, "external_id"), try Guess($0))
            })
        let truth = try truths(
            String(contentsOf: demo.appendingPathComponent("truth.csv"), encoding: .utf8))
        let main = try lines(demo.appendingPathComponent("predictions.jsonl")).map { row in
            let id = try text(row, "external_id")
            return StoryItem(
                id: id, payload: written(row["payload"]), truth: try #require(truth[id]),
                old: try #require(old[id]), new: try Guess(row))
        }
        let drift = try lines(here.appendingPathComponent("debian-drift.jsonl")).map { row in
            StoryItem(
                id: try text(row, "external_id"), payload: written(row["payload"]),
                truth: try text(row, "truth"), old: try Guess(#require(row["v1"])),
                new: try Guess(#require(row["v2"])))
        }
        return StoryData(
            project: "debian-sections", model: "deb-section",
            labels: Set((main + drift).map(\.truth)).sorted(), main: main, drift: drift)
    }

    /// Commands and questions to an assistant, and what they are about; nil where it is not at hand.
    ///
    /// CLINC150, Larson et al., EMNLP-IJCNLP 2019, CC BY 3.0: it does not ship.
    static func intents() async throws -> StoryData? {
        let place = repository.deletingLastPathComponent()
            .appendingPathComponent("shared/data/text_intents")
        guard FileManager.default.fileExists(atPath: place.path) else { return nil }
        func part(_ name: String) async throws -> [StoryItem] {
            let truth = try truths(
                String(
                    contentsOf: place.appendingPathComponent("\(name).truth.csv"), encoding: .utf8))
            let old = try await unpacked(place.appendingPathComponent("\(name).v1.jsonl.gz"))
            let new = try await unpacked(place.appendingPathComponent("\(name).v2.jsonl.gz"))
            return try zip(old, new).map { old, new in
                let id = try text(old, "external_id")
                try #require(try text(new, "external_id") == id)
                return StoryItem(
                    id: id, payload: written(old["payload"]), truth: try #require(truth[id]),
                    old: try Guess(old), new: try Guess(new))
            }
        }
        let (main, drift) = (try await part("main"), try await part("drift"))
        return StoryData(
            project: "query-domain", model: "query-domain",
            labels: Set((main + drift).map(\.truth)).sorted(), main: main, drift: drift)
    }

    /// Papers in the order of their submission, and which area a model trained on those up to 2012
    /// takes them for; nil where they are not at hand.
    ///
    /// The calm part is 2013 to 2016, the drifting one what came after. arXiv's metadata, CC0: it does not ship.
    static func papers() async throws -> StoryData? {
        let place = repository.deletingLastPathComponent()
            .appendingPathComponent("shared/data/text_arxiv_drift")
        guard FileManager.default.fileExists(atPath: place.path) else { return nil }
        let truth = try truths(
            String(contentsOf: place.appendingPathComponent("stream.truth.csv"), encoding: .utf8))
        let items = try await unpacked(place.appendingPathComponent("stream.v2013.1.jsonl.gz"))
            .map { row in
                let id = try text(row, "external_id")
                let guess = try Guess(row)
                return StoryItem(
                    id: id, payload: written(row["payload"]), truth: try #require(truth[id]),
                    old: guess, new: guess)
            }
        return StoryData(
            project: "arxiv-computing", model: "arxiv-computing",
            labels: Set(items.map(\.truth)).sorted(), main: Array(items.prefix(2400)),
            drift: Array(items.dropFirst(2400)))
    }

    /// The answers by item.
    var truth: [String: String] {
        Dictionary(uniqueKeysWithValues: (main + drift).map { ($0.id, $0.truth) })
    }

    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func lines(_ file: URL) throws -> [JSONValue] {
        try Data(contentsOf: file).split(separator: 10).map { try JSONValue(parsing: Array($0)) }
    }

    private static func unpacked(_ file: URL) async throws -> [JSONValue] {
        let result = try await runCommand("/usr/bin/gzip", ["-dc", file.path])
        try #require(result.status == 0, "\(result.error)")
        return try result.output.utf8.split(separator: 10).map {
            try JSONValue(parsing: Array($0))
        }
    }

    /// The lines `external_id,label` behind the header.
    private static func truths(_ csv: String) throws -> [String: String] {
        var truth: [String: String] = [:]
        for line in csv.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",")
            try #require(cells.count == 2)
            truth[String(cells[0])] = String(cells[1])
        }
        return truth
    }

    private static func text(_ row: JSONValue, _ key: String) throws -> String {
        try #require(row[key]?.string)
    }

    private static func written(_ value: JSONValue?) -> String {
        var writer = JSONWriter()
        (value ?? .null).write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Guess {
    fileprivate init(_ row: JSONValue) throws {
        label = try #require(row["label"]?.string)
        confidence = try #require(row["confidence"]?.double)
    }
}
