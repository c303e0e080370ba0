import Foundation
import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct IngestStreamTests {
    @Test("each line is answered by one line, in order, accepted or refused")
    func order() async throws {
        let project = try await TestProject()
        let lines = (0..<3000).map { number in
            switch number % 3 {
            case 0: prediction("i\(number)")
            case 1: prediction("i\(number)", ["confidence": "0.1"])
            default: prediction("i\(number)", ["label": "\"bird\""])
            }
        }
        let reply = try await project.stream(Array((lines.joined(separator: "\n") + "\n").utf8))
        #expect(reply.status == 200)
        #expect(reply.headers["content-type"] == "application/x-ndjson")
        #expect(reply.isWhole)
        let replies = try reply.jsonLines
        try #require(replies.count == 3000)
        for (number, reply) in replies.enumerated() {
            if number % 3 == 2 {
                #expect(reply["line"]?.int == number + 1)
                #expect(reply["error"]?["code"]?.string == ErrorCode.unknownLabel.rawValue)
            } else {
                #expect(reply["external_id"]?.string == "i\(number)")
                #expect(reply["route"]?.string == (number % 3 == 0 ? "accepted" : "queued"))
                #expect(reply["label"]?.string == (number % 3 == 0 ? "cat" : nil))
                #expect(reply["policy_version"]?.int == 2)
                #expect(reply["duplicate"]?.bool == false)
                #expect(reply["reason"]?.string?.isEmpty == false)
            }
        }
        #expect(try await project.storedItems() == 2000)
    }

    @Test("lines may end with CR LF, be blank, and lack the last line end")
    func lineEnds() async throws {
        let project = try await TestProject()
        let body =
            "\r\n\(prediction("a"))\r\n\n  \t\n\(prediction("b"))\nnonsense\r\n\(prediction("c"))"
        let replies = try await project.stream(Array(body.utf8)).jsonLines
        #expect(replies.compactMap { $0["external_id"]?.string } == ["a", "b", "c"])
        #expect(replies.compactMap { $0["line"]?.int } == [6])
    }

    @Test("a line of 10 MB is refused and costs the others nothing")
    func longLine() async throws {
        let project = try await TestProject()
        let long = prediction("long", ["payload": "\"\(String(repeating: "x", count: 10 << 20))\""])
        let body = [prediction("a"), long, prediction("b"), ""].joined(separator: "\n")
        let replies = try await project.stream(Array(body.utf8)).jsonLines
        try #require(replies.count == 3)
        #expect(replies[0]["external_id"]?.string == "a")
        #expect(replies[1]["line"]?.int == 2)
        #expect(replies[1]["error"]?["code"]?.string == ErrorCode.lineTooLong.rawValue)
        #expect(replies[2]["external_id"]?.string == "b")
    }

    @Test("a stream sent again changes nothing and says so")
    func again() async throws {
        let project = try await TestProject()
        let body = Array((0..<500).map { prediction("i\($0)") + "\n" }.joined().utf8)
        let first = try await project.stream(body).jsonLines
        let second = try await project.stream(body).jsonLines
        #expect(first.allSatisfy { $0["duplicate"]?.bool == false })
        #expect(second.allSatisfy { $0["duplicate"]?.bool == true })
        #expect(first.map { $0["route"]?.string } == second.map { $0["route"]?.string })
        #expect(try await project.storedItems() == 500)
    }

    @Test("the same key with other content is a conflict that changes nothing")
    func conflict() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("a"))
        let other = try await project.post(prediction("a", ["confidence": "0.5"]))
        try expectProblem(.predictionConflict, other)
        let payload = try await project.post(
            prediction("a", ["payload": "2", "model_version": "\"2\""]))
        try expectProblem(.itemConflict, payload)
        let newVersion = try await project.post(prediction("a", ["model_version": "\"2\""]))
        #expect(newVersion.status == 200)
        let item = try await project.send("GET", "/items/a", as: .analyst).json
        #expect(item["predictions"]?.array?.count == 2)
        #expect(item["payload"]?["text"]?.string == "meow")
    }

    @Test("fifty clients that send the same item at once store it once and hear the same")
    func concurrently() async throws {
        let project = try await TestProject()
        let replies = try await withThrowingTaskGroup(of: HTTPReply.self) { group in
            for _ in 0..<50 { group.addTask { try await project.post(prediction("same")) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(replies.allSatisfy { $0.status == 200 })
        let fresh = try replies.filter { try $0.json["duplicate"]?.bool == false }
        #expect(fresh.count == 1)
        #expect(try await project.storedItems() == 1)
    }

    @Test("a single bad request among many does not spoil the others")
    func groupCommit() async throws {
        let project = try await TestProject()
        let statuses = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for number in 0..<40 {
                group.addTask {
                    let label = number % 4 == 0 ? "\"bird\"" : "\"dog\""
                    return (
                        number,
                        try await project.post(
                            prediction("i\(number)", ["label": label])
                        ).status
                    )
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for number in 0..<40 { #expect(statuses[number] == (number % 4 == 0 ? 422 : 200)) }
        #expect(try await project.storedItems() == 30)
    }

    /// The head of a streamed request.
    private func head(_ project: TestProject, more: String = "") -> String {
        """
        POST \(project.path("/predictions")) HTTP/1.1\r
        Host: x\r
        Connection: close\r
        Authorization: Bearer \(project.token(.producer))\r
        Content-Type: application/x-ndjson\r
        Transfer-Encoding: chunked\r
        \(more)\r

        """
    }

    private func chunk(_ text: String) -> [UInt8] {
        Array((String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n").utf8)
    }

    @Test("a slow stream is answered line by line, before the next line is sent")
    func trickle() async throws {
        let project = try await TestProject()
        let connection = try RawConnection(port: project.live.port)
        try await connection.send(head(project))
        var heard: [UInt8] = []
        for number in 0..<300 {
            try await connection.send(chunk(prediction("i\(number)") + "\n"))
            let id = Array("\"i\(number)\"".utf8)
            // Only what came since: nothing is searched twice.
            while heard.suffix(300).firstRange(of: id) == nil {
                let part = try await connection.read()
                try #require(!part.isEmpty)
                heard += part
            }
        }
        try await connection.send("0\r\n\r\n")
        heard += try await connection.readToEnd()
        let reply = try #require(HTTPReply(parsing: heard))
        #expect(reply.isWhole)
        #expect(try reply.jsonLines.count == 300)
        #expect(try await project.storedItems() == 300)
    }

    @Test("a client may send fifty thousand lines before it reads the first reply")
    func deafClient() async throws {
        let project = try await TestProject()
        let connection = try RawConnection(port: project.live.port, patience: .seconds(120))
        try await connection.send(head(project))
        for block in 0..<50 {
            // Refusals are the longest replies; together they are more than sockets and memory hold.
            let lines = (0..<1000).map {
                prediction(
                    "i\(block * 1000 + $0)", ["label": $0 % 20 == 19 ? "\"dog\"" : "\"bird\""])
                    + "\n"
            }
            try await connection.send(chunk(lines.joined()))
        }
        try await connection.send("0\r\n\r\n")
        let reply = try #require(HTTPReply(parsing: try await connection.readToEnd()))
        #expect(reply.isWhole)
        let lines = reply.body.split(separator: 10)
        try #require(lines.count == 50_000)
        for number in stride(from: 0, to: 50_000, by: 999) {
            let line = try JSONValue(parsing: Array(lines[number]))
            if number % 20 == 19 {
                #expect(line["external_id"]?.string == "i\(number)")
            } else {
                #expect(line["line"]?.int == number + 1)
            }
        }
        #expect(try await project.storedItems() == 2500)
    }

    @Test("when the connection is cut, what was acknowledged is stored and no line by half")
    func cut() async throws {
        let project = try await TestProject()
        let connection = try RawConnection(port: project.live.port)
        try await connection.send(head(project))
        try await connection.send(chunk((0..<400).map { prediction("i\($0)") + "\n" }.joined()))
        let heard = try await connection.read { $0.firstRange(of: Array("\"i399\"".utf8)) != nil }
        // A line without its end, and then nothing more.
        try await connection.send(chunk(String(prediction("half").dropLast(10))))
        connection.cut()
        let acknowledged = try #require(HTTPReply(parsing: heard))
        #expect(!acknowledged.isWhole)
        #expect(try await project.storedItems() == 400)
        // The service is well, and the same stream goes through now.
        let again = try await project.stream(Array((prediction("i0") + "\n").utf8)).jsonLines
        #expect(again.first?["duplicate"]?.bool == true)
        try expectProblem(
            .unknownItem, try await project.send("GET", "/items/half", as: .analyst))
    }

    @Test("a body that ends early is never answered as if it were whole, and no half is stored")
    func shortBody() async throws {
        let project = try await TestProject()
        let connection = try RawConnection(port: project.live.port)
        try await connection.send(head(project))
        try await connection.send(chunk(prediction("a") + "\n" + prediction("b").dropLast(5)))
        connection.finishSending()
        if let reply = HTTPReply(parsing: try await connection.readToEnd()) {
            #expect(!reply.isWhole || reply.status >= 400)
        }
        try expectProblem(
            .unknownItem, try await project.send("GET", "/items/b", as: .analyst))
        // Whether the first line went in before the connection was found closed is not promised.
        let again = try await project.stream(Array((prediction("a") + "\n").utf8)).jsonLines
        #expect(again.first?["route"]?.string == "accepted")
    }

    @Test(
        "a client that waits for 100 Continue does not wait for ever",
        arguments: ["application/json", "application/x-ndjson"])
    func expectContinue(type: String) async throws {
        let project = try await TestProject()
        let started = ContinuousClock.now
        let result = try await runCommand(
            "/usr/bin/curl",
            [
                "-sS", "-H", "Expect: 100-continue", "-H", "Content-Type: \(type)",
                "-H", "Authorization: Bearer \(project.token(.producer))", "--data-binary", "@-",
                "http://127.0.0.1:\(project.live.port)\(project.path("/predictions"))",
            ], input: prediction("a"))
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("\"external_id\":\"a\""))
        // curl gives up waiting after a second.
        #expect(ContinuousClock.now - started < .seconds(5))
    }

    @Test("a stream of 200 MB leaves memory flat")
    func memory() async throws {
        let project = try await TestProject()
        let connection = try RawConnection(port: project.live.port, patience: .seconds(120))
        // Lines the service reads whole and refuses: the database would only make this test slow.
        let text = String(repeating: "x", count: 8000)
        let line = prediction("x", ["payload": "\"\(text)\"", "label": "\"bird\""]) + "\n"
        let block = chunk(String(repeating: line, count: 128))
        try await connection.send(head(project))
        try await connection.send(block)
        let before = try residentBytes()
        let reading = Task { try await connection.readToEnd().count }
        for _ in 0..<24 { try await connection.send(block) }
        // The rest is one line without an end, which is given up at its limit and passed over.
        let endless = chunk(String(repeating: "x", count: 1 << 20))
        for _ in 0..<176 { try await connection.send(endless) }
        let after = try residentBytes()
        try await connection.send("0\r\n\r\n")
        #expect(try await reading.value > 100_000)
        #expect(after - before < 100 << 20, "\((after - before) >> 20) MB more")
    }

    private func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            .split(separator: " ")
        return (Int(fields[1]) ?? 0) * 4096
    }
}
