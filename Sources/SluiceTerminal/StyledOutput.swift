/// Reads what another program draws with characters and SGR sequences.
///
/// Nothing of it is passed on: characters become text, which is made visible when it is drawn, SGR
/// sequences become styles, and every other sequence is dropped. So a program that was fed a
/// hostile file cannot reach the terminal.
public enum StyledOutput {
    /// Reads an output into lines.
    ///
    /// - Parameters:
    ///   - columns: graphemes kept of a line.
    ///   - rows: lines kept.
    /// - Complexity: linear in the output.
    public static func lines(_ output: String, columns: Int, rows: Int) -> [Line] {
        var reader = StyledReader(columns: columns)
        var rest = output.unicodeScalars[...]
        while let scalar = rest.popFirst(), reader.lines.count < rows {
            switch scalar {
            case "\n": reader.breakLine()
            case "\u{1b}": reader.takeSequence(&rest)
            default: reader.take(scalar)
            }
        }
        if reader.lines.count < rows, !reader.isAtStart { reader.breakLine() }
        return reader.lines
    }
}

/// The line being read, and the style in force.
private struct StyledReader {
    /// The most parameters of a sequence that are looked at.
    private static let parameterLimit = 64

    let columns: Int
    var lines: [Line] = []
    private var line = Line()
    private var count = 0
    private var style = Style.plain
    private var last: Unicode.Scalar = " "

    init(columns: Int) { self.columns = columns }

    var isAtStart: Bool { count == 0 }

    mutating func breakLine() {
        lines.append(line)
        line = Line()
        count = 0
    }

    mutating func take(_ scalar: Unicode.Scalar) {
        // Carriage returns and other controls have no place in a drawing.
        guard scalar.value >= 0x20, !(0x7F...0x9F).contains(scalar.value) else { return }
        last = scalar
        guard count < columns else { return }
        count += 1
        if let index = line.spans.indices.last, line.spans[index].style == style {
            line.spans[index].text.unicodeScalars.append(scalar)
        } else {
            line.append(String(Character(scalar)), style)
        }
    }

    /// Reads what follows an escape character, up to its end.
    mutating func takeSequence(_ rest: inout Substring.UnicodeScalarView) {
        guard let first = rest.popFirst() else { return }
        switch first {
        case "[": takeControlSequence(&rest)
        case "]", "P", "_", "^", "X":
            // A string for the terminal: dropped up to its terminator.
            while let scalar = rest.popFirst() {
                if scalar == "\u{07}" || scalar == "\u{9c}" { return }
                if scalar == "\u{1b}" {
                    if rest.first == "\\" { rest.removeFirst() }
                    return
                }
            }
        default: break
        }
    }

    private mutating func takeControlSequence(_ rest: inout Substring.UnicodeScalarView) {
        var parameters = ""
        while let scalar = rest.popFirst() {
            switch scalar.value {
            case 0x20...0x3F: parameters.unicodeScalars.append(scalar)
            case 0x40...0x7E:
                let isPlain = parameters.allSatisfy { $0.isNumber || $0 == ";" }
                guard isPlain else { return }
                let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false)
                    .prefix(Self.parameterLimit).map { Int($0) ?? 0 }
                if scalar == "m" { apply(numbers) }
                // The character before, again and again: saves bytes in plain areas.
                if scalar == "b" {
                    for _ in 0..<min(numbers.first ?? 0, columns) { take(last) }
                }
                return
            default: return
            }
        }
    }

    private mutating func apply(_ numbers: [Int]) {
        var rest = numbers[...]
        while let number = rest.popFirst() {
            switch number {
            case 0: style = .plain
            case 1: style.attributes.insert(.bold)
            case 2: style.attributes.insert(.dim)
            case 4: style.attributes.insert(.underline)
            case 7: style.attributes.insert(.reverse)
            case 22: style.attributes.subtract([.bold, .dim])
            case 24: style.attributes.remove(.underline)
            case 27: style.attributes.remove(.reverse)
            case 30...37: style.foreground = .indexed(UInt8(number - 30))
            case 38: style.foreground = Self.color(&rest) ?? style.foreground
            case 39: style.foreground = nil
            case 40...47: style.background = .indexed(UInt8(number - 40))
            case 48: style.background = Self.color(&rest) ?? style.background
            case 49: style.background = nil
            case 90...97: style.foreground = .indexed(UInt8(number - 82))
            case 100...107: style.background = .indexed(UInt8(number - 92))
            default: break
            }
        }
    }

    /// Reads `5;n` or `2;r;g;b`.
    private static func color(_ rest: inout ArraySlice<Int>) -> Color? {
        switch rest.popFirst() {
        case 5: return rest.popFirst().map { .indexed(UInt8(clamping: $0)) }
        case 2:
            guard let red = rest.popFirst(), let green = rest.popFirst(),
                let blue = rest.popFirst()
            else { return nil }
            return .rgb(UInt8(clamping: red), UInt8(clamping: green), UInt8(clamping: blue))
        default: return nil
        }
    }
}
