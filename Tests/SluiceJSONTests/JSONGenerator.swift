import SluiceJSON

/// Makes random documents, valid by construction but written in unusual ways.
struct JSONGenerator {
    var random: SeededGenerator

    private static let pieces = [
        "a", "key", "é", "e\u{301}", "\u{1F600}", "\u{7F}", "\u{2028}", "/", "\u{FFFF}", "日本語",
        "\\n", "\\\"", "\\\\", "\\u0001", "\\u00e9", "\\ud83d\\ude00", "\\/", "plain ascii text",
    ]
    private static let numbers = [
        "0", "-0", "1", "-1", "0.1", "1e2", "1E-7", "123456789", "9007199254740993", "1.7976e308",
        "5e-324", "-12.50", "9223372036854775807", "-9223372036854775808", "3.141592653589793",
    ]

    mutating func document(depth: Int = 4) -> String {
        let text = value(depth: depth)
        return space() + text + space()
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return "null"
        case 1: return Bool.random(using: &random) ? "true" : "false"
        case 2, 3: return pick(Self.numbers)
        case 4: return string()
        case 5:
            let count = Int.random(in: 0..<5, using: &random)
            return joined("[", (0..<count).map { _ in value(depth: depth - 1) }, "]")
        default:
            let count = Int.random(in: 0..<20, using: &random)
            return joined(
                "{",
                (0..<Int.random(in: 0...count, using: &random)).map { index in
                    // The number at the end makes every name of an object different.
                    let name = string().dropLast() + "\(index)\""
                    return name + space() + ":" + space() + value(depth: depth - 1)
                }, "}")
        }
    }

    private mutating func string() -> String {
        let count = Int.random(in: 0..<6, using: &random)
        return "\"" + (0..<count).map { _ in pick(Self.pieces) }.joined()
            + "\""
    }

    private mutating func joined(_ open: String, _ parts: [String], _ close: String) -> String {
        open + space() + parts.joined(separator: space() + "," + space()) + space() + close
    }

    private mutating func space() -> String {
        pick(["", "", "", " ", "\n", "\t", "\r\n"])
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: choices.indices, using: &random)]
    }

    /// Changes a document at up to three places.
    mutating func mutated(_ document: [UInt8]) -> [UInt8] {
        let bytes: [UInt8] = [
            0x22, 0x5C, 0x2C, 0x3A, 0x5B, 0x5D, 0x7B, 0x7D, 0x30, 0x2D, 0x2E, 0x65, 0x75, 0x00,
            0x1F,
            0x20, 0x7F, 0x80, 0xC0, 0xE2, 0xED, 0xF0, 0xF4, 0xFF,
        ]
        var result = document
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard !result.isEmpty else { break }
            let index = Int.random(in: 0..<result.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: result.remove(at: index)
            case 1: result.insert(pick(bytes), at: index)
            case 2: result[index] = pick(bytes)
            case 3: result.removeSubrange(index...)
            default:
                let end = min(result.count, index + Int.random(in: 1...12, using: &random))
                result.insert(contentsOf: Array(result[index..<end]), at: index)
            }
        }
        return result
    }
}
