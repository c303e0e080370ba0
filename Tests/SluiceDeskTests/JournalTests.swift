import Foundation
import Glibc
import SluiceAPI
import SluiceDomain
import Testing

@testable import SluiceDesk

/// A directory for journals that is gone after the test.
final class StateDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("sluice-state-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record(error)
        }
    }

    func location(_ identity: String = "rita") -> JournalLocation {
        JournalLocation(
            directory: path + "/sluice", identity: identity, service: "http://s", project: "p")
    }

    var files: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: path + "/sluice").sorted()
        }
    }

    func file(_ name: String) -> String { "\(path)/sluice/\(name)" }
}

func answer(_ id: String, comment: String? = nil) -> PendingOperation {
    PendingOperation(
        .answer(
            lease: "lease-\(id)",
            Answer(reviewID: id, verdict: .label("fraud"), comment: comment, seconds: 1.5)),
        externalID: "item-\(id)")
}

@Suite("Journal on disk")
struct JournalTests {
    private let directory: StateDirectory

    init() throws { directory = try StateDirectory() }

    private func read(_ name: String = "rita-1.journal") throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: directory.file(name))))
    }

    private func write(_ bytes: [UInt8], _ name: String = "rita-1.journal") throws {
        try Data(bytes).write(to: URL(fileURLWithPath: directory.file(name)))
    }

    private static let refusal = JournalRefusal(
        answer("r").key, title: "item-r: fraud was refused", detail: "lost\n\u{1B}[31m")

    @Test("every record survives its line")
    func lines() throws {
        let undo = PendingOperation(.undo(reviewID: "a"), externalID: "ü")
        let records: [JournalRecord] = [
            .opened(service: "http://x", project: "p"), .done(answer("a", comment: "a\nb")),
            .done(undo), .withdrawn(answer("a").key), .settled(undo.key), .refused(Self.refusal),
            .acknowledged(undo.key),
        ]
        for record in records {
            let line = JournalLine.bytes(of: record)
            #expect(line.filter { $0 == 10 }.count == 1)
            #expect(JournalLine.record(in: line.dropLast()) == record)
        }
    }

    @Test("the checksum is the one of zip")
    func checksum() {
        #expect(CRC32.checksum("123456789".utf8) == 0xCBF4_3926)
    }

    @Test("what was done and not settled is there again after the process has died")
    func replay() async throws {
        let first = Journal(directory.location())
        #expect(try await first.open().isEmpty)
        try await first.write([.done(answer("a")), .done(answer("b")), .done(answer("c"))])
        try await first.write([.settled(answer("a").key), .withdrawn(answer("c").key)])
        try await first.write([.refused(Self.refusal)])
        // The lock goes with the process: a second one may take a copy of what it left.
        let left = try read()
        await first.close()
        #expect(try directory.files == ["rita-1.journal"], "not empty, so it stays")
        try write(left)
        let contents = try await Journal(directory.location()).open()
        #expect(contents.operations == [answer("b")])
        #expect(contents.refusals == [Self.refusal])
    }

    @Test("cut off at any byte, a journal loses its last lines and nothing else")
    func torn() throws {
        let records: [JournalRecord] = [
            .done(answer("a")), .done(answer("b", comment: "längere Zeile")),
            .settled(answer("a").key),
        ]
        let lines = records.map { JournalLine.bytes(of: $0) }
        let whole = lines.flatMap { $0 }
        var expected = JournalContents()
        var end = 0
        for (line, record) in zip(lines, records) {
            for length in end..<(end + line.count) {
                let (contents, good) = JournalContents.read(Array(whole[..<length]))
                #expect(contents == expected)
                #expect(good == end)
            }
            expected.apply(record)
            end += line.count
        }
        #expect(JournalContents.read(whole).contents == expected)
    }

    @Test("a line that changed on disk is noticed, the others count, and the file is kept")
    func damaged() async throws {
        let journal = Journal(directory.location())
        _ = try await journal.open()
        try await journal.write([.done(answer("a")), .done(answer("b")), .done(answer("c"))])
        await journal.close()
        var bytes = try read()
        let place = try #require(
            Data(bytes).range(of: Data(#""review_id":"b""#.utf8)))
        bytes[place.upperBound - 2] = UInt8(ascii: "x")
        try write(bytes)
        let contents = try await Journal(directory.location()).open()
        #expect(contents.operations == [answer("a"), answer("c")])
        #expect(contents.damagedLines == 1)
        #expect(try read("rita-1.journal.damaged") == bytes)
    }

    @Test("two clients at once have a file each, and the next start takes what dead ones left")
    func twoClients() async throws {
        let (one, two) = (Journal(directory.location()), Journal(directory.location()))
        _ = try await one.open()
        #expect(try await two.open().isEmpty)
        try await one.write([.done(answer("a"))])
        try await two.write([.done(answer("b"))])
        #expect(try directory.files == ["rita-1.journal", "rita-2.journal"])
        await two.close()
        let three = Journal(directory.location())
        #expect(try await three.open().operations == [answer("b")])
        await three.close()
        await one.close()
        #expect(
            try await Journal(directory.location()).open().operations
                == [answer("a"), answer("b")])
        #expect(try directory.files == ["rita-1.journal"])
    }

    @Test("others' journals are left alone, and nobody else may read ours")
    func privacy() async throws {
        let other = Journal(directory.location("otto"))
        _ = try await other.open()
        try await other.write([.done(answer("o"))])
        await other.close()
        let journal = Journal(directory.location())
        #expect(try await journal.open().isEmpty)
        try await journal.write([.done(answer("a"))])
        for (name, mode) in [("", 0o700), ("rita-1.journal", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: directory.file(name))
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
        #expect(try directory.files == ["otto-1.journal", "rita-1.journal"])
    }

    @Test("a journal in which everything is settled stays small, and goes with the client")
    func compaction() async throws {
        let journal = Journal(directory.location())
        _ = try await journal.open()
        try await journal.write([.refused(Self.refusal)])
        let long = String(repeating: "x", count: 4_000)
        for number in 0..<200 {
            try await journal.write([.done(answer("\(number)", comment: long))])
            try await journal.write([.settled(answer("\(number)").key)])
        }
        #expect(try read().count < JournalFile.roomy + 5_000)
        #expect(try directory.files == ["rita-1.journal"])
        try await journal.write([.acknowledged(Self.refusal.key)])
        await journal.close()
        #expect(try directory.files.isEmpty)
    }

    @Test("a journal that cannot be written says why, and works once it can be")
    func unwritable() async throws {
        let obstacle = directory.path + "/sluice"
        try Data().write(to: URL(fileURLWithPath: obstacle))
        let journal = Journal(directory.location())
        await #expect(throws: JournalError.self) { try await journal.open() }
        do {
            try await journal.write([.done(answer("a"))])
            Issue.record("written into a file that is no directory")
        } catch {
            #expect(error.description.contains(obstacle))
            #expect(error.description.contains("Not a directory"))
        }
        try FileManager.default.removeItem(atPath: obstacle)
        try await journal.write([.done(answer("a"))])
        await journal.close()
        #expect(try await Journal(directory.location()).open().operations == [answer("a")])
    }

    @Test("journals stand where the XDG specification says")
    func place() {
        func directory(_ variables: [String: String]) -> String? {
            JournalLocation.directory { variables[$0] }
        }
        #expect(directory(["HOME": "/home/rita"]) == "/home/rita/.local/state/sluice")
        #expect(directory(["HOME": "/h", "XDG_STATE_HOME": "/var/s"]) == "/var/s/sluice")
        #expect(directory(["HOME": "/h", "XDG_STATE_HOME": "s"]) == "/h/.local/state/sluice")
        #expect(directory([:]) == nil)
    }
}
