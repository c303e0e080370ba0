import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceTerminal
import Testing

@testable import SluiceDesk

/// A generator whose numbers depend on its seed alone (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("What is written to the terminal")
struct WrittenBytesTests {
    private func bytes(_ desk: Desk, _ colors: ColorDepth) -> String {
        var renderer = Renderer(capabilities: TerminalCapabilities(colors: colors))
        return String(decoding: renderer.render(desk.view(in: desk.size)), as: UTF8.self)
    }

    /// What is left of an output without its sequences.
    private func characters(_ output: String) -> String {
        var text = ""
        var rest = output[...]
        while let next = rest.popFirst() {
            guard next == "\u{1b}" else {
                text.append(next)
                continue
            }
            rest = rest.drop { !$0.isLetter }.dropFirst()
        }
        return text
    }

    @Test("each depth of colour writes the same characters", arguments: Kind.all.map(\.name))
    func depths(name: String) throws {
        let lease = try #require(Kind.all.first { $0.name == name }).lease
        let desk = Kind.desk(lease, columns: 80, rows: 24)
        let outputs = [ColorDepth.none, .sixteen, .indexed, .trueColor].map { bytes(desk, $0) }
        #expect(Set(outputs.map(characters)).count == 1)
        // Every parameter of the colourless one is an attribute: 0, 1, 2, 4 or 7.
        for sequence in outputs[0].split(separator: "\u{1b}[").dropFirst() {
            guard let end = sequence.firstIndex(where: \.isLetter), sequence[end] == "m" else {
                continue
            }
            let parameters = sequence[..<end].split(separator: ";")
            #expect(parameters.allSatisfy { ["0", "1", "2", "4", "7"].contains($0) })
        }
        #expect(!outputs[1].contains("8;2;"))
        #expect(!outputs[1].contains("8;5;"))
        #expect(outputs[1].contains(";36m"))
        #expect(outputs[2].contains(";38;5;"))
        #expect(!outputs[2].contains("8;2;"))
        #expect(outputs[3].contains(";38;2;0;143;175m"))
    }

    @Test("marks, signs and missing values stay when all styles are taken away")
    func withoutStyles() {
        func screen(_ lease: Lease) -> String {
            Kind.desk(lease, columns: 80, rows: 24).screen()
        }
        #expect(screen(Kind.marked).contains("¹[overdue]"))
        #expect(screen(Kind.difference).contains(" - 8. The law of Finland"))
        #expect(screen(Kind.difference).contains(" + 8. The law of Sweden"))
        #expect(screen(Kind.nested).contains("paid      (missing)"))
        #expect(screen(Kind.conversation).contains("agent     (empty)"))
        #expect(screen(Kind.image).contains("¹───"))
        #expect(screen(Kind.image).contains("62.1 %"))
    }

    @Test(
        "going on to the next item writes less than 4 kB at 80 x 24",
        arguments: Kind.all.map(\.name))
    func nextItem(name: String) throws {
        let lease = try #require(Kind.all.first { $0.name == name }).lease
        let others = [Kind.conversation, Kind.marked].filter {
            $0.item.externalID != lease.item.externalID
        }
        let other = others[0]
        for colors in [ColorDepth.none, .sixteen, .indexed, .trueColor] {
            var desk = Sample.desk([other, lease])
            var renderer = Renderer(capabilities: TerminalCapabilities(colors: colors))
            _ = renderer.render(desk.view(in: desk.size))
            desk.press("f")
            let count = renderer.render(desk.view(in: desk.size)).count
            #expect(desk.shown == lease.item.externalID)
            #expect((1..<4_096).contains(count), "\(name) \(colors): \(count) bytes")
        }
    }

    // MARK: - Hostile text

    private static let pieces: [String] = [
        "\u{1b}[2J", "\u{1b}]52;c;aGk=\u{07}", "\u{9b}31m", "\u{90}1;2q\u{9c}", "\u{1b}P+q\u{1b}\\",
        "\u{202e}", "\u{2066}", "\u{2069}", "\r", "\u{08}", "\u{7f}", "\u{0}", "\u{feff}",
        "\u{200b}",
        "\u{200d}", "\u{2028}", "\u{85}", "\u{e0041}", "\u{fe0f}",
        "\u{301}\u{301}\u{301}\u{301}\u{301}",
        "\n", "\t", "a", "請", "👍🏽", "👩‍👩‍👧", "🇫🇮", "é", "e\u{301}", "ئ", "[", "]", "¹", " ",
        "\u{1b}_G\u{1b}\\", "\u{1b}c", "\u{ad}", "\u{1f1eb}", "word",
    ]

