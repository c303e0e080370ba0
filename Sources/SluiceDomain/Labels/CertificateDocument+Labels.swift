import SluiceJSON

extension JSONValue {
    /// A certificate's document with its labels called what they are called now.
    ///
    /// Its sentences have labels by their ids in quotes; the thresholds and the chains as they are.
    public func callingCertificateLabels(_ labels: LabelSet) -> JSONValue {
        let renamed = labels.all.filter(\.isRenamed)
        guard !renamed.isEmpty else { return self }
        let quoted = renamed.map { (id: Array("\"\($0.id)\"".utf8), name: "\"\($0.name)\"") }
        func inSentence(_ text: String) -> String { text.calling(quoted) }
        return mapMember("sentence") { $0.mapStrings(inSentence) }
            .mapMember("warnings") { $0.mapStrings(inSentence) }
            .mapMember("thresholds") { $0.mapMember("labels") { $0.mapKeys(labels.ownName) } }
            .mapMember("chains") { chains in
                chains.mapElements { $0.mapMember("labels") { $0.mapStrings(labels.ownName) } }
            }
    }
}

extension String {
    /// The text with each of some spellings replaced, in one pass: what was put in is not looked at again.
    fileprivate func calling(_ spellings: [(id: [UInt8], name: String)]) -> String {
        let bytes = Array(utf8)
        var result: [UInt8] = []
        var place = bytes.startIndex
        while place < bytes.endIndex {
            if let found = spellings.first(where: { bytes[place...].starts(with: $0.id) }) {
                result += Array(found.name.utf8)
                place += found.id.count
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
