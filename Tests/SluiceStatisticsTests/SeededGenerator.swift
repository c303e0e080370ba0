import Glibc

/// SplitMix64: the same numbers on every run.
///
/// Steele, Lea and Flood 2014, OOPSLA, figure 17.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True with a probability of 0...1.
    mutating func flip(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }
}

extension SeededGenerator {
    /// How many of `n` trials of probability 0..<1 succeed, by the gaps between successes: as many draws
    /// as there are successes.
    mutating func binomial(_ n: Int, _ probability: Double) -> Int {
        guard probability > 0 else { return 0 }
        var successes = 0
        var trial = 0.0
        while true {
            let uniform = Double.random(in: Double.leastNonzeroMagnitude..<1, using: &self)
            trial += (log(uniform) / log1p(-probability)).rounded(.down) + 1
            guard trial <= Double(n) else { return successes }
            successes += 1
        }
    }
}
