import Crypto
import SluiceDomain

/// Numbers in 0..<1 drawn from a secret and a key: the same today, tomorrow and in PostgreSQL.
public enum KeyedHash {
    /// The first 52 bits of SHA-256(salt, 0x1F, key), divided by 2^52.
    ///
    /// Exact in a double, so every implementation agrees bit for bit: the salt `audit-v1` and the
    /// key `item-1` give 0.89794921074327 (`hash_u`). Keyed by a secret, a producer cannot
    /// predict it; keyed by the item, a retry repeats it.
    public static func unit(salt: [UInt8], key: some Sequence<UInt8>) -> Double {
        let digest: SHA256.Digest =
            key.withContiguousStorageIfAvailable { Self.digest(salt, $0) }
            ?? Array(key).withUnsafeBufferPointer { Self.digest(salt, $0) }
        var bits: UInt64 = 0
        for byte in digest.prefix(7) { bits = bits << 8 | UInt64(byte) }
        return Double(bits >> 4) / 4_503_599_627_370_496
    }

    /// SHA-256(salt, 0x1F, key), gathered first: one call for each part costs more than the hash.
    private static func digest(
        _ salt: [UInt8], _ key: UnsafeBufferPointer<UInt8>
    ) -> SHA256.Digest {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: salt.count + 1 + key.count) { all in
            _ = all.initialize(fromContentsOf: salt)
            all.initializeElement(at: salt.count, to: 0x1F)
            _ = all[(salt.count + 1)...].initialize(fromContentsOf: key)
            defer { all.deinitialize() }
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(all))
            return hash.finalize()
        }
    }

    /// The first 128 bits of SHA-256 over the parts' lengths and the parts; a missing part has the
    /// length -1, and so differs from an empty one.
    static func content(_ parts: [UnsafeBufferPointer<UInt8>?]) -> (high: UInt64, low: UInt64) {
        var hash = SHA256()
        parts.map { Int64($0?.count ?? -1) }.withUnsafeBytes { hash.update(bufferPointer: $0) }
        for case let part? in parts where !part.isEmpty {
            hash.update(bufferPointer: UnsafeRawBufferPointer(part))
        }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in hash.finalize().prefix(16).enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        return (high: high, low: low)
    }
}

/// The routing draws of an item: one hash each, told apart by the purpose before the key.
extension RoutingDraws {
    /// Draws for the item of that external id under that salt.
    ///
    /// - Parameter rollout: the rollout in force; nil when there is none.
    public init(
        salt: [UInt8], externalID: UnsafeBufferPointer<UInt8>, policy: Policy,
        rollout: Rollout? = nil
    ) {
        // A draw that no rate asks for costs a hash an item; it is left at zero.
        func draw(_ purpose: StaticString, if needed: Bool) -> Double {
            guard needed else { return 0 }
            return Self.draw(purpose, salt: salt, externalID: externalID)
        }
        self.init(
            audit: draw("audit", if: policy.drawsAudits),
            share: draw("share", if: policy.automationShare < 1),
            blind: draw("blind", if: policy.drawsBlindness),
            rollout: draw("rollout", if: rollout?.drawsSides ?? false))
    }

    /// The draw that says which version of a rollout decides the item.
    static func side(salt: [UInt8], externalID: some Sequence<UInt8>) -> Double {
        Array(externalID).withUnsafeBufferPointer {
            draw("rollout", salt: salt, externalID: $0)
        }
    }

    private static func draw(
        _ purpose: StaticString, salt: [UInt8], externalID: UnsafeBufferPointer<UInt8>
    ) -> Double {
        let prefix = UnsafeBufferPointer(
            start: purpose.utf8Start, count: purpose.utf8CodeUnitCount)
        return KeyedHash.unit(salt: salt + prefix, key: externalID)
    }
}
