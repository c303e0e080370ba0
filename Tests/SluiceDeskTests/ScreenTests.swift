import Foundation
import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

/// Compares a whole screen with its file; `SLUICE_RECORD_SCREENS=1` writes the files anew.
func expectScreen(
    _ name: String, _ desk: Desk, columns: Int = 80, rows: Int = 24,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let shown = desk.screen(columns, rows) + "\n"
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Screens/\(name).screen")
    if ProcessInfo.processInfo.environment["SLUICE_RECORD_SCREENS"] == "1" {
        try Data(shown.utf8).write(to: file)
        return
    }
    let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    #expect(shown == expected, sourceLocation: sourceLocation)
}

@Suite("Screens")
struct ScreenTests {
    static let letter = #"""
        {"type":"text","title":"Payment reminder","text":"Dear customer,\n\nour records show that invoice 4711 over 1,240.50 EUR is overdue since the third of October. Please transfer the amount to the new bank account below within two days; the old one has been closed.\n\n\tIBAN XX00 1234 5678\n\nKind regards","language":"en"}
        """#

    @Test("an item with its suggestion")
    func item() throws {
        var desk = Sample.desk([
            Sample.lease(payload: Self.letter, metadata: #"{"factory":"F9","amount":1240.50}"#),
            Sample.lease("invoice-2"),
        ])
        desk.press("c")
        desk.press("which account?")
        desk.press(Key(.enter))
        try expectScreen("item", desk)
    }

    @Test("a blind item")
    func blind() throws {
        try expectScreen("blind", Sample.desk([Sample.lease(payload: Self.letter, isBlind: true)]))
    }

    @Test("an item that no model has seen")
    func unpredicted() throws {
        try expectScreen(
            "unpredicted", Sample.desk([Sample.lease(payload: Self.letter, label: nil)]))
    }

    @Test("a record with missing values")
    func record() throws {
        let payload = #"""
            {"type":"record","fields":{"supplier":"Acme Ltd","amount":1240.50,"currency":null,"paid":false,"note":"","remarks":"Delivered late on two occasions, see the letters of the twelfth and of the nineteenth of September, and the answer to them.","lines":[1,2]}}
            """#
        try expectScreen("record", Sample.desk([Sample.lease(payload: payload, confidence: nil)]))
    }

    @Test("other JSON is indented, a long payload says how much is out of sight")
    func json() throws {
        let rows = (0..<12).map { #"{"n":\#($0),"s":"x"}"# }.joined(separator: ",")
        var desk = Sample.desk([Sample.lease(payload: "[\(rows),[],{}]")])
        desk.press(Key(.pageDown))
        try expectScreen("json", desk)
    }

    @Test("the help")
    func help() throws {
        var desk = Sample.desk()
        desk.press("?")
        try expectScreen("help", desk)
    }

    @Test("the guidelines, scrolled to the end")
    func guidelines() throws {
        let text = (1...40).map { "\($0). Read the whole item." }.joined(separator: "\n")
        var desk = Sample.desk(project: Sample.project(guidelines: text))
        desk.press("g")
        for _ in 0..<30 { desk.press(Key(.pageDown)) }
        desk.press(Key(.up))
        try expectScreen("guidelines", desk)
        desk.press("g")
        #expect(desk.mode == .review)
    }

    @Test("an empty queue, with the session's figures")
    func empty() throws {
        var desk = Sample.desk(
            [Sample.lease()], figures: QueueReply(waiting: 0, leased: 0, oldestWaitingSeconds: nil))
        _ = desk.update(.clock(.seconds(4)))
        desk.press("f")
        _ = desk.update(.leased(.success([])))
        try expectScreen("empty", desk)
    }

    @Test("no connection, with answers kept")
    func offline() throws {
        var desk = Sample.desk((1...5).map { Sample.lease("invoice-\($0)") })
        desk.press("f")
        _ = desk.update(
            .submitted(reviewID: "", .failure(.unreachable(reason: "connection refused"))))
        desk.press("fl")
        _ = desk.update(.clock(.seconds(65)))
        try expectScreen("offline", desk)
    }

    @Test("a refused answer, above the next item")
    func refused() throws {
        var desk = Sample.desk()
        desk.press("f")
        _ = desk.update(
            .submitted(
                reviewID: desk.history[0].reviewID,
                .failure(Sample.problem(.leaseLost(decided: true)))))
        try expectScreen("refused", desk)
    }

    @Test("a lost lease")
    func lost() throws {
        var desk = Sample.desk()
        _ = desk.update(
            .renewed(lease: "lease-invoice-1", .failure(Sample.problem(.leaseLost(decided: false))))
        )
        try expectScreen("lost", desk)
    }

    @Test("searching among many labels")
    func search() throws {
        let many = (0..<150).map { Label(name: "intent_\($0)", title: "Intent number \($0)") }
        var desk = Sample.desk(
            [Sample.lease(label: "intent_3", scores: nil)], project: Sample.project(many))
        desk.press("/")
        desk.press("r 1")
        for _ in 0..<9 { desk.press(Key(.down)) }
        try expectScreen("search", desk)
        desk.press(Key(.escape))
        try expectScreen("many-labels", desk)
    }

    @Test("the smallest screen, plain and with a refusal")
    func smallest() throws {
        var desk = Sample.desk(
            [Sample.lease(payload: Self.letter), Sample.lease("invoice-2")],
            size: Size(columns: 40, rows: 12))
        try expectScreen("small", desk, columns: 40, rows: 12)
        desk.press("f")
        _ = desk.update(
            .submitted(
                reviewID: desk.history[0].reviewID,
                .failure(Sample.problem(.leaseLost(decided: true)))))
        try expectScreen("small-refused", desk, columns: 40, rows: 12)
        try expectScreen("too-small", desk, columns: 30, rows: 8)
    }

    @Test("wide characters")
    func wide() throws {
        let payload = #"""
            {"type":"record","fields":{"件名":"請求書の確認","本文":"先月の請求書について、金額が注文書と異なっているようです。確認をお願いします。","emoji":"👍🏽 ❤️ 👩‍👩‍👧 🇫🇮","ไทย":"ใบแจ้งหนี้"}}
            """#
        let labels = [Label(name: "詐欺", key: "f"), Label(name: "正常"), Label(name: "不明")]
        let desk = Sample.desk(
            [Sample.lease("請求-1", payload: payload, label: "詐欺", scores: #"{"正常":0.3,"詐欺":0.6}"#)],
            project: Sample.project(labels), size: Size(columns: 60, rows: 24))
        try expectScreen("wide", desk, columns: 60, rows: 24)
    }

    @Test("a large screen gives the payload the room")
    func large() throws {
        let desk = Sample.desk(
            [Sample.lease(payload: Self.letter)], size: Size(columns: 120, rows: 30))
        try expectScreen("large", desk, columns: 120, rows: 30)
    }

    @Test("tags to choose from")
    func tags() throws {
        var project = Sample.project()
        project.tags = ["blurry", "wrong page", "handwritten", "two invoices", "not an invoice"]
        var desk = Sample.desk([Sample.lease(payload: Self.letter)], project: project)
        desk.press("t")
        desk.press(Key(.right))
        desk.press(Key(.tab))
        try expectScreen("tags", desk)
        desk.press("in")
        try expectScreen("tags-typed", desk)
    }

    @Test("the reason of a skip")
    func reason() throws {
        var desk = Sample.desk([Sample.lease(payload: Self.letter)])
        desk.press("S")
        desk.press("my own invoice")
        try expectScreen("reason", desk)
    }

    @Test("a break")
    func paused() throws {
        var desk = Sample.desk()
        desk.press("P")
        try expectScreen("paused", desk)
    }

    @Test("the last answers, one of them, and the item taken back")
    func history() throws {
        var desk = Sample.desk([Sample.lease(payload: Self.letter), Sample.lease("invoice-2")])
        _ = desk.update(
            .historyLoaded(
                .success(
                    ReviewList(
                        reviews: (1...30).map { number in
                            PastReview(
                                reviewID: "r-\(number)", externalID: "past-\(number)",
                                verdict: number % 5 == 0 ? .skip : .label("ok"),
                                tags: number == 2 ? ["blurry"] : [],
                                comment: number == 3 ? "page two is missing" : nil,
                                predicted: number % 2 == 0 ? "fraud" : "ok",
                                reviewedAt: Sample.received, isUndoable: number != 4)
                        }))))
        desk.press("f")
        desk.press("h")
        for _ in 0..<3 { desk.press(Key(.down)) }
        try expectScreen("history", desk)
        desk.press(Key(.enter))
        try expectScreen("history-answer", desk)
        desk.press(Key(.enter))
        _ = desk.update(
            .submitted(
                reviewID: desk.history[0].reviewID,
                .success(Sample.reply(desk.history[0].reviewID))))
        try expectScreen("on-its-way-back", desk)
        _ = desk.update(
            .undone(
                reviewID: "r-3",
                .success(
                    UndoReply(
                        reviewID: "r-3", lease: Sample.lease("past-3", payload: Self.letter)))))
        try expectScreen("taken-back", desk)
        try expectScreen("taken-back-small", desk, columns: 40, rows: 12)
    }

    @Test("a thousand labels, recently used ones first where they are looked for")
    func thousand() throws {
        let many = (0..<1_000).map { Label(name: "intent_\($0)", title: "Intent number \($0)") }
        var desk = Sample.desk(
            [
                Sample.lease(label: "intent_3", scores: nil),
                Sample.lease("invoice-2", label: "intent_4"),
            ],
            project: Sample.project(many))
        desk.press("/")
        desk.press("number 977")
        desk.press(Key(.enter))
        desk.press("/")
        try expectScreen("thousand-labels", desk)
    }

    @Test("every size can be drawn in every mode")
    func sizes() {
        var desks = [Sample.desk([Sample.lease(payload: Self.letter)])]
        for key in ["?", "g", "c", "/", "t", "h", "S", "P", "F"] {
            var desk = desks[0]
            desk.press(key)
            desks.append(desk)
        }
        for key in ["", "=", "V", "N"] {
            var desk = Dispute.desk()
            desk.press(key)
            desks.append(desk)
        }
        for desk in desks {
            for columns in [0, 1, 2, 7, 20, 40, 41, 200] {
                for rows in [0, 1, 2, 5, 11, 12, 19, 20, 70] {
                    let frame = desk.view(in: Size(columns: columns, rows: rows))
                    #expect(frame.size == Size(columns: columns, rows: rows))
                }
            }
        }
    }
}

@Suite("Hostile text")
struct HostileTextTests {
    static let attacks = [
        "\u{1b}[2J\u{1b}]52;c;aGk=\u{07}", "\u{9b}31m", "\u{202e}abc\u{2066}", "a\rb\u{08}\u{7f}",
        "\u{1b}[6n\u{1b}[c", "\u{feff}\u{200b}\u{2028}\u{85}", "\u{e0041}\u{e0042}",
        String(repeating: "\u{301}", count: 200), "\u{1b}P+q\u{1b}\\", "\u{0}",
    ]

    /// The kinds of sequences in an output: final byte with private marker.
    private func sequences(_ bytes: [UInt8]) -> (kinds: Set<String>, hasOthers: Bool) {
        var kinds: Set<String> = []
        var rest = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
        var hasOthers = false
        while let scalar = rest.popFirst() {
            guard scalar == "\u{1b}" else {
                hasOthers = hasOthers || scalar.isControl
                continue
            }
            guard rest.popFirst() == "[" else {
                hasOthers = true
                continue
            }
            var kind = ""
            while let next = rest.popFirst() {
                if next == "?" { kind += "?" }
                if (0x40...0x7E).contains(next.value) {
                    kind.unicodeScalars.append(next)
                    break
                }
            }
            kinds.insert(kind)
        }
        return (kinds, hasOthers)
    }

    @Test("no text from outside adds a sequence to the screen", arguments: attacks.indices)
    func screen(index: Int) {
        let attack = Self.attacks[index]
        let json = String(
            decoding: ([attack] as [String]).map { text in
                var line = "\""
                for scalar in text.unicodeScalars {
                    line +=
                        scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
                        ? "\\u" + String(String(scalar.value + 0x10000, radix: 16).suffix(4))
                        : String(Character(scalar))
                }
                return line + "\""
            }[0].utf8, as: UTF8.self)
        let hostile = Lease(
            lease: "l", expiresAt: Sample.received, leaseSeconds: 600,
            item: LeasedItem(
                externalID: "x" + attack,
                payload: RawJSON(Array(#"{"title":\#(json),"text":\#(json),"k":\#(json)}"#.utf8)),
                metadata: RawJSON(Array("{\(json):\(json)}".utf8)), receivedAt: Sample.received),
            prediction: ShownPrediction(
                label: attack, confidence: 0.5, scores: RawJSON(Array("{\(json):0.4}".utf8)),
                model: attack, modelVersion: attack))
        let labels = [Label(name: "ok" + attack), Label(name: "b", title: attack)]
        var disputed = hostile
        disputed.queue = .adjudication
        disputed.adjudication = Adjudication(
            answers: [
                Dispute.answer(
                    attack, .label(attack), tags: [attack], comment: attack, reviewer: attack),
                Dispute.answer("B", .skip),
            ], why: .limit)
        var desk = Sample.desk(
            [hostile, disputed], project: Sample.project(labels, guidelines: attack))
        var renderer = Renderer()
        var output = renderer.render(desk.view(in: desk.size))
        var told = Sample.reply("r", status: "surplus")
        told.gold = GoldFeedback(isCorrect: false, label: attack, note: attack)
        for columns in [40, 200] {
            var adjudicator = Sample.desk([disputed], project: Sample.project(labels))
            for key in ["", "=", " ", "V", "F"] {
                adjudicator.press(key)
                let frame = adjudicator.view(in: Size(columns: columns, rows: 30))
                var renderer = Renderer()
                output += renderer.render(frame)
            }
            _ = adjudicator.update(.submitted(reviewID: "r", .success(told)))
            let share = MeasuredShare(value: nil, reason: attack)
            _ = adjudicator.update(
                .ownFiguresLoaded(
                    .success(OwnFigures(reviewer: attack, reviews: 1, agreement: share))))
            output += renderer.render(adjudicator.view(in: adjudicator.size))
        }
        desk.press("a")
        let problem = Problem(
            code: attack, status: 409, title: attack, detail: attack, hint: attack)
        _ = desk.update(.submitted(reviewID: "", .failure(.refused(problem))))
        output += renderer.render(desk.view(in: desk.size))
        _ = desk.update(.queueLoaded(.failure(.unreachable(reason: attack))))
        desk.press("g")
        output += renderer.render(desk.view(in: desk.size))
        desk.press("?c")
        _ = desk.update(.terminal(.paste(attack)))
        output += renderer.render(desk.view(in: desk.size))
        let found = sequences(output)
        #expect(!found.hasOthers)
        #expect(found.kinds.isSubset(of: ["H", "J", "m", "?h", "?l"]))
    }
}
