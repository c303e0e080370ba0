import SluiceDomain
import SluiceService
import TestSupport
import Testing

@Suite("Group commit", .database)
struct GroupCommitTests {
    @Test("requests that arrive together share transactions, and each gets its own outcome")
    func sharing() async throws {
        try await TestService.run { service in
            // The first of its version and the project's block of ids cost transactions of their own.
            try await service.ingest([SentPrediction("warm")])
            let coalescer = IngestCoalescer(ingestion: service.ingestion)
            let project = try await service.project()
            let outcomes = try await withThrowingTaskGroup(of: (Int, [LineOutcome]).self) { group in
                for number in 0..<400 {
                    group.addTask {
                        let line =
                            number % 10 == 3
                            ? SentPrediction("item-\(number)", label: "unknown-\(number)").line
                            : SentPrediction("item-\(number)").line
                        let batch = service.batch([line], project: project)
                        return (number, try await coalescer.ingest(batch, project: project))
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(outcomes.count == 400)
            for (number, lines) in outcomes {
                #expect(lines.count == 1)
                if number % 10 == 3 {
                    #expect(lines[0].refusal == .unknownLabel("unknown-\(number)"))
                } else {
                    #expect(lines[0].stored?.externalID == Array("item-\(number)".utf8))
                }
            }
            let transactions = try await service.sql("SELECT count(DISTINCT xmin::text) FROM item")
            #expect((Int(transactions) ?? 400) < 80, "\(transactions) transactions for 360 items")
            #expect(try await service.sql("SELECT count(*) FROM item") == "361")
        }
    }

    @Test("one request alone is stored without waiting for company")
    func alone() async throws {
        try await TestService.run { service in
            let coalescer = IngestCoalescer(ingestion: service.ingestion)
            let project = try await service.project()
            for number in 0..<3 {
                let batch = service.batch(
                    [SentPrediction("item-\(number)").line], project: project)
                let outcomes = try await coalescer.ingest(batch, project: project)
                #expect(outcomes[0].stored != nil)
            }
            #expect(try await service.sql("SELECT count(DISTINCT xmin::text) FROM item") == "3")
        }
    }
}
