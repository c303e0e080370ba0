/// A version of a model by name, told apart byte by byte.
public struct ModelVersion: Hashable, Sendable, CustomStringConvertible {
    /// The model, such as `fraud`.
    public let model: ExactText
    /// Its version, such as `7`.
    public let version: ExactText

    /// Names a version.
    public init(model: ExactText, version: ExactText) {
        self.model = model
        self.version = version
    }

    /// Reads `fraud/7`; nil without a slash, or with nothing before or behind it.
    ///
    /// The last slash divides, so a model's name may hold some: `team/fraud/7` is version `7` of
    /// `team/fraud`.
    public init?(_ text: String) {
        guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let model = text[..<slash]
        let version = text[text.utf8.index(after: slash)...]
        guard !model.isEmpty, !version.isEmpty else { return nil }
        self.init(model: ExactText(String(model)), version: ExactText(String(version)))
    }

    /// `fraud/7`.
    public var description: String { "\(model)/\(version)" }
}
