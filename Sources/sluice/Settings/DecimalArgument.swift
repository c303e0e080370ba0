import ArgumentParser
import SluiceDomain

/// Numbers of the command line, as people write them.
enum DecimalArgument {
    /// Reads a number in digits, such as `0.02`.
    ///
    /// - Throws: `ValidationError` for words such as `nan`, hexadecimal digits and what is too large.
    static func read(_ text: String) throws -> Double {
        guard let number = Double(decimal: text) else {
            throw ValidationError("it is no number in digits; accepted: a number such as 0.02")
        }
        return number
    }
}
