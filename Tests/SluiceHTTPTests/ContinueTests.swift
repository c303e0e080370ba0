import Foundation
import SluiceDomain
import TestSupport
import Testing

@Suite("A client that asks before it sends its body") struct ContinueTests {
    private static let goOn = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// The head of a request for one prediction.
    private func head(
        _ project: TestProject, length: Int, version: String = "1.1", _ more: String...
    ) -> String {
        (["POST \(project.path("/predictions")) HTTP/\(version)", "Host: x"]
            + [
                "Authorization: Bearer \(project.token(.producer))",
                "Content-Type: application/json", "Content-Length: \(length)",
            ] + more).joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test(
        "is told to go on, and answered when it has",
        arguments: ["100-continue", "100-Continue", "something-else, 100-CONTINUE"])
    func asks(expectation: String) async throws {
        let project = try await TestProject()
        let connection = try RawConnection(port: project.live.port)
        let body = prediction("asked")
        try await connection.send(
            head(
                project, length: body.utf8.count, "Expect: \(expectation)", "Connection: close"))
        // Nothing of the body is sent before this has come.
        let interim = try await connection.read { $0.count >= Self.goOn.count }
        #expect(interim == Self.goOn)
        try await connection.send(body)
        let reply = try #require(HTTPReply(parsing: try await connection.readToEnd()))
        #expect(reply.status == 200 && reply.isWhole)
        #expect(try await project.storedItems() == 1)
    }

    @Test(
        "is not told so when it does not ask, or sends the body with its head",
        arguments: [
            ("1.1", "Accept: */*", false), ("1.1", "Expect: something-else", false),
            ("1.0", "Expect: 100-continue", false), ("1.1", "Expect: 100-continue", true),
        ])
    func doesNotAsk(version: String, header: String, isAtOnce: Bool) async throws {
        let project = try await TestProject()
        let connection = try RawConnection(port: project.live.port)
        let body = prediction("plain")
        let head = head(
            project, length: body.utf8.count, version: version, header, "Connection: close")
        if isAtOnce {
            try await connection.send(head + body)
        } else {
            // The service has the head, and waits for the body, when it answers somebody who came later.
            try await connection.send(head)
            _ = try await request("GET", "/healthz", port: project.live.port)
            try await connection.send(body)
        }
        let reply = try #require(HTTPReply(parsing: try await connection.readToEnd()))
        #expect(reply.status == 200 && reply.isWhole)
    }

    @Test("on a connection that is kept is told so each time, between the replies and never in one")
    func pipelined() async throws {
        let project = try await TestProject()
        let connection = try RawConnection(port: project.live.port)
        // The second request's head comes with the end of the first one.
        let first = prediction("first")
        let second = prediction("second")
        try await connection.send(head(project, length: first.utf8.count, "Expect: 100-continue"))
        #expect(try await connection.read { $0.count >= Self.goOn.count } == Self.goOn)
        try await connection.send(
            first
                + head(
                    project, length: second.utf8.count, "Expect: 100-continue",
                    "Connection: close"))
        let between = try await connection.read { $0.suffix(Self.goOn.count) == Self.goOn }
        let reply = try #require(HTTPReply(parsing: Array(between.dropLast(Self.goOn.count))))
        #expect(reply.status == 200 && reply.isWhole)
        try await connection.send(second)
        let last = try #require(HTTPReply(parsing: try await connection.readToEnd()))
        #expect(last.status == 200)
        #expect(try await project.storedItems() == 2)
    }

    @Test("for a large body does not wait, as curl shows")
    func curl() async throws {
        let project = try await TestProject()
        let path = try TemporaryDirectory()
        let file = path.path + "/lines"
        let lines = (0..<12_000).map { prediction("c\($0)") + "\n" }.joined()
        #expect(lines.utf8.count > 1 << 20)
        try Data(lines.utf8).write(to: URL(fileURLWithPath: file))
        let result = try await runCommand(
            "/usr/bin/curl",
            [
                "-sv", "-o", "/dev/null", "-T", file, "-X", "POST",
                "-H", "Authorization: Bearer \(project.token(.producer))",
                "-H", "Content-Type: application/x-ndjson",
                "http://127.0.0.1:\(project.live.port)\(project.path("/predictions"))",
            ])
        try path.remove()
        #expect(result.status == 0)
        #expect(result.error.contains("> Expect: 100-continue"))
        #expect(result.error.contains("< HTTP/1.1 100 Continue"))
        #expect(!result.error.contains("Done waiting for 100-continue"), "\(result.error)")
        #expect(try await project.storedItems() == 12_000)
    }
}
