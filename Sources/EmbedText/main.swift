import Foundation

/// Writes Swift source that holds text files as constants.
///
///     EmbedText sql OUTPUT FILE...    named statements and migrations, for the SQL catalogue
///
/// It runs at build time only, from `EmbedTextPlugin`.
do {
    try EmbedText.run(Array(CommandLine.arguments.dropFirst()))
} catch let error as EmbedError {
    FileHandle.standardError.write(Data((error.message + "\n").utf8))
    exit(1)
}
