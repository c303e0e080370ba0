import Hummingbird
import SluiceAPI
import SluiceDomain

/// Decodes path parameters.
enum PathParameter {
    static func decode(_ raw: some StringProtocol) -> String? { PercentEncoding.decode(raw) }
}

/// The query of a request: each known parameter at most once, nothing unknown.
struct Query {
    private var values: [String: String] = [:]

    /// Reads the query of `request`.
    ///
    /// - Throws: `invalidParameter` for an unknown or repeated parameter or a broken escape.
    init(_ request: Request, allowing names: [String]) throws(ReviewError) {
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let rawValue = parts.count > 1 ? parts[1] : ""
            guard let name = Self.decode(parts[0]), let value = Self.decode(rawValue) else {
                throw .invalidParameter(
                    name: "the query", found: "not valid percent-encoded UTF-8",
                    accepted: "percent-encoded UTF-8 without NUL")
            }
            guard names.contains(name) else {
                throw .invalidParameter(
                    name: name, found: "not a parameter of this call",
                    accepted: names.joined(separator: ", "))
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .invalidParameter(name: name, found: "given twice", accepted: "one value")
            }
        }
    }

    private static func decode(_ text: Substring) -> String? {
        PercentEncoding.decode(String(text.map { $0 == "+" ? " " : $0 }))
    }

    /// The parameter's value; nil when it was not given.
    subscript(name: String) -> String? { values[name] }

    /// A moment; nil when it was not given.
    ///
    /// - Throws: `invalidParameter` for what is none, and for a `to` before `from`.
    func timestamp(_ name: String) throws(ReviewError) -> Timestamp? {
        guard let text = values[name] else { return nil }
        // A plus sign that was not escaped arrives as a space.
        let repaired = String(text.map { $0 == " " ? "+" : $0 })
        guard let moment = Timestamp(named: text) ?? Timestamp(named: repaired) else {
            throw .invalidParameter(
                name: name, found: "\"\(text.prefix(60))\"", accepted: Timestamp.acceptedForm)
        }
        if name == "to", let from = try timestamp("from"), moment < from {
            throw .invalidParameter(
                name: name, found: "\"\(text)\", which is before from",
                accepted: "a time at or after \(from.rfc3339)")
        }
        return moment
    }

    /// A whole number in `range`; `standard` when it was not given.
    func number(
        _ name: String, _ range: ClosedRange<Int>, standard: Int
    ) throws(ReviewError) -> Int {
        guard let text = values[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw .invalidParameter(
                name: name, found: "\"\(text)\"",
                accepted: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A place in a list, as an earlier reply named it; nil when it was not given.
    func cursor(_ name: String) throws(ReviewError) -> Int64? {
        guard let text = values[name] else { return nil }
        guard let cursor = Int64(text), cursor >= 0 else {
            throw .invalidParameter(
                name: name, found: "\"\(text.prefix(40))\"",
                accepted: "next of an earlier reply, or 0")
        }
        return cursor
    }

    /// `true` or `false`; false when it was not given.
    func flag(_ name: String) throws(ReviewError) -> Bool {
        switch values[name] {
        case nil, "false", "0": return false
        case "true", "1", "": return true
        case .some(let text):
            throw .invalidParameter(name: name, found: "\"\(text)\"", accepted: "true or false")
        }
    }
}
