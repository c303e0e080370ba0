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
            StoryData.packages(),
            StoryPlan(
                threshold: 0.8, audits: 0.25, minimumLabels: 30, peopleOnly: 60, shadow: 150,
                assist: 90, beside: 400, canary: 200, ramp: 400, switched: 100, drifting: 200,
                rest: 120))
    }

    @Test("an assistant's commands go from people alone to a switched release and back")
    func intents() async throws {
        guard let data = try await StoryData.intents() else { return }
        try await tell(
            data,
            StoryPlan(
                threshold: 0.9, audits: 0.1, minimumLabels: 50, peopleOnly: 300, shadow: 900,
                assist: 500, beside: 1200, canary: 1000, ramp: 1200, switched: 600, drifting: 500,
                rest: 400))
    }

    private func tell(_ data: StoryData, _ plan: StoryPlan) async throws {
        try await Home.served { home, _ in
            let story = try await Story(data, home)
            try await story.peopleAlone(plan)
            try await story.shadow(plan)
            try await story.assist(plan)
            try await story.candidateAsShadow(plan)
            try await story.canary(plan)
            try await story.ramp(plan)
            try await story.switchOver(plan)
            try await story.drifting(plan)
            try await story.badRamp(plan)
            try await story.badSwitch(plan)
            try await story.lookBack()
            print(story.table)
        }
    }
}

/// How the stream is dealt out to the steps.
struct StoryPlan {
    /// The confidence from which on a prediction is accepted.
    let threshold: Double
    /// The share of accepted items that people review as well.
    let audits: Double
    /// How many labels a step of a ramp takes.
    let minimumLabels: Int
    let peopleOnly: Int
    let shadow: Int
    let assist: Int
    let beside: Int
    let canary: Int
    /// At most this many until the second step, and a quarter of it there.
    let ramp: Int
    let switched: Int
    let drifting: Int
    /// Kept of the drifting part for the last two steps.
    let rest: Int
}
