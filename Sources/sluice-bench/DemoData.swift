import Foundation

/// Predictions in the shape of the real ones that ship with the demo, under new ids.
struct DemoData: Sendable {
    private let lines: [[UInt8]]

    private static let start = Array("{\"external_id\": \"".utf8)

    init(_ options: BenchOptions) throws {
        let bytes = try Self.file("predictions.jsonl", of: options)
        lines = bytes.split(separator: 10).map(Array.init)
        guard !lines.isEmpty, lines.allSatisfy({ $0.starts(with: Self.start) }) else {
            throw BenchError("predictions.jsonl does not begin with external_id")
        }
    }

    static func file(_ name: String, of options: BenchOptions) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: "\(options.data)/\(name)")))
    }

    /// How many predictions the real data has.
    var count: Int { lines.count }

    /// The JSON values of one prediction under their names.
    func parts() throws -> [String: String] {
        let line = String(decoding: lines[0], as: UTF8.self)
        func value(after key: String, before end: String) throws -> String {
            guard let start = line.range(of: "\"\(key)\": ")?.upperBound,
                let end = line.range(of: end, options: .backwards)?.lowerBound, start < end
            else { throw BenchError("predictions.jsonl has no \(key)") }
            return String(line[start..<end])
        }
        return [
            "payload": try value(after: "payload", before: ", \"metadata\""),
            "scores": try value(after: "scores", before: ", \"payload\""),
            "metadata": try value(after: "metadata", before: "}"),
        ]
    }

    /// One prediction; the id is the real one behind `mark` and the number of its round.
    func line(_ number: Int, mark: String) -> [UInt8] {
        let line = lines[number % lines.count]
        let id = "\(mark)-\(number / lines.count)-"
        return Self.start + Array(id.utf8) + line[Self.start.count...]
    }

    /// Lines of NDJSON, `numbers` of them.
    func lines(_ numbers: Range<Int>, mark: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count * 600)
        for number in numbers {
            bytes += line(number, mark: mark)
            bytes.append(10)
        }
        return bytes
    }
}
