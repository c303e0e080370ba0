import Glibc

extension String {
    /// The system's words for an `errno`.
    init(errno: Int32) {
        self = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
    }
}

/// The few file operations the cluster needs, each failing with what it was doing to which path.
enum FileSystem {
    /// Creates a directory only its owner may enter, and gives it to `account`.
    ///
    /// A directory that exists is left as it is, whoever owns it.
    static func createPrivateDirectory(
        _ path: String, for account: ServerAccount?
    ) throws(ClusterError) {
        guard mkdir(path, 0o700) == 0 else {
            if errno == EEXIST { return }
            throw .fileSystem(operation: "create", path: path, errno: errno)
        }
        guard let account else { return }
        guard chown(path, account.user, account.group) == 0 else {
            throw .fileSystem(operation: "give away", path: path, errno: errno)
        }
    }

    /// Creates the directories above `path` that are missing, open to be passed through.
    static func createParents(of path: String) throws(ClusterError) {
        var index = path.startIndex
        while let slash = path[path.index(after: index)...].firstIndex(of: "/") {
            let parent = String(path[..<slash])
            guard mkdir(parent, 0o755) == 0 || errno == EEXIST else {
                throw .fileSystem(operation: "create", path: parent, errno: errno)
            }
            index = slash
        }
    }

    static func rename(_ from: String, to: String) throws(ClusterError) {
        guard Glibc.rename(from, to) == 0 else {
            throw .fileSystem(operation: "rename to \(to)", path: from, errno: errno)
        }
    }

    /// Forces a directory's entries to disk, so that a rename in it survives a power cut.
    static func synchronise(directory: String) throws(ClusterError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .fileSystem(operation: "open", path: directory, errno: errno)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .fileSystem(operation: "write to disk", path: directory, errno: errno)
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The names in a directory, unordered; nil when it is not there or not readable.
    static func entries(of directory: String) -> [String]? {
        guard let stream = opendir(directory) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// The bytes of a small file from `offset` on, as text; nil when it cannot be read.
    static func text(of path: String, from offset: Int = 0, limit: Int = 64 * 1024) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = pread(descriptor, &bytes, limit, off_t(offset))
        guard count >= 0 else { return nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// The size of a file in bytes; 0 when it is not there.
    static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The target of a symbolic link; nil when it is none or may not be read.
    static func linkTarget(_ path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &bytes, bytes.count)
        return count >= 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    /// The path with every link and `..` resolved; nil when it does not exist.
    static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
