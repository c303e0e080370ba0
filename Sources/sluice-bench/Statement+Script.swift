import Foundation
import SluicePostgres

extension Statement {
    /// The statement as a script of psql or pgbench has it: on one line, without comment and semicolon.
    ///
    /// - Parameter values: what stands where its parameters did: the first for `$1`, and so on.
    /// - Throws: if a parameter is left without a value: pgbench would say so much later and in other words.
    func scripted(_ values: [String]) throws(BenchError) -> String {
        let last = text.matches(of: /\$(\d+)/).compactMap { Int($0.1) }.max() ?? 0
        guard values.count == last else {
            throw BenchError("\(name) has \(last) parameters and \(values.count) values")
        }
        return text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("--") }.joined(
            separator: " "
        )
        .trimmingCharacters(in: ["\n", ";", " "])
        .replacing(/\$(\d+)/) { match in
            Int(match.1).map { values[$0 - 1] } ?? String(match.0)
        }
    }
}
