import SluiceDomain
import Testing

@Suite struct DecimalTests {
    @Test(
        "numbers in digits are read to the bit",
        arguments: [
            ("0.05", 0.05), ("5", 5), ("-3", -3), ("+2.5", 2.5), (".5", 0.5), ("1e3", 1000),
            ("2.5E-3", 0.0025), ("0", 0), ("1e308", 1e308), ("1e-400", 0),
        ])
    func numbers(text: String, value: Double) {
        #expect(Double(decimal: text) == value)
        #expect(Double(decimal: text[...]) == value)
    }

    @Test(
        "words, hexadecimal digits, blanks and what is too large are no numbers",
        arguments: [
            "", "nan", "NaN", "-nan", "inf", "infinity", "-inf", "0x1p3", "0x10", "1e400", "-1e999",
            " 1", "1 ", "1_000", "1,5", "1.2.3", ".", "-", "+", "e5", "1e", "1e+", "1e5.0", "--1",
            "١٢", "1\u{0}", "½",
        ])
    func others(text: String) { #expect(Double(decimal: text) == nil) }
}
