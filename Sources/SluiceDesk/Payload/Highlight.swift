import SluiceJSON

/// A place in a payload that a model points at, as the producer of the prediction sent it.
///
/// `highlights` is an array of objects. `start` and `end` count Unicode code points from 0, `end`
/// is behind the last one: what Python's `text[start:end]` is. Instead of them `text` names a
/// passage, of which the first one counts. `field` names the member of the payload (without it,
/// the main text), `turn` the place of a turn of a conversation, from 0. `x`, `y`, `width` and
/// `height` are a box in an image: parts of its size where none is above 1, else pixels; `unit`
/// (`relative`, `percent` or `pixel`) says which. `label` and `score` are shown beside.
struct Highlight: Hashable, Sendable {
    /// Where in its text or image.
    enum Place: Hashable, Sendable {
        case span(start: Int, end: Int)
        case quote(String)
        case whole
        case box(ImageBox)
    }

    let field: String?
    let turn: Int?
    let place: Place
    let label: String
    let score: Double?

    /// Reads one; nil when it points nowhere.
    init?(_ value: JSONValue) {
        guard let object = value.object else { return nil }
        field = object["field"]?.string
        turn = object["turn"]?.int
        label = object["label"]?.string ?? ""
        score = object["score"]?.double
        if let box = ImageBox(object) {
            place = .box(box)
        } else if let start = object["start"]?.int, let end = object["end"]?.int {
            place = .span(start: start, end: end)
        } else if let quote = object["text"]?.string, !quote.isEmpty {
            place = .quote(quote)
        } else if field != nil || turn != nil {
            place = .whole
        } else {
            return nil
        }
    }

    /// Reads the member `highlights` of a prediction.
    ///
    /// - Returns: those that could be read, and how many could not.
    static func read(_ value: JSONValue?) -> (highlights: [Highlight], unreadable: Int) {
        guard let value, !value.isNull else { return ([], 0) }
        guard let elements = value.array else { return ([], 1) }
        let read = elements.map { Highlight($0) }
        return (read.compactMap { $0 }, read.count { $0 == nil })
    }
}

/// A rectangle in an image.
struct ImageBox: Hashable, Sendable {
    /// What the numbers count.
    enum Unit: String, Hashable, Sendable {
        case relative, percent, pixel
    }

    let x: Double
    let y: Double
    let width: Double
    let height: Double
    let unit: Unit

    init?(_ object: JSONObject) {
        guard let x = object["x"]?.double, let y = object["y"]?.double,
            let width = object["width"]?.double, let height = object["height"]?.double
        else { return nil }
        self.x = x
        self.y = y
        self.width = width
        self.height = height
        let isSmall = [x, y, width, height].allSatisfy { $0 <= 1 }
        unit =
            object["unit"]?.string.flatMap(Unit.init(rawValue:)) ?? (isSmall ? .relative : .pixel)
    }

    /// The box as parts of the image, clipped to it; nil where nothing of it lies inside, or where
    /// pixels are counted and the image's size is not known.
    func parts(of size: ImageFacts.PixelSize?) -> (x: Range<Double>, y: Range<Double>)? {
        let across: Double
        let down: Double
        switch unit {
        case .relative: (across, down) = (1, 1)
        case .percent: (across, down) = (100, 100)
        case .pixel:
            guard let size else { return nil }
            (across, down) = (Double(size.width), Double(size.height))
        }
        guard let columns = Self.clipped(x / across, width / across),
            let rows = Self.clipped(y / down, height / down)
        else { return nil }
        return (columns, rows)
    }

    private static func clipped(_ start: Double, _ length: Double) -> Range<Double>? {
        let from = max(0, start)
        let to = min(1, start + length)
        return from < to ? from..<to : nil
    }
}
