import Glibc

extension ConsensusFit {
    /// The fit with posteriors as sure as answers left out show them to be.
    ///
    /// The models take answers to one item as independent, but hard items mislead many reviewers at
    /// once: with twenty answers an item, posteriors of nearly one are far too often wrong. So every
    /// answer is predicted from the item's other answers, with the odds of its labels raised to a
    /// power of 0.05...1, and the power that predicts best is used for all. No truth is needed, the
    /// order of an item's labels stays, and where answers are independent the power comes out as one.
    public func tempered(by votes: Votes) -> ConsensusFit {
        guard labels > 1, items > 0 else { return self }
        let left = LeftOutAnswers(fit: self, votes: votes)
        let power = left.bestPower()
        guard power < 1 else { return self }
        var posteriors = posteriors
        for item in 0..<items {
            var sum = 0.0
            for cell in item * labels..<(item + 1) * labels {
                posteriors[cell] = pow(posteriors[cell], power)
                sum += posteriors[cell]
            }
            for cell in item * labels..<(item + 1) * labels { posteriors[cell] /= sum }
        }
        return ConsensusFit(
            labels: labels, labelShares: labelShares, rounds: rounds, hasSettled: hasSettled,
            power: power, posteriors: posteriors, confusion: confusion)
    }
}

/// How well each answer is predicted by the other answers to its item.
private struct LeftOutAnswers {
    let fit: ConsensusFit
    let votes: Votes
    let logShares: [Double]
    let logConfusion: ContiguousArray<Double>

    init(fit: ConsensusFit, votes: Votes) {
        self.fit = fit
        self.votes = votes
        logShares = fit.labelShares.map { log(max($0, 1e-300)) }
        logConfusion = ContiguousArray(fit.confusion.map { log(max($0, 1e-300)) })
    }

    /// The power under which answers are predicted best; 1 unless less is better by more than chance
    /// rounding.
    func bestPower() -> Double {
        // Golden section on the logarithm: the score rises to one peak and falls.
        let ratio = (5.0.squareRoot() - 1) / 2
        var low = log(0.05)
        var high = 0.0
        var left = high - ratio * (high - low)
        var right = low + ratio * (high - low)
        var (leftScore, rightScore) = (score(exp(left)), score(exp(right)))
        while high - low > 0.02 {
            if leftScore > rightScore {
                (high, right, rightScore) = (right, left, leftScore)
                left = high - ratio * (high - low)
                leftScore = score(exp(left))
            } else {
                (low, left, leftScore) = (left, right, rightScore)
                right = low + ratio * (high - low)
                rightScore = score(exp(right))
            }
        }
        let power = exp((low + high) / 2)
        return score(power) > score(1) ? power : 1
    }

    /// The sum of the logarithms of the probabilities that answers had before they were given.
    private func score(_ power: Double) -> Double {
        let labels = fit.labels
        return votes.starts.withUnsafeBufferPointer { starts in
            votes.cells.withUnsafeBufferPointer { cells in
                logConfusion.withUnsafeBufferPointer { logConfusion in
                    fit.confusion.withUnsafeBufferPointer { confusion in
                        var score = 0.0
                        var whole = logShares
                        for item in 0..<(starts.count - 1) {
                            let answers = Int(starts[item])..<Int(starts[item + 1])
                            for label in 0..<labels { whole[label] = logShares[label] }
                            for answer in answers {
                                let row = Int(cells[answer]) &* labels
                                for label in 0..<labels {
                                    whole[label] += logConfusion[row &+ label]
                                }
                            }
                            for answer in answers {
                                let row = Int(cells[answer]) &* labels
                                var most = -Double.infinity
                                for label in 0..<labels {
                                    most = max(most, whole[label] - logConfusion[row &+ label])
                                }
                                var sum = 0.0
                                var given = 0.0
                                for label in 0..<labels {
                                    let others = whole[label] - logConfusion[row &+ label]
                                    let weight = exp(power * (others - most))
                                    sum += weight
                                    given += weight * confusion[row &+ label]
                                }
                                score += log(max(given / sum, 1e-300))
                            }
                        }
                        return score
                    }
                }
            }
        }
    }
}
