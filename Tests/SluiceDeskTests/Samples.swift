import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

/// Values with defaults that tests override where it matters.
enum Sample {
    static let received = Timestamp(microseconds: 1_795_000_000_000_000)

    static func lease(
        _ name: String = "invoice-1", payload: String = #"{"type":"text","text":"Hello"}"#,
        metadata: String? = nil, label: String? = "fraud", confidence: Double? = 0.6213,
        scores: String? = #"{"ok":0.31,"fraud":0.6213,"unclear":0.0687}"#,
        highlights: String? = nil, isBlind: Bool = false, seconds: Int = 600
    ) -> Lease {
        Lease(
            lease: "lease-\(name)", expiresAt: received, leaseSeconds: seconds, isBlind: isBlind,
            item: LeasedItem(
                externalID: name, payload: RawJSON(Array(payload.utf8)),
                metadata: metadata.map { RawJSON(Array($0.utf8)) }, receivedAt: received),
            prediction: isBlind
                ? nil
                : label.map {
                    ShownPrediction(
                        label: $0, confidence: confidence,
                        scores: scores.map { RawJSON(Array($0.utf8)) },
                        highlights: highlights.map { RawJSON(Array($0.utf8)) }, model: "fraud",
                        modelVersion: "7")
                })
    }

    static let labels = [
        Label(name: "ok", title: "Looks fine"), Label(name: "fraud", key: "f"),
        Label(name: "unclear", isBorderline: true),
    ]

    /// - Parameter dwell: none, so that a test may press a key as soon as a frame is drawn.
    static func project(
        _ labels: [Label] = labels, guidelines: String = "Be fair.",
        dwell: AnswerDwell = AnswerDwell(milliseconds: 0) ?? .standard
    ) -> ProjectReply {
        ProjectReply(
            name: "invoices", labels: labels, guidelines: guidelines, dwell: dwell,
            policyVersion: 3, createdAt: received)
    }

    static func reply(_ id: String, status: String = "counted") -> ReviewReply {
        ReviewReply(
            reviewID: id, externalID: "invoice-1", status: status, reviewedAt: received,
            isDuplicate: false, decision: nil)
    }

    static let ownFigures = OwnFigures(
        reviewer: "ana", reviews: 1_240,
        agreement: MeasuredShare(
            value: 0.9215, lo: 0.8912, hi: 0.9438, level: 0.95, method: "wilson", n: 412),
        gold: MeasuredShare(
            value: 0.9, lo: 0.699, hi: 0.9721, level: 0.95, method: "wilson", n: 20))

    static func problem(_ error: ReviewError) -> ServiceFailure { .refused(Problem(error)) }

    /// A client that has started, knows the project and holds leases.
    static func desk(
        _ leases: [Lease] = [lease(), lease("invoice-2")], project: ProjectReply = project(),
        figures: QueueReply? = QueueReply(waiting: 34, leased: 5, oldestWaitingSeconds: 740),
        size: Size = Size(columns: 80, rows: 24), options: Desk.Options = Desk.Options()
    ) -> Desk {
        var desk = Desk(
            project: "invoices", ids: ReviewIDs(high: 1, low: 2), size: size, options: options)
        _ = desk.update(.started)
        _ = desk.update(.projectLoaded(.success(project)))
        _ = desk.update(.leased(.success(LeaseReply(leases: leases))))
        if let figures { _ = desk.update(.queueLoaded(.success(figures))) }
        return desk
    }
}

extension LeaseReply: ExpressibleByArrayLiteral {
    /// Leases and nothing else.
    public init(arrayLiteral elements: Lease...) { self.init(leases: elements) }
}

extension Desk {
    /// Presses keys one after the other; a string presses each of its characters.
    @discardableResult
    mutating func press(_ keys: String) -> [Effect] { keys.flatMap { press(.character($0)) } }

    /// Looks at the screen and presses a key; none is held down.
    @discardableResult
    mutating func press(_ key: Key) -> [Effect] {
        _ = update(.drawn(screenItem, at: now))
        keyRepeat = KeyRepeat()
        return update(.terminal(.key(key)))
    }

    var shown: String? { leases.first?.externalID }

    func screen(_ columns: Int = 80, _ rows: Int = 24) -> String {
        view(in: Size(columns: columns, rows: rows)).text
    }
}

extension [Effect] {
    /// The answers among the effects.
    var answers: [(lease: String, request: Answer)] {
        compactMap { effect in
            guard case .submit(let lease, let request) = effect else { return nil }
            return (lease, request)
        }
    }
}
