import Testing

/// Waits until a condition holds, asking every few milliseconds, and records an issue when it does not
/// within the limit.
///
/// For what cannot announce itself: other processes, files, the operating system.
///
/// - Returns: whether the condition came to hold.
@discardableResult
public func eventually(
    _ what: Comment, within limit: Duration = .seconds(20),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("not within \(limit): \(what)", sourceLocation: sourceLocation)
            return false
        }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}
