/// Runs several steps that belong together to their end, even when the task of whoever asked for them
/// is cancelled meanwhile.
///
/// - Throws: `CancellationError` when the task was cancelled before the first step.
func toTheEnd<Value: Sendable>(
    _ steps: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try Task.checkCancellation()
    return try await Task { try await steps() }.value
}
