import SluicePostgres
import SluiceSQL
import Testing

@Suite("The SQL files become statements and migrations")
struct CatalogTests {
    @Test("statements keep their name, their description and their text")
    func statements() throws {
        let claim = SQLCatalog.claimTasks
        #expect(claim.name == "claimTasks")
        #expect(claim.text.hasPrefix("-- "))
        #expect(!claim.text.contains("-- name:"))
        #expect(Set(SQLCatalog.all.map(\.name)).count == SQLCatalog.all.count)
        #expect(SQLCatalog.all.contains(claim))
    }

    @Test("migrations come in the order of their names and apply to an empty database")
    func migrations() async throws {
        #expect(SQLCatalog.migrations.map(\.name) == SQLCatalog.migrations.map(\.name).sorted())
        #expect(SQLCatalog.migrations.first?.name == "0001_projects")
        try await withPool(ScratchServer.shared().database()) { (pool) async throws in
            let applied = try await pool.withSession {
                try Migrator(migrations: SQLCatalog.migrations).migrate($0)
            }
            #expect(applied == SQLCatalog.migrations.map(\.name))
        }
    }
}
