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

    @Test("after many answers the newest one stands first, and is the one that is taken back")
    func newestFirst() {
        let names = (1...70).map { "i\($0)" }
        var desk = Sample.desk(names.map { Sample.lease($0) } + [Sample.lease("last")])
        for _ in names {
            desk.press("f")
            let id = desk.pending.operations[0].reviewID
            _ = desk.update(.submitted(reviewID: id, .success(Sample.reply(id))))
        }
        let told = desk.history.suffix(50).reversed().map { answered in
            PastReview(
                reviewID: answered.reviewID, externalID: answered.held.externalID,
                verdict: answered.verdict, reviewedAt: Sample.received)
        }
        desk.press("h")
        _ = desk.update(.historyLoaded(.success(ReviewList(reviews: Array(told)))))
        #expect(desk.pastAnswers.map(\.externalID) == names.reversed())
        desk.press(Key(.enter))
        #expect(desk.screen().contains("─ i70 ─"))
        desk.press("u")
        #expect(desk.shown == "i70")
        #expect(desk.pastAnswers.first?.externalID == "i69", "also before the list comes anew")
    }

    @Test("the item is shown with the answer, found by its text, and there to be answered at once")
    func content() throws {
        let payload = #"{"type":"text","text":"The größe is wrong.\n\nSee page 2."}"#
        var review = list.reviews[0]
        review.content = PastContent(
            isBlind: false,
            item: LeasedItem(
                externalID: "old-2", payload: RawJSON(Array(payload.utf8)),
                receivedAt: Sample.received),
            prediction: Sample.lease().prediction)
        var desk = Sample.desk()
        desk.press("h")
        _ = desk.update(.historyLoaded(.success(ReviewList(reviews: [list.reviews[1], review]))))
        desk.press("GRÖSSE")
        #expect(desk.screen().contains("no answer has this in it"))
        for _ in 0..<6 { desk.press(Key(.backspace)) }
        desk.press("GRÖßE is")
        desk.press(Key(.enter))
        #expect(desk.screen().contains("See page 2."))
        #expect(desk.press("u").contains(.undo(reviewID: "r-2")))
        #expect(desk.shown == "old-2" && desk.screen().contains("See page 2."))
        #expect(desk.screen().contains("fraud") && desk.screen().contains("comment: see fax"))
        #expect(desk.press("f").isEmpty)
        let given = UndoReply(reviewID: "r-2", lease: Sample.lease("old-2"))
        let sent = desk.update(.undone(reviewID: "r-2", .success(given))).answers
        #expect(sent.map(\.lease) == ["lease-old-2"])
    }

    @Test("the row that is chosen stays chosen when the list comes")
    func chosen() {
        var desk = desk()
        desk.press("h")
        desk.press(Key(.down))
        var reviews = list.reviews
        reviews.insert(
            PastReview(
                reviewID: "r-3", externalID: "old-3", verdict: .skip, reviewedAt: Sample.received),
            at: 0)
        _ = desk.update(.historyLoaded(.success(ReviewList(reviews: reviews))))
        desk.press(Key(.enter))
        #expect(desk.screen().contains("─ old-1 ─"))
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
