import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Label sets that change", .database)
struct LabelSetTests {
    private func rows(_ service: TestService, model: Bool = true) async throws -> [JSONValue] {
        try await service.export(.jsonLines, LabelFilter(includesModel: model))
            .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    private func item(_ id: String, _ service: TestService) async throws -> JSONValue {
        try JSONValue(
            parsing: try await ItemView(pool: service.pool).json(
                externalID: id, project: service.project()))
    }

    private func report(
        _ service: TestService, label: String? = nil
    ) async throws -> JSONValue {
        let reporting = Reporting(pool: service.pool, counter: QueueCounter(pool: service.pool))
        var question = ReportQuestion()
        question.label = label
        return try JSONValue(
            parsing: try await reporting.json(project: service.project(), question))
    }

    private func received(_ report: JSONValue, _ label: String) -> Int? {
        report["by_label"]?.array?.first { $0["label"]?.string == label }?["metrics"]?["received"]?[
            "value"]?.double.map { Int($0) }
    }

    @Test("a renamed label counts on: under the new name everywhere, whichever name is sent")
    func renamed() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.99,"labels":{"b":0.8}}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction("1", label: "b", confidence: "0.9"),
                SentPrediction(
                    "2", label: "b", confidence: "0.7", more: #""scores":{"b":0.7,"a": 0.3}"#),
            ])
            try await service.change(.rename("b", to: "beta"))
            let outcomes = try await service.ingest([
                SentPrediction("3", label: "b", confidence: "0.9"),
                SentPrediction("4", label: "beta", confidence: "0.9"),
                SentPrediction("5", label: "beta", confidence: "0.7"),
            ]).map { try #require($0.stored) }
            // The threshold of the policy is the label's, and the reply says the name of now.
            #expect(outcomes.map(\.route) == [.accepted, .accepted, .queued])
            #expect(
                outcomes.map { $0.label.map { String(decoding: $0, as: UTF8.self) } } == [
                    "beta", "beta", nil,
                ])
            #expect(outcomes.map { $0.labelNow != nil } == [true, false, false])
            // A repeat is one under either name, scores included.
            let again = try await service.ingest([
                SentPrediction("1", label: "beta", confidence: "0.9"),
                SentPrediction(
                    "2", label: "beta", confidence: "0.7", more: #""scores":{"beta":0.7,"a": 0.3}"#),
                SentPrediction(
                    "2", label: "b", confidence: "0.7", more: #""scores":{"b":0.7,"a": 0.3}"#),
                SentPrediction("5", label: "b", confidence: "0.7"),
            ])
            #expect(again.allSatisfy { $0.stored?.isDuplicate == true }, "\(again)")
            let twice = try await service.ingest([
                SentPrediction("6", label: "b", more: #""scores":{"beta":0.7,"b":0.3}"#)
            ])
            #expect(twice.first?.refusal?.code == .invalidField)
            // A lease shows the new name; an answer under the old one is of the same label.
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(2, by: ann)
            #expect(leases.count == 2)
            for (index, lease) in leases.enumerated() {
                let result = try await service.answer(
                    lease, .label(index == 0 ? "b" : "beta"), id: "r\(index)", by: ann)
                #expect(result.decision?.outcome == "accepted" && result.decision?.label == "b")
                // Sent again under the other name it is the same answer.
                let repeated = try await service.answer(
                    lease, .label(index == 0 ? "beta" : "b"), id: "r\(index)", by: ann)
                #expect(repeated.isDuplicate)
            }
            let exported = try await rows(service)
            #expect(exported.count == 5)
            #expect(
                exported.allSatisfy {
                    $0["label"]?.string == "beta" && $0["predicted"]?.string == "beta"
                })
            let report = try await report(service)
            #expect(received(report, "beta") == 5 && received(report, "b") == nil)
            for name in ["b", "beta"] {
                let narrowed = try await self.report(service, label: name)
                #expect(narrowed["metrics"]?["received"]?["value"]?.double == 5)
            }
            let shown = try await item("2", service)
            #expect(shown["predictions"]?.array?[0]["scores"]?["beta"]?.double == 0.7)
            #expect(shown["decision"]?["label"]?.string == "beta")
            #expect(shown["reviews"]?.array?[0]["label"]?.string == "beta")
            // The policy is shown in the names of now, and taken in either.
            let record = try await service.administration.policyInForce(of: service.project())
                .policy
            let document = try record.document(in: await service.project().labels)
            #expect(String(decoding: document, as: UTF8.self).contains(#""labels":{"beta":0.8}"#))
            for name in ["b", "beta"] {
                try await service.setPolicy(#"{"accept":{"labels":{"\#(name)":0.5}}}"#)
                let policy = try await service.project().policy
                #expect(policy.accept.threshold(for: ExactText("b")) == 0.5)
            }
            #expect(try await service.sql("SELECT DISTINCT label FROM prediction") == "b")
        }
    }

    @Test("answers before and after a renaming agree")
    func agreeing() async throws {
        try await TestService.run(policy: #"{"reviewers":2,"consensus":{"agree":2,"at_most":3}}"#) {
            service in
            try await service.ingest([SentPrediction("1", label: "a")])
            let ann = try await service.reviewer("ann")
            let bob = try await service.reviewer("bob")
            let first = try #require(try await service.lease(by: ann).first)
            try await service.answer(first, .label("c"), id: "r1", by: ann)
            try await service.change(.rename("c", to: "sea"))
            let second = try #require(try await service.lease(by: bob).first)
            let result = try await service.answer(second, .label("sea"), id: "r2", by: bob)
            #expect(
                result.decision?.source == "consensus" && result.decision?.outcome == "corrected")
            #expect(try await rows(service).map { $0["label"]?.string } == ["sea"])
        }
    }

    @Test("a prediction of a retired label goes to a person, who is not shown it")
    func retired() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.8}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction(
                    "1", label: "c", confidence: "0.5", more: #""scores":{"c":0.5,"a":0.3}"#)
            ])
            let ann = try await service.reviewer("ann")
            let held = try #require(try await service.lease(by: ann).first)
            #expect(!held.isBlind)
            let change = try await service.change(.retire("c"))
            #expect(
                change.kind == .retired && change.effects.waiting == 1
                    && change.effects.decided == 0)
            let stored = try #require(
                try await service.ingest([SentPrediction("2", label: "c", confidence: "0.99")])
                    .first?
                    .stored)
            #expect(
                stored.route == .queued && stored.reason == "label_retired" && stored.label == nil)
            let view = try await item("2", service)
            #expect(view["predictions"]?.array?[0]["label"]?.string == "c")
            #expect(view["predictions"]?.array?[0]["said_label"]?.string == "c")
            // Who holds a lease of before cannot give it any more, and can go on with another.
            await #expect(throws: ReviewError.labelRetired("c")) {
                try await service.answer(held, .label("c"), id: "r1", by: ann)
            }
            try await service.answer(held, .label("a"), id: "r1", by: ann)
            let next = try #require(try await service.lease(by: ann).first)
            #expect(next.content.externalID == "2" && next.isBlind)
            let result = try await service.answer(next, .label("b"), id: "r2", by: ann)
            #expect(result.decision?.outcome == "corrected")
            // What waits with it is not shown with it either.
            try await service.change(.add(Label(name: "c")))
            try await service.ingest([SentPrediction("3", label: "c", confidence: "0.5")])
            try await service.change(.retire("c"))
            let waiting = try #require(try await service.lease(by: ann).first)
            #expect(waiting.content.externalID == "3" && waiting.isBlind)
            try await service.reviewing.release(waiting.id, project: service.project(), by: ann)
            try await service.change(.add(Label(name: "c")))
            #expect(try await service.lease(by: ann).first?.isBlind == false)
            // What it was given to keeps it.
            #expect(
                try await report(service)["by_label"]?.array?.map { $0["label"]?.string } == ["c"])
        }
    }

    @Test("what-if under the policy in force is the report, whatever became of labels")
    func whatIf() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.6}}"#
        try await TestService.run(policy: policy) { service in
            func send(_ name: String) async throws {
                try await service.ingest(
                    (0..<30).map { index in
                        SentPrediction(
                            "\(name)\(index)", label: ["a", "b", "c"][index % 3],
                            confidence: index % 2 == 0 ? "0.9" : "0.4")
                    })
            }
            try await send("before")
            try await service.change(.retire("c"))
            try await send("without")
            try await service.change(.merge("b", into: "a"))
            try await send("merged")
            try await service.change(.add(Label(name: "c")))
            try await service.change(.add(Label(name: "b")))
            try await send("back")
            let metrics = try #require(try await report(service)["metrics"])
            let whatIf = try JSONValue(
                parsing: try await WhatIf(pool: service.pool).json(
                    WhatIfQuestion(), project: service.project()))
            let inForce = try #require(whatIf["candidates"]?.array?.first)
            let automated = metrics["automation_rate"]?["value"]?.double
            #expect(automated != nil)
            #expect(inForce["automation_rate"]?["value"]?.double == automated)
            #expect(received(try await report(service), "b") == 30)
        }
    }

    @Test("a merged label is the other one: what waits, what comes, what was answered")
    func merged() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.95,"labels":{"a":0.8}}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction(
                    "1", label: "b", confidence: "0.5", more: #""scores":{"b":0.5,"a":0.3,"c":0.2}"#
                ),
                SentPrediction("2", label: "b", confidence: "0.96"),
            ])
            let change = try await service.change(.merge("b", into: "a"))
            #expect(change.effects.waiting == 1 && change.effects.decided == 1)
            // It is routed as the other, and what the model said is kept.
            let stored = try #require(
                try await service.ingest([SentPrediction("3", label: "b", confidence: "0.9")])
                    .first?
                    .stored)
            #expect(stored.route == .accepted && stored.label == Array("a".utf8))
            #expect(stored.labelNow == Array("a".utf8))
            #expect(
                try await service.sql(
                    "SELECT label, said_label FROM prediction WHERE said_label IS NOT NULL")
                    == "a|b")
            #expect(
                try await item("3", service)["predictions"]?.array?[0]["said_label"]?.string == "b")
            // Sent again it is a repeat, as is what came before.
            let again = try await service.ingest([
                SentPrediction("3", label: "b", confidence: "0.9"),
                SentPrediction("2", label: "b", confidence: "0.96"),
            ])
            #expect(again.allSatisfy { $0.stored?.isDuplicate == true })
            // What waited is that label, too: taking it up is no correction.
            let ann = try await service.reviewer("ann")
            let lease = try #require(try await service.lease(by: ann).first)
            #expect(!lease.isBlind)
            let result = try await service.answer(lease, .label("a"), id: "r1", by: ann)
            #expect(result.decision?.outcome == "accepted")
            #expect(try await service.answer(lease, .label("b"), id: "r1", by: ann).isDuplicate)
            let exported = try await rows(service)
            #expect(exported.map { $0["label"]?.string } == ["a", "a", "a"])
            #expect(exported.map { $0["predicted"]?.string } == ["a", "a", "a"])
            for name in ["a", "b"] {
                let narrowed = try await report(service, label: name)
                #expect(narrowed["metrics"]?["received"]?["value"]?.double == (name == "a" ? 3 : 2))
            }
            let metrics = try await report(service)
            #expect(metrics["metrics"]?["override_rate"]?["value"]?.double == 0)
            #expect(received(metrics, "a") == 3 && received(metrics, "b") == nil)
            // Two again.
            try await service.change(.add(Label(name: "b")))
            #expect(try await rows(service).map { $0["label"]?.string } == ["b", "b", "a"])
        }
    }

    @Test(
        "answers before and after a merge agree, with the model or against it",
        arguments: ["b", "c"])
    func mergedConsensus(_ predicted: String) async throws {
        try await TestService.run(policy: #"{"reviewers":2,"consensus":{"agree":2,"at_most":3}}"#) {
            service in
            try await service.ingest([SentPrediction("1", label: predicted)])
            let ann = try await service.reviewer("ann")
            let bob = try await service.reviewer("bob")
            let first = try #require(try await service.lease(by: ann).first)
            try await service.answer(first, .label("b"), id: "r1", by: ann)
            try await service.change(.merge("b", into: "a"))
            let second = try #require(try await service.lease(by: bob).first)
            let result = try await service.answer(second, .label("a"), id: "r2", by: bob)
            #expect(result.decision?.source == "consensus")
            #expect(result.decision?.outcome == (predicted == "b" ? "accepted" : "corrected"))
            #expect(try await rows(service).map { $0["label"]?.string } == ["a"])
        }
    }

    @Test(
        "gold items of a retired label go out of use; of a merged one they are answered by either")
    func gold() async throws {
        try await TestService.run(policy: #"{"gold_rate":1}"#) { service in
            let gold = GoldItems(pool: service.pool)
            let marks = ["b", "c"].map {
                GoldEntry(externalID: "g-\($0)", label: $0, payload: Array("{}".utf8))
            }
            let outcomes = try await gold.add(
                marks, to: service.project(), by: service.admin)
            #expect(outcomes.allSatisfy { $0 == nil })
            let change = try await service.change(.retire("c"))
            #expect(change.effects.gold == 1)
            let inUse = try await gold.list(of: service.project()).filter { $0.retiredAt == nil }
            #expect(inUse.map(\.externalID) == ["g-b"])
            let refused = try await gold.add(
                [GoldEntry(externalID: "g-b", label: "c")], to: service.project(),
                by: service.admin)
            #expect(refused == [.labelRetired("c")])
            try await service.change(.merge("b", into: "a"))
            try await service.ingest([SentPrediction("1"), SentPrediction("2")])
            let ann = try await service.reviewer("ann")
            let lease = try #require(try await service.lease(by: ann).first)
            #expect(lease.content.externalID == "g-b")
            try await service.answer(lease, .label("a"), id: "r1", by: ann)
            let record = try await gold.list(of: service.project()).first { $0.externalID == "g-b" }
            #expect(record?.answers == 1 && record?.correct == 1)
        }
    }

    @Test(
        "what was certified is revoked when a label means something else, and not when it is renamed"
    )
    func certificates() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0.3}"#
        try await TestService.run(labels: ["a", "b", "c", "z"], policy: policy) { service in
            var traffic = CertifiedTraffic(seed: 5)
            try await service.ingest(traffic.predictions(9000))
            try await service.answerByName()
            let made = try await service.certifying.certify(
                service.everything(), CertificateOrder(), of: service.project(), by: service.admin
            ).json
            #expect(made["certified"]?.bool == true && made["number"]?.int == 1)
            #expect(try await service.change(.rename("a", to: "alpha")).effects.certificates == [])
            #expect(try await service.change(.retire("b")).effects.certificates == [1])
            #expect(
                try await service.sql(
                    "SELECT reason, before FROM audit_log WHERE action = 'certificate.revoked'")
                    == #"the label b was retired (label set 3)|{"certificate":1}"#)
            #expect(try await service.change(.add(Label(name: "b"))).effects.certificates == [])
        }
    }

    @Test("an export can say what a label is stored under, and by which set it was decided")
    func exportedVersions() async throws {
        try await TestService.run { service in
            try await service.ingest(["1", "2"].map { SentPrediction($0) })
            let ann = try await service.reviewer("ann")
            for (id, name) in [("r1", "b"), ("r2", "beta")] {
                let lease = try #require(try await service.lease(by: ann).first)
                try await service.answer(lease, .label(name), id: id, by: ann)
                if id == "r1" { try await service.change(.rename("b", to: "beta")) }
            }
            let bytes = Bytes()
            try await LabelExport(pool: service.pool).run(
                .csv, filter: LabelFilter(label: "b"), project: service.project(),
                tellsLabelSet: true
            ) { await bytes.append($0) }
            let lines = await String(decoding: bytes.all, as: UTF8.self).split(separator: "\n")
            #expect(lines.count == 3 && lines[0].hasSuffix(",metadata,label_id,label_set_version"))
            #expect(lines[1].hasPrefix("1,beta,") && lines[1].hasSuffix(",b,1"))
            #expect(lines[2].hasPrefix("2,beta,") && lines[2].hasSuffix(",b,2"))
        }
    }

    private actor Bytes {
        var all: [UInt8] = []
        func append(_ chunk: [UInt8]) { all += chunk }
    }

    @Test("an answer that was recorded before its label was retired is told as a repeat")
    func repeatedAfterRetirement() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("1", label: "c")])
            let ann = try await service.reviewer("ann")
            let lease = try #require(try await service.lease(by: ann).first)
            try await service.answer(lease, .label("c"), id: "r1", by: ann)
            try await service.change(.retire("c"))
            #expect(try await service.answer(lease, .label("c"), id: "r1", by: ann).isDuplicate)
            await #expect(throws: ReviewError.labelRetired("c")) {
                try await service.answer(lease, .label("c"), id: "r2", by: ann)
            }
        }
    }

    @Test("changes come one by one, each a version with who and why, and on its base only")
    func versions() async throws {
        try await TestService.run(connections: 10) { service in
            await #expect(throws: ReviewError.labelsChanged(base: 7, inForce: 1)) {
                try await service.change(.rename("a", to: "x"), base: 7)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        try await service.change(
                            .add(Label(name: "new-\(index)")), reason: "r\(index)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await service.change(.add(Label(name: "last"))).labels.version == 10)
            #expect(try await service.change(.retitle("a", to: nil)).kind == nil)
            let sets = LabelSets(pool: service.pool, directory: service.directory)
            let history = try await sets.history(of: service.project())
            #expect(history.map(\.version) == Array((2...10).reversed()))
            #expect(Set(history.map(\.reason)).count == 9)
            #expect(history.allSatisfy { $0.changedBy == "admin" && $0.kind == .added })
            let actions = try await service.pool.withSession { session in
                try Store(session).auditEntries(
                    project: try Store(session).project(named: service.name)?.id ?? 0, after: nil,
                    limit: 100
                ).map(\.action)
            }
            #expect(actions.count { $0 == "label.added" } == 9)
            // A look changes nothing.
            let preview = try await sets.preview(.retire("a"), base: 10, of: service.project())
            #expect(preview.kind == .retired && preview.labels.version == 11)
            #expect(try await service.project().labels.version == 10)
        }
    }

    @Test("another instance takes the new set without being asked")
    func followed() async throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await TestService.run { service in
            let pool = service.database.pool(connections: 2)
            let other = ProjectDirectory(pool: pool, lifetime: .seconds(3600))
            let follower = ChangeFollower(
                options: service.database.options, directory: other, logger: quiet)
            let following = Task { await follower.run() }
            _ = try await other.context(service.name.text)
            // Listening has begun when a change is heard.
            try await eventually("the other instance listens") {
                try await service.change(.retitle("a", to: "\(ContinuousClock.now)"))
                try await Task.sleep(for: .milliseconds(100))
                return try await other.context(service.name.text).labels.version
                    == service.project().labels.version
            }
            try await service.change(.rename("a", to: "alpha"))
            try await eventually("the renaming is followed") {
                try await other.context(service.name.text).labels.contains("alpha")
            }
            following.cancel()
            await following.value
            await pool.shutdown()
        }
    }
}
