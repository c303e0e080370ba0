import Glibc

/// Estimates labels with one number for every reviewer: how often they are right.
///
/// Whoever is wrong gives any other label as likely. What is left of Dawid and Skene's model if
/// there are too few answers for matrices; measured more accurate, and better calibrated, than both
/// the matrices and majority vote on queues of some hundred items. Where reviewers mistake one label
/// for another more often than the other way round it may do worse than majority vote.
public struct OneCoin: Hashable, Sendable {
    /// Answers taken as if given before any was.
    public struct Prior: Hashable, Sendable {
        /// Right answers of every reviewer.
        public let right: Double
        /// Wrong answers of every reviewer.
        public let wrong: Double
        /// Items of each label.
        public let items: Double

        /// Takes the three counts, each 0 or more.
        public init(right: Double, wrong: Double, items: Double) {
            self.right = right
            self.wrong = wrong
            self.items = items
        }

        /// Four right answers to one wrong, and one item of each label.
        public static let small = Prior(right: 4, wrong: 1, items: 1)
        /// Nothing: maximum likelihood.
        public static let none = Prior(right: 0, wrong: 0, items: 0)
    }

    /// What is taken as given before any answer.
    public let prior: Prior
    /// When to stop.
    public let stop: ConsensusStop

    /// Takes the prior, and when to stop.
    public init(prior: Prior, stop: ConsensusStop = ConsensusStop()) {
        self.prior = prior
        self.stop = stop
    }

    /// Estimates all items and reviewers.
    public func fit(_ votes: Votes) -> ConsensusFit {
        var posteriors = votes.shares
        var model = Model(votes: votes)
        var rounds = 0
        var change = Double.infinity
        // Nobody gets an estimate whose task is cancelled, so it need not be finished.
        while rounds < stop.rounds, change >= stop.change, !Task.isCancelled {
            model.maximise(votes, posteriors, prior)
            change = model.expect(votes, &posteriors)
            rounds += 1
        }
        model.maximise(votes, posteriors, prior)
        return ConsensusFit(
            labels: votes.labels, labelShares: model.labelShares, rounds: rounds,
            hasSettled: change < stop.change, power: 1, posteriors: posteriors,
            confusion: model.confusion)
    }
}

extension OneCoin {
    private struct Model {
        let labels: Int
        var labelShares: [Double]
        var accuracy: [Double]

        init(votes: Votes) {
            labels = votes.labels
            labelShares = Array(repeating: 0, count: labels)
            accuracy = Array(repeating: 0, count: votes.reviewers)
        }

        /// How often reviewers are right, and how common labels are, by the items' probabilities.
        mutating func maximise(
            _ votes: Votes, _ posteriors: ContiguousArray<Double>, _ prior: Prior
        ) {
            var right = Array(repeating: 0.0, count: accuracy.count)
            var answers = right
            var items = Array(repeating: prior.items, count: labels)
            for item in 0..<votes.items {
                for label in 0..<labels { items[label] += posteriors[item * labels + label] }
                for answer in votes.starts[item]..<votes.starts[item + 1] {
                    let (reviewer, label) = Int(votes.cells[Int(answer)])
                        .quotientAndRemainder(dividingBy: labels)
                    right[reviewer] += posteriors[item * labels + label]
                    answers[reviewer] += 1
                }
            }
            for reviewer in accuracy.indices {
                let all = answers[reviewer] + prior.right + prior.wrong
                accuracy[reviewer] = all > 0 ? (right[reviewer] + prior.right) / all : 0
            }
            let all = items.reduce(0, +)
            for label in 0..<labels { labelShares[label] = items[label] / all }
        }

        /// Gives every item its probabilities anew; returns the largest change of any.
        func expect(_ votes: Votes, _ posteriors: inout ContiguousArray<Double>) -> Double {
            // What one answer adds to its own label; for the others it adds nothing.
            let gains = accuracy.map { log(max($0, 1e-10)) - log(max(wrong($0), 1e-10)) }
            let logShares = labelShares.map { log($0) }
            var weights = logShares
            var change = 0.0
            for item in 0..<votes.items {
                for label in 0..<labels { weights[label] = logShares[label] }
                for answer in votes.starts[item]..<votes.starts[item + 1] {
                    let (reviewer, label) = Int(votes.cells[Int(answer)])
                        .quotientAndRemainder(dividingBy: labels)
                    weights[label] += gains[reviewer]
                }
                let most = weights.max() ?? 0
                var sum = 0.0
                for label in 0..<labels {
                    weights[label] = exp(weights[label] - most)
                    sum += weights[label]
                }
                for label in 0..<labels {
                    let posterior = weights[label] / sum
                    change = max(change, abs(posterior - posteriors[item * labels + label]))
                    posteriors[item * labels + label] = posterior
                }
            }
            return change
        }

        /// The accuracies as matrices.
        var confusion: ContiguousArray<Double> {
            var confusion = ContiguousArray<Double>()
            confusion.reserveCapacity(accuracy.count * labels * labels)
            for accuracy in accuracy {
                for answer in 0..<labels {
                    for truth in 0..<labels {
                        confusion.append(answer == truth ? accuracy : wrong(accuracy))
                    }
                }
            }
            return confusion
        }

        private func wrong(_ accuracy: Double) -> Double {
            (1 - accuracy) / Double(max(labels - 1, 1))
        }
    }
}
