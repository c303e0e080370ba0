import Foundation
import SluiceAPI
import SluiceJSON
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("Images", .timeLimit(.minutes(1)))
struct ImageTests {
    @Test(
        "a place is read for what it is, and no address is ever fetched",
        arguments: [
            ("/a/b.png", ImageSource.file(path: "/a/b.png")),
            ("file:///a/b%20c.png", .file(path: "/a/b c.png")),
            ("file://localhost/a.png", .file(path: "/a.png")),
            ("file:/a.png", .file(path: "/a.png")),
            ("data:image/png;base64,AAAA", .data(type: "image/png", base64: "AAAA")),
            ("https://example.org/a.png", .remote("https://example.org/a.png")),
            ("s3://bucket/a.png", .remote("s3://bucket/a.png")),
            ("a.png", .unusable("a.png", reason: "only absolute paths are opened")),
            ("../a.png", .unusable("../a.png", reason: "only absolute paths are opened")),
            (
                "file://host/a.png",
                .unusable("file://host/a.png", reason: "a file of another machine")
            ),
            (
                "file:///a%00b",
                .unusable("file:///a%00b", reason: "not a file URL with an absolute path")
            ),
        ])
    func sources(text: String, expected: ImageSource) {
        #expect(ImageSource(text) == expected)
    }

    @Test(
        "base64 is read as RFC 4648 has it",
        arguments: [
            ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9v\nYmE=", "fooba"),
            ("Zm9vYmE", "fooba"),
        ])
    func base64(text: String, expected: String) {
        #expect(Base64.decode(text) == Array(expected.utf8))
    }

    @Test("what is not base64 is refused", arguments: ["Z", "Zm9v!", "Zg==Zg==", "é"])
    func notBase64(text: String) { #expect(Base64.decode(text) == nil) }

    @Test("format and size come from the first bytes")
    func facts() {
        #expect(ImageFacts(Kind.png(width: 7, height: 9))?.title == "PNG, 7 x 9 pixels, 29 bytes")
        let gif = Array("GIF89a".utf8) + [0x2C, 0x01, 0x64, 0x00]
        #expect(ImageFacts(gif)?.title == "GIF, 300 x 100 pixels, 10 bytes")
        let jpeg: [UInt8] =
            [
                0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xC0, 0, 11, 8, 0, 100, 1, 44, 1, 1, 0x11,
                0,
            ]
        #expect(ImageFacts(jpeg)?.size == .init(width: 300, height: 100))
        #expect(ImageFacts(Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8)) == nil)
        #expect(ImageFacts([]) == nil)
        for count in 0..<jpeg.count { _ = ImageFacts(Array(jpeg.prefix(count))) }
    }

    @Test("boxes are parts, percents or pixels, clipped to the image")
    func boxes() throws {
        func parts(_ json: String) throws -> [Double]? {
            let highlight = try #require(Highlight(JSONValue(parsing: json)))
            guard case .box(let box) = highlight.place else { return nil }
            return box.parts(of: .init(width: 200, height: 100)).map {
                [$0.x.lowerBound, $0.x.upperBound, $0.y.lowerBound, $0.y.upperBound]
            }
        }
        #expect(try parts(#"{"x":0.5,"y":0.25,"width":0.25,"height":1}"#) == [0.5, 0.75, 0.25, 1])
        #expect(try parts(#"{"x":50,"y":50,"width":100,"height":25}"#) == [0.25, 0.75, 0.5, 0.75])
        #expect(
            try parts(#"{"x":50,"y":50,"width":10,"height":10,"unit":"percent"}"#)
                == [0.5, 0.6, 0.5, 0.6])
        #expect(try parts(#"{"x":-50,"y":0,"width":100,"height":100}"#) == [0, 0.25, 0, 1])
        #expect(try parts(#"{"x":500,"y":0,"width":10,"height":10}"#) == nil)
    }

    // MARK: - The program

    /// As the program does: one that ends before it has read all must not end the reader.
    init() { signal(SIGPIPE, SIG_IGN) }

    /// A directory with a program called `chafa` that is a shell script.
    private func directory(_ script: String) throws -> URL {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("sluice-chafa-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let program = directory.appendingPathComponent("chafa")
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: program)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: program.path)
        return directory
    }

    private func request(_ source: ImageSource) -> ImageRequest {
        ImageRequest(key: .init(lease: "l", columns: 20, rows: 5), source: source)
    }

    private var png: ImageSource {
        .data(
            type: "image/png",
            base64: Data(Kind.png(width: 80, height: 40)).base64EncodedString())
    }

