/// How far one thing that is watched has moved from the reference.
public struct DriftSignal: Hashable, Sendable {
    /// How far it matters.
    public enum Level: String, Hashable, Sendable, CaseIterable, Comparable {
        /// Not significant, or not large.
        case none
        /// Significant and large enough to look at.
        case warn
        /// Significant and large enough to act on.
        case act

        /// Orders by severity.
        public static func < (left: Self, right: Self) -> Bool {
            left.severity < right.severity
        }

        private var severity: Int {
            switch self {
            case .none: 0
            case .warn: 1
            case .act: 2
            }
        }
    }

    /// How the effect is measured.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Numbers: population stability index over the reference's deciles.
        case numeric
        /// Categories: Jensen-Shannon distance.
        case categorical
        /// A share of the items: the difference of both.
        case rate
    }

    /// What is watched, such as `confidence` or `payload.amount missing`.
    public var name: String
    /// How the effect is measured.
    public var kind: Kind
    /// The name of the effect: `psi`, `js_distance` or `rate_difference`.
    public var statistic: String
    /// How large the shift is, in the unit of its kind; nil where it cannot be told.
    public var effect: Double?
    /// The probability of so large a shift by chance, 0...1; nil where it cannot be told.
    public var p: Double?
    /// The same, adjusted for all signals of the window; see ``MultipleTests/benjaminiHochberg(_:)``.
    public var adjustedP: Double?
    /// How far it matters in this window alone.
    public var level = Level.none
    /// How many items of the reference tell of it.
    public var referenceSize: Int
    /// How many items of the window tell of it.
    public var currentSize: Int
    /// The mean or the share in the reference; nil for categories.
    public var reference: Double?
    /// The mean or the share in the window; nil for categories.
    public var current: Double?
    /// The largest distance of the distribution functions, of numbers.
    public var distance: Double?
    /// Categories that the reference never had, the commonest first, at most ten.
    public var unseen: [String] = []
    /// Why there is no effect; nil where there is one.
    public var reason: String?
    /// Whether a shift could show at all: false where neither window holds any, or only one kind.
    var isTestable = true

    /// Names a signal that is not measured yet.
    public init(
        name: String, kind: Kind, statistic: String, referenceSize: Int, currentSize: Int
    ) {
        self.name = name
        self.kind = kind
        self.statistic = statistic
        self.referenceSize = referenceSize
        self.currentSize = currentSize
    }

    /// The adjusted p-value below which a shift is not taken for chance.
    public static let alpha = 0.01

    /// How far a signal matters over time: the highest level that at least two of its last three
    /// windows have reached, the newest one among the three.
    ///
    /// - Parameter levels: the levels of the windows, oldest first.
    public static func sustained(_ levels: [Level]) -> Level {
        let recent = levels.suffix(3).sorted()
        return recent.count < 2 ? .none : recent[recent.count - 2]
    }
}
