import SluiceAPI
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("Payloads of every length")
struct LongPayloadTests {
    private func document(_ payload: String, highlights: String? = nil) -> PayloadDocument {
        PayloadDocument(
            RawJSON(Array(payload.utf8)), metadata: nil,
            highlights: highlights.map { RawJSON(Array($0.utf8)) })
    }

    @Test("a text of more than 65,536 characters is read to its end, and what is left is counted")
    func end() {
        let words = (0..<30_000).map { "word\($0)" }.joined(separator: " ")
        var desk = Sample.desk([Sample.lease(payload: #"{"text":"\#(words)"}"#)])
        let lines = desk.payloadLines(width: 78, in: Size(columns: 80, rows: 24)).count
        let layout = DeskLayout(desk, in: Size(columns: 80, rows: 24))
        #expect(desk.screen().contains("↓ \(lines - layout.payloadRows) more lines"))
        desk.press(Key(.end))
        #expect(desk.screen().contains("word29999"))
        #expect(!desk.screen().contains("more characters"))
    }

    @Test("a place marked near the end of a long text is reached with one key")
    func mark() {
        let text = String(repeating: "padding ", count: 12_000) + "needle end"
        var desk = Sample.desk([
            Sample.lease(
                payload: #"{"text":"\#(text)"}"#,
                highlights: #"[{"text":"needle","label":"found"}]"#)
        ])
        desk.press("]")
        #expect(desk.screen().contains("¹[needle]"))
    }

    /// Quadratic work on 20,000 characters took 43 s; the limit is generous for a busy machine.
    @Test("names of 20,000 characters cost linear time, wherever they stand")
    func names() {
        let long = String(repeating: "n", count: 20_000)
        let payloads = [
            #"{"\#(long)":1,"b":2}"#, #"{"a":{"\#(long)":[1,2]},"b":2}"#,
            #"{"turns":[{"role":"\#(long)","text":"hi"},{"role":"b","text":"hi"}]}"#,
        ]
        let clock = ContinuousClock()
        for payload in payloads {
            let lease = Sample.lease(
                payload: payload, metadata: #"{"\#(long)":"\#(long)"}"#,
                scores: #"{"\#(long)":0.4}"#, highlights: #"[{"field":"b","label":"\#(long)"}]"#)
            let spent = clock.measure {
                var desk = Sample.desk([lease])
                _ = desk.screen()
                desk.press("m")
                _ = desk.screen(200, 60)
            }
            #expect(spent < .seconds(4), "\(spent)")
        }
    }

    @Test("deep and wide JSON is laid out level by level, and folds where it does not fit")
    func levels() {
        let row = #"{"id":1,"deep":{"er":{"street":"a long street name","list":[1,2,3,4,5,6]}}}"#
        let wide = document("[" + Array(repeating: row, count: 3_000).joined(separator: ",") + "]")
        let lines = wide.lines(PayloadView(width: 78, rows: 11))
        #expect(lines.count == 3_002)
        #expect(lines[1].text == "  {… 2 members},")
        let small = document(#"{"a":{"b":{"c":{"d":[1]}}},"e":\#(row)}"#)
        let text = small.lines(PayloadView(width: 40, rows: 20)).map(\.text).joined(separator: "\n")
        #expect(text.contains("street"))
    }
}
