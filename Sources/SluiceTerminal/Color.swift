/// A colour: one of the sixteen every theme defines, or a shade with one of them to stand in.
///
/// What the sixteen look like is the user's choice; a shade is sent only to terminals that say they
/// show it.
public struct Color: Sendable, Hashable {
    /// Red, green and blue in 0...255.
    public struct Shade: Sendable, Hashable {
        /// The part of red.
        public let red: UInt8
        /// The part of green.
        public let green: UInt8
        /// The part of blue.
        public let blue: UInt8

        /// Makes a shade.
        public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
            self.red = red
            self.green = green
            self.blue = blue
        }

        /// The square of the distance to another shade, 0...195,075.
        func distance(to other: Shade) -> Int {
            func square(_ one: UInt8, _ two: UInt8) -> Int {
                (Int(one) - Int(two)) * (Int(one) - Int(two))
            }
            return square(red, other.red) + square(green, other.green) + square(blue, other.blue)
        }
    }

    /// Its number among the sixteen, 0...15: dark ones first.
    public let basic: UInt8
    /// The exact colour wanted; nil leaves it to the theme.
    public let shade: Shade?

    private init(basic: UInt8, shade: Shade? = nil) {
        self.basic = basic
        self.shade = shade
    }

    /// Makes a shade.
    ///
    /// - Parameter basic: what sixteen-colour terminals show; nil is the most similar one.
    public static func rgb(
        _ red: UInt8, _ green: UInt8, _ blue: UInt8, or basic: Color? = nil
    ) -> Color {
        let shade = Shade(red, green, blue)
        return Color(basic: basic?.basic ?? Palette.nearestBasic(to: shade), shade: shade)
    }

    /// Makes the colour of that number in the palette of 256: the sixteen, a cube of 216, 24 greys.
    public static func indexed(_ number: UInt8) -> Color {
        guard number >= 16 else { return Color(basic: number) }
        let shade = Palette.shade(of: number)
        return Color(basic: Palette.nearestBasic(to: shade), shade: shade)
    }

    /// The first of the sixteen; the rest follow in the order of their numbers.
    public static let black = Color(basic: 0)
    /// Red.
    public static let red = Color(basic: 1)
    /// Green.
    public static let green = Color(basic: 2)
    /// Yellow, brown on some terminals.
    public static let yellow = Color(basic: 3)
    /// Blue.
    public static let blue = Color(basic: 4)
    /// Magenta.
    public static let magenta = Color(basic: 5)
    /// Cyan.
    public static let cyan = Color(basic: 6)
    /// White, light grey on most terminals.
    public static let white = Color(basic: 7)
    /// Dark grey.
    public static let brightBlack = Color(basic: 8)
    /// Bright red.
    public static let brightRed = Color(basic: 9)
    /// Bright green.
    public static let brightGreen = Color(basic: 10)
    /// Bright yellow.
    public static let brightYellow = Color(basic: 11)
    /// Bright blue.
    public static let brightBlue = Color(basic: 12)
    /// Bright magenta.
    public static let brightMagenta = Color(basic: 13)
    /// Bright cyan.
    public static let brightCyan = Color(basic: 14)
    /// Bright white.
    public static let brightWhite = Color(basic: 15)
}

/// How many colours a terminal shows.
public enum ColorDepth: Int, Sendable, Comparable {
    /// None: attributes only.
    case none
    /// The sixteen of the theme.
    case sixteen
    /// The palette of 256.
    case indexed
    /// Any shade.
    case trueColor

    /// Fewer colours come first.
    public static func < (one: ColorDepth, other: ColorDepth) -> Bool {
        one.rawValue < other.rawValue
    }

    /// The parameters of an SGR sequence that choose a colour; nil at `none`.
    func parameters(_ color: Color, isBackground: Bool) -> String? {
        let extended = isBackground ? "48" : "38"
        switch (self, color.shade) {
        case (.none, _): return nil
        case (.indexed, .some(let shade)): return "\(extended);5;\(Palette.nearest(to: shade))"
        case (.trueColor, .some(let shade)):
            return "\(extended);2;\(shade.red);\(shade.green);\(shade.blue)"
        case (_, _):
            let base = (isBackground ? 40 : 30) + (color.basic < 8 ? 0 : 52)
            return "\(base + Int(color.basic))"
        }
    }
}

/// The palette of 256 as xterm defines it.
enum Palette {
    private static let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
    private static let basics: [Color.Shade] = [
        .init(0, 0, 0), .init(205, 0, 0), .init(0, 205, 0), .init(205, 205, 0),
        .init(0, 0, 238), .init(205, 0, 205), .init(0, 205, 205), .init(229, 229, 229),
        .init(127, 127, 127), .init(255, 0, 0), .init(0, 255, 0), .init(255, 255, 0),
        .init(92, 92, 255), .init(255, 0, 255), .init(0, 255, 255), .init(255, 255, 255),
    ]

    static func shade(of number: UInt8) -> Color.Shade {
        let number = Int(number)
        if number < 16 { return basics[number] }
        if number >= 232 {
            let grey = UInt8(8 + (number - 232) * 10)
            return .init(grey, grey, grey)
        }
        let place = number - 16
        return .init(steps[place / 36], steps[place / 6 % 6], steps[place % 6])
    }

    /// The number of the most similar of the sixteen, as xterm draws them.
    static func nearestBasic(to shade: Color.Shade) -> UInt8 {
        let found = basics.indices.min {
            basics[$0].distance(to: shade) < basics[$1].distance(to: shade)
        }
        return UInt8(found ?? 7)
    }

    /// The number of the most similar colour of the cube and the greys, 16...255; the sixteen are
    /// left out, because themes change them.
    static func nearest(to shade: Color.Shade) -> UInt8 {
        func step(_ value: UInt8) -> Int {
            steps.indices.min {
                abs(Int(steps[$0]) - Int(value)) < abs(Int(steps[$1]) - Int(value))
            } ?? 0
        }
        let cube = 16 + 36 * step(shade.red) + 6 * step(shade.green) + step(shade.blue)
        let mean = (Int(shade.red) + Int(shade.green) + Int(shade.blue)) / 3
        let grey = 232 + max(0, min(23, (mean - 3) / 10))
        let candidates = [UInt8(cube), UInt8(grey)]
        return candidates.min {
            self.shade(of: $0).distance(to: shade) < self.shade(of: $1).distance(to: shade)
        } ?? UInt8(cube)
    }
}
