import Testing

/// Lets only a few tests of a process work at a time.
///
/// Tests that share a service, or start programs, would otherwise all begin at once and time each
/// other out.
public struct TurnsTrait: TestTrait, SuiteTrait, TestScoping {
    /// On a suite it is for each of its tests.
    public var isRecursive: Bool { true }

    /// Runs a test when it is its turn.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Gate.only.enter()
        do {
            try await function()
        } catch {
            await Gate.only.leave()
            throw error
        }
        await Gate.only.leave()
    }

    private actor Gate {
        static let only = Gate()
        private var free = 4
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func enter() async {
            if free > 0 {
                free -= 1
            } else {
                await withCheckedContinuation { waiting.append($0) }
            }
        }

        func leave() {
            if waiting.isEmpty {
                free += 1
            } else {
                waiting.removeFirst().resume()
            }
        }
    }
}

extension Trait where Self == TurnsTrait {
    /// At most four of these tests work at a time.
    public static var inTurns: TurnsTrait { TurnsTrait() }
}
