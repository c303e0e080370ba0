import SluiceDomain
import SluiceJSON
import Testing

@Suite("What is watched for drift")
struct DriftSettingsTests {
    private func settings(
        _ document: String, base: DriftSettings = .standard
    ) throws -> DriftSettings {
        try DriftSettings(document: JSONValue(parsing: document), base: base)
    }

    @Test("what is left out stays as it was, and what is written is read back")
    func roundTrip() throws {
        let first = try settings(#"{"inputs":["payload.amount","metadata.site"]}"#)
        #expect(first.inputs.map(\.description) == ["payload.amount", "metadata.site"])
        #expect(first.window == .seconds(86_400) && first.reference == .first)
        #expect(first.auditsToFalseAlarm == 5000)
        let second = try settings(
            """
            {"window_items":500,"audits_to_false_alarm":20000,"reference":
             {"from":"2026-01-01T00:00:00Z","to":"2026-02-01T00:00:00Z","model":"fraud","version":"7"}}
            """, base: first)
        #expect(second.inputs == first.inputs && second.window == .items(500))
        guard case .arrivals(let from, let to, let version) = second.reference else {
            Issue.record("not a stretch of time")
            return
        }
        #expect(from < to && version?.description == "fraud/7")
        #expect(try DriftSettings(document: JSONValue(parsing: second.document)) == second)
        let third = try settings(
            #"{"reference":"first","window_seconds":3600,"inputs":[]}"#, base: second)
        #expect(third.reference == .first && third.window == .seconds(3600))
        #expect(third.inputs.isEmpty && third.auditsToFalseAlarm == 20_000)
        #expect(try DriftSettings(document: JSONValue(parsing: third.document)) == third)
    }

    @Test(
        "what cannot be is refused with its place",
        arguments: [
            ("[]", ""), (#"{"inputs":"payload.a"}"#, "inputs"),
            (#"{"inputs":["payload.a","amount"]}"#, "inputs[1]"),
            (#"{"inputs":["payload.a","payload.a"]}"#, "inputs[1]"),
            (#"{"window_items":199}"#, "window_items"),
            (#"{"window_seconds":1}"#, "window_seconds"),
            (#"{"window_items":500,"window_seconds":3600}"#, "window_items"),
            (#"{"reference":"last"}"#, "reference"),
            (#"{"reference":{"from":"2026-01-01T00:00:00Z"}}"#, "reference.to"),
            (
                #"{"reference":{"from":"2026-01-02T00:00:00Z","to":"2026-01-01T00:00:00Z"}}"#,
                "reference.to"
            ),
            (
                #"{"reference":{"from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z","model":"m"}}"#,
                "reference"
            ),
        ])
    func refused(document: String, place: String) throws {
        do {
            _ = try settings(document)
            Issue.record("\(document) was taken")
        } catch ReviewError.invalidField(let path, _, _) {
            #expect(path == place)
        }
    }

    @Test("a key that does not exist is refused with those that do")
    func unknown() throws {
        #expect(throws: ReviewError.self) { try settings(#"{"window":500}"#) }
        #expect(throws: ReviewError.self) {
            try settings(#"{"reference":{"from":"2026-01-01T00:00:00Z","until":"x"}}"#)
        }
    }
}
