import SluiceStatistics
import Testing

@Suite("Calibration error")
struct CalibrationErrorTests {
    @Test("the expected and the largest error agree with netcal")
    func reference() throws {
        // netcal 1.4.0 ECE and MCE.
        let outcomes = zip(CalibrationVectors.confidences, CalibrationVectors.isRight)
            .map { ($0, $1 == 1) }
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
}
