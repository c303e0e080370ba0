import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// Closed windows of a version with their signals, oldest first.
struct DriftHistory {
    private struct Window {
        let record: DriftWindowRecord
        let signals: [DriftSignal]
    }

    private let windows: [Window]

    /// Takes windows, newest first.
    init(_ records: [DriftWindowRecord]) throws(JSONError) {
        var windows: [Window] = []
        for record in records.reversed() {
            windows.append(
                Window(record: record, signals: try DriftSignal.all(json: record.signals)))
        }
        self.windows = windows
    }

    /// How far a signal matters over the window at `index` and the two before.
    private func alarm(_ name: String, at index: Int) -> DriftSignal.Level {
        DriftSignal.sustained(
            windows[max(index - 2, 0)...index].map { window in
                window.signals.first { ExactText($0.name) == ExactText(name) }?.level ?? .none
            })
    }

    /// Writes `current`, `signals`, `level` and `windows` as members of the object that is open.
    ///
    /// - Parameter newest: how many windows are told of.
    func write(to writer: inout JSONWriter, newest: Int) {
        writer.key("current")
        if let last = windows.last {
            write(last.record, to: &writer)
        } else {
            Figure.unknown("no window was closed yet").write(to: &writer)
        }
        writer.key("signals")
        writer.beginArray()
        var level = DriftSignal.Level.none
        for signal in windows.last?.signals ?? [] {
            let alarm = alarm(signal.name, at: windows.count - 1)
            level = max(level, alarm)
            signal.write(to: &writer, alarm: alarm)
        }
        writer.endArray()
        writer.member("level", level.rawValue)
        writer.key("windows")
        writer.beginArray()
        for (index, window) in windows.enumerated().suffix(newest) {
            write(window.record, to: &writer) { writer in
                writer.key("signals")
                writer.beginArray()
                for signal in window.signals {
                    writer.beginObject()
                    writer.member("name", signal.name)
                    writer.member("effect", signal.effect)
                    writer.member("level", signal.level.rawValue)
                    writer.member("alarm", alarm(signal.name, at: index).rawValue)
                    writer.endObject()
                }
                writer.endArray()
            }
        }
        writer.endArray()
    }

    private func write(
        _ record: DriftWindowRecord, to writer: inout JSONWriter,
        more: (inout JSONWriter) -> Void = { _ in }
    ) {
        writer.beginObject()
        writer.member("number", record.number)
        writer.member("items", record.items)
        writer.member("from", record.from.rfc3339)
        writer.member("to", record.to.rfc3339)
        writer.member("closed_at", record.closedAt.rfc3339)
        writer.member("level", record.level)
        more(&writer)
        writer.endObject()
    }
}
