import SluiceAPI
import SluiceDomain
import SluiceTerminal

@testable import SluiceDesk

/// The keys of a sitting, and the account of what they meant.
extension SimulatedSitting {
    mutating func press() {
        carry(desk.update(.clock(now)))
        if random.below(10) == 0 {
            pressUndo()
        } else {
            pressLabel()
        }
        // The whole screen is drawn for one key in twenty only: it is slow to build.
        guard random.below(20) == 0, let item = desk.shown else { return }
        if !desk.screen().contains(item) { faults.append("\(item) is not on the screen") }
    }

    private mutating func pressUndo() {
        let last = stack.popLast()
        press("u")
        guard let last else { return }
        undos += 1
        intentions.append(Intention(item: last.item, reviewID: last.reviewID, verdict: nil))
        if desk.shown != last.item {
            faults.append("u took back \(last.item) and showed \(desk.shown ?? "nothing")")
        }
    }

    private mutating func pressLabel() {
        guard let entries = desk.labels?.entries, !entries.isEmpty else { return }
        let entry = entries[random.below(entries.count)]
        guard let key = entry.key else { return faults.append("a label has no key") }
        let item = desk.leases.first.flatMap { $0.lost == nil ? $0.externalID : nil }
        let former = desk.history.last?.reviewID
        press(key)
        guard let new = desk.history.last, new.reviewID != former else {
            if let item { faults.append("\(key) on \(item) answered nothing") }
            return
        }
        guard let item else { return faults.append("\(key) answered, and nothing was shown") }
        answers += 1
        let meant = Intention(
            item: item, reviewID: new.reviewID, verdict: .label(entry.label.name))
        intentions.append(meant)
        stack.append(meant)
        if stack.count > Desk.historyLimit { stack.removeFirst() }
    }

    private mutating func press(_ key: Character) {
        carry(desk.update(.terminal(.key(.character(key)))))
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
