/// What a person sees of a terminal, from the bytes a program sent to it.
///
/// Knows what a full-screen program of this package sends: cursor moves, erasing the display, the
/// alternate screen and synchronized updates. Attributes are left out, and every character is taken
/// to be one column wide.
public struct ScreenGrid: Sendable {
    /// The rows from the top, each as wide as the screen.
    public private(set) var rows: [[Character]]
    /// Updates shown whole so far.
    public private(set) var frames = 0
    /// Whether the program is in the alternate screen.
    public private(set) var isFullScreen = false
    private var (row, column) = (0, 0)
    private var saved = (row: 0, column: 0)
    private var state = State.text
    private var pending: [UInt8] = []

    private enum State: Sendable { case text, escape, sequence }

    /// Makes an empty screen.
    public init(columns: Int = 80, rows: Int = 24) {
        self.rows = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    /// The screen as text, without blanks at the ends of its lines.
    public var text: String {
        rows.map { row in
            let end = row.lastIndex { $0 != " " } ?? -1
            return String(row[..<(end + 1)])
        }.joined(separator: "\n")
    }

    /// Shows bytes, in pieces of any length.
    ///
    /// - Parameter shown: is called after each whole update.
    public mutating func feed(_ bytes: [UInt8], shown: (ScreenGrid) -> Void = { _ in }) {
        for byte in bytes {
            switch state {
            case .text: takeText(byte)
            case .escape:
                state = byte == UInt8(ascii: "[") ? .sequence : .text
                pending = []
            case .sequence:
                guard (0x40...0x7E).contains(byte) else {
                    pending.append(byte)
                    continue
                }
                state = .text
                let parameters = String(decoding: pending, as: UTF8.self)
                pending = []
                perform(byte, parameters)
                if byte == UInt8(ascii: "l"), parameters == "?2026" {
                    frames += 1
                    shown(self)
                }
            }
        }
    }

    private mutating func takeText(_ byte: UInt8) {
        switch byte {
        case 0x1B: state = .escape
        case 0x0D: column = 0
        case 0x0A: feedLine()
        case ..<0x20, 0x7F: break
        case 0x80...:
            pending.append(byte)
            let length = pending[0] >= 0xF0 ? 4 : pending[0] >= 0xE0 ? 3 : 2
            if pending.count == length {
                put(Character(String(decoding: pending, as: UTF8.self)))
                pending = []
            }
        default: put(Character(Unicode.Scalar(byte)))
        }
    }

    private mutating func feedLine() {
        guard row >= rows.count - 1 else {
            row += 1
            return
        }
        let blank = rows[0].map { _ in Character(" ") }
        rows.removeFirst()
        rows.append(blank)
    }

    private mutating func clear() { rows = rows.map { $0.map { _ in " " } } }

    private mutating func put(_ character: Character) {
        if rows.indices.contains(row), rows[row].indices.contains(column) {
            rows[row][column] = character
        }
        column += 1
    }

    private mutating func perform(_ command: UInt8, _ parameters: String) {
        switch command {
        case UInt8(ascii: "H"):
            let place = parameters.split(separator: ";").map { Int($0) ?? 1 }
            row = (place.first ?? 1) - 1
            column = (place.dropFirst().first ?? 1) - 1
        case UInt8(ascii: "J"): clear()
        case UInt8(ascii: "h"), UInt8(ascii: "l"):
            guard parameters == "?1049" else { return }
            isFullScreen = command == UInt8(ascii: "h")
            // The cursor is where it was; what the other screen held is not remembered.
            if isFullScreen { saved = (row, column) } else { (row, column) = saved }
            clear()
        default: break
        }
    }
}
