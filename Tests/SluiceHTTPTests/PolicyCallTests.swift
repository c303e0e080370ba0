import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct PolicyCallTests {
    private static let strict = #"{"degree":"partial","accept":{"default":0.99}}"#

    private func activation(_ reply: HTTPReply) throws -> PolicyActivation {
        try #require(PolicyReply(parsing: reply.body).activation)
    }

    @Test(
        "a rollback leads to what was in force before, with who and why, as often as there is one")
    func rollback() async throws {
        let project = try await TestProject()
        _ = try await project.send("PUT", "/policy?reason=tighter", as: .admin, Self.strict)
        let back = try await project.send(
            "POST", "/policy/rollback?reason=too%20slow", as: .admin)
        #expect(back.status == 200)
        let reply = try PolicyReply(parsing: back.body)
        #expect(reply.version == 2)
        #expect(reply.document.value?["accept"]?["default"]?.double == 0.9)
        let how = try activation(back)
        #expect(how.change == .rolledBack && how.reason == "too slow" && how.number == 4)
        #expect(how.by == "admin-\(project.name.dropFirst())")
        // What is accepted follows at once.
        let routed = try await project.post(prediction("a", ["confidence": "0.92"]))
        #expect(try routed.json["route"]?.string == "accepted")
        #expect(try routed.json["policy_version"]?.int == 2)

        #expect(
            try await activation(project.send("POST", "/policy/rollback", as: .admin)).version == 1)
        let bottom = try await project.send("POST", "/policy/rollback", as: .admin)
        #expect(bottom.status == 409)
        try expectProblem(.nothingToRollBack, bottom)

        let history = try await project.client(.reviewer).call(
            Endpoints.policies, at: ["project": project.name], Nothing())
        #expect(history.policies.map(\.version) == [3, 2, 1])
        #expect(history.activations.map(\.version) == [1, 2, 3, 2, 1])
        #expect(
            history.activations.map(\.change) == [.rolledBack, .rolledBack, .set, .set, .set])
        #expect(history.activations.map(\.number) == [5, 4, 3, 2, 1])
    }

    @Test("an earlier version is put in force again, and doing it twice is doing it once")
    func activate() async throws {
        let project = try await TestProject()
        for _ in 0..<2 {
            let reply = try await project.send(
                "POST", "/policies/1/activate?reason=people%20first", as: .admin)
            #expect(reply.status == 200)
            let how = try activation(reply)
            #expect(how.version == 1 && how.change == .activated && how.number == 3)
            #expect(how.reason == "people first")
        }
        let current = try await project.client(.analyst).call(
            Endpoints.policy, at: ["project": project.name], Nothing())
        #expect(current.version == 1 && current.activation?.number == 3)
        let one = try await project.client(.analyst).call(
            Endpoints.policyVersion, at: ["project": project.name, "version": "2"], Nothing())
        #expect(one.version == 2 && one.activation == nil)
        #expect(one.document.value?["degree"]?.string == "partial")
    }

    @Test(
        "a version that is not there is told as such",
        arguments: ["0", "9", "-1", "two", "99999999999999999999", "2147483648"])
    func unknown(version: String) async throws {
        let project = try await TestProject()
        for (method, path) in [("GET", ""), ("POST", "/activate")] {
            let reply = try await project.send(method, "/policies/\(version)\(path)", as: .admin)
            #expect(reply.status == 404)
            let problem = try expectProblem(.unknownPolicy, reply)
            #expect(problem.detail.contains(version))
        }
    }

    @Test("a change to what is no longer in force is refused, and changes nothing")
    func base() async throws {
        let project = try await TestProject()
        let calls = [
            ("PUT", "/policy?base=1", Self.strict), ("POST", "/policy/rollback?base=1", ""),
            ("POST", "/policies/1/activate?base=7", ""),
        ]
        for (method, path, body) in calls {
            let reply = try await project.send(method, path, as: .admin, body)
            #expect(reply.status == 409)
            let problem = try expectProblem(.policyChanged, reply)
            #expect(problem.detail.contains("policy 2 is in force"))
        }
        for path in ["/policy?base=0", "/policy?base=two", "/policy?base=2&base=2"] {
            try expectProblem(
                .invalidParameter, try await project.send("PUT", path, as: .admin, Self.strict))
        }
        let history = try await project.client(.admin).call(
            Endpoints.policies, at: ["project": project.name], Nothing())
        #expect(history.policies.count == 2 && history.activations.count == 2)
        let set = try await project.send("PUT", "/policy?base=2", as: .admin, Self.strict)
        #expect(set.status == 200)
    }

    @Test("of many who change the same version at once, one does and the others are told")
    func race() async throws {
        let project = try await TestProject()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<12 {
                group.addTask {
                    let reply =
                        switch number % 3 {
                        case 0:
                            try await project.send(
                                "PUT", "/policy?base=2&reason=r\(number)", as: .admin, Self.strict)
                        case 1:
                            try await project.send(
                                "POST", "/policies/1/activate?base=2&reason=r\(number)", as: .admin)
                        default:
                            try await project.send(
                                "POST", "/policy/rollback?base=2&reason=r\(number)", as: .admin)
                        }
                    // A reply says what this call did, whoever came after.
                    if reply.status == 200 {
                        let how = try PolicyReply(parsing: reply.body).activation
                        #expect(how?.reason == "r\(number)")
                    }
                    return reply.status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 200 } == 1)
        #expect(statuses.count { $0 == 409 } == 11)
        let history = try await project.client(.admin).call(
            Endpoints.policies, at: ["project": project.name], Nothing())
        #expect(history.activations.count == 3)
    }

    @Test("without a base, changes at once are made one after the other, each with its own number")
    func unbased() async throws {
        let project = try await TestProject()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let reply = try await project.send(
                        "PUT", "/policy?reason=r\(number)", as: .admin, Self.strict)
                    #expect(reply.status == 200)
                    let policy = try PolicyReply(parsing: reply.body)
                    #expect(policy.reason == "r\(number)")
                    #expect(policy.activation?.version == policy.version)
                }
            }
            try await group.waitForAll()
        }
        let history = try await project.client(.admin).call(
            Endpoints.policies, at: ["project": project.name], Nothing())
        #expect(history.policies.map(\.version) == (1...10).reversed())
        #expect(history.activations.map(\.version) == (1...10).reversed())
    }
}
