import SluiceAPI
import SluiceDomain

/// What commands say of label sets.
enum LabelText {
    /// What a change would touch, a line each.
    static func effects(_ reply: LabelChangeReply) -> [String] {
        var lines = [
            "\(count(reply.waiting, "item")) waiting with this prediction, "
                + "\(count(reply.decided, "item")) decided so"
        ]
        let kind = reply.change.flatMap(LabelChangeKind.init(rawValue:))
        if reply.gold > 0 {
            lines.append(
                count(reply.gold, "gold item")
                    + (kind == .retired ? ": go out of use" : ": stay in use"))
        }
        if let version = reply.policyVersion {
            lines.append(
                "policy \(version), in force, names it: what it says goes by the label, not the name"
            )
        }
        if !reply.certificates.isEmpty {
            let numbers = reply.certificates.map(String.init).joined(separator: ", ")
            lines.append(
                "certificate\(reply.certificates.count == 1 ? "" : "s") \(numbers): revoked, "
                    + "because the label means something else then")
        }
        if !reply.labelMaps.isEmpty {
            lines.append(
                "label map\(reply.labelMaps.count == 1 ? "" : "s") "
                    + reply.labelMaps.joined(separator: ", ") + ": stay as they are")
        }
        return lines
    }

    /// What was done, in one sentence.
    static func done(_ reply: LabelChangeReply, named name: String) -> String {
        guard let word = reply.change, let label = reply.label else {
            return "\(name) is so already; nothing changed"
        }
        let what: String
        switch LabelChangeKind(rawValue: word) {
        case .renamed: what = "\(name) is called \(label.name)"
        case .restored: what = "\(label.name) may be given again"
        case .retitled:
            what = label.title.map { "\(label.name) reads \($0)" } ?? "\(label.name) has no title"
        case .rekeyed:
            what =
                label.key.map { "\(label.name) has the key \($0)" }
                ?? "the client chooses the key of \(label.name)"
        case .retired: what = "\(label.name) is retired"
        case .merged: what = "\(label.name) is \(label.mergedInto ?? "another label") from now on"
        case .added, .created, nil: what = "\(label.name) may be given"
        }
        return "\(what); the label set is version \(reply.version)"
    }

    /// What a change of the history was, in a few words.
    static func words(_ entry: LabelChangeEntry) -> String {
        guard let after = entry.after else { return "the labels the project was created with" }
        switch LabelChangeKind(rawValue: entry.change) {
        case .renamed: return "\(entry.before?.name ?? after.id) renamed to \(after.name)"
        case .retitled: return "\(after.name): title \(after.title ?? "taken away")"
        case .rekeyed: return "\(after.name): key \(after.key ?? "left to the client")"
        case .merged: return "\(after.name) merged into \(after.mergedInto ?? "another")"
        case .retired, .restored, .added, .created, nil: return "\(after.name) \(entry.change)"
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
