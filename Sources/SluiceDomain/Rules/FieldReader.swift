import SluiceJSON

/// Reads the values at some paths of payload and metadata, in one pass over each.
///
/// Made once for a policy; reading a document costs about as much as checking that it is JSON.
public struct FieldReader: Hashable, Sendable {
    /// One key on the way to a path.
    private struct Node: Hashable, Sendable {
        var children: [Child] = []
        /// The paths that end here, by their number.
        var paths: [Int] = []
    }

    private struct Child: Hashable, Sendable {
        let key: ExactText
        let node: Int
    }

    /// The paths, in the order of the values.
    public let paths: [FieldPath]
    /// The roots come first, in the order of `FieldPath.Root.allCases`.
    private var nodes = FieldPath.Root.allCases.map { _ in Node() }

    /// How many elements of an array are looked at.
    private static let longestList = 1000

    /// Prepares for some paths.
    public init(_ paths: [FieldPath]) {
        self.paths = paths
        for (index, path) in paths.enumerated() {
            var node = Self.root(path.root)
            for key in path.keys {
                if let child = nodes[node].children.first(where: { $0.key == key }) {
                    node = child.node
                } else {
                    nodes.append(Node())
                    nodes[node].children.append(Child(key: key, node: nodes.count - 1))
                    node = nodes.count - 1
                }
            }
            nodes[node].paths.append(index)
        }
    }

    /// The values of one prediction, one a path.
    ///
    /// - Throws: the first fault of a document that is not JSON.
    public func read(
        payload: UnsafeBufferPointer<UInt8>, metadata: UnsafeBufferPointer<UInt8>?
    ) throws(JSONError) -> [FieldValue] {
        var values = [FieldValue](repeating: .missing, count: paths.count)
        try read(.payload, of: payload, into: &values)
        if let metadata { try read(.metadata, of: metadata, into: &values) }
        return values
    }

    private static func root(_ root: FieldPath.Root) -> Int {
        switch root {
        case .payload: 0
        case .metadata: 1
        }
    }

    private func read(
        _ root: FieldPath.Root, of document: UnsafeBufferPointer<UInt8>,
        into values: inout [FieldValue]
    ) throws(JSONError) {
        let node = Self.root(root)
        guard !nodes[node].children.isEmpty else { return }
        var cursor = JSONCursor(
            document, limits: JSONLimits(depth: 512, bytes: max(document.count, 1)))
        try read(&cursor, at: node, into: &values)
    }

    private func read(
        _ cursor: inout JSONCursor, at node: Int, into values: inout [FieldValue]
    ) throws(JSONError) {
        let value: FieldValue
        switch try cursor.peek() {
        case .object:
            value = .object
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                if let child = child(of: node, key) {
                    try read(&cursor, at: child, into: &values)
                } else {
                    _ = try cursor.readRaw()
                }
            }
        case .array: value = try readArray(&cursor, at: node, into: &values)
        case .string: value = .text(ExactText(try cursor.readString()))
        case .number: value = .number(try cursor.readDouble())
        case .bool: value = .bool(try cursor.readBool())
        case .null:
            try cursor.readNull()
            value = .null
        }
        for path in nodes[node].paths { values[path] = value }
    }

    private func readArray(
        _ cursor: inout JSONCursor, at node: Int, into values: inout [FieldValue]
    ) throws(JSONError) -> FieldValue {
        var elements: [FieldValue] = []
        var index = 0
        try cursor.beginArray()
        while try cursor.nextElement() {
            let name = ExactText("\(index)")
            if let child = nodes[node].children.first(where: { $0.key == name })?.node {
                try read(&cursor, at: child, into: &values)
            } else if nodes[node].paths.isEmpty || index >= Self.longestList {
                _ = try cursor.readRaw()
            } else if let scalar = try scalar(&cursor) {
                elements.append(scalar)
            }
            index += 1
        }
        return .list(elements)
    }

    private func scalar(_ cursor: inout JSONCursor) throws(JSONError) -> FieldValue? {
        switch try cursor.peek() {
        case .string: return .text(ExactText(try cursor.readString()))
        case .number: return .number(try cursor.readDouble())
        case .bool: return .bool(try cursor.readBool())
        case .null, .object, .array:
            _ = try cursor.readRaw()
            return nil
        }
    }

    private func child(of node: Int, _ key: JSONSlice) -> Int? {
        for child in nodes[node].children
        where key.withUTF8({ $0.elementsEqual(child.key.text.utf8) }) {
            return child.node
        }
        return nil
    }
}
