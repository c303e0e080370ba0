import Foundation

/// Runs `body` for each index on a thread of its own, so that it may block.
///
/// - Returns: the results by index.
/// - Throws: the first error, once all have ended.
func onThreads<T: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> T
) async throws -> [T] {
    try await withThrowingTaskGroup(of: (Int, T).self) { group in
        for index in 0..<count {
            group.addTask {
                let value: T = try await withCheckedThrowingContinuation { continuation in
                    Thread.detachNewThread {
                        continuation.resume(with: Result { try body(index) })
                    }
                }
                return (index, value)
            }
        }
        var results: [(Int, T)] = []
        for try await result in group { results.append(result) }
        return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
}

/// How many seconds `body` takes.
func seconds(_ body: () async throws -> Void) async throws -> Double {
    let clock = ContinuousClock()
    return try await clock.measure { try await body() } / .seconds(1)
}

/// Says what goes on, on standard error.
func say(_ line: String) {
    FileHandle.standardError.write(Data("sluice-bench: \(line)\n".utf8))
}
