import ArgumentParser
import CDawidSkene
import Glibc
import SluiceStatistics

/// `sluice-bench consensus`.
struct ConsensusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consensus",
        abstract: "Dawid and Skene's estimate of labels and reviewers, against the same in C.",
        discussion: "Both take processor time of one thread, in turns, on the same made-up answers."
    )

    @Option(help: "How many times measurement and baseline take turns.")
    var repeats = 9

    @Option(help: "How many items there are.")
    var items = 100_000

    @Option(help: "How many answers every item has.")
    var answers = 5

    @Option(help: "How many labels there are.")
    var labels = 4

    @Option(help: "How many reviewers there are.")
    var reviewers = 200

    @Option(help: "How many rounds the estimate takes.")
    var rounds = 12

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(repeats), items > 0, labels > 1, rounds > 0,
            answers > 0, answers <= reviewers
        else {
            throw ValidationError(
                "accepted: 1 to 1000 repeats, two labels or more, no more answers than reviewers")
        }
    }

    func run() async throws {
        let before = Machine.load()
        let crowd = MadeUpCrowd(
            items: items, answers: answers, labels: labels, reviewers: reviewers)
        let stop = ConsensusStop(rounds: rounds, change: 0)
        var measured: [Double] = []
        var baseline: [Double] = []
        var tempering: [Double] = []
        for turn in 0..<repeats {
            var fit: ConsensusFit?
            measured.append(
                processorTime { fit = DawidSkene(prior: .small, stop: stop).fit(crowd.votes) })
            var posteriors: [Double] = []
            baseline.append(processorTime { posteriors = crowd.estimateInC(rounds: rounds) })
            guard let fit else { throw BenchError("there is no estimate") }
            tempering.append(processorTime { _ = fit.tempered(by: crowd.votes) })
            try crowd.expectSame(fit, posteriors)
            say("consensus \(turn + 1): \(measured[turn]) s against \(baseline[turn]) s")
        }
        let size = "\(items) items x \(answers), \(labels) labels, \(rounds) rounds"
        let report = Report(
            figures: [
                Figure(
                    "Dawid-Skene, \(size)", unit: "CPU s", goal: .ratioAtMost(2.5),
                    measured: measured, baseline: baseline, against: "C"),
                Figure("tempering of the same", unit: "CPU s", measured: tempering),
            ],
            machine: Machine.line(load: before),
            command: CommandLine.arguments.joined(separator: " "))
        try report.print(json: json)
    }

    /// Seconds of processor time that this thread takes for `work`.
    private func processorTime(_ work: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        work()
        return now() - start
    }
}

/// Answers of reviewers who are right with a probability of 0.5...0.95 each; the same in every run.
private struct MadeUpCrowd {
    let votes: Votes
    private let starts: [Int32]
    private let reviewer: [Int32]
    private let label: [Int32]
    private let reviewers: Int

    init(items: Int, answers: Int, labels: Int, reviewers: Int) {
        var generator = Steps()
        let accuracies = (0..<reviewers).map { _ in
            Double.random(in: 0.5...0.95, using: &generator)
        }
        var votes = Votes(labels: labels)
        votes.reserveCapacity(items: items, answers: items * answers)
        var (starts, who, what): ([Int32], [Int32], [Int32]) = ([0], [], [])
        for _ in 0..<items {
            let truth = Int.random(in: 0..<labels, using: &generator)
            var chosen: [(reviewer: Int, label: Int)] = []
            while chosen.count < answers {
                let reviewer = Int.random(in: 0..<reviewers, using: &generator)
                guard !chosen.contains(where: { $0.reviewer == reviewer }) else { continue }
                let isRight = Double.random(in: 0..<1, using: &generator) < accuracies[reviewer]
                let other = (truth + Int.random(in: 1..<labels, using: &generator)) % labels
                chosen.append((reviewer, isRight ? truth : other))
            }
            votes.append(chosen)
            who += chosen.map { Int32($0.reviewer) }
            what += chosen.map { Int32($0.label) }
            starts.append(Int32(who.count))
        }
        self.votes = votes
        self.starts = starts
        (reviewer, label) = (who, what)
        self.reviewers = reviewers
    }

    func estimateInC(rounds: Int) -> [Double] {
        let prior = DawidSkene.Prior.small
        var posteriors = [Double](repeating: 0, count: votes.items * votes.labels)
        let status = dawid_skene(
            Int32(votes.items), Int32(reviewers), Int32(votes.labels), starts, reviewer, label,
            prior.right, prior.wrong, prior.items, Int32(rounds), &posteriors)
        return status == 0 ? posteriors : []
    }

    /// Makes sure that both programs computed the same thing.
    func expectSame(_ fit: ConsensusFit, _ posteriors: [Double]) throws {
        guard posteriors.count == fit.items * fit.labels else {
            throw BenchError("the baseline had no memory")
        }
        for item in 0..<fit.items {
            for (label, posterior) in fit.posterior(of: item).enumerated() {
                let difference = abs(posterior - posteriors[item * fit.labels + label])
                guard difference < 1e-9 else {
                    throw BenchError("item \(item) differs from the baseline by \(difference)")
                }
            }
        }
    }
}

/// A generator that gives the same numbers in every run: a linear congruence of 64 bits with
/// Knuth's multiplier, its upper half mixed into the lower.
private struct Steps: RandomNumberGenerator {
    private var state: UInt64 = 0x5EED

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 33)
    }
}
