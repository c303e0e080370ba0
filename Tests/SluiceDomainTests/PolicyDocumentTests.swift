import SluiceDomain
import SluiceJSON
import Testing

@Suite("Policy documents")
struct PolicyDocumentTests {
    private let labels: LabelSet

    init() throws {
        labels = try LabelSet([Label(name: "fraud"), Label(name: "ok"), Label(name: "a\"b")])
    }

    private func policy(_ text: String) throws -> Policy {
        try Policy(document: JSONValue(parsing: text), labels: labels)
    }

    @Test("an empty document is the standard policy: people decide everything")
    func defaults() throws {
        let policy = try policy("{}")
        #expect(policy == .standard)
        #expect(policy.degree == .assist)
        #expect(policy.auditRate == 0.02)
    }

    @Test("every key is read")
    func everyKey() throws {
        let policy = try policy(
            """
            {"degree": "partial", "accept": {"default": 0.9, "labels": {"fraud": 1, "a\\"b": 0}},
             "automation_share": 0.5, "audit_rate": 0.25, "blind_share": 1, "gold_rate": 0.01,
             "reviewers": 2, "consensus": {"agree": 2, "at_most": 3}, "rules": [],
             "lease_seconds": 5, "sla_seconds": 31536000, "error_limit": 0.01,
             "autopilot": {"mode": "apply", "every_seconds": 3600, "confidence": 0.99}}
            """)
        #expect(policy.errorLimit == 0.01)
        #expect(
            policy.autopilot
                == AutopilotTerms(mode: .apply, everySeconds: 3600, confidence: 0.99))
        #expect(policy.degree == .partial)
        #expect(policy.accept.threshold(for: ExactText("fraud")) == 1)
        #expect(policy.accept.threshold(for: ExactText("a\"b")) == 0)
        #expect(policy.accept.threshold(for: ExactText("ok")) == 0.9)
        #expect(policy.automationShare == 0.5 && policy.auditRate == 0.25)
        #expect(policy.blindShare == 1 && policy.goldRate == 0.01 && policy.reviewers == 2)
        #expect(policy.consensus == ConsensusRule(agree: 2, atMost: 3, endsEarly: true))
        #expect(policy.leaseSeconds == 5 && policy.slaSeconds == 31_536_000)
    }

    @Test("what is written reads back as the same policy")
    func roundTrip() throws {
        let texts = [
            "{}", #"{"degree":"full","sla_seconds":7,"reviewers":3,"gold_rate":0.05}"#,
            #"{"reviewers":2,"consensus":{"agree":2,"at_most":3,"early_stop":false}}"#,
            #"{"consensus":{"agree":2,"at_most":3,"borderline_agree":1}}"#,
            #"{"accept":{"labels":{"ok":0.123456789012345,"a\"b":0.1}},"audit_rate":1e-9}"#,
            #"{"error_limit":0.005,"autopilot":{"mode":"propose"}}"#,
            #"{"audits":{"strata":[{"labels":["a\"b","ok"],"from":0.5,"rate":1},{"below":1,"rate":0}]}}"#,
        ]
        for text in texts {
            let policy = try policy(text)
            var writer = JSONWriter()
            policy.write(to: &writer)
            #expect(
                try Policy(document: JSONValue(parsing: writer.bytes), labels: labels) == policy)
        }
    }

    @Test("without a consensus rule all are waited for, and more than half of them must agree")
    func consensusDefault() throws {
        let policy = try policy(#"{"reviewers":3,"consensus":null}"#)
        #expect(policy.consensus == nil)
        for (reviewers, agree) in [(1, 1), (2, 2), (3, 2), (4, 3), (15, 8)] {
            #expect(
                policy.consensusRule(asked: reviewers)
                    == ConsensusRule(agree: agree, atMost: reviewers, endsEarly: false))
        }
    }

    @Test(
        "a consensus rule ends early and counts doubts as it does labels unless it says otherwise")
    func consensusRule() throws {
        func rule(_ more: String) throws -> ConsensusRule? {
            try policy(#"{"consensus":{"agree":2,"at_most":4\#(more)}}"#).consensus
        }
        #expect(
            try rule("")
                == ConsensusRule(agree: 2, atMost: 4, endsEarly: true, borderlineAgree: 2))
        #expect(
            try rule(#","early_stop":false,"borderline_agree":3"#)
                == ConsensusRule(agree: 2, atMost: 4, endsEarly: false, borderlineAgree: 3))
        #expect(try rule(#","early_stop":true,"borderline_agree":null"#) == rule(""))
    }

    @Test(
        "a refusal names the exact place",
        arguments: [
            ("[]", ""), ("7", ""), (#"{"degree":"most"}"#, "degree"), (#"{"degree":1}"#, "degree"),
            (#"{"acept":{}}"#, "acept"), (#"{"accept":0.9}"#, "accept"),
            (#"{"accept":{"default":1.01}}"#, "accept.default"),
            (#"{"accept":{"default":"0.9"}}"#, "accept.default"),
            (#"{"accept":{"standard":0.9}}"#, "accept.standard"),
            (#"{"accept":{"labels":[]}}"#, "accept.labels"),
            (#"{"accept":{"labels":{"ok":-0.1}}}"#, "accept.labels.ok"),
            (#"{"accept":{"labels":{"other":0.5}}}"#, "accept.labels.other"),
            (#"{"automation_share":2}"#, "automation_share"),
            (#"{"automation_share":null}"#, "automation_share"),
            (#"{"audit_rate":-0.001}"#, "audit_rate"), (#"{"blind_share":true}"#, "blind_share"),
            (#"{"gold_rate":1.1}"#, "gold_rate"), (#"{"reviewers":0}"#, "reviewers"),
            (#"{"reviewers":16}"#, "reviewers"), (#"{"reviewers":1.5}"#, "reviewers"),
            (#"{"consensus":{"agree":3,"at_most":2}}"#, "consensus"),
            (#"{"consensus":{"agree":1}}"#, "consensus"),
            (#"{"audits":true}"#, "audits"),
            (#"{"audits":{"second_look":"yes"}}"#, "audits.second_look"),
            (#"{"audits":{"deadline_seconds":5}}"#, "audits.deadline_seconds"),
            (#"{"audits":{"third_look":true}}"#, "audits.third_look"),
            (#"{"audits":{"strata":{}}}"#, "audits.strata"),
            (#"{"audits":{"strata":[7]}}"#, "audits.strata[0]"),
            (#"{"audits":{"strata":[{"from":0.9}]}}"#, "audits.strata[0]"),
            (
                #"{"audits":{"strata":[{"rate":0},{"rate":0,"from":0.9,"below":0.9}]}}"#,
                "audits.strata[1]"
            ),
            (#"{"audits":{"strata":[{"rate":2}]}}"#, "audits.strata[0].rate"),
            (#"{"audits":{"strata":[{"rate":1,"to":1}]}}"#, "audits.strata[0].to"),
            (#"{"audits":{"strata":[{"rate":1,"labels":[]}]}}"#, "audits.strata[0].labels"),
            (#"{"audits":{"strata":[{"rate":1,"labels":["x"]}]}}"#, "audits.strata[0].labels"),
            (
                #"{"audits":{"strata":[{"rate":1,"labels":["ok","ok"]}]}}"#,
                "audits.strata[0].labels"
            ),
            (#"{"gold":{"feedback":1}}"#, "gold.feedback"),
            (#"{"error_limit":0}"#, "error_limit"), (#"{"error_limit":"2 %"}"#, "error_limit"),
            (#"{"autopilot":"on"}"#, "autopilot"),
            (#"{"autopilot":{"mode":"on"}}"#, "autopilot.mode"),
            (#"{"autopilot":{"mode":"apply"}}"#, "autopilot.mode"),
            (#"{"autopilot":{"every_seconds":5}}"#, "autopilot.every_seconds"),
            (#"{"autopilot":{"confidence":1}}"#, "autopilot.confidence"),
            (#"{"autopilot":{"limit":0.02}}"#, "autopilot.limit"),
            (#"{"gold":{"pause_below":70}}"#, "gold.pause_below"),
            (#"{"gold":{"pause_after":0}}"#, "gold.pause_after"),
            (#"{"gold":{"rate":0.1}}"#, "gold.rate"),
            (#"{"consensus":{"agree":0,"at_most":1}}"#, "consensus.agree"),
            (#"{"consensus":{"agree":1,"at_most":99}}"#, "consensus.at_most"),
            (#"{"consensus":{"agree":1,"at_most":1,"ties":2}}"#, "consensus.ties"),
            (#"{"consensus":{"agree":1,"at_most":1,"early_stop":1}}"#, "consensus.early_stop"),
            (
                #"{"consensus":{"agree":1,"at_most":2,"borderline_agree":3}}"#,
                "consensus.borderline_agree"
            ),
            (
                #"{"consensus":{"agree":1,"at_most":2,"borderline_agree":0}}"#,
                "consensus.borderline_agree"
            ),
            (#"{"reviewers":3,"consensus":{"agree":1,"at_most":2}}"#, "consensus.at_most"),
            (#"{"rules":[{}]}"#, "rules[0]"), (#"{"rules":{}}"#, "rules"),
            (#"{"lease_seconds":4}"#, "lease_seconds"),
            (#"{"lease_seconds":86401}"#, "lease_seconds"), (#"{"sla_seconds":0}"#, "sla_seconds"),
        ])
    func refusals(_ text: String, _ path: String) throws {
        let error = #expect(throws: PolicyDocumentError.self) { try policy(text) }
        #expect(error?.path == path)
        #expect(error?.accepted.isEmpty == false)
    }

    @Test("what stands there is quoted, shortened")
    func found() throws {
        let long = "\"" + String(repeating: "x", count: 500) + "\""
        let error = #expect(throws: PolicyDocumentError.self) {
            try policy(#"{"degree":\#(long)}"#)
        }
        #expect(error?.found.count == 40)
        #expect(error?.detail.hasPrefix("degree is \"xxx") == true)
    }
}
