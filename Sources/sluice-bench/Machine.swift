import Foundation
import Glibc

/// What the figures were taken on.
enum Machine {
    /// Processor, cores, memory and system in one line, with the load before and after.
    static func line(load: String) -> String {
        let cpu = text("/proc/cpuinfo").split(separator: "\n")
            .first { $0.hasPrefix("model name") }?
            .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
        let information = ProcessInfo.processInfo
        return [
            cpu ?? "unknown processor", "\(information.activeProcessorCount) cores",
            "\(information.physicalMemory >> 30) GiB", information.operatingSystemVersionString,
            "load \(load) before, \(Self.load()) after",
        ].joined(separator: ", ")
    }

    /// The load average of the last minute.
    static func load() -> String {
        text("/proc/loadavg").split(separator: " ").first.map(String.init) ?? "unknown"
    }

    /// A small file of the kernel's; empty when it cannot be read.
    static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// What a process uses, as the kernel counts it.
struct ProcessUsage {
    let process: Int32

    /// Resident bytes now.
    var resident: Int { field("VmRSS") }
    /// The most resident bytes since the start, or since `resetPeak`.
    var peak: Int { field("VmHWM") }

    /// Seconds of processor time since its start, its own and the kernel's for it.
    var processorSeconds: Double {
        // The second field, the name, may hold blanks; it ends with the last parenthesis.
        let fields =
            Machine.text("/proc/\(process)/stat").split(separator: ")").last?
            .split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
        else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Makes `peak` count from now.
    func resetPeak() throws {
        try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/\(process)/clear_refs"))
    }

    private func field(_ name: String) -> Int {
        let line = Machine.text("/proc/\(process)/status").split(separator: "\n")
            .first { $0.hasPrefix(name + ":") }
        let number = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        return number.flatMap { Int($0) }.map { $0 << 10 } ?? 0
    }
}
