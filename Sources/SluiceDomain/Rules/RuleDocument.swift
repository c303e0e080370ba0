import SluiceJSON

/// Reads the rules of a policy document, counting the paths they name.
struct RuleSetReader {
    private static let mostRules = 200
    private static let deepest = 16
    private static let conditionKeys =
        "label, model, model_version, confidence, missing, all, any, not, payload.PATH, metadata.PATH"

    private let labels: LabelSet
    private var paths: [FieldPath] = []

    init(labels: LabelSet) { self.labels = labels }

    /// Reads the array under `rules`.
    mutating func read(_ reader: PolicyReader) throws(PolicyDocumentError) -> RuleSet {
        guard let elements = reader.value.array, elements.count <= Self.mostRules else {
            throw reader.refuse("an array of at most \(Self.mostRules) rules")
        }
        var rules: [Rule] = []
        var names: Set<ExactText> = []
        for (index, element) in elements.enumerated() {
            let place = PolicyReader(path: "\(reader.path)[\(index)]", value: element)
            let rule = try rule(place)
            guard names.insert(ExactText(rule.name)).inserted else {
                throw PolicyDocumentError(
                    path: place.path + ".name", found: "the name of an earlier rule",
                    accepted: "a name of its own")
            }
            rules.append(rule)
        }
        return RuleSet(rules, fields: FieldReader(paths))
    }

    private mutating func rule(_ reader: PolicyReader) throws(PolicyDocumentError) -> Rule {
        var name: String?
        var when: (condition: Condition, document: JSONValue)?
        var then: RuleEffect?
        for (key, value) in try reader.members() {
            let member = reader.member(key, value)
            switch key {
            case "name":
                guard let text = value.string, (1...64).contains(text.utf8.count) else {
                    throw member.refuse("a name of 1 to 64 bytes")
                }
                name = text
            case "when": when = (try condition(member, depth: 0), value)
            case "then": then = try effect(member)
            default: throw member.unknown("a rule", "name, when, then")
            }
        }
        guard let name, let when, let then else {
            throw reader.refuse("a rule with name, when and then")
        }
        return Rule(name: name, when: when.condition, document: when.document, then: then)
    }

    // MARK: - When

    /// Every member of the object must hold.
    private mutating func condition(
        _ reader: PolicyReader, depth: Int
    ) throws(PolicyDocumentError) -> Condition {
        guard depth < Self.deepest else { throw reader.refuse("at most \(Self.deepest) levels") }
        var conditions: [Condition] = []
        for (key, value) in try reader.members() {
            let member = reader.member(key, value)
            switch key {
            case "label": conditions.append(.label(try names(member, of: labels)))
            case "model": conditions.append(.model(try names(member)))
            case "model_version": conditions.append(.modelVersion(try names(member)))
            case "confidence":
                conditions.append(
                    value == .null ? .noConfidence : .confidence(try range(member)))
            case "missing": conditions.append(try missing(member))
            case "all": conditions.append(.all(try several(member, depth: depth)))
            case "any": conditions.append(.any(try several(member, depth: depth)))
            case "not": conditions.append(.not(try condition(member, depth: depth + 1)))
            default:
                guard let path = FieldPath(key) else {
                    throw member.unknown("a condition", Self.conditionKeys)
                }
                conditions.append(.field(number(of: path), try test(member)))
            }
        }
        guard !conditions.isEmpty else { throw reader.refuse("at least one condition") }
        return conditions.count == 1 ? conditions[0] : .all(conditions)
    }

    private mutating func several(
        _ reader: PolicyReader, depth: Int
    ) throws(PolicyDocumentError) -> [Condition] {
        guard let elements = reader.value.array, !elements.isEmpty else {
            throw reader.refuse("an array of at least one condition")
        }
        var conditions: [Condition] = []
        for (index, element) in elements.enumerated() {
            conditions.append(
                try condition(
                    PolicyReader(path: "\(reader.path)[\(index)]", value: element),
                    depth: depth + 1))
        }
        return conditions
    }

    private mutating func missing(_ reader: PolicyReader) throws(PolicyDocumentError) -> Condition {
        var tests: [Condition] = []
        for value in reader.value.array ?? [reader.value] {
            guard let path = value.string.flatMap(FieldPath.init) else {
                throw reader.refuse("a path such as \"payload.amount\", or an array of paths")
            }
            tests.append(.field(number(of: path), .isMissing))
        }
        guard let first = tests.first else { throw reader.refuse("at least one path") }
        return tests.count == 1 ? first : .any(tests)
    }

