import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

/// One prediction that must not go in, and the code that says why.
struct BadPrediction: Sendable, CustomTestStringConvertible {
    let name: String
    let code: ErrorCode
    let bytes: [UInt8]

    var testDescription: String { name }

    init(_ name: String, _ code: ErrorCode, _ text: String) {
        self.init(name, code, bytes: Array(text.utf8))
    }

    init(_ name: String, _ code: ErrorCode, bytes: [UInt8]) {
        self.name = name
        self.code = code
        self.bytes = bytes
    }

    private static func replacing(_ text: String, with bytes: [UInt8]) -> [UInt8] {
        let whole = Array(prediction("x", ["payload": "\"@\""]).utf8)
        let place = whole.firstIndex(of: UInt8(ascii: "@")) ?? 0
        return whole[..<place] + bytes + whole[(place + 1)...]
    }

    static let nesting = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)

    static let all: [BadPrediction] =
        [
            .init("not closed", .malformedJSON, #"{"external_id":"x","#),
            .init("not JSON", .malformedJSON, "hello"),
            .init("a trailing comma", .malformedJSON, String(prediction("x").dropLast() + ",}")),
            .init("two documents", .malformedJSON, prediction("x") + prediction("y")),
            .init("single quotes", .malformedJSON, "{'external_id':'x'}"),
            .init("a NUL escape", .malformedJSON, prediction("a\\u0000b")),
            .init(
                "a NUL escape in the payload", .malformedJSON,
                prediction("x", ["payload": #"{"t":"a\u0000b"}"#])),
            .init(
                "a NUL escape in a key", .malformedJSON,
                prediction("x", ["payload": #"{"\u0000":1}"#])),
            .init("a raw NUL", .malformedJSON, bytes: replacing("@", with: [0])),
            .init("a raw control byte", .malformedJSON, bytes: replacing("@", with: [0x1B])),
            .init("invalid UTF-8", .malformedJSON, bytes: replacing("@", with: [0xFF])),
            .init("overlong UTF-8", .malformedJSON, bytes: replacing("@", with: [0xC0, 0xAF])),
            .init(
                "a surrogate in UTF-8", .malformedJSON,
                bytes: replacing("@", with: [0xED, 0xA0, 0x80])),
            .init(
                "a lone surrogate escape", .malformedJSON,
                prediction("x", ["payload": #""\ud800""#])),
            .init(
                "a byte order mark", .malformedJSON,
                bytes: [0xEF, 0xBB, 0xBF] + Array(prediction("x").utf8)),
            .init(
                "duplicate keys", .malformedJSON,
                #"{"external_id":"x","#
                    + prediction("x").dropFirst()),
            .init(
                "duplicate keys in the payload", .malformedJSON,
                prediction("x", ["payload": #"{"a":1,"a":2}"#])),
            .init(
                "duplicate keys, one escaped", .malformedJSON,
                prediction("x", ["payload": #"{"a":1,"\u0061":2}"#])),
            .init("deep nesting", .malformedJSON, prediction("x", ["payload": nesting])),
            .init(
                "a number that is not finite", .malformedJSON,
                prediction("x", ["payload": "[1e999]"])),
            .init("confidence NaN", .malformedJSON, prediction("x", ["confidence": "NaN"])),
            .init(
                "confidence Infinity", .malformedJSON,
                prediction("x", ["confidence": "Infinity"])),
            .init(
                "confidence -0.1", .confidenceOutOfRange,
                prediction("x", ["confidence": "-0.1"])),
            .init(
                "confidence 1.1", .confidenceOutOfRange,
                prediction("x", ["confidence": "1.1"])),
            .init(
                "confidence in quotes", .confidenceOutOfRange,
                prediction("x", ["confidence": "\"0.9\""])),
            .init(
                "confidence true", .confidenceOutOfRange,
                prediction("x", ["confidence": "true"])),
            .init("a label nobody knows", .unknownLabel, prediction("x", ["label": "\"bird\""])),
            .init("a label in another case", .unknownLabel, prediction("x", ["label": "\"Cat\""])),
            .init("a label that is no string", .invalidField, prediction("x", ["label": "1"])),
            .init("an empty external id", .invalidField, prediction("")),
            .init(
                "a long external id", .invalidField, prediction(String(repeating: "x", count: 513))),
            .init(
                "an external id that is a number", .invalidField,
                prediction("x", ["external_id": "7"])),
            .init("an unknown key", .unknownField, prediction("x", ["colour": "1"])),
            .init(
                "a score of no label", .unknownLabel,
                prediction("x", ["scores": #"{"cat":0.5,"bird":0.4,"dog":0.1}"#])),
            .init("scores that are no object", .invalidField, prediction("x", ["scores": "[1]"])),
            .init(
                "metadata that are no object", .invalidField,
                prediction("x", ["metadata": "\"m\""])),
            .init("parents that are no array", .invalidField, prediction("x", ["parents": "{}"])),
            .init("not an object", .invalidField, "7"),
            .init(
                "a payload of 2 MB", .payloadTooLarge,
                prediction("x", ["payload": "\"" + String(repeating: "x", count: 2_000_000) + "\""])
            ),
        ]
        + ["external_id", "model", "model_version", "label", "confidence", "payload"].map {
            .init("\($0) missing", .missingField, prediction("x", [$0: nil]))
        }
}

@Suite(.inTurns) struct BadPredictionTests {
    @Test(
        "a bad prediction is refused, says why, and nothing is stored",
        arguments: BadPrediction.all)
    func object(bad: BadPrediction) async throws {
        let project = try await TestProject()
        let reply = try await project.send("POST", "/predictions", as: .producer, bad.bytes)
        // A payload over the line limit is a line too long before it is a payload too large.
        if bad.code == .payloadTooLarge, reply.status == 413 {
            #expect(reply.headers["content-type"] == "application/problem+json")
        } else {
            try expectProblem(bad.code, reply)
        }
        #expect(try await project.storedItems() == 0)
    }

    @Test("in a stream each bad line is refused by its number and the good ones go in")
    func stream() async throws {
        let project = try await TestProject()
        var body: [UInt8] = []
        // A byte that cannot stand in a line would be two lines.
        let bad = BadPrediction.all.filter { !$0.bytes.contains(10) }
        for (index, bad) in bad.enumerated() {
            body += bad.bytes + [10] + Array(prediction("good-\(index)").utf8) + [10]
        }
        let replies = try await project.stream(body).jsonLines
        try #require(replies.count == 2 * bad.count)
        for (index, bad) in bad.enumerated() {
            let (refused, taken) = (replies[2 * index], replies[2 * index + 1])
            #expect(refused["line"]?.int == 2 * index + 1, "\(bad.name)")
            let code = refused["error"]?["code"]?.string
            #expect(
                code == bad.code.rawValue
                    || bad.code == .payloadTooLarge && code == ErrorCode.lineTooLong.rawValue,
                "\(bad.name): \(refused["error"]?["detail"]?.string ?? "")")
            #expect(refused["error"]?["detail"]?.string?.isEmpty == false)
            #expect(taken["external_id"]?.string == "good-\(index)")
            #expect(taken["route"]?.string == "accepted")
        }
        #expect(try await project.storedItems() == bad.count)
    }

    @Test("an array says of each element what became of it")
    func array() async throws {
        let project = try await TestProject()
        let reply = try await project.send(
            "POST", "/predictions", as: .producer,
            "[\(prediction("a")),\(prediction("b", ["confidence": "2"])),7,\(prediction("c"))]")
        #expect(reply.status == 200)
        let results = try #require(try reply.json["results"]?.array)
        #expect(results.count == 4)
        #expect(results[0]["external_id"]?.string == "a")
        #expect(results[1]["line"]?.int == 2)
        #expect(results[1]["error"]?["code"]?.string == ErrorCode.confidenceOutOfRange.rawValue)
        #expect(results[2]["error"]?["code"]?.string == ErrorCode.invalidField.rawValue)
        #expect(results[3]["external_id"]?.string == "c")
        #expect(try await project.storedItems() == 2)
    }

    @Test("an array that breaks off stores nothing")
    func brokenArray() async throws {
        let project = try await TestProject()
        let reply = try await project.send(
            "POST", "/predictions", as: .producer, "[\(prediction("a")),\(prediction("b"))")
        try expectProblem(.malformedJSON, reply)
        #expect(try await project.storedItems() == 0)
        let empty = try await project.send("POST", "/predictions", as: .producer, "[]")
        #expect(try empty.json["results"]?.array?.isEmpty == true)
    }

    @Test("a body that is empty or white space is an empty body")
    func empty() async throws {
        let project = try await TestProject()
        for body in ["", " \n\t\r\n"] {
            try expectProblem(
                .emptyBody, try await project.send("POST", "/predictions", as: .producer, body))
        }
        try expectProblem(.emptyBody, try await project.stream([]))
        try expectProblem(
            .emptyBody,
            try await request(
                "POST", project.path("/predictions"), port: project.live.port,
                token: project.token(.producer), headers: ["Content-Type": "application/x-ndjson"]))
    }

    @Test("a body in UTF-16 is refused as one that is not UTF-8")
    func utf16() async throws {
        let project = try await TestProject()
        let body = prediction("x").utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        for bytes in [body, [0xFF, 0xFE] + body] {
            try expectProblem(
                .malformedJSON,
                try await project.send("POST", "/predictions", as: .producer, bytes))
        }
        #expect(try await project.storedItems() == 0)
    }

    @Test(
        "a content type that is none of ours is refused",
        arguments: [
            nil, "text/plain", "text/csv", "application/octet-stream", "application/json5",
            "multipart/form-data; boundary=x",
        ])
    func contentType(type: String?) async throws {
        let project = try await TestProject()
        let reply = try await project.send(
            "POST", "/predictions", as: .producer, type: type, prediction("x"))
        let problem = try expectProblem(.unsupportedContentType, reply)
        #expect(problem.detail.contains("application/x-ndjson"))
    }

    @Test(
        "the content type may have parameters and capitals",
        arguments: [
            "application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8",
        ])
    func goodContentType(type: String) async throws {
        let project = try await TestProject()
        let reply = try await project.send(
            "POST", "/predictions", as: .producer, type: type, prediction("x"))
        #expect(reply.status == 200)
    }

    @Test("a body cut in the middle stores nothing")
    func truncated() async throws {
        let project = try await TestProject()
        let body = prediction("x")
        let connection = try RawConnection(port: project.live.port)
        try await connection.send(
            """
            POST \(project.path("/predictions")) HTTP/1.1\r
            Host: x\r
            Authorization: Bearer \(project.token(.producer))\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count + 1)\r
            \r
            \(body)
            """)
        connection.finishSending()
        let reply = HTTPReply(parsing: try await connection.readToEnd())
        if let reply { #expect(reply.status >= 400) }
        #expect(try await project.storedItems() == 0)
    }
}
