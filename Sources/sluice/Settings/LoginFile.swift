import Foundation
import Glibc
import SluiceAPI
import SluiceDomain
import SluiceJSON

/// The tokens of `sluice login`, by service, in a file nobody else can read.
struct LoginFile {
    /// The file.
    let path: String
    /// The service last logged in to; nil when there is none.
    private(set) var current: String?
    /// Tokens by the service's URL.
    private(set) var tokens: [String: String] = [:]

    /// Reads the file; one that is not there holds nothing.
    ///
    /// - Throws: `Failure` when others may read it, or when it is not what `save` writes.
    init(_ variables: [String: String]) throws {
        path = try SettingsDirectory.path(variables) + "/login.json"
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(
                "reading \(path)", why: "others may read the tokens in it",
                hint: "chmod 600 \(path)")
        }
        let wire: WireReader
        do {
            wire = WireReader(try JSONValue(parsing: InputFile.read(path)))
            current = try wire.optional("current")?.string()
            guard let object = try wire.required("tokens").value.object else {
                throw try wire.required("tokens").refuse("a JSON object")
            }
            for member in object.members { tokens[member.key] = member.value.string }
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(
                "reading \(path)", why: "it is not what `sluice login` writes: \(error)",
                hint: "remove it and log in again")
        }
    }

    /// A URL as it stands in the file: without a slash at its end.
    static func normal(_ url: String) -> String { url.last == "/" ? String(url.dropLast()) : url }

    /// The token for a service; nil when nobody logged in to it.
    func token(for url: String) -> String? { tokens[Self.normal(url)] }

    /// Remembers a token, and its service as the one to speak to.
    mutating func add(_ token: String, for url: String) throws {
        tokens[Self.normal(url)] = token
        current = Self.normal(url)
        try save()
    }

    /// Forgets the token of a service.
    ///
    /// - Returns: whether there was one.
    mutating func remove(_ url: String) throws -> Bool {
        guard tokens.removeValue(forKey: Self.normal(url)) != nil else { return false }
        if current == Self.normal(url) { current = tokens.keys.sorted().first }
        try save()
        return true
    }

    /// Writes a new file beside the old one and puts it in its place: readers see one or the other.
    private func save() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.memberIfPresent("current", current)
        writer.key("tokens")
        writer.beginObject()
        for (url, token) in tokens.sorted(by: { $0.key < $1.key }) {
            writer.key(url)
            writer.string(token)
        }
        writer.endObject()
        writer.endObject()
        let directory = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure("making \(directory)", why: error.localizedDescription)
        }
        var template = Array("\(directory)/login-XXXXXX".utf8CString)
        // mkstemp makes the file with mode 0600.
        let file = mkstemp(&template)
        let name = String(
            decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard file >= 0 else { throw failure("writing \(name)") }
        do {
            defer { close(file) }
            try Output.write(writer.bytes + [10], to: file)
            guard fsync(file) == 0 else { throw failure("writing \(name)") }
        } catch {
            unlink(name)
            throw error
        }
        // Settings may be links into a directory that is kept elsewhere; those stay.
        let target = realpath(path, nil)
        defer { free(target) }
        guard rename(name, target.map { String(cString: $0) } ?? path) == 0 else {
            let failure = failure("writing \(path)")
            unlink(name)
            throw failure
        }
    }

    private func failure(_ what: String) -> Failure {
        Failure(what, why: String(cString: strerror(errno)))
    }
}
