import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// Every item of an estimate as a line of JSON.
struct ConsensusLines {
    private static let chunkBytes = 1 << 16

    let made: ConsensusEstimation.Made
    let names: LabelSet

    /// The lines of some items, those whose names are not there any more left out.
    func chunks(of items: Range<Int>, named names: [AnsweredItem]) -> [[UInt8]] {
        var names = names[...]
        var chunks: [[UInt8]] = []
        var chunk: [UInt8] = []
        for item in items {
            let id = made.answers.items[item]
            while let first = names.first, first.item < id { names = names.dropFirst() }
            guard let name = names.first, name.item == id else { continue }
            var writer = JSONWriter(reservingCapacity: 512)
            write(item, name, to: &writer)
            chunk += writer.bytes
            chunk.append(UInt8(ascii: "\n"))
            if chunk.count >= Self.chunkBytes {
                chunks.append(chunk)
                chunk = []
            }
        }
        return chunk.isEmpty ? chunks : chunks + [chunk]
    }

    private func write(_ item: Int, _ name: AnsweredItem, to writer: inout JSONWriter) {
        let labels = made.answers.labels
        let decision = made.fit.decision(of: item)
        writer.beginObject()
        writer.member("external_id", name.externalID)
        writer.member("label", decision.map { labels[$0.label] })
        writer.member("posterior", decision?.posterior)
        writer.key("posteriors")
        writer.beginObject()
        for (label, posterior) in zip(labels, made.fit.posterior(of: item)) {
            writer.key(label)
            writer.double(posterior)
        }
        writer.endObject()
        writer.member("answers", made.answers.votes.answers(of: item).count)
        if case .label(let majority) = made.answers.votes.majority(of: item) {
            writer.member("majority", labels[majority])
        } else {
            writer.member("majority", String?.none)
        }
        writer.member("decision", name.decided.map(self.names.name))
        writer.endObject()
    }
}
