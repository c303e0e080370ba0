import SluiceAPI
import SluiceDomain
import SluiceTerminal

@testable import SluiceDesk

/// The keys of a sitting, and the account of what they meant.
extension SimulatedSitting {
    mutating func press(readAt: Duration) {
        carry(desk.update(.clock(now)))
        if random.below(10) == 0 {
            pressUndo(readAt: readAt)
        } else {
            pressLabel(readAt: readAt)
        }
        // The whole screen is drawn for one key in twenty only: it is slow to build.
        guard random.below(20) == 0, let item = desk.shown else { return }
        if !desk.screen().contains(item) { faults.append("\(item) is not on the screen") }
    }

    private mutating func pressUndo(readAt: Duration) {
        let last = stack.popLast()
        press("u", readAt: readAt)
        guard let last else { return }
        undos += 1
        known.insert(last.item)
        intentions.append(Intention(item: last.item, reviewID: last.reviewID, verdict: nil))
        if desk.shown != last.item {
            faults.append("u took back \(last.item) and showed \(desk.shown ?? "nothing")")
        }
    }

    private mutating func pressLabel(readAt: Duration) {
        // Three times the same key in a row might be a key that is held down.
        let isTwice = pressed.count == 2 && pressed[0].key == pressed[1].key
        let entries = (desk.labels?.entries ?? []).filter { !isTwice || $0.key != pressed[0].key }
        guard !entries.isEmpty else { return }
        let entry = entries[random.below(entries.count)]
        guard let key = entry.key else { return faults.append("a label has no key") }
        let item = desk.leases.first.flatMap { $0.lost == nil ? $0.externalID : nil }
        let isRead = item.map { isReady($0, key, readAt) } ?? false
        let former = desk.history.last?.reviewID
        press(key, readAt: readAt)
        guard let new = desk.history.last, new.reviewID != former else {
            if isRead { faults.append("\(key) on \(item ?? "") answered nothing") }
            return
        }
        guard let item, isRead else {
            return faults.append("\(key) answered what was not read: \(item ?? "nothing")")
        }
        answers += 1
        known.remove(item)
        let meant = Intention(
            item: item, reviewID: new.reviewID, verdict: .label(entry.label.name))
        intentions.append(meant)
        stack.append(meant)
        if stack.count > Desk.historyLimit { stack.removeFirst() }
    }

    /// Whether a key may answer the item: it was read long enough, and the key is not held down.
    private func isReady(_ item: String, _ key: Character, _ readAt: Duration) -> Bool {
        if let last = pressed.first, last.key == key, readAt - last.at <= KeyRepeat.longestGap {
            return false
        }
        if known.contains(item) { return true }
        guard let seen, seen.item == item else { return false }
        return readAt >= seen.since + plan.dwell.duration
    }

    private mutating func press(_ key: Character, readAt: Duration) {
        pressed = [(key, readAt)] + pressed.prefix(1)
        carry(desk.update(.terminal(.key(.character(key)), readAt: readAt)))
    }

    // MARK: - The account

    /// What was not on disk when the process died was never done.
    mutating func forgetUnwritten() {
        var kept: Set<PendingOperation.Key> = []
        var withdrawn: Set<PendingOperation.Key> = []
        for record in written {
            switch record {
            case .done(let operation): kept.insert(operation.key)
            case .withdrawn(let key): withdrawn.insert(key)
            default: break
            }
        }
        intentions.removeAll { intention in
            let answer = PendingOperation.Key(reviewID: intention.reviewID, isUndo: false)
            let undo = PendingOperation.Key(reviewID: intention.reviewID, isUndo: true)
            return intention.verdict == nil
                ? !kept.contains(undo) && !withdrawn.contains(answer) && kept.contains(answer)
                : !kept.contains(answer)
        }
    }

    /// What people said of each item, by the account.
    ///
    /// Where the service would not take a review back, it stands, and what was said after it does not
    /// count.
    var meant: [String: Verdict] {
        var meant: [String: Verdict] = [:]
        var settled: Set<String> = []
        for intention in intentions where !settled.contains(intention.item) {
            if intention.verdict == nil, service.refusedUndos.contains(intention.reviewID) {
                settled.insert(intention.item)
            } else {
                meant[intention.item] = intention.verdict
            }
        }
        return meant
    }

    /// Everything that differs between the account and the record.
    var wrong: [String] {
        let (meant, standing) = (meant, service.standing)
        let items = Set(meant.keys).union(standing.keys)
        return faults + service.doubled.map { "\($0) has two answers" }
            + items.filter { meant[$0] != standing[$0] }.sorted().map { item in
                "\(item): meant \(String(describing: meant[item])), "
                    + "recorded \(String(describing: standing[item]))"
            }
    }
}
