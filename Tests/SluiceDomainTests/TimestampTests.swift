import Foundation
import SluiceDomain
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "known moments are written as they are known",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_795_234_931_000_500, "2026-11-21T04:22:11.000500Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)])
    func known(_ microseconds: Int64, _ text: String) {
        #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
    }

    @Test("every moment of ten thousand years reads back as itself, and Foundation agrees")
    func roundTrip() throws {
        var generator = SystemRandomNumberGenerator()
        let range: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999
        let formatter = ISO8601DateFormatter()
        for _ in 0..<20_000 {
            let moment = Timestamp(microseconds: .random(in: range, using: &generator))
            let text = moment.rfc3339
            #expect(Timestamp(rfc3339: text) == moment)
            // Foundation's calendar is Julian before 1582.
            guard moment.microseconds > -12_000_000_000_000_000 else { continue }
            let date = try #require(formatter.date(from: text.prefix(19) + "Z"))
            let seconds = Int64(date.timeIntervalSince1970)
            // Whole numbers: a double cannot hold every microsecond of ten thousand years.
            let micro = moment.microseconds
            #expect(seconds == (micro >= 0 ? micro : micro - 999_999) / 1_000_000)
        }
    }

    @Test("the same moment is read in any offset and precision")
    func offsets() throws {
        let expected = try #require(Timestamp(rfc3339: "2026-11-21T04:42:11.5Z"))
        let texts = [
            "2026-11-21T04:42:11.500000Z", "2026-11-21t04:42:11.5z", "2026-11-21 04:42:11.50Z",
            "2026-11-21T05:42:11.5+01:00", "2026-11-20T23:12:11.5-05:30",
            "2026-11-21T04:42:11.5000009Z", "2026-11-21T04:42:11.5-00:00",
        ]
        for text in texts { #expect(Timestamp(rfc3339: text) == expected) }
    }

    @Test(
        "what is not a moment is refused",
        arguments: [
            "", "2026-11-21", "2026-11-21T04:42Z", "2026-11-21T04:42:11", "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
            "2026-00-10T00:00:00Z", "2026-01-00T00:00:00Z", "2026-11-21T24:00:00Z",
            "2026-11-21T23:59:60Z", "2026-11-21T04:42:11.Z", "2026-11-21T04:42:11+0100",
            "2026-11-21T04:42:11+24:00", "2026-11-21T04:42:11Z ", "+026-11-21T04:42:11Z",
            "2026-11-21T04:42:11.5٣Z",
        ])
    func refused(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("moments are ordered, and their difference is in seconds")
    func order() {
        let one = Timestamp(microseconds: -1_500_000)
        let other = Timestamp(microseconds: 500_000)
        #expect(one < other)
        #expect(other.seconds(since: one) == 2)
        #expect(one.seconds(since: other) == -2)
    }

    @Test(
        "the beginning of the hour, the day and the week a moment is in, before 1970 as well",
        arguments: [
            ("2026-11-21T04:42:11Z", Timestamp.day, "2026-11-21T00:00:00Z"),
            ("2026-11-21T04:42:11Z", Timestamp.hour, "2026-11-21T04:00:00Z"),
            ("2026-11-21T00:00:00Z", Timestamp.day, "2026-11-21T00:00:00Z"),
            ("1969-12-31T23:59:59.999999Z", Timestamp.day, "1969-12-31T00:00:00Z"),
            ("2026-11-21T04:42:11Z", 7 * Timestamp.day, "2026-11-16T00:00:00Z"),
        ])
    func floored(_ moment: String, _ length: Int64, _ beginning: String) throws {
        let monday = try #require(Timestamp(rfc3339: "1970-01-05T00:00:00Z"))
        let moment = try #require(Timestamp(rfc3339: moment))
        #expect(moment.floored(to: length, since: monday) == Timestamp(rfc3339: beginning))
        if length <= Timestamp.day {
            #expect(moment.floored(to: length) == Timestamp(rfc3339: beginning))
        }
        #expect(moment.adding(seconds: -90).seconds(since: moment) == -90)
    }
}
