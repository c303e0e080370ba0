import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("Titles in little room")
struct TitlesTests {
    @Test(
        "titles that differ stay different however they are cut",
        arguments: [
            ["card payment declined abroad", "card payment declined at home"],
            ["request to cancel a transfer", "request to cancel a transfer late"],
            [
                "a very long common beginning, then x and a very long common end, the same for all",
                "a very long common beginning, then y and a very long common end, the same for all",
            ],
            ["short", "a title that is much longer than the room there is"],
            ["詐欺の疑いがある請求書一号", "詐欺の疑いがある請求書二号"],
        ])
    func distinct(titles: [String]) {
        for width in 10...60 {
            let cut = Titles.fitted(titles, to: width)
            #expect(Set(cut).count == titles.count, "\(width): \(cut)")
            #expect(cut.allSatisfy { TextWidth.columns($0) <= width }, "\(width): \(cut)")
        }
    }

    @Test("what fits is left as it is, the end is cut first, a shared beginning goes next")
    func order() {
        #expect(Titles.fitted(["one", "two"], to: 3) == ["one", "two"])
        #expect(Titles.fitted(["alpha one", "beta two"], to: 6) == ["alpha…", "beta …"])
        #expect(
            Titles.fitted(["card payment abroad", "card payment home"], to: 10)
                == ["…abroad", "…home"])
    }

    @Test("the bar gives way to titles, and no percentage is cut, at any width")
    func guesses() {
        let long = [
            Label(name: "a", title: "a payment by card that was declined while abroad"),
            Label(name: "b", title: "a payment by card that was declined at home"),
        ]
        for columns in 40..<120 {
            let desk = Sample.desk(
                [Sample.lease(label: "a", scores: #"{"b":0.314}"#)],
                project: Sample.project(long), size: Size(columns: columns, rows: 24))
            let text = desk.screen(columns, 24)
            #expect(text.contains("62.1 %") && text.contains("31.4 %"), "\(columns)")
            let rows = text.split(separator: "\n").filter { $0.hasSuffix(" %") }
            #expect(Set(rows.map { $0.drop { $0 != "a" && $0 != "…" } }).count == 2)
            if columns >= 80 { #expect(text.contains("declined while abroad  ██"), "\(columns)") }
        }
    }

    @Test("each of 15 to 40 labels stands on a common screen, and one key gives it")
    func grid() {
        let words = [
            "billing", "card", "delivery", "exchange", "fraud", "gift", "hotel", "invoice",
        ]
        for count in 15...40 {
            let labels = (0..<count).map { index in
                Label(name: "\(words[index % 8]) \(words[index / 8])")
            }
            let desk = Sample.desk(
                [Sample.lease(label: labels[0].name, scores: nil)], project: Sample.project(labels))
            let screen = desk.screen()
            #expect(!screen.contains(" more"))
            for entry in desk.labels?.entries ?? [] {
                #expect(screen.contains("\(entry.key ?? "?") \(entry.title.prefix(8))"))
                var other = desk
                let key = entry.key.map { String($0) } ?? ""
                #expect(
                    other.press(key).answers.map(\.request.verdict) == [.label(entry.label.name)])
            }
        }
    }

    @Test("words are found in any order, the model's guesses first, then what was used last")
    func search() {
        let labels = ["lost card", "card arrival", "card lost abroad", "cash", "scarce"]
            .map { Label(name: $0) }
        var desk = Sample.desk(
            [Sample.lease(label: "cash", scores: #"{"card arrival":0.2,"cash":0.8}"#)],
            project: Sample.project(labels))
        desk.recentLabels.use("card lost abroad")
        let found = { (text: String) in desk.found(text).map(\.label.name) }
        #expect(found("card lost") == ["card lost abroad", "lost card"])
        #expect(
            found("car")
                == ["card arrival", "card lost abroad", "lost card", "scarce"])
        #expect(found("").first == "card arrival")
        #expect(found("cash").first == "cash")
        desk.press("/")
        #expect(desk.press("c2").answers.map(\.request.verdict) == [.label("card lost abroad")])
    }

    @Test("of 150 labels the search gives each with three keys")
    func far() {
        let letters = "abcdefghijklmnopqrstuvwxy".map { String($0) }
        let labels = (0..<150).map { index in
            Label(name: "\(letters[index % 25])\(letters[index / 25]) thing")
        }
        let start = Sample.desk(
            [Sample.lease(label: labels[0].name, scores: nil)], project: Sample.project(labels))
        for label in labels {
            var desk = start
            desk.press("/" + label.name.prefix(1))
            let place = desk.found(String(label.name.prefix(1))).firstIndex {
                $0.label.name == label.name
            }
            let key = String((place ?? 9) + 1)
            #expect(desk.screen().contains("\(key) \(label.name)"))
            #expect(desk.press(key).answers.map(\.request.verdict) == [.label(label.name)])
        }
    }

    @Test("digits are text where labels have digits in their names")
    func digits() {
        let labels = (0..<60).map { Label(name: "intent \($0)") }
        var desk = Sample.desk(
            [Sample.lease(label: "intent 1", scores: nil)], project: Sample.project(labels))
        desk.press("/57")
        #expect(desk.shown == "invoice-1")
        #expect(desk.press(Key(.enter)).answers.map(\.request.verdict) == [.label("intent 57")])
    }

    @Test("metadata is a line, and m shows all of it for every item")
    func metadata() throws {
        let facts =
            #"{"factory":"F9","amount":1240.5,"note":null,"country":"Kenya","line":"B 12","shift":"night of the third"}"#
        var desk = Sample.desk([
            Sample.lease(metadata: facts), Sample.lease("invoice-2", metadata: #"{"a":1}"#),
        ])
        try expectScreen("metadata", desk)
        desk.press("m")
        #expect(desk.screen().contains("  night of the third"))
        try expectScreen("metadata-all", desk)
        desk.press("f")
        #expect(desk.screen().contains("metadata\n a  1"))
        // A label that begins with m has the letter; the command moves.
        desk = Sample.desk(project: Sample.project([Label(name: "mail"), Label(name: "web")]))
        #expect(desk.labels?.entries.map(\.key) == ["m", "w"])
        #expect(desk.keymap.title(of: .metadata) == "Alt-m")
    }
}
