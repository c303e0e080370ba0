import SluiceDomain
import SluiceJSON
import Testing

@Suite("Changes of a label set")
struct LabelChangeTests {
    private static func set(_ names: [String] = ["a", "b", "c"]) throws -> LabelSet {
        try LabelSet(names.map { Label(name: $0) } + [Label(name: "unsure", isBorderline: true)])
    }

    /// The set after some changes, each of which must change something.
    private static func set(after changes: [LabelChange]) throws -> LabelSet {
        try changes.reduce(set()) { set, change in
            try #require(try set.step(change)).labels
        }
    }

    private static func refusal(_ change: LabelChange, of set: LabelSet) -> LabelSetError? {
        let error = #expect(throws: ReviewError.self) { try set.step(change) }
        guard case .invalidLabelSet(let error) = error else { return nil }
        return error
    }

    @Test("a renamed label keeps its id, and is found by every name it had")
    func rename() throws {
        let set = try Self.set(after: [
            .rename("b", to: "beta"), .rename("beta", to: "better"),
        ])
        #expect(set.version == 3)
        #expect(set.labels.map(\.name) == ["a", "better", "c", "unsure"])
        for name in ["b", "beta", "better"] {
            #expect(try set.given(name) == "b")
            #expect(try set.sought(name) == "b")
        }
        #expect(set.name(of: "b") == "better")
        #expect(set.label(id: "b")?.formerNames == ["b", "beta"])
        #expect(!set.contains("b"))
        // Back again: nothing is left of it but the other name.
        let back = try #require(try set.step(.rename("better", to: "b"))).labels
        #expect(back.name(of: "b") == "b" && back.label(named: "b")?.isRenamed == false)
        #expect(back.label(named: "b")?.formerNames == ["beta", "better"])
        #expect(try set.step(.rename("b", to: "better")) == nil)
    }

