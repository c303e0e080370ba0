import Foundation
import SluiceJSON
import Testing

@Suite("Random documents")
struct JSONFuzzTests {
    @Test("a valid document reads the same before and after it is written", arguments: 1...4)
    func roundTrip(seed: UInt64) throws {
        var generator = JSONGenerator(random: SeededGenerator(seed: seed))
        for _ in 0..<400 {
            let text = generator.document()
            let value = try JSONValue(parsing: text)
            #expect(try JSONValue(parsing: value.bytes) == value, "\(text)")
        }
    }

    @Test("a damaged document never crashes, and if accepted reads the same again")
    func mutations() throws {
        var generator = JSONGenerator(random: SeededGenerator(seed: 7))
        var accepted = 0
        for _ in 0..<2_000 {
            let document = Array(generator.document(depth: 2).utf8)
            for _ in 0..<100 {
                let damaged = generator.mutated(document)
                let value = try? JSONValue(parsing: damaged)
                let range = try? raw(damaged)
                // Both ways of reading must agree on what is valid.
                guard (value == nil) == (range == nil) else {
                    Issue.record("the readers differ on \(damaged)")
                    continue
                }
                guard let value else { continue }
                accepted += 1
                guard try JSONValue(parsing: value.bytes) == value else {
                    Issue.record("not the same again: \(damaged)")
                    continue
                }
            }
        }
        #expect(accepted > 10_000)
    }

    /// Foundation accepts more: other encodings, trailing commas, repeated keys, U+0000, deeper
    /// nesting.
    ///
    /// So what we accept it must accept with the same meaning; and what we refuse for a reason
    /// outside that list it must refuse as well.
    @Test("Foundation agrees, but for the differences the reader wants", arguments: 1...4)
    func foundation(seed: UInt64) throws {
        var generator = JSONGenerator(random: SeededGenerator(seed: seed &+ 100))
        for _ in 0..<1_000 {
            let document = Array(generator.document(depth: 2).utf8)
            for bytes in [document, generator.mutated(document), generator.mutated(document)] {
                let theirs = try? JSONSerialization.jsonObject(
                    with: Data(bytes), options: .fragmentsAllowed)
                do {
                    let ours = try JSONValue(parsing: bytes)
                    let text = String(decoding: bytes, as: UTF8.self)
                    if let theirs {
                        #expect(means(ours, theirs), "\(text)")
                    } else {
                        // Foundation refuses a number too small for a double; here it is zero.
                        #expect(holdsVanishingNumber(ours), "\(text)")
                    }
                } catch {
                    #expect(
                        theirs == nil || isWantedDifference(error, in: bytes), "\(error): \(bytes)")
                }
            }
        }
    }

    private func isWantedDifference(_ error: JSONError, in bytes: [UInt8]) -> Bool {
        // UTF-16 and UTF-32 without a mark are told by their zero bytes.
        if bytes.prefix(4).contains(0) { return true }
        return switch error.kind {
        case .nulCharacter, .duplicateKey, .byteOrderMark, .tooDeep: true
        // A trailing comma.
        case .unexpectedByte(let byte): byte == 0x5D || byte == 0x7D
        default: false
        }
    }

    private func holdsVanishingNumber(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number):
            number.double.magnitude < .leastNormalMagnitude
                && number.text.contains { "123456789".contains($0) }
        case .array(let elements): elements.contains(where: holdsVanishingNumber)
        case .object(let object): object.members.contains { holdsVanishingNumber($0.value) }
        default: false
        }
    }

    private func means(_ ours: JSONValue, _ theirs: Any) -> Bool {
        switch ours {
        case .null: return theirs is NSNull
        case .bool(let value): return (theirs as? Bool) == value
        case .number(let number):
            // From 18 digits on Foundation goes through a decimal, which rounds twice: hence the
            // margin there, and the C library as the judge.
            guard let theirs = (theirs as? NSNumber)?.doubleValue else { return false }
            return abs(theirs - number.double) <= 1e-15 * abs(theirs)
                && number.double == strtod(number.text, nil)
        case .string(let value):
            return (theirs as? String).map { Array($0.utf8) == Array(value.utf8) } ?? false
        case .array(let elements):
            guard let theirs = theirs as? [Any], theirs.count == elements.count else {
                return false
            }
            return zip(elements, theirs).allSatisfy { means($0, $1) }
        case .object(let object):
            guard let theirs = theirs as? [String: Any] else { return false }
            // Canonically equivalent names fall together in a Dictionary.
            let distinct = Set(object.keys)
            guard distinct.count == object.count else { return distinct.count == theirs.count }
            return theirs.count == object.count
                && object.members.allSatisfy { member in
                    theirs[member.key].map { means(member.value, $0) } ?? false
                }
        }
    }
}
