import HummingbirdCore
import Logging
import NIOCore

/// Serves each HTTP connection on the event loop that reads and writes it.
///
/// Elsewhere every request would go from the loop to a cooperative thread and back, waking a thread
/// each time, for a handler that does microseconds of work of its own and then waits for the database.
/// Handlers never block; what computes for milliseconds asks for `globalConcurrentExecutor`.
struct LoopBoundChannel: ServerChildChannel {
    let channel: HTTP1Channel

    func setup(
        channel: any Channel, logger: Logger
    ) -> EventLoopFuture<HTTP1Channel.Value> {
        self.channel.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        let executor = LoopExecutor(value.channel.eventLoop)
        await withTaskExecutorPreference(executor) {
            await channel.handle(value: value, logger: logger)
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
