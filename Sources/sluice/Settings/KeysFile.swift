import Glibc
import SluiceDesk

/// The reviewer's own keys, in `keys.json` among the settings.
enum KeysFile {
    /// The keys as the file changes them; the standard ones when there is no file.
    ///
    /// - Throws: `Failure` naming the file and what is wrong in it.
    static func keymap(_ variables: [String: String]) throws -> Keymap {
        let path = try SettingsDirectory.path(variables) + "/keys.json"
        guard access(path, F_OK) == 0 else { return .standard }
        let bytes = try InputFile.read(path)
        do throws(KeymapError) {
            return try Keymap(parsing: bytes)
        } catch {
            throw Failure(
                "reading \(path)", why: error.description,
                hint: "`sluice review --keys` prints the keys when the file is put away")
        }
    }
}
