import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("Answering")
struct AnsweringTests {
    @Test("the client asks for project, leases and figures when it starts")
    func start() {
        var desk = Desk(project: "invoices", ids: ReviewIDs(high: 1, low: 2))
        #expect(desk.update(.started) == [.loadProject, .lease(count: 5), .loadQueue])
        #expect(desk.update(.clock(.seconds(1))).isEmpty)
    }

    @Test("a label key answers, and the next item is there in the same update")
    func labelKey() {
        var desk = Sample.desk()
        let answers = desk.press("f").answers
        #expect(answers.map(\.lease) == ["lease-invoice-1"])
        #expect(answers.first?.request.verdict == .label("fraud"))
        #expect(desk.shown == "invoice-2")
        #expect(desk.screen().contains("invoice-2"))
    }

    @Test(
        "Enter accepts the suggestion, Tab and digits take the next guesses",
        arguments: [
            (Key(.enter), "fraud"), (Key(.tab), "ok"), (Key.character("1"), "ok"),
            (Key.character("2"), "unclear"),
        ])
    func suggestion(key: Key, label: String) {
        var desk = Sample.desk()
        #expect(desk.press(key).answers.first?.request.verdict == .label(label))
    }

    @Test(
        "skip, escalate and unusable are one key each",
        arguments: [
            ("s", Verdict.skip), ("e", .escalate), ("x", .unusable),
        ])
    func verdicts(key: String, verdict: Verdict) {
        var desk = Sample.desk()
        #expect(desk.press(key).answers.first?.request.verdict == verdict)
    }

    @Test("nothing is suggested on a blind item, and Enter answers nothing")
    func blind() {
        var desk = Sample.desk([Sample.lease(isBlind: true)])
        #expect(desk.press(Key(.enter)).answers.isEmpty)
        #expect(desk.press("1").answers.isEmpty)
        #expect(desk.shown == "invoice-1")
        #expect(desk.press("f").answers.first?.request.verdict == .label("fraud"))
    }

    @Test("a suggested label the project does not know cannot be accepted")
    func foreignLabel() {
        var desk = Sample.desk([Sample.lease(label: "gone")])
        #expect(desk.press(Key(.enter)).answers.isEmpty)
    }

    @Test("pasted text decides nothing")
    func paste() {
        var desk = Sample.desk()
        #expect(desk.update(.terminal(.paste("f\rsex"))).answers.isEmpty)
        #expect(desk.shown == "invoice-1")
    }

    @Test("a key that means nothing answers nothing and says so")
    func otherKey() {
        var desk = Sample.desk()
        #expect(desk.press("w").answers.isEmpty)
        #expect(desk.press(Key(.character("f"), .alt)).answers.isEmpty)
        #expect(desk.flash.contains("?"))
    }

    @Test("an answer on a screen too small to show the item is not taken")
    func tooSmall() {
        var desk = Sample.desk(size: Size(columns: 39, rows: 24))
        #expect(desk.press("f").answers.isEmpty)
        #expect(desk.shown == "invoice-1")
    }

    @Test("no key answers while no item is there")
    func empty() {
        var desk = Sample.desk([])
        #expect(desk.press("f").answers.isEmpty)
        #expect(desk.press("u?").answers.isEmpty)
    }

    @Test("the comment goes with the answer of its item only")
    func comment() {
        var desk = Sample.desk()
        desk.press("c")
        desk.press("see fax")
        _ = desk.update(.terminal(.paste("\nq")))
        #expect(desk.press(Key(.enter)).isEmpty)
        #expect(desk.press("f").answers.first?.request.comment == "see fax q")
        _ = desk.update(
            .submitted(reviewID: desk.pending.operations[0].reviewID, .success(Sample.reply("x"))))
        #expect(desk.press("f").answers.first?.request.comment == nil)
    }

    @Test("leaving the comment editor with Esc keeps the old comment")
    func discard() {
        var desk = Sample.desk()
        desk.press("c")
        desk.press("one")
        desk.press(Key(.enter))
        desk.press("c")
        desk.press(" two")
        desk.press(Key(.escape))
        #expect(desk.leases[0].comment == "one")
    }

