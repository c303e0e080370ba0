import SluiceJSON

/// What differs between two policy documents, place by place.
///
/// Documents are compared as they are stored, defaults written out: a key that one does not have
/// counts as added or removed. Rules are told apart by their names, so that a rule that moved is one
/// difference and not two.
public struct PolicyDifference: Hashable, Sendable {
    /// The differences: of the policy's own keys in their order, then of its rules in theirs.
    public let changes: [Change]

    /// One place that differs.
    public struct Change: Hashable, Sendable {
        /// What happened there.
        public enum Kind: String, Hashable, Sendable, CaseIterable {
            /// Only the new document has it.
            case added
            /// Only the old document has it.
            case removed
            /// Both have it, with other values.
            case changed
            /// A rule that stands elsewhere in the order.
            case moved
        }

        /// What happened.
        public let kind: Kind
        /// The name of the rule it happened in; nil outside rules.
        public let rule: String?
        /// The keys that lead there, within the rule if there is one; empty for a whole rule.
        public let path: [String]
        /// What stood there; of a rule that moved, its place counted from 1.
        public let old: JSONValue?
        /// What stands there now; of a rule that moved, its place counted from 1.
        public let new: JSONValue?
        /// The place of a rule that was added or removed, counted from 1 in its document.
        public let position: Int?

        init(
            _ kind: Kind, rule: String? = nil, path: [String] = [], old: JSONValue? = nil,
            new: JSONValue? = nil, position: Int? = nil
        ) {
            self.kind = kind
            self.rule = rule
            self.path = path
            self.old = old
            self.new = new
            self.position = position
        }
    }

    /// Compares two documents.
    public init(from old: JSONValue, to new: JSONValue) {
        var changes: [Change] = []
        Self.compare(old, new, rule: nil, path: [], leavingOut: "rules", into: &changes)
        Self.compareRules(old["rules"]?.array ?? [], new["rules"]?.array ?? [], into: &changes)
        self.changes = changes
    }

    /// Whether there is no difference.
    public var isEmpty: Bool { changes.isEmpty }

    /// Objects key by key; anything else as a whole.
    private static func compare(
        _ old: JSONValue, _ new: JSONValue, rule: String?, path: [String],
        leavingOut left: String? = nil, into changes: inout [Change]
    ) {
        guard let before = old.object, let after = new.object else {
            if !old.means(new) {
                changes.append(Change(.changed, rule: rule, path: path, old: old, new: new))
            }
            return
        }
        for member in before.members where member.key != left {
            let place = path + [member.key]
            if let value = after[member.key] {
                compare(member.value, value, rule: rule, path: place, into: &changes)
            } else {
                changes.append(Change(.removed, rule: rule, path: place, old: member.value))
            }
        }
        for member in after.members where member.key != left && before[member.key] == nil {
            changes.append(
                Change(.added, rule: rule, path: path + [member.key], new: member.value))
        }
    }

    private static func compareRules(
        _ old: [JSONValue], _ new: [JSONValue], into changes: inout [Change]
    ) {
        let (before, after) = (positions(of: old), positions(of: new))
        for (index, rule) in old.enumerated() where after[name(of: rule)] == nil {
            changes.append(
                Change(
                    .removed, rule: name(of: rule).text, old: rule.withoutName,
                    position: index + 1))
        }
        // Rules of both, in the new order, by their old places: those outside the longest rising
        // sequence are the fewest that must have moved.
        let common = new.compactMap { before[name(of: $0)] }
        let unmoved = longestRising(common)
        for (index, rule) in new.enumerated() {
            let name = name(of: rule)
            guard let place = before[name] else {
                changes.append(
                    Change(
                        .added, rule: name.text, new: rule.withoutName, position: index + 1))
                continue
            }
            if !unmoved.contains(place) {
                changes.append(
                    Change(
                        .moved, rule: name.text, old: JSONValue(place + 1),
                        new: JSONValue(index + 1)))
            }
            compare(
                old[place].withoutName, rule.withoutName, rule: name.text, path: [],
                into: &changes)
        }
    }

    private static func name(of rule: JSONValue) -> ExactText {
        ExactText(rule["name"]?.string ?? "")
    }

    private static func positions(of rules: [JSONValue]) -> [ExactText: Int] {
        Dictionary(
            rules.enumerated().map { (name(of: $1), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The members of a longest rising subsequence of distinct numbers.
    private static func longestRising(_ numbers: [Int]) -> Set<Int> {
        var best: [[Int]] = []
        for number in numbers {
            let tail = best.filter { ($0.last ?? -1) < number }.max { $0.count < $1.count } ?? []
            best.append(tail + [number])
        }
        return Set(best.max { $0.count < $1.count } ?? [])
    }
}

extension JSONValue {
    /// Whether both say the same: numbers by their value, objects whatever the order of their keys.
    fileprivate func means(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.number(let one), .number(let two)): one.double == two.double
        case (.array(let one), .array(let two)):
            one.count == two.count && zip(one, two).allSatisfy { $0.means($1) }
        case (.object(let one), .object(let two)):
            one.count == two.count
                && one.members.allSatisfy { two[$0.key].map($0.value.means) ?? false }
        default: self == other
        }
    }

    fileprivate var withoutName: JSONValue {
        guard var object else { return self }
        object["name"] = nil
        return .object(object)
    }
}
