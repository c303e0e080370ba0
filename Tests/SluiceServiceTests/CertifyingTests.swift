import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@Suite("Certified thresholds", .database)
struct CertifyingTests {
    private let labels = ["a", "b", "c", "z"]
    private let partial = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0.3}"#

    private func certify(
        _ service: TestService, _ question: CertificateQuestion,
        _ order: CertificateOrder = CertificateOrder()
    ) async throws -> JSONValue {
        try await service.certifying.certify(
            question, order, of: service.project(), by: service.admin
        ).json
    }

    private func report(_ service: TestService) async throws -> JSONValue {
        try JSONValue(
            parsing: try await Reporting(
                pool: service.pool, counter: QueueCounter(pool: service.pool)
            ).json(project: service.project(), from: nil, to: nil))
    }

    /// The warnings about what was promised.
    private func promises(_ report: JSONValue) -> [String] {
        (report["warnings"]?.array ?? []).compactMap(\.string).filter {
            $0.hasPrefix("the promise")
        }
    }

    private func actions(_ service: TestService) async throws -> [String] {
        try await service.sql("SELECT action FROM audit_log ORDER BY id")
            .split(separator: "\n").map(String.init).filter { $0.hasPrefix("certificate") }
    }

    @Test(
        "labels of an earlier threshold certify a lower one, which holds, from counts of their own")
    func beyond() async throws {
        try await TestService.run(labels: labels, policy: partial) { service in
            var traffic = CertifiedTraffic(seed: 5)
            try await service.ingest(traffic.predictions(9000))
            try await service.answerByName()
            let reply = try await certify(service, service.everything())
            #expect(reply["certified"]?.bool == true, "\(reply["sentence"]?.string ?? "")")
            #expect(reply["status"]?.string == "proposed" && reply["number"]?.int == 1)
            let threshold = try #require(reply["thresholds"]?["default"]?.double)
            #expect(threshold < 0.9, "automation can grow: \(threshold)")
            #expect(traffic.error(from: threshold) <= 0.02)
            #expect(
                try #require(reply["automation"]?["value"]?.double)
                    > #require(reply["automation_now"]?["value"]?.double))
            // Counted again by SQL, behind the fifth that fixed the grid.
            let chain = try #require(reply["chains"]?[0])
            let place = try #require(chain["certified_step"]?.int)
            let step = try #require(chain["steps"]?[place])
            #expect(step["form"]?.string == "two_strata")
            let after = try #require(reply["window"]?["after_item"]?.int)
            let counted = try await service.sql(
                """
                SELECT p.propensity, count(*), count(*) FILTER (WHERE d.label IS NOT NULL),
                    count(*) FILTER (WHERE d.label <> p.label)
                FROM prediction p
                LEFT JOIN decision d ON d.item_id = p.item_id AND d.source = 'reviewer'
                WHERE p.item_id > \(after) AND p.confidence >= \(threshold)
                GROUP BY p.propensity ORDER BY p.propensity
                """)
            let strata = (step["strata"]?.array ?? []).map { stratum in
                [
                    stratum["propensity"]?.double == 1 ? "1" : "0.3",
                    "\(stratum["items"]?.int ?? 0)", "\(stratum["labelled"]?.int ?? 0)",
                    "\(stratum["errors"]?.int ?? 0)",
                ].joined(separator: "|")
            }
            #expect(strata.joined(separator: "\n") == counted)
            // And the bound by its formula.
            let rows = counted.split(separator: "\n").map { row in
                row.split(separator: "|").dropFirst().compactMap { Int($0) }
            }
            try #require(rows.count == 2)
            let audited = try Proportion(rows[0][2], of: rows[0][1]).upperBound(failing: 0.045)
            let reviewed = try Proportion(rows[1][2], of: rows[1][1]).upperBound(failing: 0.005)
            let all = Double(rows[0][0] + rows[1][0])
            let bound =
                (Double(rows[0][0]) * audited + Double(rows[1][0]) * reviewed) / all
            let written = try #require(reply["error_bound"]?.double)
            #expect(abs(written - bound) < 1e-9 && written <= 0.02)
            // A fifth of the window gave its confidences and no label.
            #expect(reply["reference"]?["items"]?.int == 1800)
            #expect(reply["window"]?["items"]?.int == 7200)
            #expect(try await actions(service) == ["certificate.made"])
        }
    }

    @Test("applied, its thresholds are the policy's; revoked or expired, they cannot be applied")
    func applied() async throws {
        try await TestService.run(labels: labels, policy: #"{"audit_rate":0.1}"#) { service in
            var traffic = CertifiedTraffic(seed: 6)
            try await service.ingest(traffic.predictions(4000))
            try await service.answerByName()
            var order = CertificateOrder()
            order.applies = true
            order.reason = "first"
            let reply = try await certify(service, service.everything(0.03), order)
            #expect(reply["status"]?.string == "applied")
            #expect(reply["chains"]?[0]?["steps"]?[90]?["form"]?.string == "binomial")
            let threshold = try #require(reply["thresholds"]?["default"]?.double)
            let project = try await service.project()
            #expect(
                project.policy.degree == .partial && project.policy.accept.standard == threshold)
            #expect(project.policyVersion == reply["applied_policy_version"]?.int)
            #expect(project.record.policy.reason == "certificate 1: first")
            #expect(
                try await actions(service) == ["certificate.made", "certificate.applied"])
            let told = try await report(service)
            #expect(told["certificate"]?["number"]?.int == 1)
            #expect(told["certificate"]?["in_force"]?.bool == true)
            #expect(told["certificate"]?["status"]?.string == "applied")
            #expect(promises(told).isEmpty)
            let revoked = try await service.certifying.revoke(
                1, reason: "new data", keepsRouting: true, of: service.project(), by: service.admin
            ).json
            #expect(revoked["status"]?.string == "revoked")
            #expect(revoked["revoked_reason"]?.string == "new data")
            _ = try await service.certifying.revoke(
                1, reason: "again", keepsRouting: true, of: service.project(), by: service.admin)
            #expect(try await actions(service).last == "certificate.revoked")
            #expect(try await actions(service).count == 3)
            #expect(try await service.project().policyVersion == project.policyVersion)
            await #expect(
                throws: ReviewError.certificateRefused(number: 1, .revoked(reason: "new data"))
            ) { try await certify(service, applying: 1) }
            let careful = try await report(service)
            #expect(careful["certificate"]?["status"]?.string == "revoked")
            #expect(
                promises(careful) == [
                    "the promise of certificate 1 (demo/1) was revoked: new data; "
                        + "its thresholds are still in force"
                ])
            try await service.setPolicy(#"{"audit_rate":0.1}"#)
            let back = try await report(service)
            #expect(back["certificate"]?["in_force"]?.bool == false)
            #expect(promises(back).isEmpty)
            // A second one is the second look, and expires.
            let second = try await certify(service, service.everything(0.03))
            #expect(second["look"]?.int == 2 && second["number"]?.int == 2)
            #expect(second["sentence"]?.string?.contains("look 2 at these labels") == true)
            try await service.sql("UPDATE certificate SET expires_at = made_at WHERE number = 2")
            let list = try await service.certifying.list(of: service.project())
            #expect(list.map(\.status) == [.expired, .revoked])
            await #expect(throws: ReviewError.self) { try await certify(service, applying: 2) }
            // What was tampered with is noticed: the counts lead to another threshold.
            let third = try await certify(service, service.everything(0.03))
            #expect(third["number"]?.int == 3)
            try await service.sql(
                """
                UPDATE certificate SET document = replace(document::text, '"threshold":\(threshold),"certified_step"',
                    '"threshold":0.5,"certified_step"')::json WHERE number = 3
                """)
            await #expect(throws: ReviewError.certificateRefused(number: 3, .unsound)) {
                try await certify(service, applying: 3)
            }
            await #expect(throws: ReviewError.unknownCertificate(number: "9")) {
                try await certify(service, applying: 9)
            }
        }
    }

    private func certify(_ service: TestService, applying number: Int) async throws {
        _ = try await service.certifying.apply(
            number, reason: "", of: service.project(), by: service.admin)
    }

    @Test("without audits, or with few, it refuses and says how many are missing")
    func noAudits() async throws {
        let blind = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0}"#
        try await TestService.run(labels: labels, policy: blind) { service in
            var traffic = CertifiedTraffic(seed: 7)
            try await service.ingest(traffic.predictions(3000))
            try await service.answerByName()
            let none = try await certify(service, service.everything())
            #expect(none["certified"]?.bool == false && none["status"]?.string == "nothing")
            let reason = none["chains"]?[0]?["reason"]?.string ?? ""
            #expect(reason.contains("accepted without audits"), "\(reason)")
            #expect(reason.contains("149 audits are missing"), "\(reason)")
            #expect(none["sentence"]?.string?.contains(reason) == true)
            try await service.sql("DELETE FROM certificate")
            try await service.age(hours: 24)
            // 60 days of it, and then some audits.
            try await service.setPolicy(
                #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0.2}"#)
            try await service.ingest(traffic.predictions(1500))
            try await service.answerByName()
            var question = CertificateQuestion()
            question.error = 0.02
            let now = try await service.pool.withSession { try Store($0).currentTime() }
            question.from = Timestamp(microseconds: now.microseconds - 3_600_000_000)
            let few = try await certify(service, question)
            let text = few["chains"]?[0]?["reason"]?.string ?? ""
            let after = try #require(few["window"]?["after_item"]?.int)
            let audits = try #require(
                Int(
                    try await service.sql(
                        "SELECT count(*) FROM prediction WHERE route = 'audited' AND item_id > \(after)"
                    )))
            #expect(text.hasPrefix("\(audits) audits; at least 149"), "\(text)")
            #expect(text.contains("\(149 - audits) are missing"), "\(text)")
            // A policy that audits nothing cannot be given a certified threshold.
            #expect(few["applied_policy_version"]?.isNull == true)
        }
    }

    @Test(
        "what waits in the queue counts as wrong, and so does an audit that is overdue or disputed")
    func waiting() async throws {
        try await TestService.run(labels: labels, policy: partial) { service in
            var traffic = CertifiedTraffic(seed: 8)
            try await service.ingest(traffic.predictions(3000))
            // A tenth is not answered.
            try await service.answerByName(except: "%7")
            let reply = try await certify(service, service.everything())
            let after = try #require(reply["window"]?["after_item"]?.int)
            func open(_ route: String) async throws -> Int {
                let count = try await service.sql(
                    """
                    SELECT count(*) FROM prediction p WHERE p.route = '\(route)' AND p.item_id > \(after)
                        AND NOT EXISTS (SELECT FROM decision d
                            WHERE d.item_id = p.item_id AND d.source = 'reviewer')
                    """)
                return try #require(Int(count))
            }
            let (queued, audited) = (try await open("queued"), try await open("audited"))
            #expect(queued > 100 && audited > 10)
            #expect(reply["window"]?["taken_for_wrong"]?.int == queued)
            #expect(
                reply["warnings"]?.array?.contains {
                    $0.string?.hasPrefix("\(queued) items that wait") == true
                } == true)
            try await service.age(hours: 24 * 4)
            let late = try await certify(service, service.everything())
            #expect(late["window"]?["taken_for_wrong"]?.int == queued + audited)
        }
    }

    @Test("each label gets its own threshold, the rare ones share one or go to people")
    func perLabel() async throws {
        try await TestService.run(labels: labels, policy: #"{"audit_rate":0.1}"#) { service in
            var traffic = CertifiedTraffic(seed: 9)
            try await service.ingest(
                traffic.predictions(
                    9000, labels: (0..<50).map { $0 == 0 ? "c" : $0 % 2 == 0 ? "a" : "b" }))
            try await service.answerByName()
            var question = service.everything(0.05)
            question.perLabel = true
            var order = CertificateOrder()
            order.applies = true
            let reply = try await certify(service, question, order)
            let chains = try #require(reply["chains"]?.array)
            #expect(chains.count == 3)
            #expect(chains.map { $0["is_rest"]?.bool } == [false, false, true])
            // All share the probability.
            #expect(chains.allSatisfy { abs(($0["delta"]?.double ?? 0) - 0.05 / 3) < 1e-12 })
            let policy = try await service.project().policy
            for label in ["a", "b"] {
                let threshold = try #require(reply["thresholds"]?["labels"]?[label]?.double)
                #expect(policy.accept.threshold(for: ExactText(label)) == threshold)
                #expect(traffic.error(from: threshold, label: label) <= 0.05)
            }
            let rest = chains[2]["threshold"]?.double
            #expect(policy.accept.standard == rest ?? 1)
            #expect(reply["sentence"]?.string?.contains("all of them together") == true)
        }
    }

    @Test("a question that cannot be answered is refused, and a trial stores nothing")
    func refused() async throws {
        try await TestService.run(labels: labels, policy: partial) { service in
            await #expect(throws: ReviewError.self, "neither it nor the policy names a limit") {
                try await certify(service, CertificateQuestion())
            }
            await #expect(throws: ReviewError.self, "nothing arrived") {
                try await certify(service, service.everything())
            }
            var traffic = CertifiedTraffic(seed: 3)
            try await service.ingest(traffic.predictions(50))
            var unknown = service.everything()
            unknown.version = ModelVersion("demo/9")
            await #expect(throws: ReviewError.self) { try await certify(service, unknown) }
            var backwards = service.everything()
            backwards.to = Timestamp(microseconds: 1)
            await #expect(throws: ReviewError.self) { try await certify(service, backwards) }
            var order = CertificateOrder()
            order.isTrial = true
            let trial = try await certify(service, service.everything(), order)
            #expect(trial["status"]?.string == "trial" && trial["number"]?.isNull == true)
            #expect(
                trial["chains"]?[0]?["reason"]?.string?.hasPrefix("too few predictions") == true)
            #expect(try await service.sql("SELECT count(*) FROM certificate") == "0")
            #expect(try await actions(service).isEmpty)
        }
    }
}
