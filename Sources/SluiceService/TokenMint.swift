import Crypto

/// Makes bearer tokens and the hashes they are stored as.
public enum TokenMint {
    /// A new token: `slu_` and 43 characters that carry 256 random bits.
    public static func mint() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return "slu_" + Base64URL.encode(bytes)
    }

    /// SHA-256 of the token; its 256 random bits need no slow hash.
    public static func hash(_ token: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(token.utf8)))
    }

    /// What a list shows of a token: its first eight characters.
    public static func hint(_ token: String) -> String { String(token.prefix(8)) }

    /// 32 random bytes for a salt.
    public static func secret() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}

/// Base64 with the URL alphabet and no padding (RFC 4648, section 5).
enum Base64URL {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8: UInt32] = Dictionary(
        uniqueKeysWithValues: alphabet.enumerated().map { ($1, UInt32($0)) })

    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * 4 / 3 + 3)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(8 * (3 - group.count))
            for index in 0...group.count {
                result.append(alphabet[Int(bits >> UInt32(18 - 6 * index)) & 63])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8]? {
        var result: [UInt8] = []
        let utf8 = Array(text.utf8)
        for start in stride(from: 0, to: utf8.count, by: 4) {
            let group = utf8[start..<min(start + 4, utf8.count)]
            guard group.count > 1 else { return nil }
            var bits: UInt32 = 0
            for byte in group {
                guard let value = values[byte] else { return nil }
                bits = bits << 6 | value
            }
            bits <<= UInt32(6 * (4 - group.count))
            for index in 0..<group.count - 1 {
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * index)))
            }
        }
        return result
    }
}
