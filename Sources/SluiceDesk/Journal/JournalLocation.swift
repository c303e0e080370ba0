import Glibc

/// Where the journals of one reviewer on one project of one service are.
///
/// Each client has a file of its own, `NAME-1.journal`, `NAME-2.journal` and so on, and holds a lock
/// on it as long as it lives. A file nobody holds was left by a client that died.
public struct JournalLocation: Sendable {
    /// The directory of all journals of this user.
    public let directory: String
    private let name: String
    private let heading: JournalRecord

    /// Names a place.
    ///
    /// - Parameters:
    ///   - identity: what tells service, project and reviewer apart from all others, fit for a file's
    ///     name, and nobody's secret.
    public init(directory: String, identity: String, service: String, project: String) {
        self.directory = directory
        name = identity
        heading = .opened(service: service, project: project)
    }

    /// The directory the XDG base directory specification gives: `$XDG_STATE_HOME/sluice`, by default
    /// `~/.local/state/sluice`; nil when the environment names neither.
    ///
    /// - Parameter environment: looks up a variable; nil if it is not set.
    public static func directory(_ environment: (String) -> String?) -> String? {
        // A relative path is to be ignored, says the specification.
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            return state + "/sluice"
        }
        guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/.local/state/sluice"
    }

    /// Takes a journal, with what dead clients left in theirs.
    func open() throws(JournalError) -> JournalFile {
        try makeDirectory()
        while true {
            var own: JournalFile?
            for number in try numbers() {
                guard var file = try JournalFile.open(path(number), heading: heading) else {
                    continue
                }
                try preserveDamage(in: file)
                if own == nil {
                    try file.rewrite()
                    own = consume file
                    continue
                }
                // The lines stand in two files for a moment: sent twice, they count once.
                try own?.append(file.contents.records)
                file.remove()
            }
            if let own { return own }
            var number = 1
            while number < 1_000 {
                if let file = try JournalFile.create(path(number), heading: heading) {
                    syncDirectory()
                    return file
                }
                number += 1
            }
            throw JournalError("making", path(number), code: EEXIST)
        }
    }

    private func path(_ number: Int) -> String { "\(directory)/\(name)-\(number).journal" }

    /// The numbers of the files there are, the oldest first.
    private func numbers() throws(JournalError) -> [Int] {
        guard let stream = opendir(directory) else { throw JournalError("reading", directory) }
        defer { closedir(stream) }
        var numbers: [Int] = []
        while let entry = readdir(stream) {
            let text = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard text.hasPrefix(name + "-"), text.hasSuffix(".journal") else { continue }
            let middle = text.dropFirst(name.count + 1).dropLast(".journal".count)
            if let number = Int(middle) { numbers.append(number) }
        }
        return numbers.sorted()
    }

    private func makeDirectory() throws(JournalError) {
        var path = ""
        for part in directory.split(separator: "/") {
            path += "/" + part
            guard mkdir(path, 0o700) == 0 || errno == EEXIST || errno == EISDIR || errno == EROFS
            else { throw JournalError("making", path) }
        }
        // Answers are nobody else's business, whatever the directory was made with.
        guard chmod(directory, 0o700) == 0 else { throw JournalError("securing", directory) }
    }

    /// Keeps a file that holds lines nobody can read under another name before it is written anew.
    private func preserveDamage(in file: borrowing JournalFile) throws(JournalError) {
        guard file.contents.damagedLines > 0 else { return }
        guard link(file.path, file.path + ".damaged") == 0 || errno == EEXIST else {
            throw JournalError("keeping a copy of", file.path)
        }
    }

    /// Makes a new file's name last.
    private func syncDirectory() {
        let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
