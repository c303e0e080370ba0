import Foundation

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
    // Files, not pipes: a program that says much need not wait for us, nor we for its children.
    let scratch = try TemporaryDirectory()
    func url(_ name: String) -> URL { URL(fileURLWithPath: "\(scratch.path)/\(name)") }
    func open(_ name: String, _ text: String = "") throws -> FileHandle {
        try Data(text.utf8).write(to: url(name))
        return try FileHandle(forUpdating: url(name))
    }
    let files = (input: try open("in", input), output: try open("out"), error: try open("err"))
    let child = try ChildProcess(
        program, arguments, environment: environment, input: files.input.fileDescriptor,
        output: files.output.fileDescriptor, error: files.error.fileDescriptor)
    let status = await child.wait()
    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: url(name)), as: UTF8.self)
    }
    let result = CommandResult(
        status: status, output: try text("out"), error: try text("err"))
    try scratch.remove()
    return result
}
