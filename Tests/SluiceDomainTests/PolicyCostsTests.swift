import SluiceDomain
import SluiceJSON
import Testing

@Suite("What work and mistakes cost")
struct PolicyCostsTests {
    private let labels: LabelSet

    init() throws { labels = try LabelSet([Label(name: "fraud"), Label(name: "ok")]) }

    private func policy(_ costs: String) throws -> Policy {
        try Policy(document: JSONValue(parsing: #"{"costs":\#(costs)}"#), labels: labels)
    }

    @Test("every key is read, an audit costs as much as a review, and nothing is the default")
    func read() throws {
        #expect(Policy.standard.costs == nil)
        #expect(try policy("null").costs == nil)
        let whole = try #require(
            try policy(
                #"{"review":0.4,"audit":0.5,"error":25,"labels":{"fraud":250},"currency":"EUR"}"#
            ).costs)
        #expect(whole.review == 0.4 && whole.audit == 0.5 && whole.currency == "EUR")
        #expect(whole.error(of: ExactText("fraud")) == 250)
        #expect(whole.error(of: ExactText("ok")) == 25)
        let least = try #require(try policy(#"{"review":1,"error":0}"#).costs)
        #expect(least == PolicyCosts(review: 1, audit: 1, error: 0))
    }

    @Test("what is written reads back as the same costs, and differs place by place")
    func roundTrip() throws {
        let texts = [
            "null", #"{"review":1,"error":2}"#,
            #"{"review":0.1,"audit":0,"error":1e6,"labels":{"ok":3,"fraud":0},"currency":"CHF"}"#,
        ]
        var documents: [JSONValue] = []
        for text in texts {
            let policy = try policy(text)
            var writer = JSONWriter()
            policy.write(to: &writer)
            documents.append(try JSONValue(parsing: writer.bytes))
            #expect(try Policy(document: documents[documents.count - 1], labels: labels) == policy)
        }
        let difference = PolicyDifference(from: documents[1], to: documents[2])
        #expect(difference.changes.map { $0.path.joined(separator: ".") }.contains("costs.error"))
    }

    @Test(
        "a refusal names the exact place",
        arguments: [
            ("7", "costs"), ("{}", "costs"), (#"{"review":1}"#, "costs"),
            (#"{"error":1}"#, "costs"), (#"{"review":0,"error":1}"#, "costs.review"),
            (#"{"review":1,"error":-1}"#, "costs.error"),
            (#"{"review":1,"error":1e13}"#, "costs.error"),
            (#"{"review":1,"error":1,"audit":"2"}"#, "costs.audit"),
            (#"{"review":1,"error":1,"labels":{"other":2}}"#, "costs.labels.other"),
            (#"{"review":1,"error":1,"labels":{"ok":-2}}"#, "costs.labels.ok"),
            (#"{"review":1,"error":1,"labels":[]}"#, "costs.labels"),
            (#"{"review":1,"error":1,"currency":7}"#, "costs.currency"),
            (#"{"review":1,"error":1,"currency":"a\u0007"}"#, "costs.currency"),
            (#"{"review":1,"error":1,"vat":7}"#, "costs.vat"),
        ])
    func refusals(_ text: String, _ path: String) throws {
        let error = #expect(throws: PolicyDocumentError.self) { try policy(text) }
        #expect(error?.path == path)
        #expect(error?.accepted.isEmpty == false)
    }
}
