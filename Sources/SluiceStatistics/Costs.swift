/// What people's work and the model's mistakes cost, all in one currency.
public struct UnitCosts: Hashable, Sendable {
    /// What one review of a queued item costs, at least 0.
    public let review: Double
    /// What one audit of an accepted item costs, at least 0.
    public let audit: Double
    /// What one wrong label that nobody noticed costs, at least 0.
    public let error: Double

    /// Collects the three; each must be finite and not negative.
    public init(review: Double, audit: Double, error: Double) {
        self.review = review
        self.audit = audit
        self.error = error
    }

    /// What the same work costs where an error costs something else.
    public func with(error: Double) -> UnitCosts {
        UnitCosts(review: review, audit: audit, error: error)
    }

    /// The calibrated probability of being right from which accepting is cheaper than asking a person,
    /// 0...1.
    ///
    /// Chow 1970, IEEE Trans. Inf. Theory 16:41-46, with a person who errs: accepting costs
    /// (1 - p) c_error, asking c_review + h c_error, so accept at p >= 1 - h - c_review / c_error. A
    /// review at 0.85, an error at 12 and people who are wrong in 2 % give 0.909167. Where an error
    /// costs nothing, everything is accepted: 0.
    ///
    /// - Parameter humanError: how often a person's label is wrong, 0...1.
    public func acceptFrom(humanError: Double) -> Double {
        guard error > 0 else { return 0 }
        return (1 - humanError - review / error).held(in: 0...1)
    }

    /// The model's own confidence from which accepting is cheaper, by a map from confidence to the
    /// probability of being right; nil if no confidence reaches ``acceptFrom(humanError:)``.
    ///
    /// The 0.909167 of the example, by a line of slope 1.5 and offset -1, is a confidence of 0.900459.
    public func acceptFrom(humanError: Double, by map: CalibrationMap) -> Double? {
        map.smallestConfidence(reaching: acceptFrom(humanError: humanError))
    }

    /// The error of single items from which asking a person is cheaper: the complement of
    /// ``acceptFrom(humanError:)``, 0...1.
    public func errorWorthAccepting(humanError: Double) -> Double {
        1 - acceptFrom(humanError: humanError)
    }
}

/// What deciding items by the model instead of by people has saved, after audits and errors.
public struct CostSaved: Hashable, Sendable {
    /// Some items the model decided, and how often it was wrong about them.
    public struct Part: Hashable, Sendable {
        /// How many items the model decided.
        public let items: Int
        /// The share of them it was wrong about; its interval is carried through.
        public let error: Estimate
        /// What they cost.
        public let costs: UnitCosts

        /// Collects the parts.
        public init(items: Int, error: Estimate, costs: UnitCosts) {
            self.items = items
            self.error = error
            self.costs = costs
        }

        /// What the estimated errors cost.
        var errorCost: Double { Double(items) * error.value * costs.error }
    }

    /// The parts, one for each cost of an error; at least one.
    public let parts: [Part]
    /// How many of the items were audited.
    public let audits: Int

    /// Takes the parts, whose errors must have been estimated from different items.
    ///
    /// - Throws: ``Unknown`` if there are none or a count cannot be.
    public init(_ parts: [Part], audits: Int) throws(Unknown) {
        guard !parts.isEmpty else { throw Unknown(.noObservations) }
        guard audits >= 0, parts.allSatisfy({ $0.items >= 0 }) else {
            throw Unknown(.impossibleCounts)
        }
        self.parts = parts
        self.audits = audits
    }

    /// What people would have cost.
    public var gross: Double { parts.reduce(0) { $0 + Double($1.items) * $1.costs.review } }

    /// What the audits cost.
    public var auditCost: Double { Double(audits) * (parts.first?.costs.audit ?? 0) }

    /// What the estimated errors cost.
    public var errorCost: Double { parts.reduce(0) { $0 + $1.errorCost } }

    /// What is left, with the intervals of the error rates carried through.
    ///
    /// 12,000 items at 0.85 a review and 500 audits at as much, 0.8 % of them (0.3147 % to 1.6651 %)
    /// wrong at 12 each: 8,623 (7,377.21 to 9,321.87). Several parts are put together by square and
    /// add, as Newcombe does for a difference: Zou, Huang and Zhang 2009, Comput. Stat. Data Anal.
    /// 53:1080-1085.
    public var net: Estimate {
        var up = 0.0
        var down = 0.0
        for part in parts {
            let scale = Double(part.items) * part.costs.error
            let more = scale * (part.error.hi - part.error.value)
            let less = scale * (part.error.value - part.error.lo)
            up += more * more
            down += less * less
        }
        let value = gross - auditCost - errorCost
        let sizes = parts.compactMap(\.error.nEffective)
        return Estimate(
            value: value, lo: value - up.squareRoot(), hi: value + down.squareRoot(),
            level: parts[0].error.level, method: parts[0].error.method,
            n: parts.reduce(0) { $0 + $1.error.n },
            nEffective: sizes.count == 1 && parts.count == 1 ? sizes[0] : nil)
    }
}
