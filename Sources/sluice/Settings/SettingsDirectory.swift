import Foundation

/// Where a person's settings are: `$XDG_CONFIG_HOME/sluice`, else `~/.config/sluice`.
enum SettingsDirectory {
    /// The directory, which may not be there yet.
    ///
    /// A relative XDG_CONFIG_HOME counts as none, as the XDG specification has it.
    static func path(_ variables: [String: String]) throws -> String {
        if let root = variables["XDG_CONFIG_HOME"], root.hasPrefix("/") { return root + "/sluice" }
        guard let home = variables["HOME"], home.hasPrefix("/") else {
            throw Failure(
                "finding your settings", why: "neither XDG_CONFIG_HOME nor HOME is set",
                hint: "set HOME to your home directory")
        }
        return home + "/.config/sluice"
    }
}
