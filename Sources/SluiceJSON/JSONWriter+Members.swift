/// Members in one call: `writer.member("label", label)`.
///
/// `member` writes `null` for nil, `memberIfPresent` leaves the member out.
extension JSONWriter {
    /// Writes a member with a string, `null` for nil.
    public mutating func member(_ key: StaticString, _ value: String?) {
        self.key(key)
        if let value { string(value) } else { null() }
    }

    /// Writes a member with a string, nothing for nil.
    public mutating func memberIfPresent(_ key: StaticString, _ value: String?) {
        if let value { member(key, value) }
    }

    /// Writes a member with a truth value, `null` for nil.
    public mutating func member(_ key: StaticString, _ value: Bool?) {
        self.key(key)
        if let value { bool(value) } else { null() }
    }

    /// Writes a member with a truth value, nothing for nil.
    public mutating func memberIfPresent(_ key: StaticString, _ value: Bool?) {
        if let value { member(key, value) }
    }

    /// Writes a member with a whole number, `null` for nil.
    public mutating func member(_ key: StaticString, _ value: Int?) {
        self.key(key)
        if let value { int(value) } else { null() }
    }

    /// Writes a member with a whole number, nothing for nil.
    public mutating func memberIfPresent(_ key: StaticString, _ value: Int?) {
        if let value { member(key, value) }
    }

    /// Writes a member with a whole number, `null` for nil.
    public mutating func member(_ key: StaticString, _ value: Int64?) {
        self.key(key)
        if let value { int(value) } else { null() }
    }

    /// Writes a member with a whole number, nothing for nil.
    public mutating func memberIfPresent(_ key: StaticString, _ value: Int64?) {
        if let value { member(key, value) }
    }

    /// Writes a member with a double, `null` for nil.
    ///
    /// NaN and infinity are `null` too.
    public mutating func member(_ key: StaticString, _ value: Double?) {
        self.key(key)
        if let value { double(value) } else { null() }
    }

    /// Writes a member with a double, nothing for nil.
    public mutating func memberIfPresent(_ key: StaticString, _ value: Double?) {
        if let value { member(key, value) }
    }

    /// Writes a member with a number as it was read, `null` for nil.
    public mutating func member(_ key: StaticString, _ value: JSONNumber?) {
        self.key(key)
        if let value { number(value) } else { null() }
    }

    /// Writes a member with a number as it was read, nothing for nil.
    public mutating func memberIfPresent(_ key: StaticString, _ value: JSONNumber?) {
        if let value { member(key, value) }
    }

    /// Writes a member with a value held in memory, `null` for nil.
    public mutating func member(_ key: StaticString, _ value: JSONValue?) {
        self.key(key)
        if let value { value.write(to: &self) } else { null() }
    }

    /// Writes a member with a value held in memory, nothing for nil.
    public mutating func memberIfPresent(_ key: StaticString, _ value: JSONValue?) {
        if let value { member(key, value) }
    }

    /// Writes a member whose value is JSON already, `null` for nil; it is not checked.
    public mutating func member(_ key: StaticString, raw json: [UInt8]?) {
        self.key(key)
        if let json { raw(json) } else { null() }
    }

    /// Writes a member whose value is JSON already, nothing for nil; it is not checked.
    public mutating func memberIfPresent(_ key: StaticString, raw json: [UInt8]?) {
        if let json { member(key, raw: json) }
    }

    /// Writes an object whose members `body` writes.
    public mutating func object<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginObject()
        try body(&self)
        endObject()
    }

    /// Writes an array with what `body` writes for each element.
    public mutating func array<Element, Failure: Error>(
        _ elements: some Sequence<Element>,
        _ body: (inout JSONWriter, Element) throws(Failure) -> Void
    ) throws(Failure) {
        beginArray()
        for element in elements { try body(&self, element) }
        endArray()
    }
}
