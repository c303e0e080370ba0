/// Edges that cut numbers into bins of about equal mass of a reference.
public struct ValueBins: Hashable, Sendable {
    /// The inner edges, rising; a value at an edge belongs to the bin above it.
    public let edges: [Double]

    /// Takes edges; those that are not finite or not rising are left out.
    public init(edges: [Double]) {
        var kept: [Double] = []
        for edge in edges where edge.isFinite && edge > kept.last ?? -.infinity {
            kept.append(edge)
        }
        self.edges = kept
    }

    /// Cuts at the quantiles of reference values.
    ///
    /// Values that many items share make one edge instead of several, so that there may be fewer
    /// bins. Where all values are the same there are three: below, at and above it.
    public init(quantilesOf values: [Double], bins: Int = 10) {
        let sorted = values.filter(\.isFinite).sorted()
        guard let first = sorted.first, let last = sorted.last else {
            self.init(edges: [])
            return
        }
        guard first < last else {
            self.init(edges: [first, first.nextUp])
            return
        }
        let cuts = (1..<max(bins, 2)).map { sorted[$0 * (sorted.count - 1) / max(bins, 2)] }
        // An edge at the least value would leave the first bin to new values only.
        self.init(edges: cuts.filter { $0 > first })
    }

    /// How many bins there are, at least 1.
    public var count: Int { edges.count + 1 }

    /// The bin of a value, 0..<count.
    public func bin(of value: Double) -> Int {
        var low = 0
        var high = edges.count
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// How many of the values fall into each bin; values that are not finite are left out.
    public func counts(of values: [Double]) -> [Int] {
        var counts = Array(repeating: 0, count: count)
        for value in values where value.isFinite { counts[bin(of: value)] += 1 }
        return counts
    }
}
