import CPostgres

/// The servers a connection string names, each as the parameters of one attempt.
///
/// libpq applies `connect_timeout` to each host only in its blocking calls, so a list of hosts is
/// taken apart here and each gets the time it is due.
enum ConnectionTarget {
    /// One list of keywords and values per attempt, in the order they are to be tried.
    static func attempts(_ options: ConnectionOptions) throws(PostgresError) -> [[String: String]] {
        var base = try parse(options.connectionString)
        base["application_name"] = base["application_name"] ?? options.applicationName
        base["client_encoding"] = "UTF8"
        if base["service"] != nil { return [base] }
        for key in ["host", "hostaddr", "port", "target_session_attrs"] where base[key] == nil {
            base[key] = environment(key)
        }
        let servers = split(base)
        guard base["target_session_attrs"] == "prefer-standby", servers.count > 1 else {
            return servers
        }
        return ["standby", "any"].flatMap { wanted in
            servers.map { $0.merging(["target_session_attrs": wanted]) { _, new in new } }
        }
    }

    private static func split(_ base: [String: String]) -> [[String: String]] {
        func parts(_ key: String) -> [String] {
            base[key].map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
                ?? []
        }
        let (hosts, addresses, ports) = (parts("host"), parts("hostaddr"), parts("port"))
        let count = max(hosts.count, addresses.count)
        guard count > 1, hosts.isEmpty || addresses.isEmpty || hosts.count == addresses.count,
            ports.count <= 1 || ports.count == count
        else { return [base] }
        return (0..<count).map { index in
            var server = base
            if index < hosts.count { server["host"] = hosts[index] }
            if index < addresses.count { server["hostaddr"] = addresses[index] }
            if ports.count > 1 { server["port"] = ports[index] }
            return server
        }
    }

    private static func parse(_ text: String) throws(PostgresError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            // libpq's words may quote the string, password and all.
            PQfreemem(message)
            throw PostgresError(
                .connectionFailed, message: "the connection string is neither a URI nor key=value")
        }
        defer { PQconninfoFree(options) }
        return values(options)
    }

    private static func environment(_ keyword: String) -> String? {
        guard let options = PQconndefaults() else { return nil }
        defer { PQconninfoFree(options) }
        return values(options)[keyword]
    }

    private static func values(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String:
        String]
    {
        var result: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                result[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        return result
    }
}
