import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// A signal that has now reached a level in two of three windows.
public struct DriftAlarm: Hashable, Sendable {
    /// The signal as it is in the newest of them.
    public let signal: DriftSignal
    /// The level.
    public let level: DriftSignal.Level
}

/// A window that was just closed.
public struct ClosedWindow: Hashable, Sendable {
    /// Its number, counted from 1 for each version.
    public let number: Int
    /// How many items it holds.
    public let items: Int
    /// The worst level of its signals.
    public let level: DriftSignal.Level
    /// The alarms it raised.
    public let alarms: [DriftAlarm]
}

/// Closes the next window of one version, if its time has come.
struct WindowCloser {
    let store: Store
    let project: Int64
    let version: SeenModelVersion
    let settings: DriftSettings
    /// From when on windows raise alarms.
    let alarmsFrom: Timestamp
    /// What of the arrivals is complete.
    let arrivals: SettledArrivals
    private var settled: Timestamp { arrivals.before }

    /// A window to close.
    private struct Due {
        var items: ClosedRange<Int64>
        var from: Timestamp
        var to: Timestamp
    }

    /// Closes the next window, in the caller's transaction.
    ///
    /// - Returns: nil when none is due, or when another instance is at it.
    func close() throws -> ClosedWindow? {
        guard
            var state = try store.claimDriftWatch(
                project: project, modelVersion: version.id, first: start(of: version.firstSeenAt))
        else { return nil }
        let before = state
        if arrivals.item > state.checkedItem {
            state.pending += try store.driftArrivals(
                project: project, modelVersion: version.id, after: state.checkedItem,
                through: arrivals.item)
            state.checkedItem = arrivals.item
        }
        guard let due = try due(&state) else {
            if state != before {
                try store.store(state, project: project, modelVersion: version.id)
            }
            return nil
        }
        let closed = try close(due, &state)
        state.afterItem = max(state.afterItem, due.items.upperBound)
        state.pending = max(state.pending - closed.items, 0)
        try store.store(state, project: project, modelVersion: version.id)
        return closed
    }

    private func due(_ state: inout DriftWatchState) throws -> Due? {
        switch settings.window {
        case .items(let limit):
            guard state.pending >= limit,
                let next = try store.nextDriftItems(
                    project: project, modelVersion: version.id, after: state.afterItem,
                    through: state.checkedItem, limit: limit)
            else { return nil }
            return Due(
                items: state.afterItem + 1...next.last, from: next.firstAt,
                to: Timestamp(microseconds: next.lastAt.microseconds + 1))
        case .seconds(let seconds):
            return try due(&state, length: Int64(seconds) * 1_000_000)
        }
    }

    /// The next window of equal time that holds an item; empty ones are passed over.
    private func due(_ state: inout DriftWatchState, length: Int64) throws -> Due? {
        for _ in 0..<100 {
            let from = state.nextAt
            let to = Timestamp(microseconds: from.microseconds + length)
            guard to <= settled else { return nil }
            guard state.pending > 0 else {
                // Nothing has come since the last window, however long ago that is.
                state.nextAt = max(from, start(of: arrivals.idsBefore))
                return nil
            }
            state.nextAt = to
            let range = try store.evidenceRange(
                project: project, from: from, to: to, modelVersion: version.id)
            if let items = range.range { return Due(items: items, from: from, to: to) }
        }
        return nil
    }

    /// The beginning of the window of equal time that a moment falls into.
    private func start(of moment: Timestamp) -> Timestamp {
        guard case .seconds(let seconds) = settings.window else { return moment }
        let length = Int64(seconds) * 1_000_000
        return Timestamp(microseconds: moment.microseconds / length * length)
    }

    private func close(_ due: Due, _ state: inout DriftWatchState) throws -> ClosedWindow {
        let reader = WindowReader(store, project: project, inputs: settings.inputs)
        let window = try reader.read(
            modelVersion: version.id, items: due.items, from: due.from, to: due.to)
        if state.referenceNumber == nil { try storeReference(&state, reader) }
        state.windows += 1
        var signals: [DriftSignal] = []
        if let number = state.referenceNumber {
            let reference = try store.driftContents(
                number: number, project: project, modelVersion: version.id)
            if let reference {
                signals =
                    DriftComparison(
                        reference: try WatchedWindow(json: reference.contents), current: window
                    ).signals
            }
        } else if mayBeReference(due), window.items >= WatchedWindow.fewestItems {
            state.referenceNumber = state.windows
        }
        let alarms = due.to > alarmsFrom ? try alarms(signals) : []
        let level = signals.map(\.level).max() ?? .none
        try store.insertDriftWindow(
            number: state.windows, items: window.items, from: due.from, to: due.to,
            level: level.rawValue, contents: window.json, signals: DriftSignal.json(signals),
            project: project, modelVersion: version.id)
        for alarm in alarms {
            try Alarm(
                modelVersionID: version.id, version: version.version,
                sentence: alarm.signal.sentence(alarm.level),
                finding: .drift(alarm, window: state.windows, from: due.from, to: due.to)
            ).raise(in: project, store)
        }
        return ClosedWindow(
            number: state.windows, items: window.items, level: level, alarms: alarms)
    }

    /// Whether a window may be what the others are compared with: where a reference was asked for,
    /// only once that turned out not to hold enough.
    private func mayBeReference(_ due: Due) -> Bool {
        switch settings.reference {
        case .first: true
        case .arrivals(_, let to, _): to <= settled && due.from >= to
        }
    }

    /// Stores the reference that was asked for as window 0, once it is over and if it holds enough.
    private func storeReference(
        _ state: inout DriftWatchState, _ reader: WindowReader
    ) throws {
        guard case .arrivals(let from, let to, let named) = settings.reference, to <= settled
        else { return }
        var source = version.id
        if let named {
            guard let known = try store.knownModelVersion(named, project: project) else { return }
            source = known
        }
        guard
            let items = try store.evidenceRange(
                project: project, from: from, to: to, modelVersion: source
            ).range
        else { return }
        let reference = try reader.read(modelVersion: source, items: items, from: from, to: to)
        guard reference.items >= WatchedWindow.fewestItems else { return }
        try store.insertDriftWindow(
            number: 0, items: reference.items, from: from, to: to,
            level: DriftSignal.Level.none.rawValue, contents: reference.json,
            signals: DriftSignal.json([]), project: project, modelVersion: version.id)
        state.referenceNumber = 0
    }

    /// The signals whose level over three windows has risen with this one.
    private func alarms(_ signals: [DriftSignal]) throws -> [DriftAlarm] {
        guard signals.contains(where: { $0.level > .none }) else { return [] }
        let earlier = try store.driftWindows(
            project: project, modelVersion: version.id, limit: 3
        ).reversed().map { try DriftSignal.all(json: $0.signals) }
        return signals.compactMap { signal in
            let levels = earlier.map { window in
                window.first { ExactText($0.name) == ExactText(signal.name) }?.level ?? .none
            }
            let now = DriftSignal.sustained(levels + [signal.level])
            return now > DriftSignal.sustained(levels)
                ? DriftAlarm(signal: signal, level: now) : nil
        }
    }
}
