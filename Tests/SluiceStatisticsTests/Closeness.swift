import Testing

/// Expects a value within a tolerance relative to what is expected, or to 0.001 if that is more.
func expectClose(
    _ value: Double, _ expected: Double, within tolerance: Double = 1e-9,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(
        abs(value - expected) <= tolerance * max(abs(expected), 0.001),
        "\(value), not \(expected)", sourceLocation: sourceLocation)
}
