import SluiceTerminal
import Testing

@Suite("Line splitter")
struct LineSplitterTests {
    @Test("lines are the same wherever the bytes are cut")
    func cuts() {
        let bytes = Array("one\r\n\ntwö\nlast".utf8)
        for cut in 0...bytes.count {
            var splitter = LineSplitter()
            var lines = splitter.feed(bytes[..<cut]) + splitter.feed(bytes[cut...])
            lines += [splitter.finish()].compactMap { $0 }
            #expect(lines == ["one", "", "twö", "last"], "cut at \(cut)")
            #expect(splitter.finish() == nil)
        }
    }

    @Test("a line without end is cut, and the next one is whole")
    func longLine() {
        var splitter = LineSplitter()
        var bytes = [UInt8](repeating: 0x78, count: LineSplitter.longestLine + 10)
        bytes += Array("\nnext\n".utf8)
        let lines = splitter.feed(bytes)
        #expect(lines.map(\.utf8.count) == [LineSplitter.longestLine, 4])
    }
}