    @Test("a name that is free again belongs to the label that gets it last")
    func reuse() throws {
        let set = try Self.set(after: [.rename("a", to: "x"), .add(Label(name: "a"))])
        let new = try #require(set.label(named: "a"))
        #expect(new.id == "a~2" && set.name(of: "a~2") == "a")
        #expect(set.label(id: "a")?.name == "x")
        #expect(try set.given("a") == "a~2" && set.given("x") == "a")
        #expect(set.label(id: "a")?.formerNames == [])
        // The new one gives the name up to the old one again.
        let swapped = try [LabelChange.rename("a", to: "y"), .rename("x", to: "a")]
            .reduce(set) { try #require(try $0.step($1)).labels }
        #expect(try swapped.given("a") == "a" && swapped.given("y") == "a~2")
        #expect(try swapped.given("x") == "a")
    }

    @Test("a retired label is given no more, and comes back as it was")
    func retire() throws {
        let set = try Self.set(after: [.rename("c", to: "see"), .retire("see")])
        #expect(set.labels.map(\.name) == ["a", "b", "unsure"])
        #expect(set.former.map(\.id) == ["c"])
        for name in ["c", "see"] {
            #expect(throws: ReviewError.labelRetired("see")) { try set.given(name) }
            #expect(try set.sought(name) == "c")
        }
        #expect(set.name(of: "c") == "see" && !set.isGivable("c"))
        #expect(try set.step(.retire("see")) == nil)
        let back = try #require(try set.step(.add(Label(name: "see"))))
        #expect(back.kind == .restored && back.after.id == "c")
        #expect(try back.labels.given("c") == "c")
    }

    @Test("a name of a retired label is not given to another")
    func taken() throws {
        let set = try Self.set(after: [.retire("a")])
        let error = Self.refusal(.rename("b", to: "a"), of: set)
        guard case .nameTaken("a", let owner) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(owner.id == "a" && error?.detail.contains("retired") == true)
        // What may not be given may be renamed out of the way.
        let moved = try #require(try set.step(.rename("a", to: "old a"))).labels
        let renamed = try #require(try moved.step(.rename("b", to: "a"))).labels
        #expect(try renamed.given("a") == "b")
        #expect(renamed.name(of: "a") == "old a")
    }

    @Test("a merged label is the other one, however far the chain goes, until it is brought back")
    func merge() throws {
        let set = try Self.set(after: [.merge("a", into: "b"), .merge("b", into: "c")])
        for name in ["a", "b", "c"] { #expect(try set.given(name) == "c") }
        #expect(set.name(of: "a") == "c" && set.current("b") == "c" && set.isGivable("a"))
        #expect(set.merged(into: "c") == ["a", "b"])
        #expect(set.counted("c", predicted: "a") == "a")
        #expect(set.counted("b", predicted: "unsure") == "c")
        let retired = try #require(try set.step(.retire("c"))).labels
        #expect(throws: ReviewError.labelRetired("a")) { try retired.given("a") }
        #expect(!retired.isGivable("a") && retired.name(of: "a") == "a")
        let back = try #require(try set.step(.add(Label(name: "b")))).labels
        #expect(try back.given("a") == "b" && back.given("b") == "b")
        #expect(back.merged(into: "c") == [])
        #expect(set.shown.first { $0.id == "c" }?.formerNames == ["a", "b"])
    }

    @Test("what would break the set is refused")
    func refusals() throws {
        let set = try Self.set(after: [.retire("c")])
        #expect(throws: ReviewError.unknownLabel("z")) { try set.step(.retire("z")) }
        #expect(Self.refusal(.merge("a", into: "a"), of: set) == .cannotMerge("a", into: "a"))
        #expect(
            Self.refusal(.merge("a", into: "unsure"), of: set)
                == .cannotMerge("a", into: "unsure"))
        #expect(
            Self.refusal(.merge("unsure", into: "a"), of: set)
                == .cannotMerge("unsure", into: "a"))
        #expect(Self.refusal(.add(Label(name: "a\u{200b}")), of: set) != nil)
        #expect(
            Self.refusal(.rename("a", to: "b "), of: set) == .lookAlike("b ", twin: "b"))
        #expect(Self.refusal(.rename("a", to: "ｃ"), of: set) == .lookAlike("ｃ", twin: "c"))
        #expect(
            Self.refusal(.add(Label(name: "m", isBorderline: true)), of: set)
                == .severalBorderline("m"))
        #expect(Self.refusal(.rekey("a", to: "X"), of: set) != nil)
        #expect(Self.refusal(.add(Label(name: "")), of: set) == .emptyName(index: 0))
        let alone = try [LabelChange.retire("a"), .retire("unsure")]
            .reduce(set) { try #require(try $0.step($1)).labels }
        #expect(Self.refusal(.retire("b"), of: alone) == .lastLabel("b"))
        guard case .notActive = Self.refusal(.merge("b", into: "a"), of: alone) else {
            Issue.record("a retired label took another in")
            return
        }
    }

    @Test("a label of its own looks is not its own twin: a name may be cleaned")
    func cleaning() throws {
        let old = try LabelSet(stored: [Label(name: "a "), Label(name: "b")], version: 1)
        let set = try #require(try old.step(.rename("a ", to: "a"))).labels
        #expect(try set.given("a ") == "a " && set.given("a") == "a ")
    }

    @Test("keys and titles change, and a key comes back with its label unless another has it")
    func keys() throws {
        let set = try Self.set(after: [
            .rekey("a", to: "x"), .retitle("a", to: "Letter a"), .retire("a"), .rekey("b", to: "x"),
        ])
        let back = try #require(try set.step(.add(Label(name: "a"))))
        #expect(back.after.key == nil && back.after.title == "Letter a")
        #expect(
            Self.refusal(.rekey("c", to: "x"), of: set)
                == .duplicateKey("x", first: "b", second: "c"))
        #expect(try set.step(.rekey("b", to: "x")) == nil)
        #expect(try set.step(.retitle("b", to: nil)) == nil)
    }

    @Test("150 labels, each renamed twice, keep their ids and order")
    func many() throws {
        var set = try LabelSet((0..<150).map { Label(name: "label-\($0)") })
        for round in ["x", "y"] {
            for index in 0..<150 {
                let id = "label-\(index)"
                set = try #require(try set.step(.rename(set.name(of: id), to: "\(round)-\(index)")))
                    .labels
            }
        }
        #expect(set.version == 301)
        #expect(set.labels.map(\.name) == (0..<150).map { "y-\($0)" })
        #expect(set.labels.map(\.id) == (0..<150).map { "label-\($0)" })
        #expect(try set.given("x-149") == "label-149")
    }

    @Test(
        "a policy document is called otherwise at every place that names a label, and nowhere else")
    func policies() throws {
        let document = try JSONValue(
            parsing: """
                {"degree":"partial","accept":{"default":0.9,"labels":{"a":0.5,"b":0.6}},
                 "costs":{"review":1,"error":2,"labels":{"a":7}},
                 "fallbacks":[{"number":1,"labels":["b","c"]},{"number":2}],
                 "audits":{"strata":[{"labels":["a","c"],"rate":0.4},{"rate":0.1}]},
                 "rules":[{"name":"a","when":{"label":"a","payload.a":"a"},"then":{"route":"review"}},
                  {"name":"r","when":{"any":[{"not":{"label":["b","a"]}},{"all":[{"label":"c"}]}]},
                   "then":{"accept":0.5}}]}
                """)
        let called = document.callingPolicyLabels { $0 + "!" }
        let text = String(decoding: called.bytes, as: UTF8.self)
        #expect(text.contains(#""labels":{"a!":0.5,"b!":0.6}"#) && text.contains(#"{"a!":7}"#))
        #expect(text.contains(#"["a!","c!"]"#) && text.contains(#""label":["b!","a!"]"#))
        #expect(text.contains(#""labels":["b!","c!"]"#))
        #expect(text.contains(#""label":"a!","payload.a":"a""#) && text.contains(#""label":"c!""#))
        #expect(text.contains(#""name":"a""#))
        #expect(called.callingPolicyLabels { String($0.dropLast()) } == document)
        #expect(JSONValue.string("a").callingPolicyLabels { $0 + "!" } == .string("a"))
    }
}
