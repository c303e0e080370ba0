/// What the first bytes of an image say about it.
struct ImageFacts: Hashable, Sendable {
    /// Width and height.
    struct PixelSize: Hashable, Sendable {
        let width: Int
        let height: Int
    }

    /// "PNG", "JPEG", ...
    let format: String
    /// Nil where it is not found.
    let size: PixelSize?
    /// How large the file is.
    let byteCount: Int

    /// Looks at an image; nil when it is of no format that is drawn.
    ///
    /// Only pictures made of pixels are known: a drawing program's file may name other files.
    init?(_ bytes: [UInt8]) {
        byteCount = bytes.count
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            format = "PNG"
            size = Self.size(bytes, width: 16, height: 20, count: 4, isLittleEndian: false)
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            format = "JPEG"
            size = Self.jpegSize(bytes)
        } else if bytes.starts(with: Array("GIF8".utf8)) {
            format = "GIF"
            size = Self.size(bytes, width: 6, height: 8, count: 2, isLittleEndian: true)
        } else if bytes.starts(with: Array("RIFF".utf8)),
            bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
        {
            format = "WebP"
            size = Self.webPSize(bytes)
        } else if bytes.starts(with: Array("BM".utf8)), bytes.count > 26 {
            format = "BMP"
            size = Self.size(bytes, width: 18, height: 22, count: 4, isLittleEndian: true)
        } else if bytes.starts(with: [0x49, 0x49, 0x2A, 0])
            || bytes.starts(with: [0x4D, 0x4D, 0, 0x2A])
        {
            format = "TIFF"
            size = nil
        } else {
            return nil
        }
    }

    /// "PNG, 640 x 480 pixels, 34 kB".
    var title: String {
        let pixels = size.map { ", \($0.width) x \($0.height) pixels" } ?? ""
        return "\(format)\(pixels), \(DeskText.bytes(byteCount))"
    }

    private static func number(
        _ bytes: [UInt8], at start: Int, count: Int, isLittleEndian: Bool
    ) -> Int? {
        guard start + count <= bytes.count else { return nil }
        let part = bytes[start..<(start + count)]
        let ordered = isLittleEndian ? Array(part.reversed()) : Array(part)
        return ordered.reduce(0) { $0 << 8 | Int($1) }
    }

    private static func size(
        _ bytes: [UInt8], width: Int, height: Int, count: Int, isLittleEndian: Bool
    ) -> PixelSize? {
        guard
            let across = number(bytes, at: width, count: count, isLittleEndian: isLittleEndian),
            let down = number(bytes, at: height, count: count, isLittleEndian: isLittleEndian)
        else { return nil }
        return pixels(across, down)
    }

    /// Nobody makes a picture of more than 2^24 pixels a side; a broken header does.
    private static func pixels(_ width: Int, _ height: Int) -> PixelSize? {
        let range = 1...(1 << 24)
        guard range.contains(width), range.contains(height) else { return nil }
        return PixelSize(width: width, height: height)
    }

    /// Goes from segment to segment up to the one that begins a frame.
    private static func jpegSize(_ bytes: [UInt8]) -> PixelSize? {
        var place = 2
        while place + 9 < bytes.count, bytes[place] == 0xFF {
            let marker = bytes[place + 1]
            if marker == 0xFF {
                place += 1
                continue
            }
            let isFrame =
                (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
            if isFrame {
                return size(
                    bytes, width: place + 7, height: place + 5, count: 2, isLittleEndian: false)
            }
            guard
                let length = number(bytes, at: place + 2, count: 2, isLittleEndian: false),
                length >= 2
            else { return nil }
            place += 2 + length
        }
        return nil
    }

    private static func webPSize(_ bytes: [UInt8]) -> PixelSize? {
        guard bytes.count >= 30 else { return nil }
        switch String(decoding: bytes[12..<16], as: UTF8.self) {
        case "VP8X":
            guard let width = number(bytes, at: 24, count: 3, isLittleEndian: true),
                let height = number(bytes, at: 27, count: 3, isLittleEndian: true)
            else { return nil }
            return pixels(width + 1, height + 1)
        case "VP8L":
            guard let bits = number(bytes, at: 21, count: 4, isLittleEndian: true) else {
                return nil
            }
            return pixels((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case "VP8 ":
            guard let width = number(bytes, at: 26, count: 2, isLittleEndian: true),
                let height = number(bytes, at: 28, count: 2, isLittleEndian: true)
            else { return nil }
            return pixels(width & 0x3FFF, height & 0x3FFF)
        default: return nil
        }
    }
}
