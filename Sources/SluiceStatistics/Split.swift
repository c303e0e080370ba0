/// The part of a data set an item belongs to, for good.
public enum Split: String, Hashable, Sendable, CaseIterable {
    /// To learn from.
    case train
    /// To choose with.
    case dev
    /// To judge by.
    case test

    /// Where the parts meet on the unit interval.
    public struct Edges: Hashable, Sendable {
        /// Below this lies `train`.
        public let train: Double
        /// From `train` to below this lies `dev`, above it `test`.
        public let dev: Double

        /// Takes the two edges, held within 0...1 and in order.
        public init(train: Double = 0.8, dev: Double = 0.9) {
            self.train = train.held(in: 0...1)
            self.dev = dev.held(in: self.train...1)
        }

        /// 80 % train, 10 % dev, 10 % test.
        public static let standard = Edges()
    }

    /// Places a group by the hash of its key, given as a number in 0..<1.
    ///
    /// A number equal to an edge lies above it. The same key always lands in the same part, however
    /// much data comes later.
    public init(unit: Double, edges: Edges = .standard) {
        self = unit < edges.train ? .train : unit < edges.dev ? .dev : .test
    }
}
