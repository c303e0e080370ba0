import Glibc
import TerminalProbe
import TestSupport
import Testing

/// A reviewer in front of a terminal in which a program runs.
final class Sitting {
    let terminal: PseudoTerminal
    let child: ChildProcess
    /// How the terminal was set up before the program ran.
    let before: [UInt32]
    /// What the reviewer sees.
    private(set) var grid: ScreenGrid
    /// All that was written.
    private(set) var raw = ""

    /// Starts `sluice review`.
    init(
        _ home: Home, token: String, arguments: [String] = ["review"],
        environment: [String: String] = [:], columns: Int = 80, rows: Int = 24
    ) throws {
        terminal = try PseudoTerminal(columns: columns, rows: rows)
        grid = ScreenGrid(columns: columns, rows: rows)
        before = terminal.settings
        child = try ChildProcess(
            try BuiltProduct.sluice(), arguments,
            environment: home.environment(token: token, environment),
            input: terminal.device, output: terminal.device, error: terminal.device)
    }

    /// Starts an interactive shell that the terminal belongs to.
    convenience init(shellOf home: Home, token: String) throws {
        try self.init(
            ownTerminalOf: home, "/bin/bash --norc --noprofile --noediting -i", token: token,
            environment: ["PS1": "ready> "])
    }

    /// Starts a command line, read by the shell, that the terminal belongs to as `/dev/tty`.
    init(
        ownTerminalOf home: Home, _ command: String, token: String? = nil,
        environment: [String: String] = [:]
    ) throws {
        terminal = try PseudoTerminal()
        grid = ScreenGrid()
        before = terminal.settings
        // Opened by the leader of a session without one, a terminal becomes that session's.
        child = try ChildProcess(
            "/bin/sh", ["-c", "exec \(command) <\(terminal.path) >\(terminal.path) 2>&1"],
            environment: home.environment(token: token, environment))
    }

    /// Reads what was drawn since the last look.
    @discardableResult
    func look(shown: (ScreenGrid) -> Void = { _ in }) -> ScreenGrid {
        let bytes = terminal.drawn()
        raw += String(decoding: bytes, as: UTF8.self)
        grid.feed(bytes, shown: shown)
        return grid
    }

    /// Makes the terminal of another size and tells the program.
    func resize(columns: Int, rows: Int) {
        look()
        terminal.resize(columns: columns, rows: rows)
        grid = ScreenGrid(columns: columns, rows: rows)
        child.signal(SIGWINCH)
    }

    /// Waits until the screen shows a text.
    func see(
        _ text: String, within limit: Duration = .seconds(20),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(
            "the screen shows \(text)", within: limit, sourceLocation: sourceLocation
        ) {
            look().text.contains(text) || child.status != nil
        }
        #expect(look().text.contains(text), "\(raw)", sourceLocation: sourceLocation)
    }

    /// Waits until the screen does not show a text any more.
    func seeNoMore(
        _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually("the screen is rid of \(text)", sourceLocation: sourceLocation) {
            !look().text.contains(text)
        }
    }

    /// Waits for the end; what was written until then is in `raw`.
    func left() async throws -> Int32 {
        // Somebody has to read, or the program waits to be heard.
        let hasEnded = try await eventually("the program ends") {
            look()
            return child.status != nil
        }
        if !hasEnded { child.signal(SIGKILL) }
        look()
        return await child.wait()
    }

    /// Ends whatever still runs.
    func kill() async {
        child.signal(SIGKILL)
        await child.wait()
    }
}
