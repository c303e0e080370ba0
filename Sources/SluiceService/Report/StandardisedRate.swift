import SluiceDomain
import SluiceJSON
import SluiceStore

/// The automation rate if the traffic were as it was before.
///
/// Coverage also rises because the traffic got easier. Weighing the rate of each predicted label with
/// the label's share of the window before takes that part out: direct standardisation, as in Fleiss,
/// Levin and Paik 2003, Statistical Methods for Rates and Proportions, section 19.3. Labels of which
/// nothing came in this window have no rate; the others' shares are scaled up for them.
struct StandardisedRate {
    let current: [LabelCount]
    let reference: [LabelCount]

    /// Writes the figure as a value.
    func write(to writer: inout JSONWriter) {
        let now = Self.byLabel(current)
        let before = Self.byLabel(reference)
        let whole = before.values.reduce(0) { $0 + $1.received }
        var shares = 0
        var rate = 0.0
        for (label, count) in before {
            guard let own = now[label], own.received > 0 else { continue }
            shares += count.received
            rate += Double(count.received) * Double(own.automated) / Double(own.received)
        }
        guard shares > 0 else {
            Figure.unknown(
                whole == 0
                    ? "nothing arrived in the window of the same length before"
                    : "none of the labels predicted before was predicted in this window"
            ).write(to: &writer)
            return
        }
        Figure.count(rate / Double(shares), n: now.values.reduce(0) { $0 + $1.received })
            .write(to: &writer) { writer in
                writer.member("n_reference", whole)
                writer.member("reference_share", Double(shares) / Double(whole))
            }
    }

    private static func byLabel(
        _ counts: [LabelCount]
    ) -> [ExactText: (received: Int, automated: Int)] {
        var sums: [ExactText: (received: Int, automated: Int)] = [:]
        for count in counts {
            let label = ExactText(count.label)
            sums[label, default: (0, 0)].received += count.received
            sums[label, default: (0, 0)].automated += count.automated
        }
        return sums
    }
}
