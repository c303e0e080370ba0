import Subprocess

/// How one of PostgreSQL's programs is run: as whom, and with an environment that has nothing of ours.
///
/// `PG*` variables of the service must not reach the private server, and a locale that is not
/// installed must not stop it.
struct ProgramContext: Hashable, Sendable {
    let binaries: ServerBinaries
    let account: ServerAccount?

    var environment: Environment {
        .custom([
            "PATH": "\(binaries.directory):/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
        ])
    }

    /// Own session: a Ctrl-C at the terminal is for the service, which then stops the server in
    /// order.
    var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        return options
    }

    /// The program that becomes the one wanted: `setpriv` where the account changes, else `sh`.
    ///
    /// `PlatformOptions.userID` is not used: it makes the process with a bare `clone`, in which the C
    /// library's `setuid` then waits for threads that exist in the parent only, now and then for ever.
    var launcher: Executable { .name(account == nil ? "sh" : "setpriv") }

    /// Makes the arguments with which the launcher becomes a program.
    ///
    /// It runs where anybody may be, since the service's own directory may be closed to the account,
    /// and makes files for its account only.
    ///
    /// - Parameter log: where its output is appended, opened by the account; nil leaves it be.
    func launcherArguments(_ program: [String], log: String? = nil) -> Arguments {
        let script =
            #"umask 077; cd /; log=$1; shift; exec "$@""# + (log == nil ? "" : #" >>"$log" 2>&1"#)
        let shell = ["-c", script, "sh", log ?? ""] + program
        guard let account else { return Arguments(shell) }
        return Arguments(
            ["--reuid=\(account.user)", "--regid=\(account.group)", "--init-groups", "--", "sh"]
                + shell)
    }

    /// Runs a program to its end.
    ///
    /// - Throws: `ClusterError.initialisationFailed` with the last of its output when it does not
    ///   exit with 0.
    func run(
        _ name: String, _ arguments: [String], input: String = ""
    ) async throws(ClusterError) {
        let outcome: (succeeded: Bool, output: String)
        do {
            let result = try await Subprocess.run(
                launcher, arguments: launcherArguments([name] + arguments),
                environment: environment, platformOptions: platformOptions, input: .string(input),
                output: .string(limit: 1 << 20), error: .combinedWithOutput)
            outcome = (result.terminationStatus.isSuccess, result.standardOutput)
        } catch {
            outcome = (false, String(describing: error))
        }
        guard outcome.succeeded else {
            throw .initialisationFailed(step: name, output: lastLines(of: outcome.output))
        }
    }
}

/// The last few lines of a program's output, as one line fit for an error message.
func lastLines(of text: String, count: Int = 4) -> String {
    text.split(separator: "\n").suffix(count).joined(separator: " | ")
}
