import SluiceTerminal
import Testing

/// Feeds bytes whole and returns what they mean.
private func decode(_ text: String) -> [KeyboardEvent] {
    var decoder = KeyDecoder()
    return decoder.feed(Array(text.utf8))
}

@Suite("Key decoder")
struct KeyDecoderTests {
    static let samples: [(bytes: String, events: [KeyboardEvent])] = [
        ("a", [.key(.character("a"))]),
        ("Z", [.key(.character("Z"))]),
        ("\r", [.key(Key(.enter))]),
        ("\n", [.key(Key(.enter))]),
        ("\t", [.key(Key(.tab))]),
        ("\u{7f}\u{08}", [.key(Key(.backspace)), .key(Key(.backspace))]),
        ("\u{03}", [.key(.control("c"))]),
        ("\u{1f}", [.key(.control("_"))]),
        ("é漢😀", [.key(.character("é")), .key(.character("漢")), .key(.character("😀"))]),
        ("\u{1b}[A", [.key(Key(.up))]),
        ("\u{1b}OA", [.key(Key(.up))]),
        ("\u{1b}[1;5C", [.key(Key(.right, .control))]),
        ("\u{1b}[1;4D", [.key(Key(.left, [.shift, .alt]))]),
        ("\u{1b}[3~", [.key(Key(.delete))]),
        ("\u{1b}[5;3~", [.key(Key(.pageUp, .alt))]),
        ("\u{1b}[H\u{1b}[4~", [.key(Key(.home)), .key(Key(.end))]),
        ("\u{1b}[Z", [.key(Key(.tab, .shift))]),
        (
            "\u{1b}OP\u{1b}[15~\u{1b}[24~",
            [
                .key(Key(.function(1))), .key(Key(.function(5))), .key(Key(.function(12))),
            ]
        ),
        ("\u{1b}[[B", [.key(Key(.function(2)))]),
        ("\u{1b}x", [.key(Key(.character("x"), .alt))]),
        ("\u{1b}é", [.key(Key(.character("é"), .alt))]),
        ("\u{1b}\u{1b}[B", [.key(Key(.down, .alt))]),
        ("\u{1b}[97;5u", [.key(.control("a"))]),
        ("\u{1b}[27;5;65~", [.key(.control("a"))]),
        (
            "\u{1b}[200~a\u{1b}[31mb\r\n漢\u{1b}[201~z",
            [
                .paste("a\u{1b}[31mb\r\n漢"), .key(.character("z")),
            ]
        ),
        ("\u{1b}[200~\u{1b}[201~", [.paste("")]),
    ]

    @Test("a key sequence means the same wherever it is cut in two", arguments: samples.indices)
    func cutAnywhere(index: Int) {
        let sample = Self.samples[index]
        let bytes = Array(sample.bytes.utf8)
        for cut in 0...bytes.count {
            var decoder = KeyDecoder()
            let events = decoder.feed(bytes[..<cut]) + decoder.feed(bytes[cut...])
            #expect(events == sample.events, "cut at \(cut) of \(bytes)")
            #expect(!decoder.isWaiting)
        }
    }

    @Test("all samples in one stream mean the same byte by byte")
    func byteByByte() {
        var decoder = KeyDecoder()
        var events: [KeyboardEvent] = []
        for sample in Self.samples {
            for byte in sample.bytes.utf8 { events += decoder.feed([byte]) }
        }
        #expect(events == Self.samples.flatMap(\.events))
    }

    @Test(
        "answers to queries and unknown sequences are noise, cut anywhere",
        arguments: [
            "\u{1b}[24;80R", "\u{1b}[?1;2c", "\u{1b}[>0;276;0c", "\u{1b}[I", "\u{1b}[<0;3;4M",
            "\u{1b}[M abc".dropLast(1) + "", "\u{1b}]52;c;eHl6\u{07}", "\u{1b}]0;title\u{1b}\\",
            "\u{1b}P1$r0m\u{1b}\\", "\u{1b}[99~", "\u{1b}[0n", "\u{1b}_x\u{1b}\\",
            "\u{1b}[" + String(repeating: "1", count: 200) + "A",
        ])
    func noise(text: String) {
        let bytes = Array((text + "k").utf8)
        for cut in 0...bytes.count {
            var decoder = KeyDecoder()
            let events = decoder.feed(bytes[..<cut]) + decoder.feed(bytes[cut...])
            #expect(events == [.key(.character("k"))], "\(text.debugDescription) cut at \(cut)")
        }
    }

    @Test("a lone escape waits for the time-out and then is the escape key")
    func loneEscape() {
        var decoder = KeyDecoder()
        #expect(decoder.feed([0x1B]).isEmpty)
        #expect(decoder.isWaiting)
        #expect(decoder.timeOut() == [.key(Key(.escape))])
        #expect(!decoder.isWaiting)
        #expect(decoder.timeOut().isEmpty)
        #expect(decoder.feed(Array("[".utf8)) == [.key(.character("["))])
    }

    @Test("the tail of a sequence that a slow line tore off is not read as keys")
    func tornSequence() {
        var decoder = KeyDecoder()
        _ = decoder.feed([0x1B])
        _ = decoder.timeOut()
        #expect(decoder.feed(Array("[1;5A".utf8)) == [.key(Key(.up, .control))])
    }

    @Test("a time-out inside a sequence or a paste changes nothing")
    func timeOutInside() {
        var decoder = KeyDecoder()
        var events = decoder.feed(Array("\u{1b}[2".utf8))
        events += decoder.timeOut()
        events += decoder.feed(Array("00~one\u{1b}".utf8))
        events += decoder.timeOut()
        events += decoder.feed(Array("[201~".utf8))
        #expect(events == [.paste("one")])
    }

    @Test("invalid UTF-8 and C1 controls are no keys and do not swallow the next one")
    func invalidBytes() {
        var decoder = KeyDecoder()
        let bytes: [UInt8] = [0xFF, 0xC3, 0x61, 0xC2, 0x9B, 0xE0, 0x80, 0x80, 0x80, 0x62]
        #expect(decoder.feed(bytes) == [.key(.character("a")), .key(.character("b"))])
    }

    @Test("a paste that never seems to end is cut, and ends")
    func longPaste() {
        var decoder = KeyDecoder()
        var events = decoder.feed(Array("\u{1b}[200~".utf8))
        events += decoder.feed([UInt8](repeating: 0x78, count: KeyDecoder.longestPaste + 5_000))
        events += decoder.feed(Array("\u{1b}[201~q".utf8))
        guard events.count == 2, case .paste(let text) = events[0] else {
            Issue.record("not a paste and a key")
            return
        }
        #expect(text.utf8.count == KeyDecoder.longestPaste)
        #expect(events[1] == .key(.character("q")))
    }

    @Test("random bytes never break the decoder, and it recovers")
    func randomBytes() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            var decoder = KeyDecoder()
            let count = Int.random(in: 0..<60, using: &generator)
            _ = decoder.feed((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            _ = decoder.timeOut()
            // Whatever was open: the end of a paste, of a string, of a mouse report.
            _ = decoder.feed(Array("\u{1b}[201~\u{1b}\\\u{07}AAAA".utf8))
            #expect(decoder.feed(Array("k".utf8)) == [.key(.character("k"))])
        }
    }
}

/// A repeatable source of randomness (SplitMix64: Steele, Lea and Flood 2014).
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
