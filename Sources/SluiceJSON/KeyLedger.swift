/// Remembers the member names of every open object, to refuse the second of two equal ones.
///
/// Names are compared by the bytes they mean, never as `String`, whose equality is canonical
/// equivalence: precomposed and decomposed "é" are two names. Up to ``linearLimit`` names an object
/// costs no allocation of its own; from there on its names go into a set, whose hashing is seeded
/// per process, so a hostile object with many names is still linear.
struct KeyLedger {
    private static let linearLimit = 16

    private struct Entry {
        var start: Int
        var count: Int
        var fingerprint: UInt32
        var hasEscapes: Bool
    }

    private struct Name: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) {
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    /// The names of all open objects, outermost first.
    ///
    /// Before the names of an object stands one entry whose `start` is the `first` of the object
    /// around it.
    private var entries: [Entry] = []

    /// Where the names of the innermost open object begin in `entries`.
    private var first = 0

    /// The names of open objects with more than ``linearLimit`` of them, by their `first`.
    private var large: [Int: Set<Name>] = [:]

    mutating func openObject() {
        if entries.capacity == 0 { entries.reserveCapacity(24) }
        entries.append(Entry(start: first, count: 0, fingerprint: 0, hasEscapes: false))
        first = entries.count
    }

    mutating func closeObject() {
        if entries.count &- first == Self.linearLimit { large[first] = nil }
        let outer = entries[first &- 1].start
        entries.removeLast(entries.count &- first &+ 1)
        first = outer
    }

    /// Forgets all names but keeps the memory.
    mutating func reset() {
        entries.removeAll(keepingCapacity: true)
        large.removeAll()
        first = 0
    }

    /// Notes a name of the innermost open object.
    ///
    /// Returns false if it is there already.
    mutating func insert(_ key: JSONSlice, in document: UnsafeBufferPointer<UInt8>) -> Bool {
        let fingerprint =
            key.hasEscapes ? key.withUTF8(Self.fingerprint) : Self.fingerprint(key.raw)
        for index in first..<entries.count where entries[index].fingerprint == fingerprint {
            if Self.slice(entries[index], of: document).meansSame(as: key) { return false }
        }
        guard entries.count &- first < Self.linearLimit else {
            return insertIntoSet(key, in: document)
        }
        entries.append(
            Entry(
                start: key.start, count: key.raw.count, fingerprint: fingerprint,
                hasEscapes: key.hasEscapes))
        return true
    }

    private mutating func insertIntoSet(
        _ key: JSONSlice, in document: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        large[first, default: []].insert(Name(bytes: key.utf8Bytes)).inserted
    }

    private static func slice(
        _ entry: Entry, of document: UnsafeBufferPointer<UInt8>
    ) -> JSONSlice {
        JSONSlice(
            raw: UnsafeBufferPointer(
                rebasing: document[entry.start..<(entry.start &+ entry.count)]),
            start: entry.start, hasEscapes: entry.hasEscapes)
    }

    /// A cheap digest: length, first, middle and last byte.
    @inline(__always)
    private static func fingerprint(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        guard !bytes.isEmpty else { return 0 }
        let count = bytes.count
        return UInt32(truncatingIfNeeded: count) << 24 | UInt32(bytes[0]) << 16
            | UInt32(bytes[count >> 1]) << 8 | UInt32(bytes[count &- 1])
    }
}

extension JSONSlice {
    /// Whether both mean the same bytes.
    func meansSame(as other: JSONSlice) -> Bool {
        other.withUTF8 { hasBytes($0) }
    }
}
