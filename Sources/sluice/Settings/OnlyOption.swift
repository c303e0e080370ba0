import ArgumentParser
import SluiceDomain

/// One `--only`: `label=NAME` or `metadata.KEY=VALUE`.
struct OnlyOption: ExpressibleByArgument, Hashable {
    enum Part: Hashable {
        case label
        case metadata(String)
    }

    let part: Part
    let value: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        let key = argument[..<equals]
        value = String(argument[argument.index(after: equals)...])
        if key == "label" {
            part = .label
        } else if key.hasPrefix("metadata."), key.utf8.count > "metadata.".utf8.count {
            part = .metadata(String(key.dropFirst("metadata.".count)))
        } else {
            return nil
        }
        guard (1...LeaseFilter.maximumBytes).contains(value.utf8.count) else { return nil }
    }

    /// The filter that several make together: the same key again is "or", another key "and".
    static func filter(_ options: [OnlyOption], isMine: Bool) -> LeaseFilter {
        var keys: [String] = []
        var values: [String: [String]] = [:]
        for case (.metadata(let key), let value) in options.map({ ($0.part, $0.value) }) {
            if values[key] == nil { keys.append(key) }
            values[key, default: []].append(value)
        }
        return LeaseFilter(
            labels: options.filter { $0.part == .label }.map(\.value),
            metadata: keys.map { .init(key: $0, values: values[$0] ?? []) }, isMine: isMine)
    }
}
