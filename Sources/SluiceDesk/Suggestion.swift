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
