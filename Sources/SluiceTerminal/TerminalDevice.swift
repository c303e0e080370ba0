/// What happens at a terminal.
public enum TerminalEvent: Sendable, Equatable {
    /// A key was pressed.
    case key(Key)
    /// Text was pasted, whole.
    case paste(String)
    /// The terminal has a new size.
    case resize(Size)
    /// The process was asked to stop for a while (SIGTSTP).
    case suspend
    /// The process runs again; the terminal has to be set up and drawn anew.
    case continued
    /// The process was asked to end; the signal's number (SIGTERM, SIGHUP, SIGINT).
    case terminate(signal: Int32)
    /// No key will ever come again: the terminal is gone or the input ended.
    case inputClosed
}

/// A full-screen terminal as its user sees it; a test puts a script in its place.
public protocol TerminalDevice: Sendable {
    /// What happens, in order; ends after `close()`. To be read once.
    var events: AsyncStream<TerminalEvent> { get }
    /// The size now.
    var size: Size { get }
    /// Whether colours may be used.
    var capabilities: TerminalCapabilities { get }
    /// Sends bytes that a `Renderer` made.
    func write(_ bytes: [UInt8]) throws(TerminalError)
    /// Gives the terminal back, stops the process, and takes the terminal again once it continues.
    func suspend() throws(TerminalError)
    /// Takes the terminal again after somebody else may have changed it.
    func resume() throws(TerminalError)
    /// Gives the terminal to another program; until `reclaim()` no key is read here.
    func lend() throws(TerminalError)
    /// Takes the terminal back from another program; everything has to be drawn anew.
    func reclaim() throws(TerminalError)
    /// Gives the terminal back as it was found. Safe to call twice.
    func close()
}

extension TerminalDevice {
    /// A device that no other program can use lends nothing.
    public func lend() throws(TerminalError) {}
    /// A device that no other program can use has nothing to take back.
    public func reclaim() throws(TerminalError) {}
}

/// Why a terminal cannot be used.
public enum TerminalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file descriptor is not a terminal.
    case notATerminal(descriptor: Int32)
    /// The terminal cannot place its cursor (`TERM=dumb`).
    case noCursor
    /// A terminal is already open in this process.
    case alreadyOpen
    /// The terminal took no output for the time given, in milliseconds.
    case writeTimedOut(milliseconds: Int32)
    /// A system call failed.
    case system(call: String, errno: Int32)

    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .notATerminal(let descriptor): "file descriptor \(descriptor) is not a terminal"
        case .noCursor: "this terminal cannot show a full screen"
        case .alreadyOpen: "a terminal is already open in this process"
        case .writeTimedOut(let milliseconds): "the terminal took no output for \(milliseconds) ms"
        case .system(let call, let errno): "\(call) failed with error \(errno)"
        }
    }
}
