import Glibc

/// The largest distance of two samples' distribution functions.
///
/// Kolmogorov 1933, Giornale dell'Istituto Italiano degli Attuari 4:83-91; Smirnov 1939. With many
/// values it finds differences that matter to nobody: show it, but do not alarm by it.
public struct KolmogorovSmirnov: Hashable, Sendable {
    /// The distance, 0...1.
    public let statistic: Double
    /// The size of the first sample, at least 1.
    public let firstSize: Int
    /// The size of the second sample, at least 1.
    public let secondSize: Int
    /// The statistic times both sizes.
    private let steps: Int

    /// Compares two samples; values that are not finite are left out.
    ///
    /// - Throws: ``Unknown`` if a sample is empty.
    /// - Complexity: O(n log n).
    public init(_ first: [Double], _ second: [Double]) throws(Unknown) {
        let first = first.filter(\.isFinite).sorted()
        let second = second.filter(\.isFinite).sorted()
        guard !first.isEmpty, !second.isEmpty else { throw Unknown(.noObservations) }
        var (i, j) = (0, 0)
        // In units of 1 / (n m), so that equal distances are equal.
        var largest = 0
        while i < first.count, j < second.count {
            let value = min(first[i], second[j])
            while i < first.count, first[i] == value { i += 1 }
            while j < second.count, second[j] == value { j += 1 }
            largest = max(largest, abs(i * second.count - j * first.count))
        }
        steps = largest
        firstSize = first.count
        secondSize = second.count
        statistic = Double(largest) / (Double(first.count) * Double(second.count))
    }

    /// The probability of so large a distance if both samples come from one distribution.
    ///
    /// Exact up to a million pairs of values, else ``approximateP``; too high where values are tied.
    public var p: Double {
        firstSize * secondSize <= 1_000_000 ? exactP : approximateP
    }

    /// The exact probability: of all orders in which two samples without ties may mix.
    ///
    /// Hodges 1958, Arkiv för Matematik 3:469-486, with probabilities in place of counts of paths.
    ///
    /// - Complexity: O(n m).
    public var exactP: Double {
        let (m, n) = (firstSize, secondSize)
        guard steps > 0 else { return 1 }
        // outside[j]: the probability that a random path to (i, j) has been as far from the diagonal.
        var outside = Array(repeating: 0.0, count: n + 1)
        for i in 0...m {
            for j in 0...n {
                guard abs(i * n - j * m) < steps else {
                    outside[j] = 1
                    continue
                }
                guard i + j > 0 else { continue }
                let fromLeft = j > 0 ? outside[j - 1] * Double(j) : 0
                let fromBelow = i > 0 ? outside[j] * Double(i) : 0
                outside[j] = (fromLeft + fromBelow) / Double(i + j)
            }
        }
        return outside[n].held(in: 0...1)
    }

    /// The probability of so large a distance of one sample of the effective size n m / (n + m).
    ///
    /// Marsaglia, Tsang and Wang 2003, J. Stat. Softw. 8(18) up to 140; above that Kolmogorov's
    /// limit with the correction of Stephens 1970, J. R. Stat. Soc. B 32:115-122.
    public var approximateP: Double {
        let (m, n) = (Double(firstSize), Double(secondSize))
        let size = m * n / (m + n)
        let whole = max(Int(size.rounded(.toNearestOrEven)), 1)
        guard whole <= 140 else {
            let root = size.squareRoot()
            return Self.limit((root + 0.12 + 0.11 / root) * statistic)
        }
        return Self.oneSampleP(statistic, n: whole)
    }

    /// The tail of Kolmogorov's limiting distribution.
    static func limit(_ distance: Double) -> Double {
        guard distance > 0.2 else { return 1 }
        var sum = 0.0
        for k in 1...100 {
            let term = exp(-2 * Double(k * k) * distance * distance)
            sum += k.isMultiple(of: 2) ? -term : term
            if term < 1e-18 { break }
        }
        return (2 * sum).held(in: 0...1)
    }

    /// The exact tail for one sample, as a power of a matrix.
    static func oneSampleP(_ distance: Double, n: Int) -> Double {
        guard distance > 0 else { return 1 }
        guard distance < 1 else { return 0 }
        let k = Int(Double(n) * distance) + 1
        let size = 2 * k - 1
        let h = Double(k) - Double(n) * distance
        var matrix = SquareMatrix(size: size) { i, j in i - j + 1 >= 0 ? 1 : 0 }
        for i in 0..<size {
            matrix[i, 0] -= pow(h, Double(i + 1))
            matrix[size - 1, i] -= pow(h, Double(size - i))
        }
        matrix[size - 1, 0] += 2 * h - 1 > 0 ? pow(2 * h - 1, Double(size)) : 0
        for i in 0..<size {
            for j in 0..<size where i - j + 1 > 0 {
                matrix[i, j] *= exp(-SpecialFunctions.logGamma(Double(i - j + 2)))
            }
        }
        let (power, exponent) = matrix.raised(to: n)
        let logFactorials =
            SpecialFunctions.logGamma(Double(n + 1)) - Double(n) * log(Double(n))
        let below =
            power[k - 1, k - 1] * exp(logFactorials + Double(exponent) * log(1e140))
        return (1 - below).held(in: 0...1)
    }
}

/// A small square matrix.
private struct SquareMatrix {
    let size: Int
    private var cells: [Double]

    init(size: Int, _ cell: (Int, Int) -> Double) {
        self.size = size
        cells = (0..<size * size).map { cell($0 / size, $0 % size) }
    }

    subscript(row: Int, column: Int) -> Double {
        get { cells[row * size + column] }
        set { cells[row * size + column] = newValue }
    }

    func times(_ other: SquareMatrix) -> SquareMatrix {
        SquareMatrix(size: size) { i, j in
            (0..<size).reduce(0.0) { $0 + self[i, $1] * other[$1, j] }
        }
    }

    /// The power, over 1e140 as often as the exponent returned says, so that it does not overflow.
    func raised(to power: Int) -> (matrix: SquareMatrix, exponent: Int) {
        guard power > 1 else { return (self, 0) }
        let half = raised(to: power / 2)
        var result = half.matrix.times(half.matrix)
        var exponent = 2 * half.exponent
        if !power.isMultiple(of: 2) { result = times(result) }
        if result[size / 2, size / 2] > 1e140 {
            for index in result.cells.indices { result.cells[index] *= 1e-140 }
            exponent += 1
        }
        return (result, exponent)
    }
}
