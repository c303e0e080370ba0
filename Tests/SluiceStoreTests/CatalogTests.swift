import SluicePostgres
import SluiceSQL
import TestSupport
import Testing

@Suite("Named statements", .database)
struct CatalogTests {
    @Test("every statement prepares, with the parameters and columns its header names")
    func headers() async throws {
        let database = try #require(TestDatabase.current)
        // What COPY takes no parameter and returns no row for; its tests run it.
        let prepared = SQLCatalog.all.filter { $0.verb != "COPY" }
        #expect(prepared.count > 40)
        try await database.expectPrepared(prepared)
    }

    @Test("every statement has a name of its own, and says what it does where that is not plain")
    func names() {
        #expect(Set(SQLCatalog.all.map(\.name)).count == SQLCatalog.all.count)
        #expect(SQLCatalog.migrations.map(\.name) == SQLCatalog.migrations.map(\.name).sorted())
    }

    @Test("no SQL stands in the sources")
    func noSQLInSources() throws {
        let pattern = try Regex(
            #""\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP)\s"#)
        for folder in [
            "SluiceDomain", "SluiceStore", "SluiceService", "SluiceAPI", "SluiceHTTP", "SluiceApp",
            "sluice", "sluice-bench",
        ] {
            for file in try Repository.swiftFiles(below: "Sources/\(folder)") {
                let text = try Repository.text(file)
                #expect(!text.contains(pattern), "\(file)")
            }
        }
    }
}
