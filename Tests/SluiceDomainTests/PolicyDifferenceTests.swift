import SluiceDomain
import SluiceJSON
import Testing

@Suite("What differs between two policies")
struct PolicyDifferenceTests {
    private func lines(_ old: String, _ new: String) throws -> [String] {
        try PolicyDifference(from: JSONValue(parsing: old), to: JSONValue(parsing: new))
            .changes.map(\.description)
    }

    private func rules(_ names: String...) -> String {
        let rules = names.map {
            #"{"name":"\#($0)","when":{"label":"a"},"then":{"route":"review"}}"#
        }
        return #"{"rules":[\#(rules.joined(separator: ","))]}"#
    }

    @Test("nothing differs where only the writing does: the order of keys, the form of a number")
    func same() throws {
        #expect(
            try lines(
                #"{"a":1,"b":{"c":0.90,"d":[1,2]}}"#, #"{"b":{"d":[1.0,2],"c":9e-1},"a":1}"#
            ).isEmpty)
    }

    @Test("values are told with the keys that lead to them, decimals with as many digits")
    func values() throws {
        #expect(
            try lines(#"{"accept":{"default":0.95}}"#, #"{"accept":{"default":0.9}}"#)
                == ["accept.default 0.95 -> 0.90"])
        #expect(
            try lines(#"{"automation_share":1}"#, #"{"automation_share":0.05}"#)
                == ["automation_share 1.00 -> 0.05"])
        #expect(
            try lines(#"{"lease_seconds":600}"#, #"{"lease_seconds":60}"#) == [
                "lease_seconds 600 -> 60"
            ])
        #expect(
            try lines(#"{"sla_seconds":null,"x":1e-9}"#, #"{"sla_seconds":60,"x":0.5}"#)
                == ["sla_seconds null -> 60", "x 1e-9 -> 0.5"])
        #expect(
            try lines(#"{"degree":"assist"}"#, #"{"degree":"partial"}"#)
                == [#"degree "assist" -> "partial""#])
    }

    @Test("keys that came or went are told with their values")
    func keys() throws {
        #expect(
            try lines(
                #"{"accept":{"labels":{"ok":0.9,"no":0.8}}}"#,
                #"{"accept":{"labels":{"ok":0.9,"fraud":0.995}}}"#)
                == ["accept.labels.no removed: 0.8", "accept.labels.fraud added: 0.995"])
    }

    @Test("rules are told apart by name: added, removed and moved with their places from 1")
    func ruleOrder() throws {
        #expect(try lines(rules("a", "b", "c"), rules("a", "b", "c")).isEmpty)
        #expect(
            try lines(rules("a", "b", "c"), rules("c", "a", "b")) == [#"rule "c" moved 3 -> 1"#])
        #expect(
            try lines(rules("a", "b", "c"), rules("b", "c", "a")) == [#"rule "a" moved 1 -> 3"#])
        let effect = #"{"when":{"label":"a"},"then":{"route":"review"}}"#
        #expect(
            try lines(rules("a", "b"), rules("b", "n"))
                == [#"rule "a" removed at 1: \#(effect)"#, #"rule "n" added at 2: \#(effect)"#])
        #expect(try lines("{}", rules("n")) == [#"rule "n" added at 1: \#(effect)"#])
    }

    @Test("what changed within a rule is told by its keys")
    func withinRule() throws {
        #expect(
            try lines(
                #"{"rules":[{"name":"big \"one\"","when":{"payload.amount":{"above":100}},"then":{"reviewers":2}}]}"#,
                #"{"rules":[{"name":"big \"one\"","when":{"payload.amount":{"above":50}},"then":{"reviewers":2,"priority":"high"}}]}"#
            ) == [
                #"rule "big \"one\"" when.payload.amount.above 100 -> 50"#,
                #"rule "big \"one\"" then.priority added: "high""#,
            ])
    }

    @Test("names that only look alike are two rules")
    func exactNames() throws {
        #expect(try lines(rules("\u{E9}"), rules("e\u{301}")).count == 2)
    }

    @Test("a summary is one line, whatever the number of changes")
    func summary() throws {
        let difference = PolicyDifference(
            from: ["a": 1, "b": 1, "c": 1, "d": 1], to: ["a": 2, "b": 2, "c": 2, "d": 2])
        #expect(difference.summary() == "a 1 -> 2; b 1 -> 2; and 2 more")
        #expect(PolicyDifference(from: ["a": 1], to: ["a": 2]).summary() == "a 1 -> 2")
        #expect(PolicyDifference(from: [:], to: [:]).summary().isEmpty)
    }

    @Test("as JSON, each change has its kind, its place and both values")
    func json() throws {
        let difference = PolicyDifference(
            from: try JSONValue(parsing: rules("a", "b")),
            to: try JSONValue(
                parsing:
                    #"{"degree":"full","rules":[{"name":"b","when":{"label":"a"},"then":{"accept":0.5}},{"name":"a","when":{"label":"a"},"then":{"route":"review"}}]}"#
            ))
        var writer = JSONWriter()
        difference.write(to: &writer)
        #expect(
            writer.text == """
                [{"kind":"added","path":"degree","to":"full"},\
                {"kind":"removed","rule":"b","path":"then.route","from":"review"},\
                {"kind":"added","rule":"b","path":"then.accept","to":0.5},\
                {"kind":"moved","rule":"a","from":1,"to":2}]
                """)
    }

    @Test("replaying the places of many shuffled rules, only those said to have moved have")
    func fewestMoves() throws {
        var generator = Shuffling(state: 4)
        let names = (0..<30).map { "r\($0)" }
        for _ in 0..<50 {
            var shuffled = names
            for _ in 0..<3 {
                let moved = shuffled.remove(at: Int.random(in: 0..<30, using: &generator))
                shuffled.insert(moved, at: Int.random(in: 0..<30, using: &generator))
            }
            func document(_ names: [String]) -> JSONValue {
                .object(["rules": .array(names.map { ["name": .string($0), "then": 1] })])
            }
            let changes = PolicyDifference(from: document(names), to: document(shuffled)).changes
            #expect(changes.count <= 3 && changes.allSatisfy { $0.kind == .moved })
            let moved = Set(changes.compactMap(\.rule))
            #expect(
                shuffled.filter { !moved.contains($0) } == names.filter { !moved.contains($0) })
        }
    }
}

/// Knuth's linear congruential generator (The Art of Computer Programming, volume 2, section 3.3.4).
private struct Shuffling: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state
    }
}
