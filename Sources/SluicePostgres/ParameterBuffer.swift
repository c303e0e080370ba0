/// The parameters of one execution as libpq wants them, in one contiguous buffer that is used again.
struct ParameterBuffer {
    private static let keptBytes = 1 << 20

    private var bytes: [UInt8] = []
    private var offsets: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    /// Writes values in binary format.
    ///
    /// - Parameter types: the types the statement was prepared with, or nil to use the values' own.
    /// - Throws: `textContainsNUL` and `parameterMismatch`.
    mutating func encode(_ parameters: [Parameter], as types: [UInt32]?) throws(PostgresError) {
        if bytes.capacity > Self.keptBytes {
            bytes = []
        } else {
            bytes.removeAll(keepingCapacity: true)
        }
        offsets.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        if let types, types.count != parameters.count {
            throw PostgresError(
                .parameterMismatch(parameter: min(types.count, parameters.count) + 1))
        }
        for (index, parameter) in parameters.enumerated() {
            if case .null = parameter {
                offsets.append(-1)
                lengths.append(0)
                continue
            }
            let start = bytes.count
            do throws(ParameterArray.Fault) {
                try append(parameter, as: types?[index] ?? parameter.type)
            } catch {
                throw PostgresError(
                    error == .containsNUL
                        ? .textContainsNUL(parameter: index + 1)
                        : .parameterMismatch(parameter: index + 1))
            }
            offsets.append(start)
            lengths.append(Int32(truncatingIfNeeded: bytes.count - start))
        }
        // libpq takes a null pointer for NULL, so even an empty value needs an address.
        bytes.append(0)
        while formats.count < parameters.count { formats.append(1) }
    }

    /// Lends the encoded values to libpq: count, pointers, lengths, formats (all binary).
    mutating func withPointers<Result>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
            UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        pointers.removeAll(keepingCapacity: true)
        return bytes.withUnsafeBytes { raw in
            for offset in offsets {
                pointers.append(
                    offset < 0
                        ? nil
                        : raw.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self))
            }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(
                            Int32(offsets.count), pointers.baseAddress, lengths.baseAddress,
                            formats.baseAddress)
                    }
                }
            }
        }
    }

    private mutating func append(
        _ parameter: Parameter, as type: UInt32
    ) throws(ParameterArray.Fault) {
        switch parameter {
        case .null: break
        case .bool(let value): try fixed(type == PostgresType.bool) { $0.append(value ? 1 : 0) }
        case .int16(let value): try append(integer: Int64(value), as: type)
        case .int32(let value): try append(integer: Int64(value), as: type)
        case .int64(let value): try append(integer: value, as: type)
        case .double(let value):
            try fixed(type == PostgresType.float8) { $0.append(bigEndian: value.bitPattern) }
        case .text(var value):
            let clean = value.withUTF8 { utf8 in
                beginText(as: type)
                bytes.append(contentsOf: utf8)
                return !utf8.containsNUL
            }
            try checkText(clean, type)
        case .utf8(let value), .json(let value):
            beginText(as: type)
            bytes.append(contentsOf: value)
            try checkText(!value.withUnsafeBufferPointer { $0.containsNUL }, type)
        case .bytes(let value):
            try fixed(type == PostgresType.bytea) { $0.append(contentsOf: value) }
        case .uuid(let high, let low):
            try fixed(type == PostgresType.uuid) {
                $0.append(bigEndian: high)
                $0.append(bigEndian: low)
            }
        case .timestamp(let microseconds):
            try fixed(type == PostgresType.timestamptz) {
                $0.append(bigEndian: PostgresTime.encode(microseconds))
            }
        case .array(let array):
            if let fault = array.fault { throw fault }
            try fixed(type == array.element.arrayType) { Self.append(array, to: &$0) }
        }
    }

    private mutating func fixed(
        _ fits: Bool, _ write: (inout [UInt8]) -> Void
    ) throws(ParameterArray.Fault) {
        guard fits else { throw .wrongElement }
        write(&bytes)
    }

    /// Writes an integer in the width the statement has, where the value fits.
    private mutating func append(integer value: Int64, as type: UInt32) throws(ParameterArray.Fault)
    {
        switch type {
        case PostgresType.int8: bytes.append(bigEndian: value)
        case PostgresType.int4:
            guard let narrow = Int32(exactly: value) else { throw .wrongElement }
            bytes.append(bigEndian: narrow)
        case PostgresType.int2:
            guard let narrow = Int16(exactly: value) else { throw .wrongElement }
            bytes.append(bigEndian: narrow)
        default: throw .wrongElement
        }
    }

    /// A `jsonb` is its version, 1, and the text; other texts are the text alone.
    private mutating func beginText(as type: UInt32) {
        if type == PostgresType.jsonb { bytes.append(1) }
    }

    private func checkText(_ isClean: Bool, _ type: UInt32) throws(ParameterArray.Fault) {
        guard isClean else { throw .containsNUL }
        guard PostgresType.isText(type) || type == PostgresType.jsonb else { throw .wrongElement }
    }

    /// Writes an array as `array_recv` reads it.
    ///
    /// The format is: number of dimensions, null flag, element type; per dimension its size and
    /// lower bound; then the elements. An empty array has no dimension.
    private static func append(_ array: ParameterArray, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(array.count == 0 ? 0 : 1))
        bytes.append(bigEndian: Int32(array.hasNull ? 1 : 0))
        bytes.append(bigEndian: array.element.elementType)
        guard array.count > 0 else { return }
        bytes.append(bigEndian: Int32(truncatingIfNeeded: array.count))
        bytes.append(bigEndian: Int32(1))
        bytes.append(contentsOf: array.body)
    }
}

extension ParameterArray.Fault: Error {}
