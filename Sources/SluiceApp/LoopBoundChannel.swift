import HummingbirdCore
import Logging
import NIOCore
import SluiceHTTP

/// Serves each HTTP connection on the event loop that reads and writes it.
///
/// Elsewhere every request would go from the loop to a cooperative thread and back, waking a thread
/// each time, for a handler that does microseconds of work of its own and then waits for the database.
/// Handlers never block; what computes for milliseconds asks for `globalConcurrentExecutor`.
struct LoopBoundChannel: ServerChildChannel {
    let channel: HTTP1Channel
    let reserve: DescriptorReserve
    /// How long a client may take nothing of a reply.
    let stalledLimit: TimeAmount

    func setup(
        channel: any Channel, logger: Logger
    ) -> EventLoopFuture<HTTP1Channel.Value> {
        let admission = admission(of: channel)
        limitUnsent(of: channel)
        return self.channel.setup(channel: channel, logger: logger).map { value in
            let pipeline = channel.pipeline.syncOperations
            do {
                try pipeline.addHandler(
                    StalledReader(limit: stalledLimit, logger: logger), position: .first)
                switch admission {
                case .served: break
                case .probesOnly: try pipeline.answerProbesOnly()
                case .refused: close(channel)
                }
            } catch {
                close(channel)
            }
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        let executor = LoopExecutor(value.channel.eventLoop)
        await withTaskExecutorPreference(executor) {
            guard let presence = await presence(of: value.channel) else {
                return await channel.handle(value: value, logger: logger)
            }
            await presence.serve { await channel.handle(value: value, logger: logger) }
        }
    }

    private func presence(of channel: any Channel) async -> ClientPresence? {
        do {
            return try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.handler(type: ClientPresence.self)
            }.get()
        } catch {
            // The connection has gone already, and its handlers with it.
            return nil
        }
    }

    private func admission(of channel: any Channel) -> DescriptorReserve.Admission {
        do {
            let admission = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { reserve.admission(descriptor: Int($0)) }
            return admission ?? .served
        } catch {
            return .served
        }
    }

    /// Ends a connection once it is set up: one whose setup failed would stop the server's accepting.
    private func close(_ channel: any Channel) {
        channel.eventLoop.execute { channel.close(promise: nil) }
    }

    /// Has the system take little more than it can send, so that what is not read stays here, and a
    /// client that reads slowly is told from one that does not read.
    private func limitUnsent(of channel: any Channel) {
        do {
            // TCP_NOTSENT_LOWAT of Linux (tcp(7)).
            try channel.syncOptions?.setOption(.tcpOption(.init(rawValue: 25)), value: 128 << 10)
        } catch {
            // A socket that is gone already, or of another kind: it sends as it can.
        }
    }
}

/// Runs tasks on an event loop.
private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        loop.execute { job.runSynchronously(on: executor) }
    }
}
