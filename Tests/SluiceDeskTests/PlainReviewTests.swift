import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Synchronization
import Testing

@testable import SluiceDesk

@Suite("Plain mode", .timeLimit(.minutes(1)))
struct PlainReviewTests {
    @Test("an item that no model has seen says so, and an empty line answers nothing")
    func unpredicted() async {
        let service = FakeService([Sample.lease("a", label: nil)])
        let played = await playPlain(service, ["", "ok"])
        #expect(
            played.text.hasPrefix(
                """
                Project invoices
                Labels: Looks fine [l], fraud [f], unclear [n]

                Item a
                  Hello
                No prediction: no model has seen this item.
                Answer, or :help
                No suggestion is shown for this item: type a label.
                Answer, or :help
                a: Looks fine
                """), "\(played.text)")
    }

    @Test("a whole session reads as lines")
    func session() async {
        let record = #"{"type":"record","fields":{"amount":12.5,"payer":null}}"#
        let service = FakeService([
            Sample.lease("a"), Sample.lease("b", payload: record),
            Sample.lease("c", isBlind: true), Sample.lease("d"),
        ])
        let played = await playPlain(
            service, ["", ":comment looks odd", ":2", "", "unclear", "what", ":skip"])
        #expect(
            played.text == """
                Project invoices
                Labels: Looks fine [l], fraud [f], unclear [n]

                Item a
                  Hello
                Suggestion: fraud, 62.1 %; next 1 Looks fine 31.0 %, 2 unclear 6.8 %
                Answer, empty for fraud, or :help
                a: fraud

                Item b
                  amount  12.5
                  payer   (missing)
                Suggestion: fraud, 62.1 %; next 1 Looks fine 31.0 %, 2 unclear 6.8 %
                Answer, empty for fraud, or :help
                The comment goes with the answer.
                Answer, empty for fraud, or :help
                b: fraud

                Item c
                  Hello
                Blind review: the suggestion is withheld.
                Answer, or :help
                No suggestion is shown for this item: type a label.
                Answer, or :help
                c: unclear

                Item d
                  Hello
                Suggestion: fraud, 62.1 %; next 1 Looks fine 31.0 %, 2 unclear 6.8 %
                Answer, empty for fraud, or :help
                no label is called "what"; :help shows what can be typed
                Answer, empty for fraud, or :help
                d: skipped
                The queue is empty. Looking again every 2 seconds; :quit leaves.
                Done: 4.

                """)
        #expect(
            await service.calls == [
                .review("lease-a", .label("fraud"), comment: nil),
                .review("lease-b", .label("fraud"), comment: "looks odd"),
                .review("lease-c", .label("unclear"), comment: nil),
                .review("lease-d", .skip, comment: nil),
            ])
        #expect(played.outcome.done == 4)
    }

    @Test("every kind of payload reads as lines")
    func kinds() async {
        let image = #"{"type":"image","path":"/nonexistent/a.png"}"#
        let inside = #"{"type":"image","data":"data:image/gif;base64,R0lGODlhLAFkAA=="}"#
        let service = FakeService([
            Sample.lease(
                "a", payload: #"{"text":"Pay now please"}"#,
                highlights: #"[{"start":4,"end":7,"label":"urgent","score":0.93}]"#),
            Sample.lease("b", payload: #"{"before":"one\ntwo","after":"one\nthree"}"#),
            Sample.lease("c", payload: #"{"turns":[{"role":"user","text":"Hi"}]}"#),
            Sample.lease("d", payload: image), Sample.lease("e", payload: inside),
            Sample.lease(
                "f",
                payload:
                    #"{"a":{"b":[1,{"c":"a text that makes this long enough to be broken off somewhere"}]}}"#
            ),
        ])
        let text = await playPlain(service, Array(repeating: "", count: 6)).text
        #expect(text.contains("  Pay [[now|urgent 0.93]] please\n"))
        #expect(text.contains("    one\n  - two\n  + three\n"))
        #expect(text.contains("  user  Hi\n"))
        #expect(
            text.contains("  /nonexistent/a.png\n  Not drawn: No such file or directory.\n"))
        #expect(
            text.contains("  image/gif inside the payload\n  GIF, 300 x 100 pixels, 10 bytes\n"))
        #expect(text.contains(#""c": "a text that makes this long enough"#))
    }

    @Test("the end of the lines gives the item back")
    func end() async {
        let service = FakeService([Sample.lease("a")])
        let played = await playPlain(service, [])
        #expect(await service.calls == [.release("lease-a")])
        #expect(played.outcome.done == 0)
    }

    @Test(
        "labels are taken by name, title and key, by their number, and as the next guess",
        arguments: [
            ("ok", "ok"), ("Looks fine", "ok"), ("looks FINE", "ok"), ("f", "fraud"),
            (":3", "unclear"), ("1", "ok"), ("2", "unclear"),
            (" n\t", "unclear"),
        ])
    func labels(line: String, label: String) async {
        let service = FakeService([Sample.lease("a")])
        _ = await playPlain(service, [line])
        #expect(await service.calls.first == .review("lease-a", .label(label), comment: nil))
    }

    @Test("where labels are numbers, a number is a label and never a position")
    func numbers() async {
        let labels = [Label(name: "9"), Label(name: "1"), Label(name: "0")]
        let service = FakeService([Sample.lease("a", label: nil)], labels: labels)
        _ = await playPlain(service, ["2", "1"])
        #expect(await service.calls == [.review("lease-a", .label("1"), comment: nil)])
    }

    @Test("undo brings the item back before the one shown")
    func undo() async {
        let service = FakeService([Sample.lease("a"), Sample.lease("b")])
        let played = await playPlain(service, ["f", ":undo", "ok", "f"])
        let ids = await service.reviewIDs
        #expect(
            await service.calls == [
                .review("lease-a", .label("fraud"), comment: nil), .undo(ids[0]),
                .review("lease-a", .label("ok"), comment: nil),
                .review("lease-b", .label("fraud"), comment: nil),
            ])
        #expect(played.outcome.done == 2)
    }

    @Test("an answer is sent again under its id until the service answers")
    func offline() async {
        let service = FakeService(
            [Sample.lease("a")], failures: [.unreachable(reason: "connection refused")])
        let played = await playPlain(service, ["f"])
        let ids = await service.reviewIDs
        #expect(ids.count == 2)
        #expect(Set(ids).count == 1)
        #expect(played.text.contains("No connection: connection refused. Trying again."))
        #expect(played.text.contains("Connected again."))
        #expect(played.outcome.done == 1)
        #expect(played.outcome.unsent.isEmpty)
    }

    @Test("a refused answer is explained, and the next item comes")
    func refused() async {
        let service = FakeService(
            [Sample.lease("a"), Sample.lease("b")],
            failures: [Sample.problem(.leaseLost(decided: true))])
        let played = await playPlain(service, ["f", "f"])
        #expect(
            played.text.contains("a: fraud was refused: the lease expired and the item has been"))
        #expect(played.text.contains("b: fraud\n"))
        #expect(played.outcome.done == 1)
    }

    @Test("a signal ends the session and gives the item back")
    func signal() async {
        let service = FakeService([Sample.lease("a")])
        let (events, continuation) = AsyncStream.makeStream(of: LineEvent.self)
        let review = PlainReview(
            service: service,
            console: PlainConsole(events: events) { text in
                if text.contains("Answer") { continuation.yield(.terminate(signal: 15)) }
            })
        let outcome = await review.run()
        #expect(outcome.signal == 15)
        #expect(await service.calls == [.release("lease-a")])
    }

    @Test("a service that will not have the reviewer ends the session")
    func refusedStart() async {
        let service = FakeService([], projectFailure: Sample.problem(.unknownProject("x")))
        let played = await playPlain(service, ["f"])
        #expect(played.outcome.refusal?.code == "SLU-201")
    }

    @Test("no control character of an item reaches the lines")
    func hostile() async {
        let payload = #"{"text":"\u001b[2J\u0007\u202e\u2028x","k\u001b":"\u009b"}"#
        let service = FakeService([
            Sample.lease("\u{1b}]0;x", payload: payload, label: "a\u{1b}b", scores: nil)
        ])
        let played = await playPlain(
            service, [":comment \u{1b}[2J", ":show", "nothing\u{1b}", "f"])
        let bad = played.text.unicodeScalars.filter { $0.isControl && $0 != "\n" }
        #expect(bad.isEmpty)
        #expect(!played.text.unicodeScalars.contains { ["\u{202e}", "\u{2028}"].contains($0) })
    }
}
