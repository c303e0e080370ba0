import SluiceDomain
import Testing

@testable import SluiceDesk

@Suite("Tags, reasons and the last answers in plain mode")
struct PlainNotesTests {
    private let labels = PlainLabels(Sample.labels)

    @Test(
        "each is one line",
        arguments: [
            (":skip not mine ", PlainCommand.explained(.skip, "not mine")),
            (":skip", .answer(.skip)),
            (":escalate two invoices", .explained(.escalate, "two invoices")),
            (":unusable", .answer(.unusable)), (":unusable blank", .explained(.unusable, "blank")),
            (":tags blurry,  wrong page ,blurry", .tags(["blurry", "wrong page"])),
            (":tags", .tags([])), (":history", .history), (":undo", .undo),
            (":undo 3", .takeBack(3)), (":pause", .pause),
        ])
    func lines(line: String, command: PlainCommand) {
        #expect(PlainCommand(line, labels: labels) == command)
    }

    @Test(
        "a number that is none is said, and takes nothing back", arguments: [":undo 0", ":undo x"])
    func badNumber(line: String) {
        guard case .unknown(let reason) = PlainCommand(line, labels: labels) else {
            Issue.record("\(line) was taken")
            return
        }
        #expect(reason.contains(":history"))
    }
}