    private static func text(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...14, using: &generator))
            .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }

    private static func payload(_ generator: inout SeededGenerator) -> JSONValue {
        func string() -> JSONValue { .string(text(&generator)) }
        func object(_ members: [(String, JSONValue)]) -> JSONValue {
            var object = JSONObject()
            for (key, value) in members { object[key] = value }
            return .object(object)
        }
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: return string()
        case 1:
            return object([("title", string()), ("text", string()), (text(&generator), string())])
        case 2: return object([("fields", object([(text(&generator), string()), ("k", .null)]))])
        case 3:
            return object([
                ("messages", .array([object([("role", string()), ("content", string())])]))
            ])
        case 4: return object([("before", string()), ("after", string())])
        case 5:
            return object([
                ("before", object([(text(&generator), string())])),
                ("after", object([(text(&generator), string())])),
            ])
        case 6: return object([("type", "image"), ("path", string())])
        default:
            return .array([object([(text(&generator), .array([string(), string()]))]), string()])
        }
    }

    private static func highlights(_ generator: inout SeededGenerator) -> JSONValue {
        let list = (0..<Int.random(in: 0..<5, using: &generator)).map { _ -> JSONValue in
            var object = JSONObject()
            object["start"] = JSONValue(Int.random(in: -5..<30, using: &generator))
            object["end"] = JSONValue(Int.random(in: -5..<40, using: &generator))
            object["label"] = .string(text(&generator))
            object["score"] = JSONValue(Double.random(in: -1...1, using: &generator))
            if Bool.random(using: &generator) { object["field"] = .string(text(&generator)) }
            if Bool.random(using: &generator) {
                object["turn"] = JSONValue(Int.random(in: -1..<3, using: &generator))
            }
            return .object(object)
        }
        return .array(list)
    }

    private static func lease(_ generator: inout SeededGenerator) -> Lease {
        var metadata = JSONObject()
        metadata[text(&generator)] = .string(text(&generator))
        var scores = JSONObject()
        scores[text(&generator)] = 0.4
        return Lease(
            lease: "l", expiresAt: Sample.received, leaseSeconds: 600,
            item: LeasedItem(
                externalID: text(&generator), payload: RawJSON(payload(&generator).bytes),
                metadata: RawJSON(JSONValue.object(metadata).bytes), receivedAt: Sample.received),
            prediction: ShownPrediction(
                label: text(&generator), confidence: 0.5,
                scores: RawJSON(JSONValue.object(scores).bytes),
                highlights: RawJSON(highlights(&generator).bytes), model: text(&generator),
                modelVersion: text(&generator)))
    }

    /// Whether an output is characters and the renderer's own sequences, and nothing else.
    private func isClean(_ output: String) -> Bool {
        var rest = output.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\u{1b}" else {
                let isHidden = [
                    "\u{202e}", "\u{2066}", "\u{2069}", "\u{2028}", "\u{feff}", "\u{200b}",
                ]
                .contains(scalar)
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || isHidden {
                    return false
                }
                continue
            }
            guard rest.popFirst() == "[" else { return false }
            var sequence = ""
            while let next = rest.popFirst() {
                sequence.unicodeScalars.append(next)
                if (0x40...0x7E).contains(next.value) { break }
            }
            let isOurs =
                ["?2026h", "?2026l", "?25h", "?25l", "2J"].contains(sequence)
                || (["H", "m"].contains(sequence.last)
                    && sequence.dropLast().utf8.allSatisfy { byte in
                        byte == UInt8(ascii: ";")
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    })
            guard isOurs else { return false }
        }
        return true
    }

    @Test(
        "whatever a producer sends, only the renderer's own sequences are written", arguments: 0..<8
    )
    func hostile(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let labels = (0..<3).map { Label(name: Self.text(&generator) + "\($0)") }
            let columns = [40, 80, 130, 200].randomElement(using: &generator) ?? 80
            let rows = [12, 24, 50].randomElement(using: &generator) ?? 24
            var desk = Sample.desk(
                [Self.lease(&generator)],
                project: Sample.project(labels, guidelines: Self.text(&generator)),
                size: Size(columns: columns, rows: rows))
            var renderer = Renderer(
                capabilities: TerminalCapabilities(
                    colors: [.none, .sixteen, .indexed, .trueColor].randomElement(
                        using: &generator) ?? .none))
            let keys: [Key] = [
                Key(.pageDown), Key(.right), Key(.end), .character("?"), Key(.escape),
            ]
            for key in keys + [.character("g")] {
                let output = String(
                    decoding: renderer.render(desk.view(in: desk.size)), as: UTF8.self)
                #expect(isClean(output), "seed \(seed)")
                desk.press(key)
            }
            for held in desk.leases {
                let plain = PlainLabels(labels)
                let lines =
                    PlainText.payload(held, image: nil) + PlainText.facts(held, labels: plain)
                    + PlainText.labels(plain)
                #expect(!lines.joined().unicodeScalars.contains { $0.isControl }, "seed \(seed)")
            }
        }
    }
}