    @Test("a label is found by typing a part of it")
    func search() {
        let many = (0..<150).map { Label(name: "intent_\($0)", title: "Intent number \($0)") }
        var desk = Sample.desk(
            [Sample.lease(label: "intent_3", scores: nil)], project: Sample.project(many))
        desk.press("/")
        desk.press("NUMBER 14")
        #expect(desk.press(Key(.down)).answers.isEmpty)
        #expect(desk.press(Key(.enter)).answers.first?.request.verdict == .label("intent_140"))
    }

    @Test("searching for nothing that exists answers nothing")
    func searchNothing() {
        var desk = Sample.desk()
        desk.press("/")
        desk.press("zzz")
        #expect(desk.press(Key(.enter)).answers.isEmpty)
        desk.press(Key(.escape))
        #expect(desk.mode == .review)
    }

    @Test("active seconds leave long pauses out")
    func seconds() {
        var desk = Sample.desk()
        _ = desk.update(.clock(.seconds(10)))
        desk.press(Key(.down))
        _ = desk.update(.clock(.seconds(300)))
        #expect(desk.press("f").answers.first?.request.seconds == 70)
    }

    @Test("each answer has its own id, a UUID that depends on the seed alone")
    func ids() {
        var ids = ReviewIDs(high: 1, low: 2)
        var again = ReviewIDs(high: 1, low: 2)
        let made = (0..<1_000).map { _ in ids.next() }
        #expect(Set(made).count == 1_000)
        #expect(made == (0..<1_000).map { _ in again.next() })
        let parts = made[0].split(separator: "-")
        #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
        #expect(parts[2].first == "4")
        #expect("89ab".contains(parts[3].first ?? "-"))
    }
}

@Suite("Keeping and sending")
struct SendingTests {
    private func id(_ desk: Desk) -> String { desk.pending.operations.first?.reviewID ?? "" }

    @Test("answers are sent one by one, in order")
    func order() {
        var desk = Sample.desk([Sample.lease("a"), Sample.lease("b"), Sample.lease("c")])
        #expect(desk.press("f").answers.map(\.lease) == ["lease-a"])
        #expect(desk.press("l").answers.isEmpty)
        let next = desk.update(.submitted(reviewID: id(desk), .success(Sample.reply(id(desk)))))
        #expect(next.answers.map(\.lease) == ["lease-b"])
    }

    @Test("without a connection answers are kept and sent again under the same ids, in order")
    func offline() {
        var desk = Sample.desk([Sample.lease("a"), Sample.lease("b"), Sample.lease("c")])
        let first = desk.press("f").answers.first?.request
        desk.press("l")
        let failed = desk.update(
            .submitted(reviewID: id(desk), .failure(.unreachable(reason: "refused"))))
        #expect(failed.answers.isEmpty)
        #expect(desk.screen().contains("OFFLINE"))
        #expect(desk.screen().contains("2 kept"))
        #expect(desk.update(.clock(.milliseconds(400))).answers.isEmpty)
        let again = desk.update(.clock(.milliseconds(600))).answers
        #expect(again.map(\.request) == [first])
        let next = desk.update(.submitted(reviewID: id(desk), .success(Sample.reply(id(desk)))))
        #expect(next.answers.map(\.lease) == ["lease-b"])
        #expect(desk.connection == .online)
    }

    @Test(
        "an overloaded or broken server is waited for, not taken for a refusal",
        arguments: [
            ReviewError.overloaded, .databaseUnavailable, .internalError, .invalidToken,
        ])
    func temporary(error: ReviewError) {
        var desk = Sample.desk()
        desk.press("f")
        _ = desk.update(.submitted(reviewID: id(desk), .failure(Sample.problem(error))))
        #expect(desk.pending.count == 1)
        #expect(desk.notices.isEmpty)
    }

