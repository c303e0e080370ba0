import SluiceStatistics

extension CertificateChain {
    /// Why no threshold is certified, and what to do; nil where one is.
    var reason: String? {
        guard certified == nil else { return nil }
        let least = promise.leastLabels
        guard !grid.steps.isEmpty, let last = steps.last else {
            return "too few predictions for a grid of thresholds; "
                + "\(CertificateEvidence.leastReference) from before the labels are needed"
        }
        guard let start = starts.first else {
            if steps.contains(where: { $0.form == .unobservable }) {
                return "items were accepted without audits, so nobody can say how many are wrong: "
                    + "set audit_rate above 0; \(least) audits are missing"
            }
            let (found, word) = audits.map { ($0, "audits") } ?? (last.labelled, "labels")
            return "\(found) \(word); at least \(least) are needed even if all are right, "
                + "so \(max(least - found, 1)) are missing"
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
            let counts = "\(failed.errors) of \(failed.labelled) labels \(place) are wrong"
            if let needed = failed.labelsNeeded(promise) {
                return counts + ", too many to tell so early; about "
                    + "\(max(needed - failed.labelled, 1)) more labels of that kind would do"
            }
            _ = start
            return counts
                + ", which is more than the limit of \(ShortNumber.percent(promise.limit))"
        }
    }

    /// What more labels would buy: the next threshold, and about how many labels it takes; nil where
    /// the errors there are above the limit, or the walk went to the end.
    var more: (step: Int, labels: Int)? {
        guard certified != nil, let failed = firstFailed,
            let needed = steps[failed].labelsNeeded(promise)
        else { return nil }
        return (step: failed, labels: max(needed - steps[failed].labelled, 1))
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
