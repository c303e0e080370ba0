import Crypto
import SluiceDomain

/// What a lease id says, signed: a lease can be recognised after its row is gone.
///
/// The queue forgets a lease when it lapses, is released, or is lost with a crash of the server;
/// the answer given under it still counts if nobody took the slot. The signature (HMAC-SHA-256
/// with the project's lease key, cut to 128 bits) covers the project and the reviewer too, so an
/// id is good for them only. What it says is encrypted: the number of an item, its model version
/// or its kind would tell audits and gold items from the others. The signature is the nonce, as in
/// RFC 5297: each id has a random token in it, and so a signature of its own.
struct LeaseTicket: Hashable, Sendable {
    let item: Int64
    let modelVersionID: Int64
    let token: Int64
    let queue: Queue
    let isShown: Bool
    /// Whether the item's label is known, and the answer is no decision.
    let isGold: Bool

    private static let bodyLength = 26
    private static let tagLength = 16

    /// The opaque id a client gets.
    func id(project: Int64, actor: Int64, key: [UInt8]) -> String {
        var body: [UInt8] = [UInt8(queue.rawValue), (isShown ? 1 : 0) | (isGold ? 2 : 0)]
        for number in [item, modelVersionID, token] {
            withUnsafeBytes(of: number.bigEndian) { body += $0 }
        }
        let tag = Self.tag(body, project: project, actor: actor, key: key)
        return Base64URL.encode(Self.veiled(body, tag: tag, key: key) + tag)
    }

    /// Reads an id; nil when it was not made for this project and reviewer.
    init?(id: String, project: Int64, actor: Int64, key: [UInt8]) {
        guard id.utf8.count == 56, let bytes = Base64URL.decode(id),
            bytes.count == Self.bodyLength + Self.tagLength
        else { return nil }
        let tag = Array(bytes[Self.bodyLength...])
        let body = Self.veiled(Array(bytes[..<Self.bodyLength]), tag: tag, key: key)
        let expected = Self.tag(body, project: project, actor: actor, key: key)
        var difference: UInt8 = 0
        for (one, other) in zip(tag, expected) { difference |= one ^ other }
        guard difference == 0, let queue = Queue(rawValue: Int16(body[0])) else { return nil }
        func number(at offset: Int) -> Int64 {
            body[offset..<offset + 8].reduce(0) { $0 << 8 | Int64($1) }
        }
        self.init(
            item: number(at: 2), modelVersionID: number(at: 10), token: number(at: 18),
            queue: queue, isShown: body[1] & 1 != 0, isGold: body[1] & 2 != 0)
    }

    init(
        item: Int64, modelVersionID: Int64, token: Int64, queue: Queue, isShown: Bool,
        isGold: Bool = false
    ) {
        self.item = item
        self.modelVersionID = modelVersionID
        self.token = token
        self.queue = queue
        self.isShown = isShown
        self.isGold = isGold
    }

    private static func tag(
        _ body: [UInt8], project: Int64, actor: Int64, key: [UInt8]
    ) -> [UInt8] {
        var message = body
        for number in [project, actor] { withUnsafeBytes(of: number.bigEndian) { message += $0 } }
        return Array(code(message, key).prefix(tagLength))
    }

    /// The body encrypted, or an encrypted one in the clear.
    ///
    /// The message is shorter than any that is signed, so no keystream is ever a signature.
    private static func veiled(_ body: [UInt8], tag: [UInt8], key: [UInt8]) -> [UInt8] {
        zip(body, code(Array("veil".utf8) + tag, key)).map { $0 ^ $1 }
    }

    private static func code(
        _ message: [UInt8], _ key: [UInt8]
    ) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key))
    }
}
