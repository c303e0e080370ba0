import Glibc
import Synchronization

/// Lets asynchronous operations run one after the other, in the order they came.
///
/// An operation, once it has its turn, runs to its end even if its caller is cancelled: a server half
/// started or half stopped is nobody's.
struct TurnTaking {
    private var last: Task<Void, Never>?

    mutating func queue<Value: Sendable>(
        _ operation: @escaping @Sendable () async -> Value
    ) -> Task<Value, Never> {
        let before = last
        let task = Task {
            await before?.value
            return await operation()
        }
        last = Task { _ = await task.value }
        return task
    }
}

/// A fact that becomes true once, from any thread.
final class Flag: Sendable {
    private let raised = Atomic(false)

    var isRaised: Bool { raised.load(ordering: .acquiring) }

    func raise() { raised.store(true, ordering: .releasing) }
}

/// How long to wait before the next start of a server that keeps ending.
struct Backoff: Hashable, Sendable {
    private static let first = Duration.milliseconds(100)
    private static let longest = Duration.seconds(10)
    /// A server that was up this long is not part of a row of failures.
    private static let settled = Duration.seconds(60)

    private var upcoming = Duration.zero

    /// The pause before the next start: none, then 0.1 s doubling to 10 s.
    mutating func next(afterUptime uptime: Duration) -> Duration {
        if uptime >= Self.settled { upcoming = .zero }
        let pause = upcoming
        upcoming = min(max(upcoming * 2, Self.first), Self.longest)
        return pause
    }
}

/// The variables this process was started with.
enum ProcessEnvironment {
    static var current: [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee.map({ String(cString: $0) }) {
            if let equals = text.firstIndex(of: "=") {
                result[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return result
    }
}
