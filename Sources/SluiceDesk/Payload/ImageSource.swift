/// Where an image of a payload is.
///
/// The client opens files of the reviewer's own machine and images that are part of the payload.
/// It never fetches anything from a network: what a producer writes into a payload must not make a
/// reviewer's machine call anybody.
enum ImageSource: Hashable, Sendable {
    /// An absolute path on this machine.
    case file(path: String)
    /// An image inside the payload: its media type and its bytes as base64.
    case data(type: String, base64: String)
    /// An address that is shown and not followed.
    case remote(String)
    /// Something else that cannot be drawn, and why.
    case unusable(String, reason: String)

    /// Reads a path, a `file:` URL (of this machine) or a `data:` URL with base64.
    init(_ text: String) {
        if text.hasPrefix("/") {
            self = .file(path: text)
        } else if text.hasPrefix("data:") {
            self = Self.data(text)
        } else if text.hasPrefix("file:") {
            self = Self.file(text)
        } else if Self.scheme(of: text) != nil {
            self = .remote(text)
        } else {
            self = .unusable(text, reason: "only absolute paths are opened")
        }
    }

    /// Tells whether a text can hardly be meant otherwise.
    static func isLikely(_ text: String) -> Bool {
        if text.hasPrefix("data:image/") || text.hasPrefix("file:") { return true }
        let name = text.prefix { $0 != "?" && $0 != "#" }.lowercased()
        return [".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"]
            .contains { name.hasSuffix($0) }
    }

    /// How the place is written for people: a path, an address, or what a data URL holds.
    var title: String {
        switch self {
        case .file(let path): path
        case .data(let type, _): "\(type.isEmpty ? "image" : type) inside the payload"
        case .remote(let address): address
        case .unusable(let text, _): text.count > 200 ? String(text.prefix(200)) + "…" : text
        }
    }

    private static func data(_ text: String) -> ImageSource {
        guard let comma = text.firstIndex(of: ",") else {
            return .unusable(text, reason: "a data URL without data")
        }
        let parts = text[..<comma].dropFirst("data:".count).split(separator: ";")
        guard parts.last == "base64" else {
            return .unusable(String(text[...comma]), reason: "a data URL that is not base64")
        }
        let type = parts.count > 1 ? String(parts[0]) : ""
        return .data(type: type, base64: String(text[text.index(after: comma)...]))
    }

    private static func file(_ text: String) -> ImageSource {
        var rest = text.dropFirst("file:".count)
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let host = rest.prefix { $0 != "/" }
            guard host.isEmpty || host == "localhost" else {
                return .unusable(text, reason: "a file of another machine")
            }
            rest = rest.dropFirst(host.count)
        }
        guard rest.hasPrefix("/"), let path = percentDecoded(rest) else {
            return .unusable(text, reason: "not a file URL with an absolute path")
        }
        return .file(path: path)
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                value != 0
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func scheme(of text: String) -> Substring? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let scheme = text[..<colon]
        let isName = scheme.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
        }
        return isName && scheme.count > 1 ? scheme : nil
    }
}

/// Base64 with the standard alphabet (RFC 4648, section 4); white space is passed over.
enum Base64 {
    /// The bytes a text stands for; nil when it is not base64.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        var isPadded = false
        for byte in text.utf8 {
            if byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte) { continue }
            if byte == UInt8(ascii: "=") {
                isPadded = true
                continue
            }
            guard !isPadded, let value = value(byte) else { return nil }
            bits = bits << 6 | value
            count += 1
            if count == 4 {
                bytes += [UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF)]
                bits = 0
                count = 0
            }
        }
        switch count {
        case 0: break
        case 2: bytes.append(UInt8(bits >> 4 & 0xFF))
        case 3: bytes += [UInt8(bits >> 10 & 0xFF), UInt8(bits >> 2 & 0xFF)]
        default: return nil
        }
        return bytes
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
