import Hummingbird

/// Runs what may compute for milliseconds on Swift's own threads, off the event loop of the
/// connection, whose other connections would wait meanwhile.
func offLoop<Value>(_ work: () async throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(globalConcurrentExecutor, operation: work)
}

extension ResponseBody {
    /// A body of any length, made off the event loop while it is sent.
    static func long(
        _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> ResponseBody {
        ResponseBody { writer in try await offLoop { try await write(&writer) } }
    }
}
