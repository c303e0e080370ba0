import SluiceAPI
import SluiceDomain
import SluiceJSON

/// What the model said about an item, ready to be shown.
struct Suggestion: Hashable, Sendable {
    /// A label with the model's score for it.
    struct Guess: Hashable, Sendable {
        let label: String
        let score: Double
    }

    /// The predicted label.
    let label: String
    /// In 0...1; nil when the model gave none.
    let confidence: Double?
    /// The next best labels, the best first, without the predicted one.
    var guesses: [Guess]
    /// Name and version of the model.
    let model: String

    /// The next guesses that can be given: labels of the project, each once and none the suggested one.
    func guesses(among labels: LabelKeys?) -> [Guess] {
        guard let labels else { return guesses }
        var seen: Set<ExactText> = []
        if let own = labels.entry(named: label) { seen.insert(ExactText(own.label.name)) }
        return guesses.filter { guess in
            guard let entry = labels.entry(named: guess.label) else { return false }
            return seen.insert(ExactText(entry.label.name)).inserted
        }
    }

    init(_ prediction: ShownPrediction) {
        label = prediction.label
        confidence = prediction.confidence
        model = "\(prediction.model)/\(prediction.modelVersion)"
        let members = prediction.scores?.value?.object?.members ?? []
        let scored = members.compactMap { member in
            member.value.double.map { Guess(label: member.key, score: $0) }
        }
        let others = scored.filter { ExactText($0.label) != ExactText(prediction.label) }
        // Stable for equal scores: by the order the producer sent them in.
        guesses = others.enumerated().sorted { one, other in
            one.element.score != other.element.score
                ? one.element.score > other.element.score : one.offset < other.offset
        }.map(\.element)
    }
}
