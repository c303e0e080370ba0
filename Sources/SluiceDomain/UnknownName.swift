/// A name in a question that nothing in the project has.
public struct UnknownName: Hashable, Sendable {
    /// What is named so.
    public enum Kind: String, Hashable, Sendable {
        /// A label of the label set.
        case label
        /// A model that has sent predictions.
        case model
        /// A version of a model that has sent predictions.
        case version
        /// Somebody who has a token or has reviewed.
        case reviewer
    }

    /// What is named.
    public let kind: Kind
    /// The name as it was given.
    public let name: String
    /// The nearest name that something has, if one is near enough to have been meant.
    public let nearest: String?

    /// Looks for the nearest name among those there are.
    public init(_ kind: Kind, _ name: String, among names: some Sequence<String>) {
        self.kind = kind
        self.name = name
        nearest = NearName.of(name, among: names)
    }

    /// What is wrong, and what may have been meant.
    var detail: String {
        let what =
            switch kind {
            case .label: "a label of the project"
            case .model: "a model that has sent predictions to this project"
            case .version: "a version that has sent predictions to this project"
            case .reviewer: "somebody who has a token or a review"
            }
        let hint = nearest.map { "; did you mean \"\($0)\"?" } ?? ""
        return "\(kind.rawValue) is \"\(name)\", which is not \(what)\(hint)"
    }
}

/// Finds the name that somebody meant who mistyped it.
public enum NearName {
    /// Longer names are not compared: the work grows with the square of their length.
    private static let longest = 100

    /// The nearest of some names, if at most a third of its letters are typed wrong.
    ///
    /// A letter that is left out, put in or swapped counts as one; capitals do not count. The first of
    /// several that are as near.
    public static func of(_ name: String, among names: some Sequence<String>) -> String? {
        let typed = Array(name.lowercased().unicodeScalars.prefix(longest + 1))
        guard !typed.isEmpty, typed.count <= longest else { return nil }
        var nearest: (name: String, distance: Int)?
        for candidate in names {
            let letters = Array(candidate.lowercased().unicodeScalars.prefix(longest + 1))
            let limit = max(1, max(typed.count, letters.count) / 3)
            guard letters.count <= longest, abs(letters.count - typed.count) <= limit else {
                continue
            }
            let distance = distance(typed, letters)
            if distance <= limit, distance < letters.count, distance < nearest?.distance ?? .max {
                nearest = (candidate, distance)
            }
        }
        return nearest?.name
    }

    /// Restricted Damerau-Levenshtein distance.
    private static func distance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
        var before: [Int] = []
        var last = Array(0...other.count)
        for row in one.indices {
            var next = [row + 1]
            for column in other.indices {
                let isSame = one[row] == other[column]
                var cost = min(
                    next[column] + 1, last[column + 1] + 1, last[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, one[row] == other[column - 1],
                    one[row - 1] == other[column]
                {
                    cost = min(cost, before[column - 1] + 1)
                }
                next.append(cost)
            }
            (before, last) = (last, next)
        }
        return last[other.count]
    }
}
