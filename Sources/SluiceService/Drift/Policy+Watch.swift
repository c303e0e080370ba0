import SluiceDomain

extension Policy {
    /// The error that audits are watched against; nil: they are not watched.
    var watchedErrorLimit: Double? { nil }

    /// The smallest rate above 0 at which it audits anything; 1 where it audits nothing.
    var smallestAuditRate: Double {
        let rates =
            [auditRate] + audits.strata.map(\.rate) + rules.rules.compactMap(\.then.auditRate)
        return rates.filter { $0 > 0 }.min() ?? 1
    }
}
