import SluiceDomain
import SluiceJSON

extension LabelSet {
    /// Scores as they are stored, with the labels called what they are called now.
    ///
    /// - Parameter isOfNow: whether to leave out labels that nobody can give any more, and to add the
    ///   scores of labels that are one now.
    /// - Complexity: linear in the scores.
    public func callingScores(_ bytes: [UInt8], isOfNow: Bool = false) -> [UInt8] {
        guard !isAsMade else { return bytes }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            // They were checked when they came: this cannot be, and is shown as it is.
            return bytes
        }
        guard case .object(let object) = value else { return bytes }
        var scores: [(name: String, value: JSONValue)] = []
        var places: [ExactText: Int] = [:]
        for member in object.members where !isOfNow || isGivable(member.key) {
            let name = isOfNow ? name(of: member.key) : ownName(of: member.key)
            guard let place = places.updateValue(scores.count, forKey: ExactText(name)) else {
                scores.append((name: name, value: member.value))
                continue
            }
            places[ExactText(name)] = place
            let sum = (scores[place].value.double ?? 0) + (member.value.double ?? 0)
            scores[place].value = JSONNumber(sum).map { .number($0) } ?? member.value
        }
        var writer = JSONWriter()
        writer.beginObject()
        for score in scores {
            writer.key(score.name)
            score.value.write(to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }
}
