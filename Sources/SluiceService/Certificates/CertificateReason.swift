import Glibc
import SluiceStatistics

extension CertificateChain {
    /// Why no threshold is certified, and what to do; nil where one is.
    var reason: String? {
        guard certified == nil else { return nil }
        guard !grid.steps.isEmpty, let last = steps.last else {
            return "too few predictions for a grid of thresholds; "
                + "\(CertificateEvidence.leastReference) from before the labels are needed"
        }
        guard !starts.isEmpty else {
            if steps.contains(where: { $0.form == .unobservable }) {
                return "items were accepted without audits, so nobody can say how many are wrong: "
                    + "set audit_rate above 0; \(least) audits are missing"
            }
            let (found, word) = audits.map { ($0, "audits") } ?? (last.labelled, "labels")
            return "\(found) \(word); at least \(least) are needed even if all are right, "
                + "so \(Self.missing(max(least - found, 1)))"
        }
        guard let failed = firstFailed.map({ steps[$0] }) else {
            return
                "the walk began at items that were accepted without audits: set audit_rate above 0"
        }
        let place = "at or above \(ShortNumber.threshold(failed.threshold))"
        switch failed.form {
        case .unobservable:
            let unseen = failed.strata.filter { $0.propensity <= 0 }.reduce(0) { $0 + $1.items }
            return "\(unseen) items \(place) were accepted without audits: set audit_rate above 0; "
                + "at least \(least) audits are missing"
        case .unlabelled:
            return "items \(place) were audited at a rate at which no audit is done yet"
        case .binomial, .twoStrata, .strata:
            let counts =
                failed.errors == 0
                ? "none of \(failed.labelled) labels \(place) is wrong"
                : "\(failed.errors) of \(failed.labelled) labels \(place) are wrong"
            guard let more = firstFailed.flatMap(labelsNeeded) else {
                return counts + ", which is too near the limit of "
                    + "\(ShortNumber.percent(promise.limit)), or beyond it"
            }
            return counts + ", which does not show it yet; about \(more) more labels of that kind "
                + "would"
        }
    }

    /// What more labels would buy: the next threshold, and about how many labels it takes; nil where
    /// the errors there are above the limit, or the walk went to the end.
    var more: (step: Int, labels: Int)? {
        guard certified != nil, let failed = firstFailed, let needed = labelsNeeded(at: failed)
        else { return nil }
        return (step: failed, labels: needed)
    }

    /// About how many more labels a step would take; nil where the errors there are too many.
    ///
    /// Evidence grows by a factor with each label, on average; what has grown so far tells the factor.
    private func labelsNeeded(at step: Int) -> Int? {
        let labelled = steps[step].labelled
        guard let peak = tests.last(where: { $0.step == step })?.peak else {
            return steps[step].labelsNeeded(promise).map { max($0 - labelled, 1) }
        }
        guard peak > 1.01, steps[step].observedError ?? 1 < promise.limit else { return nil }
        let needed = Double(labelled) * (log(1 / promise.delta) / log(peak) - 1)
        return max(Int(min(needed, 1e9).rounded(.up)), 1)
    }

    private static func missing(_ count: Int) -> String {
        count == 1 ? "1 is missing" : "\(count) are missing"
    }
}

/// Numbers as sentences say them.
enum ShortNumber {
    /// A share in per cent with at most two decimals: `2 %`, `64.9 %`.
    static func percent(_ share: Double) -> String {
        let hundredths = Int((share * 10_000).rounded())
        let (whole, rest) = (hundredths / 100, hundredths % 100)
        if rest == 0 { return "\(whole) %" }
        return rest % 10 == 0
            ? "\(whole).\(rest / 10) %" : "\(whole).\(rest < 10 ? "0" : "")\(rest) %"
    }

    /// A threshold with at most four decimals, rounded up: what is said is never laxer than what is
    /// so.
    static func threshold(_ value: Double) -> String {
        let scaled = Int((value * 10_000 - 1e-9).rounded(.up))
        if scaled >= 10_000 { return "1" }
        var digits = String(10_000 + max(scaled, 0)).dropFirst()
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return "0." + digits
    }
}
