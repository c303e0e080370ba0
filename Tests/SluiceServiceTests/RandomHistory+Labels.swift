import SluiceDomain
import SluiceService
import TestSupport

extension RandomHistory {
    /// The whole set by a list: some labels under other names, one missing, one new.
    mutating func listLabels() async throws {
        let labels = try await service.project().labels
        var list = labels.labels.map { label in
            ListedLabel(
                id: label.id, name: chance(0.3) ? pick(names + [newName()]) : label.name,
                key: chance(0.3) ? pick(["1", "2", "q"]) : label.key, title: label.title)
        }
        if list.count > 2, chance(0.5) { list.remove(at: pick(Array(list.indices))) }
        if let former = labels.former.first, chance(0.3) {
            list.append(ListedLabel(id: former.id, name: former.name))
        }
        if chance(0.3) { list.append(ListedLabel(id: nil, name: newName())) }
        do {
            try await LabelSets(pool: service.pool, directory: service.directory).change(
                to: list, base: labels.version, reason: "list", of: service.project(),
                by: service.admin)
            note("labels listed")
        } catch let error as ReviewError {
            guard error.code == .invalidLabelSet || error.code == .invalidField else { throw error }
            note("list refused")
        }
        for label in try await service.project().labels.all
        where !names.contains(where: { ExactText($0) == ExactText(label.name) }) {
            names.append(label.name)
        }
    }

    /// One change of the label set; some of what is tried breaks a rule and changes nothing.
    mutating func changeLabels() async throws {
        if chance(0.2) { return try await listLabels() }
        let labels = try await service.project().labels
        let change = labelChange(of: labels)
        do {
            let result = try await service.change(change)
            guard let kind = result.kind, let label = result.label else {
                return note("label set was so already")
            }
            note("label \(kind.rawValue)")
            if kind == .added, label.isRenamed { note("label added under an earlier name") }
            if !names.contains(where: { ExactText($0) == ExactText(label.name) }) {
                names.append(label.name)
            }
        } catch ReviewError.invalidLabelSet {
            note("label change refused")
        }
    }

    private mutating func labelChange(of labels: LabelSet) -> LabelChange {
        let one = pick(labels.labels).name
        switch Int.random(in: 0..<9, using: &random) {
        // Names that Swift's `String` takes for equal look alike, and are refused.
        case 0: return .add(Label(name: chance(0.3) ? "cafe\u{301}" : newName()))
        case 1...2: return .add(Label(name: pick(gone(from: labels))))
        case 3: return .rename(one, to: chance(0.5) ? pick(names) : newName())
        case 4: return .rename(one, to: newName())
        case 5: return .retire(one)
        case 6: return .merge(one, into: pick(labels.labels).name)
        case 7: return .merge(pick(names), into: pick(names))
        default:
            return chance(0.5)
                ? .retitle(one, to: chance(0.5) ? nil : newName())
                : .rekey(one, to: chance(0.3) ? nil : pick(["1", "2", "q"]))
        }
    }

    /// Names that no label has now, and those of labels that nobody can give any more.
    private func gone(from labels: LabelSet) -> [String] {
        let gone = names.filter { name in !labels.contains(name) }
        return gone.isEmpty ? names : gone
    }

    private mutating func newName() -> String { "n\(Int.random(in: 0..<1000, using: &random))" }
}
