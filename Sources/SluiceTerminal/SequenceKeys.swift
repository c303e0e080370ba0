/// What single bytes and control sequences mean as keys.
enum SequenceKeys {
    /// The key behind one byte below 0x80; both line ends are enter, both erasers backspace.
    static func key(ascii byte: UInt8, alt: Bool) -> Key {
        let modifiers: Key.Modifiers = alt ? .alt : []
        switch byte {
        case 0x0D, 0x0A: return Key(.enter, modifiers)
        case 0x09: return Key(.tab, modifiers)
        case 0x7F, 0x08: return Key(.backspace, modifiers)
        case 0x00: return Key(.character(" "), modifiers.union(.control))
        case 0x01...0x1F:
            // Control clears bits 5 and 6 of the letter.
            let letter = byte <= 0x1A ? byte | 0x60 : byte | 0x40
            return Key(.character(character(letter)), modifiers.union(.control))
        default: return Key(.character(character(byte)), modifiers)
        }
    }

    /// The key behind `ESC [ parameters final` or `ESC O final`; nil where it is no key.
    ///
    /// Sources: ECMA-48 for the shape, xterm's "ctlseqs" for the modifier parameter (1 + bits:
    /// shift 1, alt 2, control 4) and for `CSI 27 ; modifiers ; code ~`; `CSI code ; modifiers u`
    /// as several terminals send it.
    static func key(parameters: String, final: UInt8, alt: Bool) -> Key? {
        var numbers: [Int] = []
        for part in parameters.split(separator: ";", omittingEmptySubsequences: false) {
            // A sub-parameter after a colon only refines the number before it.
            let number = part.prefix { $0 != ":" }
            guard let value = number.isEmpty ? 1 : Int(number), (0...0x10FFFF).contains(value)
            else { return nil }
            numbers.append(value)
        }
        var modifiers = modifiers(numbers.count > 1 ? numbers[1] : 1)
        if alt { modifiers.insert(.alt) }
        switch final {
        case UInt8(ascii: "~"):
            if numbers.first == 27, numbers.count == 3 { return typed(numbers[2], modifiers) }
            guard let number = numbers.first, numbers.count <= 2, let code = tilde[number]
            else { return nil }
            return Key(code, modifiers)
        case UInt8(ascii: "u"):
            guard let number = numbers.first, numbers.count <= 3 else { return nil }
            return typed(number, modifiers)
        case UInt8(ascii: "Z"):
            return Key(.tab, modifiers.union(.shift))
        default:
            // `CSI row ; column R` answers a cursor query: only `CSI 1 ; m R` can be F3.
            guard numbers.isEmpty || (numbers[0] == 1 && numbers.count <= 2),
                numbers.count < 2 || (2...16).contains(numbers[1]), let code = letters[final]
            else { return nil }
            return Key(code, modifiers)
        }
    }

    private static func modifiers(_ parameter: Int) -> Key.Modifiers {
        guard (2...16).contains(parameter) else { return [] }
        return Key.Modifiers(rawValue: UInt8((parameter - 1) & 7))
    }

    /// A key reported by its code point.
    private static func typed(_ code: Int, _ modifiers: Key.Modifiers) -> Key? {
        guard let value = UInt32(exactly: code), let scalar = Unicode.Scalar(value) else {
            return nil
        }
        switch value {
        case 13: return Key(.enter, modifiers)
        case 9: return Key(.tab, modifiers)
        case 127, 8: return Key(.backspace, modifiers)
        case 27: return Key(.escape, modifiers)
        case 0..<0x20, 0x80...0x9F, 0xE000...0xF8FF: return nil
        default:
            // Control takes the lower case, as the byte it replaces does; else shift shows in it.
            var character = Character(scalar)
            let isLetter = ("a"..."z").contains(character) || ("A"..."Z").contains(character)
            if isLetter, modifiers.contains(.control) {
                character = Character(character.lowercased())
            } else if isLetter, modifiers.contains(.shift) {
                character = Character(character.uppercased())
            }
            return Key(.character(character), modifiers.subtracting(.shift))
        }
    }

    private static func character(_ byte: UInt8) -> Character { Character(Unicode.Scalar(byte)) }

    private static let letters: [UInt8: Key.Code] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right,
        UInt8(ascii: "D"): .left, UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end,
        UInt8(ascii: "P"): .function(1), UInt8(ascii: "Q"): .function(2),
        UInt8(ascii: "R"): .function(3), UInt8(ascii: "S"): .function(4),
        UInt8(ascii: "M"): .enter,
    ]

    private static let tilde: [Int: Key.Code] = [
        1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
        11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4),
        15: .function(5), 17: .function(6), 18: .function(7), 19: .function(8),
        20: .function(9), 21: .function(10), 23: .function(11), 24: .function(12),
        25: .function(13), 26: .function(14), 28: .function(15), 29: .function(16),
        31: .function(17), 32: .function(18), 33: .function(19), 34: .function(20),
    ]
}
