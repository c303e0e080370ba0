import SluiceJSON
import SluiceStatistics

extension WatchedWindow {
    /// The window as one JSON object.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("items", items)
        writer.key("confidences")
        confidences.write(to: &writer)
        writer.key("labels")
        labels.write(to: &writer)
        writer.key("routes")
        routes.write(to: &writer)
        writer.member("automated", automated)
        writer.member("judged", judged)
        writer.member("corrected", corrected)
        writer.key("policy_versions")
        writer.array(policyVersions) { $0.int($1) }
        writer.key("inputs")
        writer.beginObject()
        for (path, input) in inputs.sorted(by: { $0.key < $1.key }) {
            writer.key(path.name)
            writer.beginObject()
            writer.member("items", input.items)
            writer.member("missing", input.missing)
            writer.key("numbers")
            input.numbers.write(to: &writer)
            writer.key("words")
            input.words.write(to: &writer)
            writer.key("lengths")
            input.lengths.write(to: &writer)
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Throws: `JSONError` if it is not JSON.
    init(json: [UInt8]) throws(JSONError) {
        let limits = JSONLimits(depth: 16, bytes: max(json.count, 1))
        let value = try JSONValue(parsing: json, limits: limits)
        self.init()
        items = value["items"]?.int ?? 0
        confidences = ValueSample(json: value["confidences"])
        labels = CategoryCounts(json: value["labels"])
        routes = CategoryCounts(json: value["routes"])
        automated = value["automated"]?.int ?? 0
        judged = value["judged"]?.int ?? 0
        corrected = value["corrected"]?.int ?? 0
        policyVersions = (value["policy_versions"]?.array ?? []).compactMap(\.int)
        for member in value["inputs"]?.object?.members ?? [] {
            var input = WatchedInput()
            input.items = member.value["items"]?.int ?? 0
            input.missing = member.value["missing"]?.int ?? 0
            input.numbers = ValueSample(json: member.value["numbers"])
            input.words = CategoryCounts(json: member.value["words"])
            input.lengths = ValueSample(json: member.value["lengths"])
            inputs[Category(member.key)] = input
        }
    }
}

extension ValueSample {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("n", n)
        writer.key("values")
        writer.array(values) { $0.double($1) }
        writer.endObject()
    }

    fileprivate init(json: JSONValue?) {
        self.init(
            n: json?["n"]?.int ?? 0, values: (json?["values"]?.array ?? []).compactMap(\.double))
    }
}

extension CategoryCounts {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("counts")
        writer.beginObject()
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
            writer.key(name.name)
            writer.int(count)
        }
        writer.endObject()
        writer.member("others", others)
        writer.endObject()
    }

    fileprivate init(json: JSONValue?) {
        var counts: [Category: Int] = [:]
        for member in json?["counts"]?.object?.members ?? [] {
            counts[Category(member.key)] = member.value.int ?? 0
        }
        self.init(counts, others: json?["others"]?.int ?? 0)
    }
}
