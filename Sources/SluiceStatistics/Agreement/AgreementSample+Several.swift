extension AgreementSample {
    /// Several coefficients with their intervals from one bootstrap over items.
    ///
    /// Each is what ``estimate(_:level:resamples:using:)`` gives by a generator in the same state; the
    /// resamples, which cost most, are drawn once for all.
    ///
    /// - Returns: an estimate of each, or why there is none, in the order of `coefficients`.
    public func estimates(
        _ coefficients: [AgreementCoefficient], level: Double = 0.95, resamples: Int = 1000,
        using generator: inout some RandomNumberGenerator
    ) -> [Result<Estimate, Unknown>] {
        let kinds = kinds.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let answers = kinds.map { AnswerCounts($0.key) }
        let weights = kinds.map(\.value)
        func agreement(_ times: [Int]) -> Agreement {
            var agreement = Agreement(labels: labels)
            for (kind, times) in zip(answers, times) { agreement.count(kind, times: times) }
            return agreement
        }
        let whole = agreement(weights)
        // What is undefined for the items themselves is not looked at any further.
        let values = coefficients.map { coefficient in
            Result { () throws(Unknown) in try coefficient.value(of: whole) }
        }
        var drawn: [[Result<Double, Unknown>]] = coefficients.map { _ in [] }
        let isDefined = values.map { value in
            if case .success = value { true } else { false }
        }
        if isDefined.contains(true) {
            for _ in 0..<max(resamples, 1) {
                // Nobody gets the figures any more.
                if Task.isCancelled { break }
                let resample = agreement(Multinomial.resample(weights, using: &generator))
                for (index, coefficient) in coefficients.enumerated() where isDefined[index] {
                    drawn[index].append(
                        Result { () throws(Unknown) in try coefficient.value(of: resample) })
                }
            }
        }
        return zip(values, drawn).map { value, drawn in
            Result { () throws(Unknown) in
                let level = try checked(level)
                var rest = drawn[...]
                return try Bootstrap.estimate(
                    try value.get(), n: whole.items, level: level, resamples: drawn.count
                ) { () throws(Unknown) in
                    guard let next = rest.popFirst() else { throw Unknown(.noObservations) }
                    return try next.get()
                }
            }
        }
    }
}
