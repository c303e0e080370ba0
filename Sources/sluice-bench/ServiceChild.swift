import Foundation
import Glibc

/// A `sluice serve` of the bench's own.
final class ServiceChild {
    let port: Int
    private let child: ChildProgram

    /// Starts it and waits until `/readyz` answers 200.
    init(
        program: String, arguments: [String], environment: [String: String] = [:]
    ) async throws {
        port = try Self.freePort()
        let own = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("PG") && !$0.key.hasPrefix("SLUICE_") && $0.key != "DATABASE_URL"
        }
        child = try ChildProgram(
            program, ["serve", "--listen", "127.0.0.1:\(port)"] + arguments,
            environment: own.merging(environment) { $1 }, isSilent: true)
        let deadline = ContinuousClock.now + .seconds(60)
        while !isReady() {
            guard !child.hasEnded, ContinuousClock.now < deadline else {
                stop()
                throw BenchError("`sluice serve` did not become ready")
            }
            usleep(2000)
        }
    }

    var process: Int32 { child.process }
    var usage: ProcessUsage { ProcessUsage(process: process) }

    /// Stops it in order.
    func stop() {
        child.terminate()
        _ = child.wait()
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
