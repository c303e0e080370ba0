import Glibc
import SluiceTerminal
import Subprocess

/// Reads images and draws them with the `chafa` program, where it is installed.
///
/// The program gets the bytes of the image and nothing else: no path, no terminal, no address. What
/// it writes is read as text and colours and never passed on. It may end before it has read all: the
/// process has to ignore SIGPIPE, as `sluice` does.
public struct ImageDrawer: Sendable {
    /// The largest image that is read, in bytes.
    static let sizeLimit = 32 << 20
    /// The longest drawing that is read, in bytes.
    private static let outputLimit = 4 << 20

    /// The directories where the program is looked for.
    private let searchPath: [String]
    private let timeLimit: Duration

    /// Makes a drawer.
    ///
    /// - Parameters:
    ///   - searchPath: directories separated by colons; those of `PATH` unless told otherwise.
    ///   - timeLimit: how long the program may take.
    public init(searchPath: String? = nil, timeLimit: Duration = .seconds(5)) {
        let path = searchPath ?? getenv("PATH").map { String(cString: $0) } ?? ""
        self.searchPath = path.split(separator: ":").map { String($0) }
        self.timeLimit = timeLimit
    }

    /// Draws an image in at most so many columns and rows.
    func draw(_ request: ImageRequest, colors: ColorDepth) async -> DrawnImage {
        let bytes: [UInt8]
        switch read(request.source) {
        case .failure(let failure): return DrawnImage(failure: failure.reason)
        case .success(let read): bytes = read
        }
        guard let facts = ImageFacts(bytes) else {
            return DrawnImage(failure: "not an image of a known format")
        }
        guard let directory else {
            return DrawnImage(facts: facts, failure: "install chafa to see it here")
        }
        switch await run(directory, bytes, request.key, colors) {
        case .failure(let failure): return DrawnImage(facts: facts, failure: failure.reason)
        case .success(let output):
            let lines = StyledOutput.lines(
                output, columns: request.key.columns, rows: request.key.rows)
            return lines.isEmpty
                ? DrawnImage(facts: facts, failure: "chafa drew nothing")
                : DrawnImage(lines: lines, facts: facts)
        }
    }

    /// Looks at an image without drawing it.
    func facts(_ source: ImageSource) -> DrawnImage {
        switch read(source) {
        case .failure(let failure): return DrawnImage(failure: failure.reason)
        case .success(let bytes):
            let facts = ImageFacts(bytes)
            return DrawnImage(
                facts: facts, failure: facts == nil ? "not an image of a known format" : nil)
        }
    }

    // MARK: - Reading

    private struct Failure: Error {
        let reason: String
    }

    private func read(_ source: ImageSource) -> Result<[UInt8], Failure> {
        switch source {
        case .file(let path): return readFile(path)
        case .data(_, let base64):
            guard base64.utf8.count <= Self.sizeLimit * 4 / 3 else {
                return .failure(Self.tooLarge)
            }
            return Base64.decode(base64).map { .success($0) }
                ?? .failure(Failure(reason: "not valid base64"))
        case .remote: return .failure(Failure(reason: "addresses are never fetched"))
        case .unusable(_, let reason): return .failure(Failure(reason: reason))
        }
    }

    private static var tooLarge: Failure {
        Failure(reason: "larger than \(DeskText.bytes(sizeLimit))")
    }

    /// Reads a regular file: a payload must not make the client wait for a device or a pipe.
    private func readFile(_ path: String) -> Result<[UInt8], Failure> {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else {
            return .failure(Failure(reason: unsafe String(cString: strerror(errno))))
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return .failure(Failure(reason: "not a regular file"))
        }
        guard status.st_size <= Self.sizeLimit else { return .failure(Self.tooLarge) }
        let size = Int(status.st_size)
        var filled = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while filled < size {
                let got = unsafe Glibc.read(
                    descriptor, buffer.baseAddress.map { unsafe $0 + filled }, size - filled)
                if got < 0, errno == EINTR { continue }
                if got <= 0 { break }
                filled += got
            }
            count = filled
        }
        return filled == size ? .success(bytes) : .failure(Failure(reason: "could not be read"))
    }

    // MARK: - The program

    /// The directory of the program; nil where it is not installed.
    private var directory: String? {
        searchPath.first { $0.hasPrefix("/") && access("\($0)/chafa", X_OK) == 0 }
    }

    private func run(
        _ directory: String, _ bytes: [UInt8], _ key: ImageRequest.Key, _ colors: ColorDepth
    ) async -> Result<String, Failure> {
        let palette =
            switch colors {
            case .none: "none"
            case .sixteen: "16"
            case .indexed: "256"
            case .trueColor: "full"
            }
        let arguments = [
            "--format=symbols", "--animate=off", "--colors=\(palette)",
            "--size=\(key.columns)x\(key.rows)", "-",
        ]
        return await withTaskGroup(of: Result<String, Failure>?.self) { group in
            group.addTask {
                // Own session: it has no terminal it could ask or write to.
                var options = PlatformOptions()
                options.createSession = true
                do {
                    let result = try await Subprocess.run(
                        .name("chafa"), arguments: Arguments(arguments),
                        environment: .custom([
                            "PATH": directory, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color",
                        ]),
                        platformOptions: options, input: .array(bytes),
                        output: .string(limit: Self.outputLimit))
                    guard result.terminationStatus.isSuccess else {
                        return .failure(Failure(reason: "chafa cannot read it"))
                    }
                    return .success(result.standardOutput)
                } catch {
                    return .failure(Failure(reason: "chafa could not be run to its end"))
                }
            }
            group.addTask { [timeLimit] in
                do { try await Task.sleep(for: timeLimit) } catch { return nil }
                return .failure(Failure(reason: "chafa took too long"))
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .failure(Failure(reason: "chafa took too long"))
        }
    }
}