    @Test("a refused answer is explained until it is put away, and the work goes on")
    func refused() {
        var desk = Sample.desk()
        desk.press("f")
        _ = desk.update(
            .submitted(reviewID: id(desk), .failure(Sample.problem(.leaseLost(decided: true)))))
        #expect(desk.pending.isEmpty)
        #expect(desk.done == 0)
        #expect(desk.screen().contains("invoice-1: fraud was refused"))
        #expect(desk.screen().contains("has been decided since"))
        desk.press(Key(.down))
        desk.press("f")
        #expect(desk.screen().contains("was refused"))
        desk.press(Key(.escape))
        #expect(!desk.screen().contains("was refused"))
    }

    @Test("an answer refused for what it says comes back to the screen with its comment")
    func refusedContent() {
        var desk = Sample.desk()
        desk.press("c")
        desk.press("why")
        desk.press(Key(.enter))
        desk.press("f")
        _ = desk.update(
            .submitted(reviewID: id(desk), .failure(Sample.problem(.unknownLabel("fraud")))))
        #expect(desk.shown == "invoice-1")
        #expect(desk.leases[0].comment == "why")
        #expect(desk.notices.count == 1)
    }

    @Test("an answer that was not sent is taken back here")
    func undoUnsent() {
        var desk = Sample.desk([Sample.lease("a"), Sample.lease("b"), Sample.lease("c")])
        desk.press("fl")
        #expect(desk.press("u").isEmpty)
        #expect(desk.shown == "b")
        #expect(desk.pending.count == 1)
        #expect(desk.done == 1)
    }

    @Test("a pending operation survives a journal")
    func journal() throws {
        let request = Answer(
            reviewID: "r1", verdict: .label("fraud"), comment: "a\nb", seconds: 4.5)
        for operation in [
            PendingOperation(.answer(lease: "l1", request), externalID: "ü"),
            PendingOperation(.answer(under: .undo(reviewID: "r0"), request), externalID: "ü"),
            PendingOperation(.undo(reviewID: "r1"), externalID: "x"),
        ] {
            #expect(try PendingOperation(parsing: operation.json) == operation)
        }
    }
}

@Suite("Leases")
struct LeaseTests {
    @Test("leases are fetched again when few are left, never more than asked")
    func prefetch() {
        let five = (1...5).map { Sample.lease("i\($0)") }
        var desk = Sample.desk(five)
        #expect(!desk.press("f").contains { if case .lease = $0 { true } else { false } })
        #expect(!desk.press("f").contains { if case .lease = $0 { true } else { false } })
        #expect(desk.press("f").contains(.lease(count: 3)))
        #expect(!desk.press("f").contains { if case .lease = $0 { true } else { false } })
        _ = desk.update(.leased(.success([Sample.lease("i5"), Sample.lease("i6")])))
        #expect(desk.leases.map(\.externalID) == ["i5", "i6"])
    }

    @Test("an empty queue is looked at every two seconds")
    func poll() {
        let figures = QueueReply(waiting: 0, leased: 0, oldestWaitingSeconds: nil)
        var desk = Sample.desk([], figures: figures)
        #expect(desk.screen().contains("The queue is empty"))
        #expect(!desk.update(.clock(.milliseconds(1_900))).contains(.lease(count: 5)))
        #expect(desk.update(.clock(.seconds(2))).contains(.lease(count: 5)))
        #expect(!desk.update(.clock(.seconds(9))).contains(.lease(count: 5)))
    }

    @Test("a queue with nothing for this reviewer is not called empty")
    func nothingForMe() {
        let desk = Sample.desk([])
        #expect(desk.screen().contains("Waiting for other reviewers: 34."))
    }

    @Test("leases are renewed while somebody reviews, and no longer")
    func heartbeat() {
        var desk = Sample.desk([Sample.lease(seconds: 600)])
        #expect(!desk.update(.clock(.seconds(199))).contains(.renew(lease: "lease-invoice-1")))
        #expect(desk.update(.clock(.seconds(200))).contains(.renew(lease: "lease-invoice-1")))
        #expect(!desk.update(.clock(.seconds(201))).contains(.renew(lease: "lease-invoice-1")))
        let reply = RenewReply(lease: "lease-invoice-1", expiresAt: Sample.received)
        _ = desk.update(.renewed(lease: "lease-invoice-1", .success(reply)))
        #expect(desk.update(.clock(.seconds(500))).contains(.release(lease: "lease-invoice-1")))
        #expect(!desk.update(.clock(.seconds(900))).contains(.renew(lease: "lease-invoice-1")))
    }

