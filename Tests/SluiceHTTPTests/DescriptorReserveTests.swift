import Testing

@testable import SluiceApp

@Suite struct DescriptorReserveTests {
    @Test(
        "the last descriptors are kept for the service itself, some before them for health checks",
        arguments: [
            // limit, connections to the database, the first kept for probes, the first for itself
            (1024, 8, 976, 992), (256, 8, 208, 224), (160, 8, 112, 128), (64, 8, 32, 43),
            (65_536, 500, 64_504, 64_520), (256, 500, 128, 171), (1, 8, 1, 1),
        ])
    func division(limit: Int, pool: Int, served: Int, probes: Int) {
        let reserve = DescriptorReserve(limit: limit, poolSize: pool)
        #expect(reserve.served == served && reserve.probes == probes)
        #expect(reserve.admission(descriptor: 0) == .served)
        #expect(reserve.admission(descriptor: served) == (served < probes ? .probesOnly : .refused))
        #expect(reserve.admission(descriptor: probes) == .refused)
        #expect(reserve.admission(descriptor: limit) == .refused)
    }

    @Test("without a limit everybody is served")
    func unlimited() {
        let reserve = DescriptorReserve(limit: .max, poolSize: 8)
        #expect(reserve.admission(descriptor: 1_000_000) == .served)
    }
}