    @Test("the program gets the bytes and the size, and its colours become cells")
    func draws() async throws {
        let directory = try directory(
            #"/usr/bin/wc -c; printf '%s ' "$@"; printf '\n\033[38;2;1;2;3;48;5;196mA\033[0m\033[1mB\n'"#
        )
        defer { try? FileManager.default.removeItem(at: directory) }
        let drawer = ImageDrawer(searchPath: directory.path)
        let image = await drawer.draw(request(png), colors: .indexed)
        #expect(image.failure == nil)
        #expect(image.facts?.size == .init(width: 80, height: 40))
        #expect(image.lines.first?.text == "29")
        #expect(image.lines[1].text == "--format=symbols --a")
        #expect(
            image.lines[2].spans == [
                Line.Span("A", Style(foreground: .rgb(1, 2, 3), background: .indexed(196))),
                Line.Span("B", .bold),
            ])
    }

    @Test("nothing a program writes reaches the terminal as a sequence")
    func hostile() async throws {
        let directory = try directory(
            #"/bin/cat >/dev/null; printf '\033[2J\033]0;title\007\033P1;2q\033\\\033[31mred\033[10b\r\b\302\233x\033[?25l\033[1;1Hend\033'"#
        )
        defer { try? FileManager.default.removeItem(at: directory) }
        let image = await ImageDrawer(searchPath: directory.path)
            .draw(request(png), colors: .sixteen)
        #expect(image.lines.map(\.text) == ["redddddddddddxend"])
    }

    @Test(
        "a program that fails, hangs or floods is said to, in time",
        arguments: [
            ("/bin/cat >/dev/null; exit 3", "chafa cannot read it"),
            ("/bin/cat >/dev/null; exec /bin/sleep 60", "chafa took too long"),
            ("/bin/cat >/dev/null; exec /usr/bin/yes", "chafa could not be run to its end"),
            ("/bin/cat >/dev/null", "chafa drew nothing"),
        ])
    func fails(script: String, reason: String) async throws {
        let directory = try directory(script)
        defer { try? FileManager.default.removeItem(at: directory) }
        let drawer = ImageDrawer(searchPath: directory.path, timeLimit: .milliseconds(1_500))
        let image = await drawer.draw(request(png), colors: .trueColor)
        #expect(image.failure == reason)
        #expect(image.facts != nil)
    }

    @Test("without the program, or without an image, the reason is shown")
    func nothing() async throws {
        let drawer = ImageDrawer(searchPath: "/nonexistent")
        #expect(
            await drawer.draw(request(png), colors: .none).failure == "install chafa to see it here"
        )
        func reason(_ source: ImageSource) async -> String? {
            await drawer.draw(request(source), colors: .none).failure
        }
        #expect(await reason(.file(path: "/nonexistent.png")) == "No such file or directory")
        #expect(await reason(.file(path: "/dev/zero")) == "not a regular file")
        #expect(await reason(.file(path: "/etc/passwd")) == "not an image of a known format")
        #expect(await reason(.data(type: "", base64: "!")) == "not valid base64")
        #expect(await reason(.remote("https://example.org")) == "addresses are never fetched")
    }

    @Test(
        "the real program draws a real image",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/chafa")))
    func real() async throws {
        // Red on the left, blue on the right: 8 x 8 pixels.
        let source = ImageSource.data(
            type: "image/png",
            base64:
                "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR4nGP4z8AAR0jM/wxDSwIA6TA/"
                + "wRjsoYgAAAAASUVORK5CYII=")
        let image = await ImageDrawer(searchPath: "/usr/bin").draw(
            request(source), colors: .trueColor)
        let spans = image.lines.flatMap(\.spans)
        let shades = spans.flatMap { [$0.style.foreground?.shade, $0.style.background?.shade] }
        #expect(shades.contains { $0.map { $0.red > 200 && $0.blue < 60 } == true })
        #expect(shades.contains { $0.map { $0.blue > 200 && $0.red < 60 } == true })
        #expect(image.lines.allSatisfy { $0.columns <= 20 })
        #expect(image.lines.count <= 5)
    }

    // MARK: - The client

    @Test("a picture is asked for once per item and size, ahead of time for the next item")
    func asked() throws {
        let leases = ["a", "b", "c"].map {
            Sample.lease($0, payload: #"{"type":"image","path":"/x/\#($0).png"}"#)
        }
        var desk = Desk(project: "p", ids: ReviewIDs(high: 1, low: 2))
        _ = desk.update(.started)
        _ = desk.update(.projectLoaded(.success(Sample.project())))
        func asked(_ effects: [Effect]) -> [String] {
            effects.compactMap {
                if case .drawImage(let request) = $0 { request.key.lease } else { nil }
            }
        }
        #expect(
            asked(desk.update(.leased(.success(LeaseReply(leases: leases))))) == [
                "lease-a", "lease-b",
            ])
        #expect(asked(desk.update(.clock(.seconds(1)))).isEmpty)
        #expect(asked(desk.press("f")) == ["lease-c"])
        let wider = desk.update(.terminal(.resize(Size(columns: 100, rows: 30))))
        #expect(asked(wider) == ["lease-b", "lease-c"])
        #expect(desk.screen(100, 30).contains("drawing…"))
    }

    @Test("an address is shown, and nothing is asked for")
    func remote() {
        var desk = Sample.desk([
            Sample.lease(payload: #"{"type":"image","url":"https://example.org/a.png"}"#)
        ])
        #expect(
            desk.update(.clock(.seconds(1))).allSatisfy { effect in
                if case .drawImage = effect { false } else { true }
            })
        #expect(desk.screen().contains("Addresses are never fetched"))
    }
}
