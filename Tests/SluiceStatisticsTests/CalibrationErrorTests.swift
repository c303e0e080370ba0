import SluiceStatistics
import Testing

@Suite("Calibration")
struct CalibrationErrorTests {
    @Test("the expected and the largest error agree with netcal")
    func reference() throws {
        // netcal 1.4.0 ECE and MCE.
        let outcomes = zip(Self.probabilities, Self.isTrue).map { ($0, $1 == 1) }
        expectClose(try CalibrationError(outcomes).expected, 0.10004999999999999)
        let tenths = try CalibrationError(outcomes, bins: 10)
        expectClose(tenths.expected, 0.08305000000000001)
        expectClose(tenths.largest, 0.19972727272727264)
        #expect(tenths.n == 60)
    }

    @Test("certainty that comes true is no error, and without an outcome there is none to tell")
    func ends() throws {
        #expect(try CalibrationError([(1, true), (0, false)]).expected == 0)
        #expect(try CalibrationError([(1, false), (0, true)]).expected == 1)
        #expect(throws: Unknown(.noObservations)) { try CalibrationError([]) }
    }

    private static let probabilities: [Double] = [
        0.663, 0.994, 0.659, 0.894, 0.935, 0.696, 0.719, 0.686, 0.553, 0.739, 0.621, 0.629,
        0.592, 0.597, 0.907, 0.711, 0.628, 0.795, 0.802, 0.823, 0.956, 0.575, 0.686, 0.642,
        0.508, 0.591, 0.697, 0.697, 0.808, 0.726, 0.804, 0.612, 0.567, 0.665, 0.548, 0.683,
        0.73, 0.859, 0.934, 0.526, 0.978, 0.86, 0.994, 0.559, 0.688, 0.751, 0.874, 0.656,
        0.725, 0.638, 0.725, 0.755, 0.783, 0.852, 0.621, 0.815, 0.545, 0.806, 0.73, 0.567,
    ]

    private static let isTrue: [Int] = [
        1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1,
        1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1,
        0, 1,
    ]
}
