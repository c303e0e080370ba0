import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// A certificate as it was just made: what was promised, or why nothing is.
struct Certificate: Sendable {
    let version: ModelVersion
    let question: CertificateQuestion
    /// The limit and the probability, before labels and looks share it.
    let promise: ErrorPromise
    /// Which look at this version and limit it is, counted from 1.
    let look: Int
    let policy: Policy
    let policyVersion: Int
    let evidence: CertificateEvidence
    let chains: [CertificateChain]
    let labels: [String]
    let madeAt: Timestamp
    let expiresAt: Timestamp

    /// The threshold of a label; nil when it is certified for no confidence.
    func threshold(of label: Int32) -> Double? {
        chains.first { $0.labels?.contains(label) ?? true }?.threshold
    }

    /// Whether any threshold is certified.
    var isCertified: Bool { chains.contains { $0.certified != nil } }

    /// What is stored of it.
    func record(version: Int64, isAutomatic: Bool) -> NewCertificate {
        NewCertificate(
            modelVersionID: version, policyVersion: policyVersion, madeAt: madeAt,
            expiresAt: expiresAt, errorLimit: promise.limit, method: question.method.rawValue,
            isCertified: isCertified, isAutomatic: isAutomatic, document: document)
    }

    /// What the thresholds accept of everything that arrived.
    var automation: Figure {
        share { fact in
            threshold(of: fact.label).map { fact.confidence >= $0 } ?? false
        }
    }

    /// What the policy accepts of everything that arrived.
    var automationNow: Figure { share { present.accepts($0) } }

    /// The thresholds in force.
    var present: PresentThresholds { PresentThresholds(policy, labels: labels) }

    private func share(_ isAccepted: (CertificateFact) -> Bool) -> Figure {
        .rate(
            evidence.facts.count(where: isAccepted), of: evidence.window.items,
            unless: "no item arrived in the window")
    }

    /// What is certified of the error of everything accepted, the weakest chain's bound; nil where
    /// evidence was weighed or nothing is certified.
    var bound: Double? {
        let bounds = chains.compactMap { chain in
            chain.tests.last { $0.isKept && $0.step == chain.certified }?.bound
        }
        return bounds.max()
    }
}

/// The thresholds of a policy, by place of the label.
struct PresentThresholds: Sendable {
    private let thresholds: [Double]
    private let standard: Double
    private let degree: AutomationDegree

    init(_ policy: Policy, labels: [String]) {
        thresholds = labels.map { policy.accept.threshold(for: ExactText($0)) }
        standard = policy.accept.standard
        degree = policy.degree
    }

    func accepts(_ fact: CertificateFact) -> Bool {
        switch degree {
        case .humanOnly, .shadow, .assist: return false
        case .full: return true
        case .partial:
            let place = Int(fact.label)
            return fact.confidence >= (place < thresholds.count ? thresholds[place] : standard)
        }
    }
}
