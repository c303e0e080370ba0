import SluiceAPI
import SluiceJSON
import SluiceTerminal

/// A payload in the shape it is shown in.
///
/// Nothing of a payload is left out: what its shape does not know stands in `details`.
struct PayloadDocument: Hashable, Sendable {
    /// One name with its value.
    struct Field: Hashable, Sendable {
        /// What stands behind a name.
        enum Value: Hashable, Sendable {
            /// `null`.
            case missing
            /// Other items have such a field; this one does not.
            case absent
            case text(MarkedText)
            /// An object or an array that holds something.
            case nested(JSONValue)
        }

        let name: String
        let value: Value
    }

    /// What one side of a conversation says.
    struct Turn: Hashable, Sendable {
        let role: String
        let text: MarkedText
        /// What the turn holds beside.
        let others: [Field]
    }

    /// What a payload is made of.
    enum Body: Hashable, Sendable {
        case text(MarkedText)
        case table([Field])
        case nested(JSONValue)
        case conversation([Turn])
        case difference(PayloadDifference)
        case image(ImageSource)
    }

    let title: MarkedText?
    let body: Body
    /// What the payload holds beside its body.
    let details: [Field]
    /// The producer's facts about the item.
    let metadata: [Field]
    /// What the model points at.
    let evidence: Evidence

    /// Reads a payload.
    ///
    /// - Parameter highlights: the prediction's, as it was sent; nil in a blind review.
    init(_ payload: RawJSON, metadata: RawJSON?, highlights: RawJSON? = nil) {
        let shape = PayloadShape(payload)
        let (read, unreadable) = Highlight.read(highlights?.value)
        let evidence = Evidence(
            read, in: shape.texts, hasImage: shape.hasImage, unreadable: unreadable)
        func marked(_ text: String, _ target: Evidence.Target) -> MarkedText {
            MarkedText(text, evidence.marks[target] ?? [])
        }
        func fields(_ members: [JSONObject.Member], canBeMarked: Bool = true) -> [Field] {
            members.map { member in
                Field(member) { canBeMarked ? marked($0, .field(member.key)) : MarkedText($0) }
            }
        }
        title = shape.title.map { marked($0, .title) }
        switch shape.body {
        case .text(let text): body = .text(marked(text, .main))
        case .table(let members): body = .table(fields(members))
        case .nested(let value): body = .nested(value)
        case .conversation(let turns):
            body = .conversation(
                turns.enumerated().map { index, turn in
                    Turn(
                        role: turn.role, text: marked(turn.text, .turn(index)),
                        others: fields(turn.others, canBeMarked: false))
                })
        case .difference(let before, let after):
            body = .difference(PayloadDifference(before: before, after: after))
        case .image(let text): body = .image(ImageSource(text))
        }
        details = fields(shape.details)
        self.metadata = fields(metadata?.value?.object?.members ?? [], canBeMarked: false)
        self.evidence = evidence
    }

    /// The names of the fields of a record; empty for every other shape.
    var fieldNames: [String] {
        guard case .table(let fields) = body else { return [] }
        return fields.map(\.name)
    }

    /// The image to draw; nil when the payload is none.
    var image: ImageSource? {
        if case .image(let source) = body { source } else { nil }
    }
}

extension PayloadDocument.Field {
    /// Reads a member; numbers and truth values are shown as they are written.
    init(_ member: JSONObject.Member, marked: (String) -> MarkedText) {
        name = member.key
        switch member.value {
        case .null: value = .missing
        case .string(let text): value = .text(marked(text))
        case .object(let object) where !object.isEmpty: value = .nested(member.value)
        case .array(let elements) where !elements.isEmpty: value = .nested(member.value)
        default: value = .text(marked(JSONText.text(member.value)))
        }
    }
}
