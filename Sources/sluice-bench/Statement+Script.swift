import Foundation
import SluicePostgres

extension Statement {
    /// The statement as a script of psql or pgbench has it: on one line, without comment and semicolon.
    ///
    /// - Parameter values: what stands where its parameters did: the first for `$1`, and so on.
    func scripted(_ values: [String]) -> String {
        text.split(separator: "\n").filter { !$0.hasPrefix("--") }.joined(separator: " ")
            .trimmingCharacters(in: ["\n", ";", " "])
            .replacing(/\$(\d+)/) { match in
                Int(match.1).flatMap { values.indices.contains($0 - 1) ? values[$0 - 1] : nil }
                    ?? String(match.0)
            }
    }
}
