import SluiceDomain
import Testing

@Suite struct UnknownNameTests {
    @Test(
        "the nearest name is one that differs by a typing error",
        arguments: [
            ("frad", "fraud"), ("Fruad", "fraud"), ("legt", "legit"), ("unclera", "unclear"),
            ("FRAUD", "fraud"),
        ])
    func near(typed: String, meant: String) {
        #expect(NearName.of(typed, among: ["unclear", "legit", "fraud"]) == meant)
    }

    @Test("what is nowhere near is not guessed, and long names cost nothing")
    func far() {
        for name in ["", "zebra", "xx", String(repeating: "fraud", count: 4000)] {
            #expect(NearName.of(name, among: ["unclear", "legit", "fraud"]) == nil)
        }
        #expect(NearName.of("fraud", among: []) == nil)
        #expect(NearName.of("y", among: ["x"]) == nil && NearName.of("", among: ["x"]) == nil)
    }

    @Test("each kind has its code, and says what may have been meant")
    func codes() {
        func error(_ kind: UnknownName.Kind) -> ReviewError {
            .unknownName(UnknownName(kind, "frad", among: ["fraud"]))
        }
        #expect(error(.label).code == .unknownLabel)
        #expect(error(.reviewer).code == .unknownReviewer)
        #expect(error(.model).code == .invalidParameter)
        #expect(error(.version).code == .invalidParameter)
        #expect(
            error(.label).detail
                == #"label is "frad", which is not a label of the project; did you mean "fraud"?"#)
    }
}
