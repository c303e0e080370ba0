import ArgumentParser
import Foundation
import Logging
import SluiceApp
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import SluiceTerminal

/// `sluice doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look the database over, on the host; exit 2 when something is wrong.",
        discussion: """
            Says whether the database answers and is up to date, whether commits survive a crash, \
            whether clocks agree, whether an open transaction slows everything down; then project \
            by project whether free, leased and answered slots of every open task are as many as \
            were asked, and whether the counts that reports are read from equal a recount of all \
            rows. It may run beside the service: it only reads, in short transactions, and locks \
            nothing.
            """)

    @Flag(help: "Count everything anew first; reports and reviewers go on meanwhile.")
    var rebuildRollups = false

    @Option(help: "Look at one project only.")
    var project: String?

    @Flag(help: "Print JSON lines.")
    var json = false

    @Option(
        help:
            "How long each look at each project may take, in seconds; what is not done by then is unknown."
    )
    var within = 300

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
        guard (1...86_400).contains(within) else {
            throw ValidationError("--within takes 1 to 86400 seconds")
        }
    }

    func run() async throws {
        let isSound = try await Failure.explain("looking the database over") {
            try await database.withPool(migrated: false) { pool in try await examine(pool) }
        }
        if !isSound { throw ExitCode(2) }
    }

    /// Prints each finding as it is made.
    ///
    /// - Returns: whether everything is as it should be.
    private func examine(_ pool: ConnectionPool) async throws -> Bool {
        let doctor = Doctor(
            pool: pool, rollups: Rollups(pool: pool, logger: Logger(label: "sluice")),
            patience: .seconds(within))
        let findings = try await doctor.examineServer {
            Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        }
        for finding in findings { try tell(finding) }
        var isSound = findings.allSatisfy { $0.state == .ok }
        // Without its tables there is nothing more to look at.
        guard !findings.contains(where: { $0.check == "migrations" && $0.state == .bad }) else {
            return isSound
        }
        let directory = ProjectDirectory(pool: pool)
        var names = try await pool.withSession { session in try Store(session).projectNames() }
        if let project { names = [project] }
        for (index, name) in names.enumerated() {
            let context = try await directory.context(name)
            let place = "\(name), project \(index + 1) of \(names.count)"
            if rebuildRollups {
                report("counting \(place) anew")
                try await doctor.rebuildRollups(of: context)
                Output.say("counted \(name) anew")
            }
            report("looking at the queue of \(place)")
            let queue = try await doctor.examineQueue(of: context)
            try tell(queue)
            report("recounting the rows of \(place)")
            let rollups = try await doctor.examineRollups(of: context)
            try tell(rollups)
            isSound = isSound && queue.state == .ok && rollups.state == .ok
        }
        return isSound
    }

    /// Says on a terminal what takes long.
    private func report(_ step: String) {
        if Output.talksToTerminal { Output.say(safe("\(step)...")) }
    }

    private func tell(_ finding: DoctorFinding) throws {
        try json ? Output.write(finding.json + [10]) : Output.print(finding.line)
    }
}

extension DoctorFinding {
    /// A line for people.
    fileprivate var line: String {
        let name = project.map { "\(check) of \($0)" } ?? check
        let advice = advice.map { " (\($0))" } ?? ""
        return safe("\(state.rawValue.padded(to: 4)) \(name): \(found)\(advice)")
    }

    fileprivate var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("check", check)
        writer.memberIfPresent("project", project)
        writer.member("state", state.rawValue)
        writer.member("found", found)
        writer.memberIfPresent("advice", advice)
        writer.endObject()
        return writer.bytes
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
