import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

/// Real predictions of two versions, under policies that change, answered by people who skip, escalate,
/// err, take back and are complained about: the report says what the export says.
@Suite("The report and the export", .inTurns)
struct ExportStoryTests {
    @Test("questions to an assistant, each contradiction of an audit taken at its word")
    func intents() async throws {
        guard let data = try await StoryData.intents() else {
            print("skipped: /work/shared/data/text_intents is not there")
            return
        }
        try await tell(data, parts: [1200, 1200, 500], audits: (0.3, 0.15), hasSecondLook: false)
    }

    @Test("the packages that ship with it, contradictions of audits looked at twice")
    func packages() async throws {
        try await tell(
            StoryData.packages(), parts: [600, 500, 300], audits: (0.25, 0.5), hasSecondLook: true)
    }

    private func tell(
        _ data: StoryData, parts: [Int], audits: (Double, Double), hasSecondLook: Bool
    ) async throws {
        try await Home.served { home, _ in
            let story = try await Story(data, home)
            let people = People(story, errs: !hasSecondLook)
            func policy(_ threshold: Double, _ rate: Double) -> String {
                """
                {"degree":"partial","accept":{"default":\(threshold),\
                "labels":{"\(data.labels[0])":0.7,"\(data.labels[1])":0.95}},
                 "audit_rate":\(rate),"blind_share":0.3,"audits":{"second_look":\(hasSecondLook)}}
                """
            }
            try await story.setPolicy(policy(0.85, audits.0), reason: "begin")
            var sent = try await story.send(story.take(parts[0]), .old)
            try await people.answerEverything()
            try await compare(story, "one rate")
            try await story.setPolicy(policy(0.8, audits.1), reason: "another rate")
            sent += try await story.send(story.take(parts[1]), .new)
            try await people.answerEverything()
            sent += try await story.send(story.take(parts[2]), .old, .new)
            try await people.answerEverything()
            try await story.setPolicy(#"{"degree":"human_only"}"#, reason: "no model for these")
            _ = try await story.send(story.take(25))
            try await people.answerEverything()
            try await compare(story, "two versions and two rates")
            let accepted = sent.filter { $0.route == "accepted" }.map(\.item)
            for item in accepted.enumerated().filter({ $0.offset % 17 == 0 }).map(\.element) {
                _ = try await story.client.call(
                    Endpoints.reopenItem, at: ["project": data.project, "external_id": item],
                    ReopenRequest(reason: "a complaint"))
            }
            try await people.answerEverything()
            let export = try await compare(story, "and complaints")
            try expectVariety(export, hasSecondLook: hasSecondLook)
        }
    }

    /// What the report says beside what the exported lines give.
    @discardableResult
    private func compare(_ story: Story, _ name: String) async throws -> ExportedFigures {
        let export = try ExportedFigures(
            export: await story.sluice("export", "--include-pseudo").output)
        let report = try await story.json("report")
        let metrics = try #require(report["metrics"])
        try compare(metrics, export, name)
        for part in try #require(report["by_label"]?.array) {
            let label = try #require(part["label"]?.string)
            try compare(
                #require(part["metrics"]), export.only { $0.predicted == label },
                "\(name), \(label)")
        }
        let versions = try #require(report["by_model_version"]?.array)
        for part in versions {
            let version = try #require(part["model_version"]?.string)
            try compare(
                #require(part["metrics"]), export.only { $0.version == version },
                "\(name), \(version)")
        }
        #expect(Set(export.lines.compactMap(\.version)).count == versions.count)
        return export
    }

