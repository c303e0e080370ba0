import Foundation
import SluiceJSON
import TestSupport
import Testing

/// Real streams go up the whole ladder of automation, and down again when a release turns out bad;
/// every figure the product tells is counted again from the truth.
@Suite("The ladder of automation", .inTurns)
struct AutomationStoryTests {
    @Test("Debian's packages go from people alone to a switched release and back")
    func packages() async throws {
        try await tell(
            StoryData.packages(), StoryPlan(threshold: 0.8, peopleOnly: 60, shadow: 200, assist: 120))
    }

    @Test("an assistant's commands go from people alone to a switched release and back")
    func intents() async throws {
        guard let data = try await StoryData.intents() else { return }
        try await tell(data, StoryPlan(threshold: 0.9, peopleOnly: 300, shadow: 900, assist: 500))
    }

    private func tell(_ data: StoryData, _ plan: StoryPlan) async throws {
        try await Home.served { home, _ in
            let story = try await Story(data, home)
            try await story.peopleAlone(plan)
            try await story.shadow(plan)
            try await story.assist(plan)
            print(story.table)
        }
    }
}

/// How much of the stream each step takes.
struct StoryPlan {
    /// The confidence from which on a prediction is accepted.
    let threshold: Double
    let peopleOnly: Int
    let shadow: Int
    let assist: Int
}
