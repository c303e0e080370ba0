import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("The reviewer's own last answers")
struct HistoryTests {
    private let list = ReviewList(reviews: [
        PastReview(
            reviewID: "r-2", externalID: "old-2", verdict: .label("ok"), tags: ["blurry"],
            comment: "see fax", predicted: "fraud", reviewedAt: Sample.received),
        PastReview(
            reviewID: "r-1", externalID: "old-1", verdict: .skip, predicted: nil,
            status: "skipped", reviewedAt: Sample.received, isUndoable: false),
    ])

    private func desk() -> Desk {
        var desk = Sample.desk()
        _ = desk.update(.historyLoaded(.success(list)))
        return desk
    }

    @Test("the list is asked for at the start and each time it is opened, once at a time")
    func loading() {
        var desk = Desk(project: "invoices", ids: ReviewIDs(high: 1, low: 2))
        _ = desk.update(.started)
        #expect(
            desk.update(.projectLoaded(.success(Sample.project()))) == [.loadHistory(count: 50)])
        #expect(!desk.press("h").contains(.loadHistory(count: 50)))
        _ = desk.update(.historyLoaded(.success(list)))
        desk.press(Key(.escape))
        #expect(desk.press("h").contains(.loadHistory(count: 50)))
    }

    @Test("answers of this session stand before those the service told, each once")
    func order() {
        var desk = desk()
        desk.press("f")
        #expect(desk.pastAnswers.map(\.externalID) == ["invoice-1", "old-2", "old-1"])
        var reviews = list.reviews
        reviews.insert(
            PastReview(
                reviewID: desk.history[0].reviewID, externalID: "invoice-1",
                verdict: .label("fraud"), reviewedAt: Sample.received), at: 0)
        _ = desk.update(.historyLoaded(.success(ReviewList(reviews: reviews))))
        #expect(desk.pastAnswers.map(\.externalID) == ["invoice-1", "old-2", "old-1"])
    }

    @Test("an answer of an earlier session is found by typing, shown, and taken back")
    func takeBack() throws {
        var desk = desk()
        desk.press("h")
        desk.press("FAX")
        desk.press(Key(.enter))
        #expect(desk.screen().contains("see fax"))
        #expect(desk.press("u").contains(.undo(reviewID: "r-2")))
        #expect(desk.mode == .review)
        #expect(desk.pastAnswers.map(\.externalID) == ["old-1"])
        _ = desk.update(
            .undone(
                reviewID: "r-2",
                .success(UndoReply(reviewID: "r-2", lease: Sample.lease("old-2")))))
        #expect(desk.shown == "old-2")
        #expect(desk.leases[0].former == .label("ok"))
        #expect(desk.leases[0].tags == ["blurry"])
        #expect(desk.leases[0].comment == "see fax")
        #expect(desk.done == 0)
        let screen = desk.screen()
        #expect(screen.contains("your answer was: Looks fine  tags: blurry  comment: see fax"))
        #expect(screen.contains("*"))
        let answer = try #require(desk.press("f").answers.first)
        #expect(answer.lease == "lease-old-2")
        #expect(answer.request.verdict == .label("fraud"))
    }

    @Test("an answer that was not sent yet is taken back without asking the service")
    func unsent() {
        var desk = desk()
        desk.press("f")
        desk.press("f")
        desk.press("h")
        desk.press(Key(.enter))
        desk.press(Key(.enter))
        #expect(desk.shown == "invoice-2")
        #expect(desk.leases[0].former == .label("fraud"))
        #expect(desk.done == 1)
    }

    @Test("a refused undo is explained until it is put away, and loses nothing")
    func refused() {
        var desk = desk()
        desk.press("h")
        desk.press(Key(.down))
        desk.press(Key(.enter))
        #expect(desk.screen().contains("too late"))
        desk.press(Key(.enter))
        let reason = "an adjudicator has the item or has settled it"
        _ = desk.update(
            .undone(
                reviewID: "r-1", .failure(Sample.problem(.undoTooLate(reason: reason)))))
        #expect(desk.notices.first?.title == "old-1 was not taken back")
        #expect(desk.screen().contains(reason))
        #expect(desk.shown == "old-1" && desk.screen().contains("LEASE LOST"))
        #expect(desk.press("f").answers.isEmpty)
        #expect(desk.shown == "invoice-1")
    }

    @Test("without a connection the answers of this session are shown, and why the others are not")
    func offline() {
        var desk = Sample.desk()
        desk.press("f")
        desk.press("h")
        _ = desk.update(.historyLoaded(.failure(.unreachable(reason: "connection refused"))))
        let screen = desk.screen()
        #expect(screen.contains("invoice-1"))
        #expect(screen.contains("connection refused"))
    }

    @Test("labels and tags of earlier sessions are among the recently used ones")
    func recent() {
        let desk = desk()
        #expect(desk.recentLabels.names == ["ok"])
        #expect(desk.recentTags.names == ["blurry"])
    }
}
