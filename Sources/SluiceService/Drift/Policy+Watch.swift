import SluiceDomain

extension Policy {
    /// The rates above 0 at which it audits something.
    var auditRates: Set<Double> {
        Set(
            ([auditRate] + audits.strata.map(\.rate) + rules.rules.compactMap(\.then.auditRate))
                .filter { $0 > 0 })
    }

    /// The smallest rate above 0 at which it audits anything; 1 where it audits nothing.
    var smallestAuditRate: Double { auditRates.min() ?? 1 }
}
