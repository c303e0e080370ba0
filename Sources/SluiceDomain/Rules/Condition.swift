/// What a rule asks of a prediction.
public enum Condition: Hashable, Sendable {
    /// Every one of them holds; true of none.
    case all([Condition])
    /// At least one of them holds; false of none.
    case any([Condition])
    /// It does not hold.
    indirect case not(Condition)
    /// The predicted label is one of these.
    case label(Set<ExactText>)
    /// The model is one of these.
    case model(Set<ExactText>)
    /// The model's version is one of these.
    case modelVersion(Set<ExactText>)
    /// The confidence is in the range; false of a missing one.
    case confidence(NumberRange)
    /// The producer sent no confidence.
    case noConfidence
    /// The value at a path of the policy passes; the paths are counted as in `FieldReader.paths`.
    case field(Int, FieldTest)

    /// Whether it holds of the facts; a pure function.
    public func holds(of facts: RoutingFacts) -> Bool {
        switch self {
        case .all(let conditions): conditions.allSatisfy { $0.holds(of: facts) }
        case .any(let conditions): conditions.contains { $0.holds(of: facts) }
        case .not(let condition): !condition.holds(of: facts)
        case .label(let names): names.holds(facts.label)
        case .model(let names): names.holds(facts.model)
        case .modelVersion(let names): names.holds(facts.modelVersion)
        case .confidence(let range): facts.confidence.map { range.contains($0.value) } ?? false
        case .noConfidence: facts.confidence == nil
        case .field(let path, let test):
            facts.fields.indices.contains(path) && test.passes(facts.fields[path])
        }
    }
}

/// What is asked of one value.
public enum FieldTest: Hashable, Sendable {
    /// Nothing stands there, or `null`.
    case isMissing
    /// The value is one of these; of an array, one of its elements is.
    case oneOf(Set<FieldValue>)
    /// The value is a number in the range; of an array, one of its elements is.
    case number(NumberRange)
    /// The value is a string that holds this one; of an array, one of its elements is.
    case contains(ExactText)

    /// Whether a value passes.
    public func passes(_ value: FieldValue) -> Bool {
        if case .list(let elements) = value, self != .isMissing {
            return elements.contains { passes($0) }
        }
        switch self {
        case .isMissing: return value == .missing || value == .null
        case .oneOf(let values): return values.holds(value)
        case .number(let range):
            guard case .number(let number) = value else { return false }
            return range.contains(number)
        case .contains(let part):
            guard case .text(let text) = value else { return false }
            return text.text.utf8.contains(part.text.utf8)
        }
    }
}

/// Numbers between two bounds, each of them in or out.
public struct NumberRange: Hashable, Sendable {
    /// At least this, if any.
    public var atLeast: Double?
    /// More than this, if any.
    public var above: Double?
    /// At most this, if any.
    public var atMost: Double?
    /// Less than this, if any.
    public var below: Double?

    /// Makes a range; without bounds, of all numbers.
    public init(
        atLeast: Double? = nil, above: Double? = nil, atMost: Double? = nil, below: Double? = nil
    ) {
        self.atLeast = atLeast
        self.above = above
        self.atMost = atMost
        self.below = below
    }

    /// Whether a number is within all bounds.
    public func contains(_ number: Double) -> Bool {
        atLeast.map { number >= $0 } ?? true && above.map { number > $0 } ?? true
            && atMost.map { number <= $0 } ?? true && below.map { number < $0 } ?? true
    }
}

extension Set {
    /// Whether it contains an element; for the usual one or two, comparing beats hashing.
    fileprivate func holds(_ element: Element) -> Bool {
        count <= 2 ? contains { $0 == element } : contains(element)
    }
}

extension String.UTF8View {
    /// Whether the bytes of `part` stand somewhere in these, in their order.
    fileprivate func contains(_ part: String.UTF8View) -> Bool {
        let found = withContiguousStorageIfAvailable { bytes in
            part.withContiguousStorageIfAvailable { bytes.contains($0) }
        }
        // Native strings are contiguous; others are copied.
        return (found ?? nil)
            ?? Array(self).withUnsafeBufferPointer { bytes in
                Array(part).withUnsafeBufferPointer { bytes.contains($0) }
            }
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func contains(_ part: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = part.first else { return true }
        guard part.count <= count else { return false }
        for start in 0...(count - part.count) where self[start] == first {
            var length = 1
            while length < part.count, self[start + length] == part[length] { length += 1 }
            if length == part.count { return true }
        }
        return false
    }
}
