import ArgumentParser
import Foundation
import Glibc
import Logging
import SluiceAPI
import SluiceApp
import SluiceClient
import SluiceDesk
import SluiceDomain
import SluiceHTTP
import SluiceJSON
import SluiceService
import SluiceTerminal

/// `sluice demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Show the whole of Sluice on real predictions.",
        discussion: """
            Starts a service with a database of its own in a temporary directory, sends the \
            predictions of a trained model, and opens the reviewer's client. Without a terminal it \
            answers some tasks by the truth that comes with the data, exports the labels and prints \
            the report.
            """)

    @Option(help: "The directory with project.json, policy.json, predictions.jsonl, truth.csv.")
    var data = "Deploy/demo-data"

    @Option(
        name: .customLong("data-dir"), help: "Keep the data here instead of a temporary directory.")
    var dataDirectory: String?

    @Option(help: "How many tasks the unattended demo answers.")
    var answers = 400

    @Flag(help: "Answer by the truth even in a terminal.")
    var unattended = false

    func run() async throws {
        LoggingSystem.bootstrap { label in
            var log = LineLog(label: label)
            log.logLevel = .warning
            return log
        }
        try await Interruption.watching { try await show($0) }
    }

    /// Shows everything, and puts everything away whether it comes to its end or is cancelled.
    private func show(_ interruption: Interruption) async throws {
        try await Failure.explain("the demo") {
            let isAttended = !unattended && isatty(0) == 1 && isatty(1) == 1
            // Before anything is started: a file of keys that is wrong is told at once.
            let keymap = isAttended ? try KeysFile.keymap(Environment.variables) : .standard
            let directory = try dataDirectory ?? Self.temporaryDirectory()
            defer {
                // A directory of our own making goes; what cannot be removed is the system's to clean.
                if dataDirectory == nil { try? FileManager.default.removeItem(atPath: directory) }
            }
            let configuration = try Configuration(
                flags: ["SLUICE_DATA_DIR": directory, "SLUICE_LISTEN": "127.0.0.1:0"],
                environment: [:])
            Output.say("starting a service with its own PostgreSQL in \(directory)")
            let app = try await interruption.cancelling {
                try await App(configuration, logger: Logger(label: "sluice"))
            }
            let (data, answers) = (data, answers)
            try await app.run { port in
                let demo = Demo(
                    data: data, url: "http://127.0.0.1:\(port)",
                    administration: app.services.administration)
                try await interruption.cancelling {
                    try await demo.run(attended: isAttended, keymap: keymap, answers: answers)
                }
            }
        }
    }

    private static func temporaryDirectory() throws -> String {
        var path = Array("/tmp/sluice-demo-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else {
            throw Failure("making a directory", why: String(cString: strerror(errno)))
        }
        let name = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // The database's own account must be able to pass through.
        chmod(name, 0o755)
        return name
    }
}

/// The demo's steps, through the API like anybody's.
private struct Demo {
    let data: String
    let url: String
    let administration: Administration

    func run(attended: Bool, keymap: Keymap, answers: Int) async throws {
        let admin = try await client(.admin, "demo-admin")
        let request = try ProjectRequest(parsing: InputFile.read("\(data)/project.json"))
        let project = request.name.text
        try await create(request, admin)
        let policy = try PolicyDocument(parsing: InputFile.read("\(data)/policy.json"))
        let set = try await admin.call(
            Endpoints.putPolicy, at: ["project": project], query: [("reason", "the demo's policy")],
            policy)
        Output.say("project \(project), policy \(set.version):")
        Output.say("  " + String(decoding: set.document.bytes, as: UTF8.self))

        let producer = try await client(.producer, "demo-model")
        let summary = try await PredictionImport(
            client: producer, project: project, printsReplies: false
        ).run("\(data)/predictions.jsonl")
        Output.say("sent the predictions of a trained model:")
        for line in summary.lines { Output.say("  " + line) }

        let desk = try await self.desk("demo-reviewer", project)
        Output.say("reviewing at \(url)")
        if attended {
            try await ReviewCommand.reviewOnScreen(desk, keymap: keymap)
        } else {
            // An audit that differs from the model needs a second person.
            try await answer(answers, [desk, self.desk("demo-colleague", project)])
        }
        try await export(project)
        let report = try await admin.document(
            Endpoint<Nothing, Nothing>("GET", StreamingPath.report).path(["project": project]))
        for line in ReportText(report, glyphs: Output.glyphs).lines() { try Output.print(line) }
    }

    private func client(_ role: Role, _ name: String) async throws -> Client {
        Client(
            baseURL: url,
            token: try await administration.createToken(role: role, name: name, project: nil))
    }

    private func desk(_ reviewer: String, _ project: String) async throws -> RemoteDesk {
        let token = try await administration.createToken(
            role: .reviewer, name: reviewer, project: project)
        return RemoteDesk(
            client: Client(baseURL: url, token: token), projectName: project, queueName: .review)
    }

    /// Creates the project; one that is there from an earlier demo serves as well.
    private func create(_ request: ProjectRequest, _ admin: Client) async throws {
        do {
            _ = try await admin.call(Endpoints.createProject, request)
        } catch ClientError.problem(let problem)
            where problem.code == ErrorCode.projectExists.rawValue
        {}
    }

    /// Answers as reviewers would who are always right, by turns.
    private func answer(_ count: Int, _ desks: [RemoteDesk]) async throws {
        let truth = try readTruth()
        var given = 0
        var agreed = 0
        var idle = 0
        var turn = 0
        while given < count {
            let desk = desks[turn % desks.count]
            turn += 1
            let leases = try await desk.lease(count: min(10, count - given)).leases
            idle = leases.isEmpty ? idle + 1 : 0
            if idle == desks.count { break }
            for lease in leases {
                guard let label = truth[lease.item.externalID] else {
                    try await desk.release(lease: lease.lease)
                    continue
                }
                let reply = try await desk.review(
                    lease: lease.lease,
                    Answer(
                        reviewID: UUID().uuidString, verdict: .label(label)))
                given += 1
                if reply.decision?.outcome == Outcome.accepted.rawValue { agreed += 1 }
            }
        }
        Output.say(
            "answered \(given) tasks by the truth: \(agreed) agreed with the model, \(given - agreed) did not"
        )
    }

    private func readTruth() throws -> [String: String] {
        let text = try InputFile.text("\(data)/truth.csv")
        var truth: [String: String] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",")
            if fields.count == 2 { truth[String(fields[0])] = String(fields[1]) }
        }
        return truth
    }

    private func export(_ project: String) async throws {
        let analyst = try await client(.analyst, "demo-analyst")
        let path = "\(NSTemporaryDirectory())/sluice-demo-labels.jsonl"
        var lines = 0
        var first: [UInt8] = []
        try await OutputFile.write(path, isGuarded: false) { descriptor in
            try await analyst.download(
                Endpoint<Nothing, Nothing>("GET", StreamingPath.labels).path(["project": project])
            ) { chunk in
                if first.isEmpty { first = Array(chunk.prefix { $0 != 10 }) }
                lines += chunk.count { $0 == 10 }
                try Output.write(chunk, to: descriptor)
            }
        }
        Output.say("exported \(lines) labels to \(path); the first:")
        Output.say("  " + safe(String(decoding: first.prefix(400), as: UTF8.self)))
    }
}
