import Glibc

/// The unprivileged account the server runs as when the service itself is root.
struct ServerAccount: Hashable, Sendable {
    let name: String
    let user: uid_t
    let group: gid_t

    /// Says as whom to run the server: nil means as ourselves, which is always so unless we are root.
    ///
    /// - Throws: `ClusterError.accountMissing` when we are root and there is no such account.
    static func required(named name: String) throws(ClusterError) -> ServerAccount? {
        guard geteuid() == 0 else { return nil }
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwnam_r(name, &record, &buffer, buffer.count, &found) == 0, found != nil else {
            throw .accountMissing(name: name)
        }
        return ServerAccount(name: name, user: record.pw_uid, group: record.pw_gid)
    }
}
