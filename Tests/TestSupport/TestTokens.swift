import SluiceCluster
import SluiceDomain
import SluicePostgres
import SluiceService

/// Makes a token straight in the database, as `sluice token create` does.
///
/// - Parameter project: the one project it is good for; nil for every project.
public func makeToken(
    _ role: Role, name: String, project: String? = nil, through pool: ConnectionPool
) async throws -> String {
    try await Administration(pool: pool, directory: ProjectDirectory(pool: pool))
        .createToken(role: role, name: name, project: project)
}

extension TestServer {
    /// Makes a database with nothing in it.
    ///
    /// - Returns: how its owner connects.
    public func makeEmptyDatabase(_ name: String) async throws -> String {
        try await execute("CREATE DATABASE \(name)")
        return address.connectionString(database: name)
    }
}
