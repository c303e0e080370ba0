import ArgumentParser
import SluiceDomain

/// One `--only`: `label=NAME` or `metadata.KEY=VALUE`.
struct OnlyOption: Hashable {
    enum Part: Hashable {
        case label
        case metadata(String)
    }

    let part: Part
    let value: String

    /// As it was written.
    var words: String {
        switch part {
        case .label: "label=\(value)"
        case .metadata(let key): "metadata.\(key)=\(value)"
        }
    }

    /// Reads what stands behind `--only`.
    ///
    /// - Throws: `ValidationError` saying what is wrong with it and what is accepted.
    init(_ argument: String) throws {
        guard let equals = argument.firstIndex(of: "=") else {
            throw Self.refusal("it has no \"=\"", "write label=\(safe(argument)) for a label")
        }
        let key = argument[..<equals]
        value = String(argument[argument.index(after: equals)...])
        if key == "label" {
            part = .label
        } else if key.hasPrefix("metadata."), key.utf8.count > "metadata.".utf8.count {
            part = .metadata(String(key.dropFirst("metadata.".count)))
        } else {
            throw Self.refusal("there is no key \"\(safe(String(key)))\"", Self.advice(for: key))
        }
        guard !value.isEmpty else {
            throw Self.refusal("nothing stands behind \"=\"", "a value with blanks needs quotes")
        }
        let limit = LeaseFilter.maximumBytes
        guard value.utf8.count <= limit else {
            throw Self.refusal(
                "the value is longer than \(limit) bytes", "no item has such a value")
        }
    }

    private static func refusal(_ reason: String, _ advice: String) -> ValidationError {
        ValidationError(
            "\(reason); accepted: label=NAME, metadata.KEY=VALUE. hint: \(advice)")
    }

    /// What may have been meant by a key that is none.
    private static func advice(for key: Substring) -> String {
        switch key {
        case "": "put \"label\" or \"metadata.KEY\" before the \"=\""
        case "metadata", "metadata.": "name the member: metadata.KEY=VALUE"
        case _ where key.lowercased() == "label" || key == "labels": "write label=NAME"
        default: "for a member of the items' metadata write metadata.\(safe(String(key)))=VALUE"
        }
    }

    /// The filter that several make together: the same key again is "or", another key "and".
    static func filter(_ options: [OnlyOption], isMine: Bool) -> LeaseFilter {
        var keys: [ExactText] = []
        var values: [ExactText: [String]] = [:]
        for case (.metadata(let name), let value) in options.map({ ($0.part, $0.value) }) {
            let key = ExactText(name)
            if values[key] == nil { keys.append(key) }
            values[key, default: []].append(value)
        }
        return LeaseFilter(
            labels: options.filter { $0.part == .label }.map(\.value),
            metadata: keys.map { .init(key: $0.text, values: values[$0] ?? []) }, isMine: isMine)
    }
}
