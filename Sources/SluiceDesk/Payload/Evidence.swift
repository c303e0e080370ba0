import SluiceTerminal

/// The highlights of an item, found in its texts and numbered in reading order.
///
/// A highlight that points nowhere is not dropped: it is listed with the reason.
struct Evidence: Hashable, Sendable {
    /// A text of the payload that can be pointed at.
    enum Target: Hashable, Sendable {
        case title
        case main
        case field(String)
        case turn(Int)
    }

    /// One line of the legend.
    struct Entry: Hashable, Sendable {
        /// What the mark in the payload shows; nil when nothing is marked.
        let number: Int?
        let label: String
        let score: Double?
        /// The passage, or where the box lies.
        let passage: String
        /// What is wrong with it; nil when nothing is.
        let fault: String?

        /// Label and score: "urgency 0.93".
        var title: String {
            let parts = [label, score.map { DeskText.score($0) } ?? ""].filter { !$0.isEmpty }
            return parts.isEmpty ? "marked" : parts.joined(separator: " ")
        }
    }

    /// In reading order, those that mark nothing last.
    private(set) var entries: [Entry] = []
    /// The marks of each text, in order.
    private(set) var marks: [Target: [MarkedText.Mark]] = [:]
    /// The boxes of the image, by number.
    private(set) var boxes: [NumberedBox] = []

    /// A box with its number in the legend.
    struct NumberedBox: Hashable, Sendable {
        let number: Int
        let box: ImageBox
    }

    init() {}

    /// Looks for highlights in texts.
    ///
    /// - Parameters:
    ///   - texts: what can be pointed at, in reading order.
    ///   - hasImage: whether boxes have something to be drawn on.
    ///   - unreadable: how many highlights could not even be read.
    init(
        _ highlights: [Highlight], in texts: [(target: Target, text: String)], hasImage: Bool,
        unreadable: Int
    ) {
        var found: [(order: Int, start: Int, place: Found, highlight: Highlight)] = []
        var lost: [Entry] = []
        let targets = texts.map(\.target)
        let scalars = highlights.isEmpty ? [] : texts.map { Array($0.text.unicodeScalars) }
        for highlight in highlights {
            let finder = HighlightFinder(
                highlight, in: targets, scalars: scalars, hasImage: hasImage)
            switch finder.result {
            case .span(let index, let range, _):
                found.append((index, range.lowerBound, finder.result, highlight))
            case .box: found.append((texts.count, 0, finder.result, highlight))
            case .nowhere(let passage, let fault):
                lost.append(
                    Entry(
                        number: nil, label: highlight.label, score: highlight.score,
                        passage: passage, fault: fault))
            }
        }
        let ordered = found.enumerated().sorted { one, other in
            let (first, second) = (one.element, other.element)
            return (first.order, first.start, one.offset)
                < (second.order, second.start, other.offset)
        }
        for (number, (_, element)) in zip(1..., ordered) {
            add(
                element.place, element.highlight, number: number, targets: targets,
                scalars: scalars)
        }
        entries += lost
        if unreadable > 0 {
            entries.append(
                Entry(
                    number: nil, label: "unknown", score: nil,
                    passage: DeskText.count(unreadable, "highlight"),
                    fault: "of a shape that is not known"))
        }
    }

    private mutating func add(
        _ place: Found, _ highlight: Highlight, number: Int,
        targets: [Target], scalars: [[Unicode.Scalar]]
    ) {
        switch place {
        case .span(let index, let range, let fault):
            let target = targets[index]
            let passage =
                scalars[index][range].prefix(60).split(whereSeparator: \.properties.isWhitespace)
                .map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
                + (range.count > 60 ? "…" : "")
            let entry = Entry(
                number: number, label: highlight.label, score: highlight.score, passage: passage,
                fault: fault)
            entries.append(entry)
            marks[target, default: []].append(
                MarkedText.Mark(number: number, range: range, title: entry.title))
        case .box(let box):
            entries.append(
                Entry(
                    number: number, label: highlight.label, score: highlight.score,
                    passage: "box in the image: \(box.title)", fault: nil))
            boxes.append(NumberedBox(number: number, box: box))
        case .nowhere: break
        }
    }

