import Glibc
import SluiceTerminal

/// A client with its screen.
struct DeskSession {
    /// A write that takes longer waits for the terminal, and not for this process's turn.
    private static let slowWrite = Duration.milliseconds(100)

    var desk: Desk
    let terminal: any TerminalDevice
    private var renderer: Renderer
    private let start: ContinuousClock.Instant
    private(set) var isOver = false
    /// The terminal took no output: nothing more is drawn.
    private var isBlind = false
    /// What a size that was read anew asks for.
    private var measured: [Effect] = []
    /// Another program has the terminal: nothing is drawn, and control-C is that program's.
    private var isLent = false

    init(desk: Desk, terminal: any TerminalDevice, start: ContinuousClock.Instant) {
        self.desk = desk
        self.terminal = terminal
        self.start = start
        renderer = Renderer(capabilities: terminal.capabilities)
    }

    /// Updates the client, draws it, and returns the effects that take time.
    mutating func take(_ message: Message) -> [Effect] {
        var effects = desk.update(.clock(ContinuousClock.now - start))
        if case .edited = message { reclaim() }
        if isLent, case .terminal(.terminate(signal: SIGINT), _) = message { return effects }
        effects += desk.update(message)
        effects = effects.filter { !performed($0) }
        if case .edited = message { effects += measure() }
        effects += measured
        measured = []
        if !isOver, !isBlind, !isLent { effects += draw() }
        return effects
    }

    /// Takes the terminal back from the other program.
    private mutating func reclaim() {
        guard isLent else { return }
        isLent = false
        renderer.invalidate()
        do throws(TerminalError) {
            try terminal.reclaim()
        } catch {
            isBlind = true
        }
    }

    /// Carries out an effect on the terminal; false when it is another one's.
    private mutating func performed(_ effect: Effect) -> Bool {
        do throws(TerminalError) {
            switch effect {
            case .stop, .fail: isOver = true
            case .redraw:
                renderer.invalidate()
                measured += measure()
            case .resume:
                try terminal.resume()
                renderer.invalidate()
                measured += measure()
            case .suspend:
                try terminal.suspend()
                renderer.invalidate()
                sawOther()
                measured += measure()
            case .editText:
                try terminal.lend()
                isLent = true
                sawOther()
                return false
            case .loadProject, .loadQueue, .lease, .renew, .release, .submit, .undo, .loadHistory,
                .loadGuidelines, .loadFormerGuidelines, .readGuidelines, .loadOwnFigures, .keep,
                .drawImage, .limitLeaving:
                return false
            }
        } catch {
            isBlind = true
        }
        return true
    }

    /// Reads the size anew: while the process was stopped or another program had the terminal, nobody
    /// told of a change.
    private mutating func measure() -> [Effect] {
        let size = terminal.size
        return size == desk.size ? [] : desk.update(.terminal(.resize(size)))
    }

    /// The terminal showed something else meanwhile.
    private mutating func sawOther() {
        _ = desk.update(.drawn(nil, at: start.duration(to: .now)))
    }

    private mutating func draw() -> [Effect] {
        let item = desk.screenItem
        let begin = start.duration(to: .now)
        let bytes = renderer.render(desk.view(in: desk.size))
        do throws(TerminalError) {
            if !bytes.isEmpty { try terminal.write(bytes) }
            let end = start.duration(to: .now)
            // The bytes are on their way once the call has begun; a terminal that takes its time has
            // the last of them at its end.
            let moment = end - begin > Self.slowWrite ? end : begin
            // Tells of a frame and asks for nothing.
            return desk.update(.drawn(item, at: moment))
        } catch {
            // Nobody can see the screen any more: leave, as after a hang-up.
            isBlind = true
            return desk.update(.terminal(.inputClosed)).filter { !performed($0) }
        }
    }
}
