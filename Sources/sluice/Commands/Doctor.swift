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
            whether clocks agree, whether an open transaction slows everything down, and whether \
            the counts that reports are read from equal a recount of all rows. It may run beside \
            the service.
            """)

    @Flag(help: "Count everything anew first; reports and reviewers go on meanwhile.")
    var rebuildRollups = false

    @Option(help: "Look at one project only.")
    var project: String?

    @Flag(help: "Print JSON lines.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        let findings = try await Failure.explain("looking the database over") {
            try await database.withPool(migrated: false) { pool in try await examine(pool) }
        }
        for finding in findings {
            try json ? Output.write(finding.json + [10]) : Output.print(finding.line)
        }
        if findings.contains(where: { $0.state == .bad }) { throw ExitCode(2) }
    }

    private func examine(_ pool: ConnectionPool) async throws -> [DoctorFinding] {
        let doctor = Doctor(
            pool: pool, rollups: Rollups(pool: pool, logger: Logger(label: "sluice")))
        var findings = try await doctor.examineServer {
            Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        }
        // Without its tables there is nothing more to look at.
        guard !findings.contains(where: { $0.check == "migrations" && $0.state == .bad }) else {
            return findings
        }
        let directory = ProjectDirectory(pool: pool)
        var names = try await pool.withSession { session in try Store(session).projectNames() }
        if let project { names = [project] }
        for name in names {
            let context = try await directory.context(name)
            if rebuildRollups {
                try await doctor.rebuildRollups(of: context)
                Output.say("counted \(name) anew")
            }
            findings.append(try await doctor.examineRollups(of: context))
        }
        return findings
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
