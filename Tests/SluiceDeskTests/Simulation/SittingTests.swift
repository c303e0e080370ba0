import SluiceDomain
import Testing

@testable import SluiceDesk

@Suite("Ten thousand answers over bad links")
struct SittingTests {
    private static let links: [Duration] = [0, 20, 50, 200].map { .milliseconds($0) }

    private func play(_ plan: SimulatedSitting.Plan) -> SimulatedSitting {
        var sitting = SimulatedSitting(plan)
        sitting.run()
        return sitting
    }

    @Test(
        "each answer and undo is of the item that was read, with the label of the key",
        arguments: links)
    func steady(link: Duration) {
        let sitting = play(.init(answers: 900, link: link, seed: 11))
        #expect(sitting.wrong.isEmpty)
        #expect(sitting.answers == 900 && sitting.undos > 50)
        #expect(sitting.desk.notices.isEmpty)
    }

    @Test("so it is where keys answer as soon as an item is drawn", arguments: links)
    func withoutDwell(link: Duration) throws {
        let none = try #require(AnswerDwell(milliseconds: 0))
        let sitting = play(.init(answers: 500, link: link, hasCuts: true, dwell: none, seed: 15))
        #expect(sitting.wrong.isEmpty)
    }

    @Test("so it is over cuts", arguments: links)
    func cuts(link: Duration) {
        let sitting = play(.init(answers: 500, link: link, hasCuts: true, seed: 12))
        #expect(sitting.wrong.isEmpty)
        #expect(sitting.desk.notices.isEmpty)
    }

    @Test("so it is over cuts and deaths of the process", arguments: links)
    func kills(link: Duration) {
        let sitting = play(
            .init(answers: 400, link: link, hasCuts: true, hasKills: true, seed: 13))
        #expect(sitting.wrong.isEmpty)
        #expect(sitting.kills > 2)
    }

    @Test(
        "where an undo is refused the first answer stands, and the later one is told",
        arguments: links)
    func refusals(link: Duration) {
        let sitting = play(
            .init(
                answers: 300, link: link, hasCuts: true, hasKills: true, refusesUndoEvery: 4,
                seed: 14))
        #expect(sitting.wrong.isEmpty)
        #expect(sitting.service.refusedUndos.count > 2)
        let told = sitting.desk.notices.map(\.title)
        #expect(told.allSatisfy { $0.hasSuffix("was not taken back") })
    }
}
