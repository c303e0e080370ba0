import SluicePostgres

/// How to connect to a private cluster: always over its unix socket, as the role that owns it.
public struct ClusterAddress: Hashable, Sendable {
    /// The port of every private server.
    static let serverPort = 5432
    /// The role that owns every private cluster.
    static let owner = "sluice"

    /// The directory that holds the server's socket.
    public let socketDirectory: String
    /// The port, which only names the socket's file.
    public let port: Int
    /// The role that owns the cluster.
    ///
    /// No password: the socket lets in nobody else.
    public let user: String
    /// The database made with the cluster.
    public let database: String

    /// The address of the server that runs on a directory, or else will.
    init(of layout: ClusterLayout, database: String) {
        // A server that outlived its service listens where it was told to then.
        let surviving = PostmasterFile(dataDirectory: layout.data).flatMap { file in
            ProcessFacts.of(file.process, servingFrom: layout.data) == .serves
                ? file.socketDirectory : nil
        }
        self.init(
            socketDirectory: surviving.flatMap { $0.isEmpty ? nil : $0 } ?? layout.socketDirectory,
            port: Self.serverPort, user: Self.owner, database: database)
    }

    init(socketDirectory: String, port: Int, user: String, database: String) {
        self.socketDirectory = socketDirectory
        self.port = port
        self.user = user
        self.database = database
    }

    /// The same as options for the service's own connections.
    public var connectionOptions: ConnectionOptions {
        ConnectionOptions(connectionString: connectionString)
    }

    /// Keywords and values as libpq reads them, for `psql` and for connection options.
    public var connectionString: String {
        connectionString(database: database)
    }

    /// The same for another database or role of the cluster.
    public func connectionString(database: String, user: String? = nil) -> String {
        "host=\(quoted(socketDirectory)) port=\(port) user=\(quoted(user ?? self.user))"
            + " dbname=\(quoted(database))"
    }

    /// A value between single quotes, with quotes and backslashes escaped (PostgreSQL documentation,
    /// "Keyword/Value Connection Strings").
    private func quoted(_ value: String) -> String {
        var text = "'"
        for character in value {
            if character == "'" || character == "\\" { text.append("\\") }
            text.append(character)
        }
        return text + "'"
    }
}
