import Foundation

/// Writes Swift source that holds text files as constants.
///
///     EmbedText sql OUTPUT FILE...     named statements and migrations, for the SQL catalogue
///     EmbedText text OUTPUT FILE...    whole files, such as a web page
///
/// It runs at build time only, from `EmbedTextPlugin`.
do {
    try EmbedText.run(Array(CommandLine.arguments.dropFirst()))
} catch let error as EmbedError {
    FileHandle.standardError.write(Data((error.message + "\n").utf8))
    exit(1)
}
