import Foundation
import Glibc

/// A `sluice serve` of the bench's own.
final class ServiceChild {
    let port: Int
    private let child = Process()

    /// Starts it and waits until `/readyz` answers 200.
    init(
        program: String, arguments: [String], environment: [String: String] = [:]
    ) async throws {
        port = try Self.freePort()
        child.executableURL = URL(fileURLWithPath: program)
        child.arguments = ["serve", "--listen", "127.0.0.1:\(port)"] + arguments
        child.environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("PG") && !$0.key.hasPrefix("SLUICE_") && $0.key != "DATABASE_URL"
        }.merging(environment) { $1 }
        child.standardOutput = FileHandle.nullDevice
        child.standardError = FileHandle.nullDevice
        try child.run()
        let deadline = ContinuousClock.now + .seconds(60)
        while !isReady() {
            guard child.isRunning, ContinuousClock.now < deadline else {
                stop()
                throw BenchError("`sluice serve` did not become ready")
            }
            usleep(2000)
        }
    }

    var process: Int32 { child.processIdentifier }
    var memory: ProcessMemory { ProcessMemory(process: process) }

    /// Stops it in order.
    func stop() {
        guard child.isRunning else { return }
        child.terminate()
        child.waitUntilExit()
    }

    private func isReady() -> Bool {
        // Until it listens every attempt is refused; that is no failure.
        guard let connection = try? HTTPConnection(port: port) else { return false }
        let request = HTTPConnection.request("GET", "/readyz", token: "none")
        return (try? connection.call(request)) != nil
    }

    /// A port nobody listens on now.
    private static func freePort() throws -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 ? getsockname(listener, address, &size) : -1
            }
        }
        guard result == 0 else { throw BenchError("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// Runs one of PostgreSQL's programs to its end.
///
/// - Returns: its standard output.
func runTool(_ name: String, _ arguments: [String]) async throws -> String {
    let output = try await onThreads(1) { _ in
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        child.arguments = [name] + arguments
        let pipe = Pipe()
        child.standardOutput = pipe
        try child.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        child.waitUntilExit()
        guard child.terminationStatus == 0 else {
            throw BenchError("\(name) ended with \(child.terminationStatus)")
        }
        return String(decoding: data, as: UTF8.self)
    }
    return output.joined()
}