    private func compare(
        _ metrics: JSONValue, _ export: ExportedFigures, _ name: String
    ) throws {
        // Nothing waits, so that the export has every item that came.
        #expect(metrics["received"]?["value"]?.int == export.lines.count, "\(name)")
        for (figure, part, whole) in export.shares {
            let found = metrics[figure]
            guard whole > 0 else {
                #expect(found?["value"] == .null, "\(name): \(figure)")
                continue
            }
            let value = try #require(found?["value"]?.double, "\(name): \(figure)")
            #expect(
                (value * Double(whole)).rounded() == Double(part)
                    && abs(value - Double(part) / Double(whole)) < 1e-12,
                "\(name): \(figure) is \(value), not \(part) of \(whole)")
            #expect(found?["n"]?.int == whole, "\(name): n of \(figure), \(whole)")
            if figure.hasPrefix("override") {
                try compareInterval(found, part, whole, "\(name): \(figure)")
            }
        }
        let reasons = metrics["deferral_by_reason"]
        for (reason, count) in export.reasons {
            let value = try #require(
                reasons?[reason]?["value"]?.double, "\(name): \(reason), \(export.reasons)")
            #expect(
                abs(value * Double(export.lines.count) - Double(count)) < 1e-6,
                "\(name): \(reason)")
        }
        #expect(metrics["known_errors"]?["value"]?.int == export.knownErrors, "\(name)")
        try compareError(metrics["auto_accept_error"], export, name)
    }

    private func compareInterval(
        _ figure: JSONValue?, _ part: Int, _ whole: Int, _ name: String
    ) throws {
        let (lo, hi) = ExportedFigures.wilson(part, of: whole)
        #expect(abs(try #require(figure?["lo"]?.double) - lo) < 1e-9, "\(name)")
        #expect(abs(try #require(figure?["hi"]?.double) - hi) < 1e-9, "\(name)")
    }

    /// That what makes it hard to count was there.
    private func expectVariety(_ export: ExportedFigures, hasSecondLook: Bool) throws {
        func count(_ isIncluded: (ExportedFigures.Line) -> Bool) -> Int {
            export.lines.count(where: isIncluded)
        }
        let counts = [
            "adjudicated": count { $0.source == "adjudicated" },
            "unusable": count { $0.outcome == "unusable" },
            "blind in the queue": count { $0.isBlind && $0.route == "queued" },
            "shown": count { !$0.isBlind && $0.route == "queued" },
            "audited": count(\.isAudited),
            "automated": count { $0.source == "model" },
            "taken up": count(\.isTakenUp),
            "known errors": export.knownErrors,
            "without a prediction": count { $0.predicted == nil },
            "of the second version": count { $0.version == "2.0.0" },
        ]
        print(counts.sorted { $0.key < $1.key }, export.strata)
        for (what, count) in counts { #expect(count > 0, "\(what)") }
        #expect((count { $0.answers > 1 } > 0) == hasSecondLook)
        #expect(export.strata.count == 2)
        for line in export.lines where line.source == "model" { #expect(line.weight == 0) }
        for line in export.lines where line.isAudited {
            let propensity = try #require(line.propensity)
            #expect(abs(try #require(line.weight) * propensity - 1) < 1e-12)
        }
    }

    private func compareError(
        _ figure: JSONValue?, _ export: ExportedFigures, _ name: String
    ) throws {
        let strata = export.strata
        let drawn = export.lines.count { $0.isAudited }
        #expect(figure?["audits_drawn"]?.int == drawn, "\(name)")
        #expect(figure?["audits_open"]?.int == 0, "\(name)")
        guard let error = export.error else {
            #expect(figure?["value"] == .null, "\(name): \(strata)")
            return
        }
        let value = try #require(figure?["value"]?.double, "\(name): \(strata)")
        #expect(abs(value - error) < 1e-9, "\(name): \(value), not \(error), of \(strata)")
        let audits = strata.reduce(0) { $0 + $1.audits }
        #expect(figure?["n"]?.int == audits, "\(name)")
        if strata.count == 1 {
            #expect(abs(value - export.weightedError) < 1e-9, "\(name)")
            let errors = strata.reduce(0) { $0 + $1.errors }
            try compareInterval(figure, errors, audits, name)
        }
        if let parts = figure?["strata"]?.array {
            #expect(
                parts.compactMap { $0["items"]?.int }.sorted() == strata.map(\.items).sorted(),
                "\(name)")
            #expect(
                parts.compactMap { $0["errors"]?.int }.sorted() == strata.map(\.errors).sorted(),
                "\(name)")
        }
    }
}

/// Three reviewers and an adjudicator, who do by an item's key what people do.
private struct People {
    private let story: Story
    private let reviewers: [Client]
    /// Whether they also give wrong labels.
    private let errs: Bool

    init(_ story: Story, errs: Bool) {
        self.story = story
        reviewers = Array(story.team.clients.prefix(3))
        self.errs = errs
    }

    private var path: [String: String] { ["project": story.data.project] }

    /// Works until nothing waits.
    func answerEverything() async throws {
        // Counts of what waits may be some moments old.
        try await eventually("nothing waits", within: .seconds(60)) {
            for (number, client) in reviewers.enumerated() {
                while try await work(client, number) > 0 {}
            }
            while try await adjudicate() > 0 {}
            let queue = try await reviewers[0].call(Endpoints.queue, at: path, Nothing())
            return queue.waiting + queue.leased == 0
        }
    }

    private func work(_ client: Client, _ number: Int) async throws -> Int {
        let leases = try await client.call(
            Endpoints.lease, at: path, LeaseRequest(count: 40)
        ).leases
        for lease in leases {
            let item = lease.item.externalID
            let key = item.utf8.reduce(UInt64(5381)) { $0 &* 33 ^ UInt64($1) } >> 3
            let right = try #require(story.team.truth[item])
            let wrong = try #require(story.data.labels.first { $0 != right })
            let verdict: Verdict =
                if number == 0, key % 23 == 0 {
                    .skip
                } else if key % 29 == 1 {
                    .escalate
                } else if key % 31 == 2 {
                    .unusable
                } else if errs, key % 19 == 3 {
                    .label(wrong)
                } else {
                    .label(right)
                }
            let review = "\(number)-\(lease.lease)"
            if key % 13 == 4 {
                // A slip, noticed at once.
                try await answer(client, lease.lease, review + "-slip", .label(wrong))
                let reply = try await client.call(
                    Endpoints.undo, at: path.merging(["review_id": review + "-slip"]) { $1 },
                    Nothing())
                let again = try #require(reply.lease)
                try await answer(client, again.lease, review, verdict)
            } else {
                try await answer(client, lease.lease, review, verdict)
            }
        }
        return leases.count
    }

    private func adjudicate() async throws -> Int {
        let leases = try await story.client.call(
            Endpoints.lease, at: path, LeaseRequest(count: 40, queue: .adjudication)
        ).leases
        for lease in leases {
            let right = try #require(story.team.truth[lease.item.externalID])
            try await answer(
                story.client, lease.lease, "adjudicator-\(lease.lease)", .label(right))
        }
        return leases.count
    }

    private func answer(
        _ client: Client, _ lease: String, _ review: String, _ verdict: Verdict
    ) async throws {
        _ = try await client.call(
            Endpoints.review, at: path.merging(["lease": lease]) { $1 },
            Answer(reviewID: review, verdict: verdict, seconds: 4))
    }
}
