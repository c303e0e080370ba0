import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("What rests on labels that change", .database)
struct LabelPromiseTests {
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
            #expect(outcomes.added == 2 && outcomes.newItems == 2)
            let change = try await service.change(.retire("c"))
            #expect(change.effects.gold == 1)
            let inUse = try await gold.list(of: service.project()).filter { $0.retiredAt == nil }
            #expect(inUse.map(\.externalID) == ["g-b"])
            let refused = try await gold.add(
                [GoldEntry(externalID: "g-b", label: "c")], to: service.project(),
                by: service.admin)
            #expect(refused.refusals == [.labelRetired("c")])
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

    @Test("a certificate calls labels what they are called now, and is stored by their ids")
    func certificateNames() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0.3}"#
        try await TestService.run(labels: ["a", "b", "c", "z"], policy: policy) { service in
            var traffic = CertifiedTraffic(seed: 5)
            try await service.ingest(traffic.predictions(9000))
            try await service.answerByName()
            try await service.change(.rename("a", to: "alpha"))
            var question = service.everything()
            question.perLabel = true
            var order = CertificateOrder()
            order.isTrial = true
            let trial = try await service.certifying.certify(
                question, order, of: service.project(), by: service.admin)
            let stored = try await service.certifying.certify(
                question, CertificateOrder(), of: service.project(), by: service.admin)
            try await service.change(.rename("a", to: "first"))
            let shown = try await service.certifying.view(
                #require(stored.number), of: service.project())
            let listed = try #require(
                try await service.certifying.list(of: service.project()).first)
            for (view, name) in [
                (trial, "alpha"), (stored, "alpha"), (shown, "first"), (listed, "first"),
            ] {
                let keys = view.json["thresholds"]?["labels"]?.object?.keys ?? []
                let chained = (view.json["chains"]?.array ?? [])
                    .flatMap { $0["labels"]?.array ?? [] }.compactMap(\.string)
                for names in [Array(keys), chained] {
                    #expect(names.contains(name) && !names.contains("a"), "\(names)")
                }
                #expect(
                    view.sentence.contains("\"\(name)\"") && !view.sentence.contains("\"a\""),
                    "\(view.sentence)")
            }
            #expect(
                try await service.sql(
                    """
                    SELECT count(*) FROM certificate c, json_array_elements(c.document -> 'chains') AS n,
                        json_array_elements_text(n -> 'labels') AS l WHERE l = 'a'
                    """) == "1")
        }
    }
}
