import SluiceJSON
import Testing

@Suite("Documents in memory")
struct JSONValueTests {
    @Test("values are reached by name and place, and a wrong kind is nil")
    func access() throws {
        let value = try JSONValue(parsing: #"{"a":[1,2.5,"x"],"b":{"c":true},"n":null}"#)
        #expect(value["a"]?[0]?.int == 1)
        #expect(value["a"]?[1]?.double == 2.5)
        #expect(value["a"]?[1]?.int == nil)
        #expect(value["a"]?[2]?.string == "x")
        #expect(value["a"]?[3] == nil)
        #expect(value["b"]?["c"]?.bool == true)
        #expect(value["n"]?.isNull == true)
        #expect(value["missing"] == nil)
        #expect(value["a"]?["b"] == nil)
        #expect(value.object?.keys == ["a", "b", "n"])
    }

    @Test("names and strings are compared by bytes, not by what they look like")
    func canonicalEquivalence() throws {
        let value = try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value["\u{E9}"]?.int == 1)
        #expect(value["e\u{301}"]?.int == 2)
        #expect(JSONValue.string("\u{E9}") != JSONValue.string("e\u{301}"))
        #expect(
            Set([JSONValue.string("\u{E9}"), .string("e\u{301}"), .string("\u{E9}")]).count == 2)
    }

    @Test("numbers keep their text")
    func numbers() throws {
        #expect(try JSONValue(parsing: "[1.0, 1e0,1]").bytes == Array("[1.0,1e0,1]".utf8))
        #expect(try JSONValue(parsing: "1.0") != JSONValue(parsing: "1"))
        #expect(JSONNumber(.nan) == nil && JSONNumber(.infinity) == nil)
        #expect(JSONValue(2.0) == 2 && JSONValue(Double.nan) == .null)
    }

    @Test("members can be set, replaced and removed without losing their order")
    func editing() {
        var object: JSONObject = ["a": 1, "b": 2, "a": 3]
        #expect(object == ["a": 3, "b": 2])
        object["c"] = "x"
        object["a"] = nil
        #expect(object.keys == ["b", "c"] && object.count == 2 && !object.isEmpty)
        #expect(JSONValue.object(object).bytes == Array(#"{"b":2,"c":"x"}"#.utf8))
        #expect(["a": 1, "b": 2] as JSONObject != ["b": 2, "a": 1])
    }
}
