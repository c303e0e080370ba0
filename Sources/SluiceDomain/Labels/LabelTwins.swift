/// What a name looks like, for telling names apart that people cannot.
///
/// Names with the same look differ in nothing that shows: normal forms, scalars without a glyph, spaces
/// at the ends or in a row, full-width and mathematical forms, and letters of other scripts that are
/// drawn like Latin ones (a choice of the Unicode confusables of Latin, Unicode Technical Standard 39,
/// section 4: those of Cyrillic, Greek and Armenian letters in common use). ASCII characters are never
/// taken for one another: "0" and "O", "a" and "A" are different labels.
public struct LabelLook: Hashable, Sendable {
    private let text: String

    /// Whether nothing of the name shows.
    public var isEmpty: Bool { text.isEmpty }

    /// The look of `name`.
    public init(_ name: String) {
        var scalars = String.UnicodeScalarView()
        var spaceIsDue = false
        for scalar in name.unicodeScalars {
            if scalar.properties.isWhitespace || scalar.value == 0x2800 || scalar.value == 0x3164 {
                spaceIsDue = !scalars.isEmpty
                continue
            }
            if Self.isInvisible(scalar) { continue }
            if spaceIsDue { scalars.append(" ") }
            spaceIsDue = false
            scalars.append(contentsOf: Self.plain(scalar))
        }
        // `String` compares canonical equivalents as equal, whatever their normal form.
        text = String(scalars)
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isDefaultIgnorableCodePoint
            || scalar.properties.generalCategory == .format
            || scalar.properties.generalCategory == .control
    }

    private static func plain(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        switch scalar.value {
        case ..<0x80: [scalar]
        // Full-width forms of ASCII.
        case 0xFF01...0xFF5E: [Unicode.Scalar(UInt8(scalar.value - 0xFF01 + 0x21))]
        // Mathematical letters and digits, in alphabets of 52 and tens.
        case 0x1D400...0x1D6A3: [letter(of: (scalar.value - 0x1D400) % 52)]
        case 0x1D7CE...0x1D7FF: [Unicode.Scalar(UInt8((scalar.value - 0x1D7CE) % 10 + 0x30))]
        case 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63: ["-"]
        case 0x2018...0x201B, 0x02BC, 0x2032: ["'"]
        case 0x201C...0x201F, 0x2033: ["\""]
        case 0x2044, 0x2215: ["/"]
        case 0x2024: ["."]
        case 0x2026: [".", ".", "."]
        case 0xFB00: ["f", "f"]
        case 0xFB01: ["f", "i"]
        case 0xFB02: ["f", "l"]
        default: confusables[scalar].map { [$0] } ?? [scalar]
        }
    }

    private static func letter(of place: UInt32) -> Unicode.Scalar {
        Unicode.Scalar(UInt8(place < 26 ? place + 0x41 : place - 26 + 0x61))
    }

    private static let confusables: [Unicode.Scalar: Unicode.Scalar] = {
        let other = Array("АВЕЅІЈКМНОРСТХУԚԜаеѕіјоросхуһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονυϲոսօց".unicodeScalars)
        let latin = Array("ABESIJKMHOPCTXYQWaesijopocxyhdqwABEZHIKMNOPTYXovucnuog".unicodeScalars)
        return Dictionary(zip(other, latin)) { first, _ in first }
    }()
}
