import SluiceDomain
import SluicePostgres
import SluiceStore

/// How many items of a batch went which way, for the rollups.
struct ArrivalCounts {
    /// What the rollups tell items apart by when they arrive.
    private struct Way: Hashable {
        let modelVersion: Int64
        let label: ExactText?
        let route: Route
        let reason: String
        let rule: ExactText?
        let propensity: Double
        let stratum: Int?
    }

    private var items: [Way: [Int64]] = [:]
    /// The order in which ways turned up, so that equal batches make equal rows.
    private var ways: [Way] = []

    /// Counts a line whose route is its item's.
    mutating func count(_ line: IngestRun.StoredLine, _ bytes: UnsafeBufferPointer<UInt8>) {
        let way = Way(
            modelVersion: line.key.modelVersion,
            label: line.prediction.suggestion.map {
                ExactText(String(decoding: bytes[$0.label], as: UTF8.self))
            },
            route: line.routing.route, reason: line.routing.reason.rawValue,
            rule: line.routing.rule.map(ExactText.init),
            propensity: line.routing.propensity,
            stratum: line.routing.stratum)
        items[way, default: []].append(line.key.item)
        if items[way]?.count == 1 { ways.append(way) }
    }

    /// The counts in columns.
    var columns: ArrivalColumns {
        var columns = ArrivalColumns()
        for way in ways {
            let items = items[way] ?? []
            columns.modelVersions.append(way.modelVersion)
            columns.propensities.append(way.propensity)
            columns.strata.append(optional: way.stratum)
            columns.labels.append(optional: way.label?.text)
            columns.routes.append(way.route.rawValue)
            columns.reasons.append(way.reason)
            columns.rules.append(optional: way.rule?.text)
            columns.firsts.append(Int32(columns.items.count + 1))
            columns.counts.append(Int32(items.count))
            for item in items { columns.items.append(item) }
        }
        return columns
    }
}
