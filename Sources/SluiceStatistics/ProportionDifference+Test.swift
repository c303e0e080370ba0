extension ProportionDifference {
    /// How many standard errors the two shares are apart if both are the same share; 0 where no
    /// trial counted, or all did.
    ///
    /// The pooled z test; 40 of 1000 minus 35 of 500 gives -2.513123.
    public var pooledZ: Double {
        let share = Double(first.x + second.x) / Double(first.n + second.n)
        let variance = share * (1 - share) * (1 / Double(first.n) + 1 / Double(second.n))
        return variance > 0 ? value / variance.squareRoot() : 0
    }

    /// The two-sided p-value of ``pooledZ``; 40 of 1000 and 35 of 500 give 0.011967.
    public var pooledP: Double { SpecialFunctions.normalTails(pooledZ) }

    /// The least count expected in the four cells if both shares are the same.
    public var leastExpected: Double {
        let all = Double(first.n + second.n)
        let counted = Double(first.x + second.x)
        return Double(min(first.n, second.n)) * min(counted, all - counted) / all
    }

    /// The p-value, 0...1, of the claim that both shares are the same: ``pooledP`` where at least 5
    /// are expected in each cell, ``fisherP`` below that.
    public var p: Double { leastExpected < 5 ? fisherP : pooledP }
}
