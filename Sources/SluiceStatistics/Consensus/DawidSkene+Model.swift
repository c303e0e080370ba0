import Glibc

extension DawidSkene {
    /// The reviewers and labels as one round leaves them to the next.
    ///
    /// All is flat and the loops over answers see plain pointers: they are all the time there is.
    struct Model {
        let labels: Int
        /// The share of each label.
        var labelShares: ContiguousArray<Double>
        /// The probability of each answer by reviewer, then answer, then true label: what one answer
        /// adds to an item lies side by side.
        var confusion: ContiguousArray<Double>
        private var logShares: ContiguousArray<Double>
        private var logConfusion: ContiguousArray<Double>
        /// Expected items of each label, and expected answers laid out as `confusion`.
        private var labelCounts: ContiguousArray<Double>
        private var counts: ContiguousArray<Double>

        init(votes: Votes) {
            labels = votes.labels
            labelShares = ContiguousArray(repeating: 0, count: labels)
            confusion = ContiguousArray(repeating: 0, count: votes.reviewers * labels * labels)
            logShares = labelShares
            logConfusion = confusion
            labelCounts = labelShares
            counts = confusion
        }

        /// Counts answers by the probabilities of the items' labels.
        mutating func count(_ votes: Votes, _ posteriors: ContiguousArray<Double>) {
            for item in 0..<votes.items {
                for label in 0..<labels { labelCounts[label] += posteriors[item * labels + label] }
                for answer in votes.starts[item]..<votes.starts[item + 1] {
                    let row = Int(votes.cells[Int(answer)]) * labels
                    for label in 0..<labels {
                        counts[row + label] += posteriors[item * labels + label]
                    }
                }
            }
        }

        /// Makes probabilities of what was counted, and counts from nothing again.
        mutating func normalise(_ prior: Prior) {
            let items = labelCounts.reduce(0) { $0 + $1 + prior.items }
            for label in 0..<labels {
                labelShares[label] = (labelCounts[label] + prior.items) / items
                logShares[label] = log(labelShares[label])
                labelCounts[label] = 0
            }
            let matrix = labels * labels
            for reviewer in stride(from: 0, to: counts.count, by: matrix) {
                for truth in 0..<labels {
                    var sum = 0.0
                    for answer in 0..<labels {
                        let cell = reviewer + answer * labels + truth
                        let known = answer == truth ? prior.right : prior.wrong
                        // An answer never seen must not rule a label out for good.
                        let count = max(counts[cell] + known, 1e-10)
                        confusion[cell] = count
                        counts[cell] = 0
                        sum += count
                    }
                    for answer in 0..<labels {
                        confusion[reviewer + answer * labels + truth] /= sum
                    }
                }
            }
            for cell in confusion.indices { logConfusion[cell] = log(confusion[cell]) }
        }

        /// Gives every item its probabilities anew and counts by them; returns the largest change of
        /// any.
        mutating func round(
            _ votes: Votes, _ posteriors: inout ContiguousArray<Double>
        ) -> Double {
            let labels = labels
            return votes.starts.withUnsafeBufferPointer { starts in
                votes.cells.withUnsafeBufferPointer { cells in
                    posteriors.withUnsafeMutableBufferPointer { posteriors in
                        logShares.withUnsafeBufferPointer { logShares in
                            logConfusion.withUnsafeBufferPointer { logConfusion in
                                labelCounts.withUnsafeMutableBufferPointer { labelCounts in
                                    counts.withUnsafeMutableBufferPointer { counts in
                                        Round(
                                            labels: labels, starts: starts, cells: cells,
                                            logShares: logShares, logConfusion: logConfusion,
                                            posteriors: posteriors, labelCounts: labelCounts,
                                            counts: counts
                                        ).run()
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One pass over all items: expectation, and the counts for the maximisation that follows.
private struct Round {
    let labels: Int
    let starts: UnsafeBufferPointer<Int32>
    let cells: UnsafeBufferPointer<Int32>
    let logShares: UnsafeBufferPointer<Double>
    let logConfusion: UnsafeBufferPointer<Double>
    let posteriors: UnsafeMutableBufferPointer<Double>
    let labelCounts: UnsafeMutableBufferPointer<Double>
    let counts: UnsafeMutableBufferPointer<Double>

    func run() -> Double {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: labels) { weights in
            var change = 0.0
            for item in 0..<(starts.count - 1) {
                let answers = Int(starts[item])..<Int(starts[item + 1])
                expect(answers, weights)
                change = max(change, settle(item, weights))
                for answer in answers {
                    let row = Int(cells[answer]) &* labels
                    for label in 0..<labels { counts[row &+ label] += weights[label] }
                }
            }
            return change
        }
    }

    /// The weight of each label from an item's answers, the likeliest being 1.
    @inline(__always)
    private func expect(_ answers: Range<Int>, _ weights: UnsafeMutableBufferPointer<Double>) {
        for label in 0..<labels { weights[label] = logShares[label] }
        for answer in answers {
            let row = Int(cells[answer]) &* labels
            for label in 0..<labels { weights[label] += logConfusion[row &+ label] }
        }
        var most = weights[0]
        for label in 1..<labels where weights[label] > most { most = weights[label] }
        for label in 0..<labels { weights[label] = exp(weights[label] - most) }
    }

    /// Makes probabilities of weights, stores and counts them; returns their largest change.
    @inline(__always)
    private func settle(_ item: Int, _ weights: UnsafeMutableBufferPointer<Double>) -> Double {
        var sum = 0.0
        for label in 0..<labels { sum += weights[label] }
        let row = item &* labels
        var change = 0.0
        for label in 0..<labels {
            let posterior = weights[label] / sum
            change = max(change, abs(posterior - posteriors[row &+ label]))
            posteriors[row &+ label] = posterior
            labelCounts[label] += posterior
            weights[label] = posterior
        }
        return change
    }
}
