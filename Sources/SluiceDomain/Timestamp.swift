/// A moment in UTC with microsecond resolution, the resolution of PostgreSQL's `timestamptz`.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
    public let microseconds: Int64

    /// Makes a moment from microseconds since 1970-01-01T00:00:00Z.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Orders by value.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.microseconds < rhs.microseconds }

    /// The seconds from `other` to this moment; negative when this one is earlier.
    public func seconds(since other: Timestamp) -> Double {
        Double(microseconds - other.microseconds) / 1_000_000
    }

    /// The moment so many seconds later; earlier if they are negative.
    public func adding(seconds: Int64) -> Timestamp {
        Timestamp(microseconds: microseconds + seconds * 1_000_000)
    }

    /// An hour in microseconds.
    public static let hour: Int64 = 3_600_000_000
    /// A day of 24 hours in microseconds.
    public static let day: Int64 = 86_400_000_000

    /// The last moment, at or before this one, that lies a whole number of lengths from `origin`.
    ///
    /// 2026-11-21T04:42:11Z becomes 2026-11-21T00:00:00Z with `day`.
    ///
    /// - Parameter length: microseconds, 1 or more.
    public func floored(
        to length: Int64, since origin: Timestamp = Timestamp(microseconds: 0)
    ) -> Timestamp {
        let (_, rest) = Self.floorDivide(microseconds - origin.microseconds, by: length)
        return Timestamp(microseconds: microseconds - rest)
    }

    /// The moment as RFC 3339 in UTC with six decimals, such as `2026-11-21T04:42:11.000500Z`.
    public var rfc3339: String {
        let (day, time) = Self.floorDivide(microseconds, by: Self.day)
        let (year, month, dayOfMonth) = Self.civil(daysSinceEpoch: day)
        let second = time / 1_000_000
        return Self.pad(year, 4) + "-" + Self.pad(month, 2) + "-" + Self.pad(dayOfMonth, 2) + "T"
            + Self.pad(second / 3600, 2) + ":" + Self.pad(second / 60 % 60, 2) + ":"
            + Self.pad(second % 60, 2) + "." + Self.pad(time % 1_000_000, 6) + "Z"
    }

    /// Reads an RFC 3339 date and time with an offset (`Z` or `+hh:mm`); nil when it is not one.
    ///
    /// Digits beyond the microsecond are dropped. A leap second (`:60`) is not accepted, because
    /// PostgreSQL has no such moment.
    public init?(rfc3339 text: String) {
        var digits = Digits(utf8: Array(text.utf8))
        guard let year = digits.number(4), digits.skip(UInt8(ascii: "-")),
            let month = digits.number(2), digits.skip(UInt8(ascii: "-")),
            let day = digits.number(2), digits.skipDateTimeSeparator(),
            let hour = digits.number(2), digits.skip(UInt8(ascii: ":")),
            let minute = digits.number(2), digits.skip(UInt8(ascii: ":")),
            let second = digits.number(2),
            (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year),
            hour < 24, minute < 60, second < 60,
            let fraction = digits.fraction(), let offset = digits.offsetMinutes(), digits.isAtEnd
        else { return nil }
        let days = Self.daysSinceEpoch(year: year, month: month, day: day)
        let seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    /// The moments a user may name, in requests, files and on the command line: 1900 to 9999 in UTC.
    ///
    /// What lies beyond is a mistake, and arithmetic with it leaves the range of PostgreSQL's
    /// `timestamptz`, which ends 4713 years before the year 1.
    public static let named =
        Timestamp(
            microseconds: -2_208_988_800_000_000)...Timestamp(
            microseconds: 253_402_300_799_999_999)

    /// What is said to be accepted where a text is no moment that may be named.
    public static let acceptedForm =
        "an RFC 3339 time of the years 1900 to 9999, such as 2026-11-21T08:00:00Z"

    /// Reads a moment that a user names; nil when it is not RFC 3339, or not within ``named``.
    public init?(named text: String) {
        self.init(rfc3339: text)
        guard Self.named.contains(self) else { return nil }
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
        let remainder = ((value % divisor) + divisor) % divisor
        return ((value - remainder) / divisor, remainder)
    }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(daysSinceEpoch + 719_468, by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    /// Howard Hinnant, same source, `days_from_civil`; 2026-11-21 is day 20,778.
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = floorDivide(shiftedYear, by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Reads the fixed-width numbers of a date from its bytes.
private struct Digits {
    let utf8: [UInt8]
    var position = 0

    init(utf8: [UInt8]) { self.utf8 = utf8 }

    var isAtEnd: Bool { position == utf8.count }

    mutating func number(_ width: Int) -> Int64? {
        guard position + width <= utf8.count else { return nil }
        var value: Int64 = 0
        for byte in utf8[position..<position + width] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        position += width
        return value
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard position < utf8.count, utf8[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func skipDateTimeSeparator() -> Bool {
        skip(UInt8(ascii: "T")) || skip(UInt8(ascii: "t")) || skip(UInt8(ascii: " "))
    }

    /// The microseconds after an optional point; nil when a point has no digit behind it.
    mutating func fraction() -> Int64? {
        guard skip(UInt8(ascii: ".")) else { return 0 }
        var value: Int64 = 0
        var scale: Int64 = 100_000
        var count = 0
        while let digit = number(1) {
            value += digit * scale
            scale /= 10
            count += 1
        }
        return count > 0 ? value : nil
    }

    mutating func offsetMinutes() -> Int64? {
        if skip(UInt8(ascii: "Z")) || skip(UInt8(ascii: "z")) { return 0 }
        let sign: Int64
        if skip(UInt8(ascii: "+")) {
            sign = 1
        } else if skip(UInt8(ascii: "-")) {
            sign = -1
        } else {
            return nil
        }
        guard let hours = number(2), skip(UInt8(ascii: ":")), let minutes = number(2),
            hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
