import Dispatch
import SluiceAPI
import Synchronization

/// Keeps what the reviewer does until the service has confirmed it.
public protocol DeskJournal: Sendable {
    /// Keeps records, in the order of the calls; what must not be lost is on disk when it returns.
    func write(_ records: [JournalRecord]) async throws(JournalError)
}

/// The journal on disk, on a queue of its own: a disk may take its time.
public final class Journal: DeskJournal {
    private let location: JournalLocation
    private let queue = DispatchQueue(label: "sluice.journal")
    private let state = Mutex(State())

    private struct State: ~Copyable {
        var file: JournalFile?
    }

    /// Names the place; nothing is opened yet.
    public init(_ location: JournalLocation) { self.location = location }

    /// Takes a file and says what this and dead clients left to do.
    ///
    /// - Throws: `JournalError`; `write` tries again to take a file then.
    public func open() async throws(JournalError) -> JournalContents {
        try await perform { file throws(JournalError) in file.contents }
    }

    /// Keeps records.
    public func write(_ records: [JournalRecord]) async throws(JournalError) {
        try await perform { file throws(JournalError) in try file.append(records) }
    }

    /// Lets go of the file; one that holds nothing any more is removed.
    public func close() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.state.withLock { state in
                    guard let file = state.file.take() else { return }
                    if file.contents.isEmpty { file.remove() }
                }
                continuation.resume()
            }
        }
    }

    private func perform<Value: Sendable>(
        _ body: @escaping @Sendable (inout JournalFile) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.attempt(body)) }
        }
        return try result.get()
    }

    private func attempt<Value: Sendable>(
        _ body: (inout JournalFile) throws(JournalError) -> Value
    ) -> Result<Value, JournalError> {
        state.withLock { state in
            do throws(JournalError) {
                var file: JournalFile
                if let open = state.file.take() {
                    file = open
                } else {
                    file = try location.open()
                }
                let result = Result { () throws(JournalError) in try body(&file) }
                state.file = consume file
                return result
            } catch {
                return .failure(error)
            }
        }
    }
}
