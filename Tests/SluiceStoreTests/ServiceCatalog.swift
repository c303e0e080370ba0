import SluicePostgres
import SluiceSQL

/// The service's catalogue, for files that import the other one.
enum ServiceCatalog {
    static let names = Set(SQLCatalog.all.map(\.name))
}
