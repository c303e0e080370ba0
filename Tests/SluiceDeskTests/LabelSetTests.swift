import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("A label set that changes under a session")
struct LabelSetTests {
    private static func reply(_ labels: [Label], version: Int) -> ProjectReply {
        ProjectReply(
            name: "p", labels: labels, labelSetVersion: version, guidelines: "",
            dwell: Sample.project().dwell, policyVersion: 1, createdAt: Timestamp(microseconds: 0))
    }

    @Test("what changed is told in words")
    func words() {
        let before = [Label(name: "a"), Label(name: "b"), Label(name: "c"), Label(name: "d")]
        let after = [
            Label(name: "alpha", id: "a", formerNames: ["a"]), Label(name: "b", key: "x"),
            Label(name: "d", formerNames: ["c"]), Label(name: "e", title: "Letter e"),
        ]
        #expect(
            LabelSetNews.words(from: before, to: after)
                == "a is alpha now; b has another title or key; new: Letter e; c is d now")
        #expect(LabelSetNews.words(from: after, to: [after[1]]).contains("d is not given any more"))
    }

    @Test(
        "a set that is announced is read once, and what is held is shown and answered with it",
        arguments: [true, false])
    func follows(byFigures: Bool) {
        var desk = Sample.desk([
            Sample.lease(), Sample.lease("invoice-2", label: "ok"),
            Sample.lease("invoice-3", label: "unclear"),
        ])
        let announced =
            byFigures
            ? desk.update(
                .queueLoaded(
                    .success(
                        QueueReply(
                            waiting: 1, leased: 1, oldestWaitingSeconds: nil, labelSetVersion: 2))))
            : desk.update(.leased(.success(LeaseReply(leases: [], labelSetVersion: 2))))
        #expect(announced.contains(.loadProject))
        let set = [
            Label(name: "scam", key: "f", id: "fraud", formerNames: ["fraud"]),
            Label(name: "fine", title: "Looks fine", id: "ok", formerNames: ["ok"]),
            Label(name: "other"),
        ]
        let effects = desk.update(.projectLoaded(.success(Self.reply(set, version: 2))))
        #expect(!effects.contains(.loadProject))
        #expect(desk.update(.clock(.seconds(60))).contains(.loadProject) == false)
        #expect(desk.screen().contains("The labels have changed"))
        #expect(desk.screen().contains("fraud is scam now"))
        // The suggestion of before is that label, whichever name goes out.
        let first = desk.press(Key(.enter)).answers.first
        #expect(["fraud", "scam"].contains(first?.request.verdict.labelName ?? ""))
        confirm(first, &desk)
        let second = desk.press("f").answers.first
        #expect(second?.request.verdict == .label("scam"))
        confirm(second, &desk)
        // What nobody can give any more is not suggested.
        #expect(desk.shown == "invoice-3")
        #expect(desk.press(Key(.enter)).answers.isEmpty && desk.shown == "invoice-3")
        #expect(!desk.screen().contains("unclear  "))
    }

    /// Has the service reply to an answer, so that the next one goes out.
    private func confirm(_ answer: (lease: String, request: Answer)?, _ desk: inout Desk) {
        guard let id = answer?.request.reviewID else { return }
        _ = desk.update(.submitted(reviewID: id, .success(Sample.reply(id))))
    }

    @Test("an instance that has not heard of the change is asked again")
    func late() {
        var desk = Sample.desk()
        _ = desk.update(
            .queueLoaded(
                .success(
                    QueueReply(waiting: 1, leased: 1, oldestWaitingSeconds: nil, labelSetVersion: 2)
                )))
        _ = desk.update(.projectLoaded(.success(Sample.project())))
        #expect(!desk.screen().contains("The labels have changed"))
        #expect(desk.update(.clock(.seconds(3))).contains(.loadProject))
    }

    @Test("keys do not move in a session when others go, come or are renamed")
    func keysStay() {
        let before = LabelKeys(
            [Label(name: "dog"), Label(name: "duck"), Label(name: "emu")], keymap: Keymap([]))
        #expect(before.entries.map(\.key) == ["d", "u", "e"])
        let after = LabelKeys(
            [
                Label(name: "duck"), Label(name: "ostrich", id: "emu"), Label(name: "unicorn"),
                Label(name: "eel", key: "e"),
            ], keymap: Keymap([]), kept: before.byID)
        #expect(after.entries.map(\.key) == ["u", "o", "n", "e"])
        // The key of a label that is gone is no other one's at once.
        let replaced = LabelKeys(
            [Label(name: "duck"), Label(name: "dove"), Label(name: "emu")], keymap: Keymap([]),
            kept: before.byID)
        #expect(replaced.entries.map(\.key) == ["u", "o", "e"])
    }

    @Test("keys find a label by the names it had, but never in place of one that has it now")
    func formerNames() {
        let keys = LabelKeys(
            [
                Label(name: "alpha", id: "a", formerNames: ["a", "b"]), Label(name: "b"),
            ], keymap: Keymap([]))
        #expect(keys.entry(named: "a")?.label.name == "alpha")
        #expect(keys.entry(named: "b")?.label.name == "b")
        #expect(keys.title(of: "a") == "alpha" && keys.title(of: "z") == "z")
    }
}
