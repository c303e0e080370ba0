import Glibc

extension [UInt8] {
    /// Appends an integer in network byte order.
    @inline(__always)
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether a zero byte is among them: in UTF-8 that is U+0000 and nothing else.
    var containsNUL: Bool {
        guard let baseAddress, count > 0 else { return false }
        return memchr(baseAddress, 0, count) != nil
    }

    /// Reads a big-endian integer at an offset that the caller has checked.
    @inline(__always)
    func bigEndian<Value: FixedWidthInteger>(_: Value.Type, at offset: Int) -> Value {
        Value(
            bigEndian: UnsafeRawBufferPointer(self).loadUnaligned(
                fromByteOffset: offset, as: Value.self))
    }
}
