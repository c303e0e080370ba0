import SluiceAPI
import SluiceTerminal

/// The reviewer's own figures.
extension Desk {
    /// From how many answers on a pace is more than chance.
    private static let paceAnswers = 5
    /// From how much work on a pace is more than chance.
    private static let paceTime = Duration.seconds(10)

    /// Answers per hour of active time in this session; nil while there are too few to tell.
    var pace: Double? {
        guard done >= Self.paceAnswers, tally.time >= Self.paceTime else { return nil }
        return Double(done) * 3_600 / tally.time.seconds
    }

    /// How long this reviewer alone would take for what waits; nil while it is not known.
    private var timeLeft: Duration? {
        guard let pace, pace > 0, case .online = connection, let waiting = figures?.waiting,
            waiting > 0
        else { return nil }
        return .seconds(Double(waiting + leases.count) * 3_600 / pace)
    }

    /// My count, my pace, and the time left at it, as much as fits into so many columns: the time
    /// left gives way first, the count last.
    func sessionText(room: Int) -> String {
        var text = "done \(done)"
        guard done > 0, text.count <= room else { return "" }
        var parts: [String] = []
        if let pace { parts.append("\(Int(pace))/h") }
        if let timeLeft { parts.append("queue takes you \(DeskText.span(timeLeft))") }
        for part in parts {
            guard text.count + 3 + part.count <= room else { break }
            text += " · " + part
        }
        return text
    }
}
