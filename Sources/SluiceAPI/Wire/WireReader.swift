import SluiceDomain
import SluiceJSON

/// A JSON value with the path that led to it, for errors that name their place.
public struct WireReader: Sendable {
    /// The value.
    public let value: JSONValue
    /// The path of keys and indices from the document's root; empty at the root.
    public let path: String

    /// Starts at the root of a document.
    public init(_ value: JSONValue, path: String = "") {
        self.value = value
        self.path = path
    }

    /// The member of that key.
    ///
    /// - Throws: `missingField` when the key is absent or null.
    public func required(_ key: String) throws(ReviewError) -> WireReader {
        guard let reader = try optional(key) else { throw .missingField(path: child(key)) }
        return reader
    }

    /// The member of that key, nil when it is absent or null.
    public func optional(_ key: String) throws(ReviewError) -> WireReader? {
        guard case .object(let object) = value else { throw refuse("a JSON object") }
        guard let member = object[key], member != .null else { return nil }
        return WireReader(member, path: child(key))
    }

    /// Refuses keys that are not among `keys`.
    public func allowOnly(_ keys: [String]) throws(ReviewError) {
        guard case .object(let object) = value else { throw refuse("a JSON object") }
        for key in object.keys where !keys.contains(key) {
            throw .unknownField(path: child(key), accepted: keys.joined(separator: ", "))
        }
    }

    /// The value as text.
    public func string() throws(ReviewError) -> String {
        guard let string = value.string else { throw refuse("a string") }
        return string
    }

    /// The value as one of a few words.
    public func word<Word: RawRepresentable<String> & CaseIterable>(
        _: Word.Type = Word.self
    ) throws(ReviewError) -> Word {
        guard let word = Word(rawValue: try string()) else {
            throw refuse(Word.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return word
    }

    /// The value as text of `range` UTF-8 bytes.
    public func string(bytes range: ClosedRange<Int>) throws(ReviewError) -> String {
        let text = try string()
        guard range.contains(text.utf8.count) else {
            throw refuse("a string of \(range.lowerBound) to \(range.upperBound) bytes")
        }
        return text
    }

    /// The value as a whole number.
    public func int() throws(ReviewError) -> Int {
        guard let int = value.int else { throw refuse("a whole number") }
        return int
    }

    /// The value as a number.
    public func double() throws(ReviewError) -> Double {
        guard let double = value.double else { throw refuse("a number") }
        return double
    }

    /// The value as the seconds somebody spent on an item: from 0 to a thousand million.
    public func seconds() throws(ReviewError) -> Double {
        let seconds = try double()
        guard (0...Answer.mostSeconds).contains(seconds) else {
            throw refuse("a number of seconds from 0 to \(Int(Answer.mostSeconds))")
        }
        return seconds
    }

    /// The value as true or false.
    public func bool() throws(ReviewError) -> Bool {
        guard let bool = value.bool else { throw refuse("true or false") }
        return bool
    }

    /// The value as an RFC 3339 moment.
    public func timestamp() throws(ReviewError) -> Timestamp {
        guard let moment = value.string.flatMap(Timestamp.init(named:)) else {
            throw refuse(Timestamp.acceptedForm)
        }
        return moment
    }

    /// The elements of an array, each with its path.
    public func elements() throws(ReviewError) -> [WireReader] {
        guard let array = value.array else { throw refuse("an array") }
        return array.enumerated().map { WireReader($1, path: "\(path)[\($0)]") }
    }

    /// The elements of an array, read one by one.
    public func array<T>(
        _ read: (WireReader) throws(ReviewError) -> T
    ) throws(ReviewError) -> [T] {
        var result: [T] = []
        for element in try elements() { result.append(try read(element)) }
        return result
    }

    /// The member of that key as an array of text; empty when it is absent or null.
    public func strings(_ key: String) throws(ReviewError) -> [String] {
        try optional(key)?.array { (field) throws(ReviewError) -> String in try field.string() }
            ?? []
    }

    /// The error that this value is not what is `accepted`.
    public func refuse(_ accepted: String) -> ReviewError {
        .invalidField(path: path, found: summary, accepted: accepted)
    }

    private func child(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private var summary: String {
        let text = String(decoding: value.bytes, as: UTF8.self)
        return text.count <= 40 ? text : text.prefix(39) + "…"
    }
}