    @Test("the countdown is shown in the last minute only, by the client's own clock")
    func countdown() {
        var desk = Sample.desk([Sample.lease(seconds: 600)])
        for seconds in [290, 539] {
            _ = desk.update(.clock(.seconds(seconds)))
            desk.press(Key(.down))
        }
        #expect(!desk.screen().contains(" lease "))
        _ = desk.update(.clock(.seconds(555)))
        #expect(desk.screen().contains("lease 45 s"))
        _ = desk.update(.clock(.seconds(700)))
        #expect(desk.screen().contains("lease expired"))
    }

    @Test("a lost lease never swaps the item under the reviewer's fingers, and sends nothing")
    func lost() {
        var desk = Sample.desk()
        _ = desk.update(
            .renewed(lease: "lease-invoice-1", .failure(Sample.problem(.leaseLost(decided: false))))
        )
        #expect(desk.shown == "invoice-1")
        #expect(desk.screen().contains("LEASE LOST"))
        #expect(desk.press("f").answers.isEmpty)
        #expect(desk.shown == "invoice-2")
        #expect(desk.done == 0)
    }

    @Test("a lost lease that is not on the screen goes away quietly")
    func lostBehind() {
        var desk = Sample.desk()
        _ = desk.update(
            .renewed(lease: "lease-invoice-2", .failure(Sample.problem(.leaseLost(decided: false))))
        )
        #expect(desk.leases.map(\.externalID) == ["invoice-1"])
    }

