import Glibc
import Synchronization

/// Runs an actor's jobs one after another on a thread of their own, so that they may block.
final class ThreadExecutor: SerialExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    private let queue = Mutex(Queue())
    private let wakeup = Semaphore()

    /// Starts the thread.
    init() throws(PostgresError) {
        let isRunning = Thread.detach { [self] in run() }
        guard isRunning else {
            throw PostgresError(.connectionFailed, message: "the system has no thread to give")
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let wasEmpty = queue.withLock { queue in
            queue.jobs.append(job)
            return queue.jobs.count == 1
        }
        if wasEmpty { wakeup.signal() }
    }

    /// Ends the thread once the jobs it has are done; called when its actor is gone.
    func stop() {
        queue.withLock { $0.isStopped = true }
        wakeup.signal()
    }

    private func run() {
        var jobs: [UnownedJob] = []
        while true {
            let isStopped = queue.withLock { queue in
                swap(&jobs, &queue.jobs)
                return queue.isStopped
            }
            if jobs.isEmpty {
                if isStopped { return }
                wakeup.wait()
                continue
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            jobs.removeAll(keepingCapacity: true)
        }
    }
}

/// A counting semaphore of the C library.
final class Semaphore: @unchecked Sendable {
    private let pointer: UnsafeMutablePointer<sem_t>

    init() {
        pointer = .allocate(capacity: 1)
        sem_init(pointer, 0, 0)
    }

    deinit {
        sem_destroy(pointer)
        pointer.deallocate()
    }

    func signal() { sem_post(pointer) }

    /// Waits for a signal; a signal handler that interrupts the wait does not end it.
    func wait() {
        while sem_wait(pointer) != 0 && errno == EINTR {}
    }
}