    private func test(_ reader: PolicyReader) throws(PolicyDocumentError) -> FieldTest {
        guard case .object(let object) = reader.value else {
            return .oneOf(try values(reader))
        }
        if object.members.count == 1, let member = object.members.first, member.key == "contains" {
            guard let text = member.value.string, !text.isEmpty else {
                throw reader.member("contains", member.value).refuse("a string, not empty")
            }
            return .contains(ExactText(text))
        }
        return .number(try range(reader))
    }

    private func values(_ reader: PolicyReader) throws(PolicyDocumentError) -> Set<FieldValue> {
        var values: Set<FieldValue> = []
        for value in reader.value.array ?? [reader.value] {
            switch value {
            case .null: values.insert(.null)
            case .bool(let bool): values.insert(.bool(bool))
            case .string(let text): values.insert(.text(ExactText(text)))
            case .number:
                guard let number = value.double else { throw reader.refuse("a finite number") }
                values.insert(.number(number))
            case .array, .object: throw reader.refuse("a string, number, true, false or null")
            }
        }
        guard !values.isEmpty else { throw reader.refuse("at least one value") }
        return values
    }

    private func names(
        _ reader: PolicyReader, of labels: LabelSet? = nil
    ) throws(PolicyDocumentError) -> Set<ExactText> {
        var names: Set<ExactText> = []
        for value in reader.value.array ?? [reader.value] {
            guard let name = value.string, labels.map({ $0.label(id: name) != nil }) ?? true else {
                throw PolicyReader(path: reader.path, value: value).refuse(
                    labels == nil ? "a string, or an array of strings" : "labels of the project")
            }
            names.insert(ExactText(name))
        }
        guard !names.isEmpty else { throw reader.refuse("at least one string") }
        return names
    }

    private func range(_ reader: PolicyReader) throws(PolicyDocumentError) -> NumberRange {
        var range = NumberRange()
        for (key, value) in try reader.members() {
            let member = reader.member(key, value)
            guard let number = value.double, number.isFinite else {
                throw member.refuse("a number")
            }
            switch key {
            case "at_least": range.atLeast = number
            case "above": range.above = number
            case "at_most": range.atMost = number
            case "below": range.below = number
            default: throw member.unknown("a range", "at_least, above, at_most, below, contains")
            }
        }
        guard range != NumberRange() else {
            throw reader.refuse("at least one of at_least, above, at_most, below")
        }
        return range
    }

    private mutating func number(of path: FieldPath) -> Int {
        if let known = paths.firstIndex(of: path) { return known }
        paths.append(path)
        return paths.count - 1
    }

    // MARK: - Then

    private func effect(_ reader: PolicyReader) throws(PolicyDocumentError) -> RuleEffect {
        var effect = RuleEffect()
        for (key, value) in try reader.members() {
            let member = reader.member(key, value)
            switch key {
            case "route": effect.decider = try member.word(RuleEffect.Decider.self)
            case "accept": effect.accept = try member.fraction()
            case "reviewers": effect.reviewers = try member.integer(1...Policy.maximumReviewers)
            case "priority": effect.priority = try member.word(RuleEffect.Priority.self)
            case "sla_seconds": effect.slaSeconds = try member.integer(1...31_536_000)
            case "audit_rate": effect.auditRate = try member.fraction()
            case "blind_share": effect.blindShare = try member.fraction()
            default:
                throw member.unknown(
                    "then",
                    "route, accept, reviewers, priority, sla_seconds, audit_rate, blind_share")
            }
        }
        guard effect != RuleEffect() else { throw reader.refuse("at least one key") }
        if effect.decider != nil, effect.accept != nil {
            throw reader.member("accept", .null).unknown(
                "a rule that names a route", "either route or accept")
        }
        return effect
    }
}

extension Rule {
    /// Writes it as one JSON value.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.key("when")
        document.write(to: &writer)
        writer.key("then")
        writer.beginObject()
        writer.memberIfPresent("route", then.decider?.rawValue)
        writer.memberIfPresent("accept", then.accept)
        writer.memberIfPresent("reviewers", then.reviewers)
        writer.memberIfPresent("priority", then.priority?.rawValue)
        writer.memberIfPresent("sla_seconds", then.slaSeconds)
        writer.memberIfPresent("audit_rate", then.auditRate)
        writer.memberIfPresent("blind_share", then.blindShare)
        writer.endObject()
        writer.endObject()
    }
}
