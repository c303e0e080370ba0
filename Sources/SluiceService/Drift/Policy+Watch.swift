import SluiceDomain

extension Policy {
    /// The smallest rate above 0 at which it audits anything; 1 where it audits nothing.
    var smallestAuditRate: Double {
        let rates =
            [auditRate] + audits.strata.map(\.rate) + rules.rules.compactMap(\.then.auditRate)
        return rates.filter { $0 > 0 }.min() ?? 1
    }
}
