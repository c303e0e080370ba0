import SluiceAPI
import SluiceDomain
import TestSupport
import Testing

@Suite(.inTurns) struct UnknownNameCallTests {
    @Test("questions about names that nothing has are refused, and the nearest is named")
    func names() async throws {
        let project = try await TestProject()
        let sent = try await project.post(
            prediction("a", ["model": #""spam""#, "model_version": #""7""#, "confidence": "0.2"]))
        #expect(sent.status == 200)
        func refused(_ path: String, _ code: ErrorCode, _ words: String...) async throws {
            let reply = try await project.send("GET", path, as: .analyst)
            try expectProblem(code, reply)
            for word in words { #expect(reply.text.contains(word), "\(path): \(reply.text)") }
        }
        let meant = #"did you mean \"cat\"?"#
        for path in ["/report?label=Catt", "/labels?label=Catt", "/labels?label=Catt&sort=loss"] {
            try await refused(path, .unknownLabel, "label is", meant)
        }
        for path in ["/report", "/errors", "/risk-coverage"] {
            try await refused(
                path + "?model=span", .invalidParameter, "model is", #"did you mean \"spam\"?"#)
            try await refused(
                path + "?model=spam&version=8", .invalidParameter, "version is")
        }
        for path in ["/drift", "/calibration"] {
            try await refused(
                path + "?model=span&version=7", .invalidParameter, #"did you mean \"spam\"?"#)
        }
        try await refused("/report?reviewer=nobody-of-that-name", .unknownReviewer, "reviewer is")
        try await refused("/reviewers/nobody-of-that-name", .unknownReviewer, "reviewer is")
        let whatIf = try await project.send("GET", "/what-if?label=Catt", as: .analyst)
        try expectProblem(.unknownLabel, whatIf)
        for path in [
            "/report?label=cat", "/report?model=spam", "/report?model=spam&version=7",
            "/report?version=7", "/labels?label=dog", "/errors?model=spam",
        ] {
            #expect(try await project.send("GET", path, as: .analyst).status == 200, "\(path)")
        }
    }

    @Test("an end before the beginning is refused wherever a window is asked for")
    func windows() async throws {
        let project = try await TestProject()
        let window = "from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z"
        for path in [
            "/report?", "/agreement?", "/errors?", "/risk-coverage?", "/what-if?", "/comparison?",
            "/drift?", "/calibration?",
        ] {
            let reply = try await project.send("GET", path + window, as: .analyst)
            try expectProblem(.invalidParameter, reply)
            #expect(reply.text.contains("before from"), "\(path): \(reply.text)")
        }
        let empty = "from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00Z"
        #expect(try await project.send("GET", "/report?" + empty, as: .analyst).status == 200)
    }

    @Test("numbers in queries are digits", arguments: ["nan", "inf", "0x1p-3", "1e999", "%200.1"])
    func numbers(text: String) async throws {
        let project = try await TestProject()
        for path in ["/audit-plan?half_width=", "/what-if?threshold=0.5,"] {
            // Blanks between the numbers of a list are no fault.
            guard !(path.contains("threshold") && text.hasPrefix("%20")) else { continue }
            try expectProblem(
                .invalidParameter, try await project.send("GET", path + text, as: .analyst))
        }
    }
}
