/// What a program said and how it ended.
public struct CommandResult: Sendable {
    /// The exit status, or the negated number of the signal that ended it.
    public let status: Int32
    /// What it wrote to standard output.
    public let output: String
    /// What it wrote to standard error.
    public let error: String
}

/// Runs a program to its end and returns what it said.
///
/// - Parameters:
///   - program: an absolute path.
///   - environment: all the variables it gets; nil for those of the tests.
/// - Throws: `POSIXError` when it cannot be started. A status other than 0 is not an error.
public func runCommand(
    _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
    input: String = ""
) async throws -> CommandResult {
    let (input, output, error) = (try ScratchFile(input), try ScratchFile(), try ScratchFile())
    let child = try ChildProcess(
        program, arguments, environment: environment, input: input.descriptor,
        output: output.descriptor, error: error.descriptor)
    let status = await child.wait()
    return CommandResult(status: status, output: output.text(), error: error.text())
}