    @Test(
        "leaving gives every lease back, sends what is pending, and then stops",
        arguments: [
            TerminalEvent.key(.character("q")), .key(.control("c")), .terminate(signal: 15),
            .terminate(signal: 1), .inputClosed,
        ])
    func leave(event: TerminalEvent) {
        var desk = Sample.desk([Sample.lease("a"), Sample.lease("b"), Sample.lease("c")])
        desk.press("f")
        let reviewID = desk.pending.operations[0].reviewID
        let effects = desk.update(.terminal(event))
        #expect(effects.contains(.limitLeaving(.seconds(2))))
        #expect(effects.contains(.release(lease: "lease-b")))
        #expect(effects.contains(.release(lease: "lease-c")))
        #expect(!effects.contains(.release(lease: "lease-a")))
        #expect(desk.update(.released(lease: "lease-b")).isEmpty)
        #expect(desk.update(.released(lease: "lease-c")).isEmpty)
        #expect(desk.update(.leased(.success([Sample.lease("d")]))) == [.release(lease: "lease-d")])
        #expect(desk.update(.released(lease: "lease-d")).isEmpty)
        #expect(
            desk.update(.submitted(reviewID: reviewID, .success(Sample.reply(reviewID)))) == [.stop]
        )
        #expect(desk.outcome.unsent.isEmpty)
    }

    @Test("leaving is bounded and tells what was not sent")
    func leavingTooLong() {
        var desk = Sample.desk()
        desk.press("f")
        _ = desk.update(.terminal(.terminate(signal: 15)))
        #expect(desk.update(.leavingTimedOut) == [.stop])
        #expect(desk.outcome.unsent.map(\.externalID) == ["invoice-1"])
        #expect(desk.outcome.done == 1)
    }

    @Test("who leaves with answers to send waits for them, sees how many, and may leave at once")
    func leavingWaits() {
        var desk = Sample.desk((1...9).map { Sample.lease("i\($0)") })
        desk.press("fffq")
        #expect(desk.screen().contains("leaving: sending 3 answers · Ctrl-C leaves at once"))
        #expect(desk.update(.leavingTimedOut) == [.limitLeaving(.seconds(2))])
        for left in [2, 1, 0] {
            let id = desk.pending.operations[0].reviewID
            _ = desk.update(.submitted(reviewID: id, .success(Sample.reply(id))))
            #expect(desk.pending.count == left)
        }
        #expect(desk.screen().contains("giving the leases back"))
        #expect(desk.update(.leavingTimedOut) == [.stop])
        #expect(desk.outcome.signal == nil)
        var other = Sample.desk()
        other.press("fq")
        #expect(other.press(.control("c")) == [.stop])
        #expect(other.outcome.unsent.count == 1)
    }

    @Test("a signal does not wait, and is told by the outcome")
    func signalled() {
        var desk = Sample.desk()
        desk.press("fq")
        _ = desk.update(.terminal(.terminate(signal: 15)))
        #expect(desk.update(.leavingTimedOut) == [.stop])
        #expect(desk.outcome.signal == 15)
    }

    @Test("an empty look says why: nothing waits, others hold it, or the filter keeps it out")
    func emptyWords() {
        let cases: [(Int, Int, String, String)] = [
            (0, 0, "", "The queue is empty."),
            (0, 1, "", "Nothing is free: reviewers hold 1 item."),
            (3, 1, "", "Nothing for you now. Waiting for other reviewers: 3."),
            (
                3, 1, "label=cat",
                "Nothing that waits for you matches --only label=cat; 3 wait in all."
            ),
            (0, 2, "label=cat", "Nothing is free: reviewers hold 2 items."),
        ]
        for (waiting, leased, only, words) in cases {
            let figures = QueueReply(waiting: waiting, leased: leased, oldestWaitingSeconds: nil)
            let desk = Sample.desk([], figures: figures, options: Desk.Options(only: only))
            #expect(desk.screen().contains(words))
            #expect(only.isEmpty || desk.screen().contains("invoices · only label=cat"))
        }
    }

    @Test("leaving without a connection asks first when answers would be lost")
    func confirm() {
        var desk = Sample.desk()
        desk.press("f")
        _ = desk.update(.submitted(reviewID: "", .failure(.unreachable(reason: "down"))))
        desk.press("q")
        #expect(!desk.isLeaving)
        #expect(desk.screen().contains("lost by leaving: 1 answer"))
        desk.press("z")
        #expect(desk.mode == .review)
        desk.press("qq")
        #expect(desk.isLeaving)
    }

    @Test(
        "a service that will not have the reviewer ends the client with the reason",
        arguments: [
            ReviewError.invalidToken, .unknownProject("invoices"),
            .notAllowed(role: .producer, needs: "reviewer"),
        ])
    func refusedStart(error: ReviewError) {
        var desk = Desk(project: "invoices", ids: ReviewIDs(high: 1, low: 2))
        _ = desk.update(.started)
        let effects = desk.update(.projectLoaded(.failure(Sample.problem(error))))
        #expect(effects == [.fail(Problem(error))])
        #expect(desk.outcome.refusal?.code == error.code.rawValue)
    }

    @Test("a service that will not go on with the reviewer gets the leases back first")
    func refusedLater() {
        var desk = Sample.desk([Sample.lease("a"), Sample.lease("b")])
        _ = desk.update(.clock(.seconds(3)))
        let failure = Sample.problem(.notAllowed(role: .producer, needs: "reviewer"))
        let effects = desk.update(.leased(.failure(failure)))
        #expect(effects.contains(.release(lease: "lease-a")))
        _ = desk.update(.released(lease: "lease-a"))
        #expect(desk.update(.released(lease: "lease-b")) == [.stop])
        #expect(desk.outcome.refusal?.code == "SLU-403")
    }

    @Test("a service that cannot be reached at the start is waited for")
    func unreachableStart() {
        var desk = Desk(project: "invoices", ids: ReviewIDs(high: 1, low: 2))
        _ = desk.update(.started)
        _ = desk.update(.projectLoaded(.failure(.unreachable(reason: "connection refused"))))
        #expect(desk.screen().contains("No connection"))
        #expect(desk.update(.clock(.seconds(1))).contains(.loadProject))
    }
}
