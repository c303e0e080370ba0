import Glibc

/// What a `PollThread` drives; used from that thread alone.
protocol PollHandler: AnyObject {
    /// The descriptors to wait for; negative ones are skipped.
    var descriptors: [Int32] { get }
    /// How long to wait at most, in milliseconds; -1 is without end.
    var timeout: Int32 { get }
    /// The descriptor of that index can be read, or is gone.
    func readable(_ index: Int)
    /// Nothing came for `timeout`.
    func timedOut()
    /// The thread ends.
    func finished()
}

/// A thread that waits in `poll`, so that none of the few threads concurrency shares has to.
final class PollThread: Sendable {
    private let wakeEnd: Int32
    private let thread: pthread_t

    /// Starts the thread with the handler, which belongs to it from then on.
    init(_ handler: sending any PollHandler) throws(TerminalError) {
        let wake = try Descriptor.pipe()
        let argument = Unmanaged.passRetained(PollLoop(handler, wake: wake.read))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<PollLoop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard status == 0 else {
            argument.release()
            close(wake.read)
            close(wake.write)
            throw .system(call: "pthread_create", errno: status)
        }
        self.thread = thread
        wakeEnd = wake.write
    }

    /// Makes the thread ask its handler again what to wait for.
    func nudge() { send(1) }

    private func send(_ order: UInt8) {
        var byte = order
        _ = write(wakeEnd, &byte, 1)
    }

    /// Ends the thread and waits for it; to be called once.
    func stop() {
        send(0)
        pthread_join(thread, nil)
        close(wakeEnd)
    }
}

/// What the thread does.
private final class PollLoop {
    private let handler: any PollHandler
    private let wake: Int32

    init(_ handler: any PollHandler, wake: Int32) {
        self.handler = handler
        self.wake = wake
    }

    func run() {
        while true {
            var entries = ([wake] + handler.descriptors).map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            let count = poll(&entries, nfds_t(entries.count), handler.timeout)
            if count == 0 { handler.timedOut() }
            guard count > 0 else { continue }
            // A byte other than 0 only asks to look again at what there is to wait for.
            if entries[0].revents != 0 {
                if (Descriptor.read(wake) ?? [0]).contains(0) { break }
                continue
            }
            for (index, entry) in entries.dropFirst().enumerated() where entry.revents != 0 {
                handler.readable(index)
            }
        }
        handler.finished()
        close(wake)
    }
}
