import SluiceDomain
import SluicePostgres

extension Row {
    /// A word of a column as the domain knows it.
    ///
    /// - Throws: a decoding error for a word that it does not know.
    func word<Word: RawRepresentable<String> & CaseIterable>(
        _ column: Int, of statement: Statement
    ) throws(PostgresError) -> Word {
        let text = try text(column)
        guard let word = Word(rawValue: text) else {
            throw PostgresError(
                .decoding(
                    column: "\(column)",
                    expected: Word.allCases.map(\.rawValue).joined(separator: ", "), found: text),
                statement: statement.name)
        }
        return word
    }
}
