import Foundation
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Audits", .database)
struct AuditTests {
    static let everything = #"{"degree":"full","audit_rate":1}"#

    private func report(_ service: TestService) async throws -> JSONValue {
        try JSONValue(
            parsing: try await Reporting(
                pool: service.pool, counter: QueueCounter(pool: service.pool)
            ).json(project: service.project(), from: nil, to: nil, by: .hour))
    }

    /// Item, label and source of the decisions that stand.
    private func standing(_ service: TestService) async throws -> String {
        try await service.sql(
            """
            SELECT DISTINCT ON (i.external_id) i.external_id, d.label, d.source, d.outcome
            FROM decision d JOIN item i ON i.id = d.item_id ORDER BY i.external_id, d.revision DESC
            """)
    }

    @Test("a first answer that is the model's label is enough; another is believed when repeated")
    func secondLook() async throws {
        try await TestService.run(policy: Self.everything) { service in
            try await service.ingest(
                ["same", "wrong", "slip", "torn"].map { SentPrediction($0, label: "a") })
            let said = [
                "ann": ["same": "a", "wrong": "b", "slip": "b", "torn": "b"],
                "bob": ["wrong": "b", "slip": "a", "torn": "c"],
                "cid": ["slip": "a", "torn": "a"],
            ]
            for name in ["ann", "bob", "cid"] {
                let caller = try await service.reviewer(name)
                let leases = try await service.lease(10, by: caller)
                #expect(
                    Set(leases.map(\.content.externalID)) == Set(said[name]?.keys.map(\.self) ?? [])
                )
                #expect(leases.allSatisfy { $0.isBlind })
                for lease in leases {
                    let item = lease.content.externalID
                    try await service.answer(
                        lease, .label(said[name]?[item] ?? ""), id: name + item, by: caller)
                }
                if name == "ann" {
                    #expect(
                        try await standing(service) == """
                            same|a|reviewer|accepted
                            slip|a|model|auto_accepted
                            torn|a|model|auto_accepted
                            wrong|a|model|auto_accepted
                            """, "until then the model's decision stands")
                }
                try await QueueInvariant.check(service)
            }
            let dan = try await service.reviewer("dan")
            #expect(try await service.lease(by: dan).isEmpty)
            let torn = try await service.nextLease(queue: .adjudication, by: service.admin)
            #expect(torn.content.externalID == "torn")
            try await service.answer(torn, .label("c"), id: "judge", by: service.admin)
            #expect(
                try await standing(service) == """
                    same|a|reviewer|accepted
                    slip|a|consensus|accepted
                    torn|c|adjudicator|corrected
                    wrong|b|consensus|corrected
                    """)
            try await QueueInvariant.check(service)
        }
    }

    @Test("the overlap of a policy is no matter of audits, unless their second look is off")
    func overlap() async throws {
        let three = #""reviewers":3,"consensus":{"agree":2,"at_most":3,"early_stop":false}"#
        try await TestService.run(policy: #"{"degree":"full","audit_rate":1,\#(three)}"#) {
            service in
            try await service.ingest([SentPrediction("x", label: "a")])
            try await service.answerNext(.label("a"), by: ["ann"])
            #expect(try await standing(service) == "x|a|reviewer|accepted")
            try await service.setPolicy(
                #"{"degree":"full","audit_rate":1,"audits":{"second_look":false},\#(three)}"#)
            try await service.ingest([SentPrediction("y", label: "a")])
            try await service.answerNext(.label("a"), by: ["bob", "cid"])
            #expect(try await standing(service).contains("y|a|model|auto_accepted"))
            try await service.answerNext(.label("b"), by: ["dan"])
            #expect(try await standing(service).contains("y|a|consensus|accepted"))
        }
    }

    @Test("without a second look one reviewer corrects the model")
    func off() async throws {
        let policy = #"{"degree":"full","audit_rate":1,"audits":{"second_look":false}}"#
        try await TestService.run(policy: policy) { service in
            let (ann, lease) = try await service.leasedItem(SentPrediction("x", label: "a"))
            let result = try await service.answer(lease, .label("b"), id: "1", by: ann)
            #expect(result.decision?.outcome == "corrected")
            #expect(result.decision?.source == "reviewer")
        }
    }

    @Test("disputed audits enter the error by the share of settled ones that were confirmed")
    func disputed() async throws {
        try await TestService.run(policy: Self.everything) { service in
            try await service.ingest((0..<100).map { SentPrediction("i\($0)", label: "a") })
            let ann = try await service.reviewer("ann")
            // Of 80 answers ten are disputed; of six looked at again four are confirmed.
            for (index, lease) in try await service.lease(80, by: ann).enumerated() {
                try await service.answer(
                    lease, .label(index < 10 ? "b" : "a"), id: "ann\(index)", by: ann)
            }
            var error = try #require(try await report(service)["metrics"]?["auto_accept_error"])
            #expect(error["value"]?.double == 10.0 / 80, "nothing is settled yet: all count")
            #expect(error["lo"]?.double == 0)
            #expect(error["audits_disputed"]?.int == 10 && error["n"]?.int == 70)
            for name in ["bob", "cid"] {
                let caller = try await service.reviewer(name)
                let leases = try await service.lease(100, by: caller)
                for lease in leases {
                    let id = lease.content.externalID
                    let isDisputed =
                        try await service.sql(
                            "SELECT count(*) FROM review v JOIN item i ON i.id = v.item_id WHERE i.external_id = '\(id)'"
                        ) != "0"
                    let number = Int(id.dropFirst()) ?? 0
                    if isDisputed, number < 6 {
                        try await service.answer(
                            lease, .label(number < 4 ? "b" : "a"), id: name + id, by: caller)
                    } else {
                        try await service.reviewing.release(
                            lease.id, project: service.project(), by: caller)
                    }
                }
            }
            let report = try await report(service)
            error = try #require(report["metrics"]?["auto_accept_error"])
            #expect(error["n"]?.int == 76)
            #expect(error["audits_drawn"]?.int == 100)
            #expect(error["audits_open"]?.int == 24)
            #expect(error["audits_disputed"]?.int == 4)
            #expect(error["audits_overdue"]?.int == 0)
            let share = 5.0 / 7
            #expect(abs(try #require(error["value"]?.double) - (4 + 4 * share) / 80) < 1e-12)
            #expect(error["value_if_open_right"]?.double == 4.0 / 100)
            #expect(error["value_if_open_wrong"]?.double == 28.0 / 100)
            // The bounds are Wilson's of 4 and of 8 in 80.
            let (lo, hi) = (
                try #require(error["lo"]?.double), try #require(error["hi"]?.double)
            )
            for (bound, rate) in [(lo, 4.0 / 80), (hi, 8.0 / 80)] {
                let z = 1.959963984540054
                #expect(
                    abs((bound - rate) * (bound - rate) - z * z * bound * (1 - bound) / 80) < 1e-9)
            }
            #expect(
                report["warnings"]?.array?.compactMap(\.string) == [
                    "24 of 100 audits are open: the error of accepted items is that of the others, and its bounds say what the open ones could change",
                    "4 audits are disputed and wait for a second look: the error of accepted items is not final",
                ])
            let series = report["series"]?["points"]?.array ?? []
            let pieces = series.compactMap { $0["auto_accept_error"]?["audits_disputed"]?.int }
            #expect(pieces.reduce(0, +) == 4)
            let group = report["by_label"]?[0]?["metrics"]?["auto_accept_error"]
            #expect(group?["value"]?.double == error["value"]?.double)
        }
    }

    @Test("audits past their deadline are warned of, and a deadline goes before what is doubtful")
    func deadline() async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.9},"audit_rate":1,"audits":{"deadline_seconds":600}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction("doubtful", confidence: "0.8"),
                SentPrediction("audited", confidence: "0.99"),
            ])
            let ann = try await service.reviewer("ann")
            #expect(
                try await service.nextLease(by: ann).content.externalID == "audited")
            try await service.sql(
                "UPDATE prediction SET received_at = received_at - interval '11 minutes'")
            try await service.sql(
                "UPDATE project SET created_at = created_at - interval '1 hour'")
            await service.directory.forget(service.name)
            try await service.rollups.rebuild(project: service.project().id)
            let report = try await report(service)
            let error = report["metrics"]?["auto_accept_error"]
            #expect(error?["audits_overdue"]?.int == 1 && error?["audits_open"]?.int == 1)
            #expect(
                report["warnings"]?[0]?.string?.hasPrefix(
                    "1 of 1 open audits are past their deadline of 600 seconds") == true)
        }
    }

    @Test("the anchoring effect is the override rate of hidden predictions less that of shown ones")
    func anchoring() async throws {
        let policy =
            #"{"degree":"assist","blind_share":0.5,"rules":[{"name":"own","when":{"metadata.own":true},"then":{"blind_share":1}}]}"#
        try await TestService.run(policy: policy) { service in
            let empty = try await report(service)["metrics"]?["anchoring_effect"]
            #expect(empty?["value"]?.isNull == true && empty?["reason"]?.string != nil)
            try await service.ingest((0..<200).map { SentPrediction("i\($0)", label: "a") })
            // Hidden by a rule: says nothing, whatever is answered.
            try await service.ingest(
                (0..<20).map {
                    SentPrediction("r\($0)", label: "a", more: #""metadata":{"own":true}"#)
                })
            let ann = try await service.reviewer("ann")
            var (blind, blindWrong, shown, shownWrong) = (0, 0, 0, 0)
            for lease in try await service.lease(100, by: ann)
                + (try await service.lease(100, by: ann)) + (try await service.lease(100, by: ann))
            {
                let id = lease.content.externalID
                let number = Int(id.dropFirst()) ?? 0
                let differs = number % (lease.isBlind ? 4 : 10) == 0
                if id.hasPrefix("i") {
                    if lease.isBlind {
                        blind += 1
                        blindWrong += differs ? 1 : 0
                    } else {
                        shown += 1
                        shownWrong += differs ? 1 : 0
                    }
                }
                try await service.answer(
                    lease, .label(differs ? "b" : "a"), id: id, by: ann)
            }
            try #require(blind > 50 && shown > 50)
            let effect = try #require(try await report(service)["metrics"]?["anchoring_effect"])
            let expected = Double(blindWrong) / Double(blind) - Double(shownWrong) / Double(shown)
            #expect(abs(try #require(effect["value"]?.double) - expected) < 1e-12)
            #expect(effect["method"]?.string == "newcombe")
            #expect(effect["n_blind"]?.int == blind && effect["n_shown"]?.int == shown)
        }
    }

    @Test("items that were all hidden, or none, say nothing of anchoring")
    func noChance() async throws {
        try await TestService.run(policy: #"{"degree":"shadow","blind_share":0.5}"#) { service in
            try await service.ingest((0..<5).map { SentPrediction("i\($0)", label: "a") })
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(5, by: ann) {
                try await service.answer(
                    lease, .label("b"), id: lease.content.externalID, by: ann)
            }
            let effect = try await report(service)["metrics"]?["anchoring_effect"]
            #expect(effect?["value"]?.isNull == true)
            #expect(effect?["n_blind"]?.int == 0 && effect?["n_shown"]?.int == 0)
        }
    }
}
