import Logging
import SluiceDomain
import SluicePostgres
import SluiceStore

/// Hears of changes that other instances make, and has the directory read anew what changed.
///
/// What is heard is a hint and may be missed: while the connection is broken, or behind a pooler
/// that does not pass it on. Whenever listening begins, everything held is read anew; for the rest
/// there is the directory's lifetime.
public struct ChangeFollower: Sendable {
    private let options: ConnectionOptions
    private let directory: ProjectDirectory
    private let logger: Logger

    /// Listens over a connection of its own.
    public init(options: ConnectionOptions, directory: ProjectDirectory, logger: Logger) {
        self.options = options
        self.directory = directory
        self.logger = logger
    }

    /// Listens until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            do {
                try await listen()
            } catch is CancellationError {
                return
            } catch {
                logger.warning("changes are not heard of", metadata: ["error": "\(error)"])
            }
            do { try await Task.sleep(for: .seconds(5)) } catch { return }
        }
    }

    private func listen() async throws {
        let listener = Listener(
            options: options, channels: [Store.changeChannel], logger: logger)
        let events = listener.notifications()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            group.addTask { for await event in events { await follow(event) } }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func follow(_ event: ListenerEvent) async {
        do {
            switch event {
            case .connected: try await directory.refreshAll()
            case .notification(let notification):
                guard let name = ProjectName(notification.payload) else { return }
                try await directory.refresh(name)
            case .disconnected: break
            }
        } catch {
            // What is marked is read by the next request.
            logger.debug("a changed project is read later", metadata: ["error": "\(error)"])
        }
    }
}
