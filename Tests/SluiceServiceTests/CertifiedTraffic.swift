import SluiceDomain
import SluiceJSON
import SluiceService
import TestSupport
import Testing

/// Made traffic whose truth is known: what is wrong is named so.
struct CertifiedTraffic {
    /// SplitMix64; Steele, Lea and Flood 2014, OOPSLA, figure 17.
    private var state: UInt64
    private var number = 0
    /// Every item sent: its confidence, and whether its prediction is wrong.
    private(set) var items: [(id: String, label: String, confidence: Double, isWrong: Bool)] = []

    init(seed: UInt64) { state = seed }

    private mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) / 0x1p53
    }

    /// The next predictions: confidences spread over 0.5...1, wrong in half of (1 - confidence)^1.5.
    mutating func predictions(
        _ count: Int, labels: [String] = ["a"], version: String = "1"
    ) -> [SentPrediction] {
        (0..<count).map { _ in
            number += 1
            let confidence = 0.5 + 0.5 * (uniform() * 1_000_000).rounded() / 1_000_000
            let chance = 0.5 * (1 - confidence) * (1 - confidence).squareRoot() * 2
            let isWrong = uniform() < chance
            let label = labels[number % labels.count]
            let id = "\(isWrong ? "w" : "r")\(number)"
            items.append((id, label, confidence, isWrong))
            return SentPrediction(
                id, label: label, confidence: "\(confidence)", version: version)
        }
    }

    /// The true error of everything from a threshold on, over all that was sent.
    func error(from threshold: Double, label: String? = nil) -> Double {
        let accepted = items.filter {
            $0.confidence >= threshold && (label == nil || $0.label == label)
        }
        return accepted.isEmpty
            ? 0 : Double(accepted.count(where: \.isWrong)) / Double(accepted.count)
    }
}

extension TestService {
    /// Certifies at an error of 5 % on made traffic, and puts the certificate in force.
    func certifyMadeTraffic() async throws {
        var traffic = CertifiedTraffic(seed: 5)
        try await ingest(traffic.predictions(6000))
        try await answerByName()
        var order = CertificateOrder()
        order.applies = true
        let view = try await certifying.certify(
            everything(0.05), order, of: project(), by: admin)
        try #require(view.status == .applied, "\(view.sentence)")
    }

    /// Has people answer, by the truth in its name, every queued and audited item that nobody has
    /// answered, but for those named.
    func answerByName(except: String = "none") async throws {
        try await sql(
            """
            INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, label, source, outcome)
            SELECT p.project_id, p.item_id, coalesce(d.revision, 0) + 1, 1, p.model_version_id,
                CASE WHEN i.external_id LIKE 'w%' THEN 'z' ELSE p.label END, 'reviewer',
                CASE WHEN i.external_id LIKE 'w%' THEN 'corrected' ELSE 'accepted' END
            FROM prediction p
            JOIN item i ON i.project_id = p.project_id AND i.id = p.item_id
            LEFT JOIN LATERAL (
                SELECT c.revision, c.source FROM decision c
                WHERE c.project_id = p.project_id AND c.item_id = p.item_id ORDER BY c.revision DESC LIMIT 1) d ON true
            WHERE p.stands AND p.route IN ('queued', 'audited') AND coalesce(d.source, 'model') = 'model'
                AND i.external_id NOT LIKE '\(except)'
            """)
    }

    /// Moves everything that arrived so many hours back.
    func age(hours: Int) async throws {
        try await sql(
            "UPDATE prediction SET received_at = received_at - interval '\(hours) hours'")
    }

    /// What certifies.
    var certifying: Certifying { Certifying(pool: pool, administration: administration) }

    /// A question over everything that ever arrived.
    func everything(_ error: Double = 0.02) -> CertificateQuestion {
        var question = CertificateQuestion()
        question.error = error
        question.from = Timestamp(microseconds: 1_600_000_000_000_000)
        return question
    }
}