    /// Where a highlight was found.
    enum Found: Hashable, Sendable {
        /// In that text, by code points; with a fault where it had to be cut.
        case span(text: Int, Range<Int>, fault: String?)
        case box(ImageBox)
        case nowhere(passage: String, fault: String)
    }
}

extension ImageBox {
    /// Where the box lies: "x 12, y 30, 40 x 20 pixel".
    var title: String {
        func text(_ value: Double) -> String {
            value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
        }
        return "x \(text(x)), y \(text(y)), \(text(width)) x \(text(height)) \(unit.rawValue)"
    }
}

/// Finds the place of one highlight.
private struct HighlightFinder {
    let highlight: Highlight
    let targets: [Evidence.Target]
    /// The texts of the targets.
    let scalars: [[Unicode.Scalar]]
    let hasImage: Bool

    init(
        _ highlight: Highlight, in targets: [Evidence.Target], scalars: [[Unicode.Scalar]],
        hasImage: Bool
    ) {
        self.highlight = highlight
        self.targets = targets
        self.scalars = scalars
        self.hasImage = hasImage
    }

    var result: Evidence.Found {
        switch highlight.place {
        case .box(let box):
            return hasImage ? .box(box) : .nowhere(passage: box.title, fault: "there is no image")
        case .quote(let quote): return find(quote)
        case .whole:
            guard let index = target else { return .nowhere(passage: "", fault: noTarget) }
            let count = scalars[index].count
            guard count > 0 else { return .nowhere(passage: "", fault: "the text is empty") }
            return .span(text: index, 0..<count, fault: nil)
        case .span(let start, let end):
            let passage = "characters \(start) to \(end)"
            guard let index = target else { return .nowhere(passage: passage, fault: noTarget) }
            guard start < end else {
                return .nowhere(passage: passage, fault: "ends before it begins")
            }
            let count = scalars[index].count
            guard start < count, end > 0 else {
                return .nowhere(passage: passage, fault: "outside the text, which has \(count)")
            }
            let isCut = start < 0 || end > count
            return .span(
                text: index, max(0, start)..<min(end, count),
                fault: isCut ? "goes beyond the text: \(start) to \(end) of \(count)" : nil)
        }
    }

    /// The text that is meant: the one named, or the only one there is.
    private var target: Int? {
        if let turn = highlight.turn { return targets.firstIndex(of: .turn(turn)) }
        guard let field = highlight.field else {
            return targets.firstIndex(of: .main) ?? (targets.count == 1 ? 0 : nil)
        }
        if let index = targets.firstIndex(of: .field(field)) { return index }
        switch field {
        case "text": return targets.firstIndex(of: .main)
        case "title": return targets.firstIndex(of: .title)
        default: return nil
        }
    }

    private var noTarget: String {
        if let turn = highlight.turn { return "there is no turn \(turn)" }
        if let field = highlight.field { return "there is no text in a field \"\(field)\"" }
        return "it does not say in which text"
    }

    private func find(_ quote: String) -> Evidence.Found {
        let isNamed = highlight.field != nil || highlight.turn != nil
        let candidates = isNamed ? target.map { [$0] } ?? [] : Array(targets.indices)
        if isNamed, candidates.isEmpty { return .nowhere(passage: quote, fault: noTarget) }
        let wanted = Array(quote.unicodeScalars)
        for index in candidates {
            if let start = Self.firstIndex(of: wanted, in: scalars[index]) {
                return .span(text: index, start..<(start + wanted.count), fault: nil)
            }
        }
        return .nowhere(passage: quote, fault: "not found in the text")
    }

    private static func firstIndex(
        of wanted: [Unicode.Scalar], in text: [Unicode.Scalar]
    ) -> Int? {
        guard !wanted.isEmpty, text.count >= wanted.count else { return nil }
        return (0...(text.count - wanted.count)).first { start in
            text[start] == wanted[0] && text[start..<(start + wanted.count)].elementsEqual(wanted)
        }
    }
}
