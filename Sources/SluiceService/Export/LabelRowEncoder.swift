import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// Writes rows of `labelRows` as JSON lines or CSV.
struct LabelRowEncoder: Sendable {
    /// The columns of an export, in order, with how each is written.
    private static let columns: [(name: StaticString, kind: Kind)] = [
        ("external_id", .name), ("label", .name), ("label_source", .text), ("outcome", .text),
        ("predicted", .name), ("confidence", .decimal), ("model", .name), ("model_version", .name),
        ("route", .text), ("reason", .text), ("selected_by", .text), ("propensity", .decimal),
        ("weight", .decimal), ("weight_normalised", .decimal), ("policy_version", .plain),
        ("n_labels", .plain), ("agreement", .decimal), ("label_confidence", .decimal),
        ("reviewers", .json), ("blind", .plain), ("split", .text), ("group", .name),
        ("received_at", .text), ("decided_at", .text), ("lineage", .text), ("tags", .json),
        ("comment", .text), ("seconds", .decimal), ("payload", .json), ("metadata", .json),
    ]

    /// The columns where a map names labels anew: what they are called without it comes last.
    private static let mappedColumns: [(name: StaticString, kind: Kind)] =
        columns + [("label_original", .name), ("predicted_original", .name)]

    /// What a label is stored under, and the label set by which it was decided.
    private static let labelSetColumns: [(name: StaticString, kind: Kind)] = [
        ("label_id", .name), ("label_set_version", .plain),
    ]

    private enum Kind {
        /// Text from outside or from us: quoted.
        case text
        /// Text that names something, by which rows are told apart or joined: quoted, never changed.
        case name
        /// A whole number or a boolean: as it stands.
        case plain
        /// A number that need not be whole: with a point or an exponent in every row.
        case decimal
        /// JSON: as it stands in JSON, quoted in CSV.
        case json
    }

    let format: LabelExport.Format
    let splitSalt: [UInt8]
    /// The mean weight of the rows that have one; weights are divided by it.
    let meanWeight: Double
    /// What labels are taken from; nil for the decisions.
    let consensus: ConsensusLabels?
    /// What labels are called by default: their names of now, by the ids that are stored.
    let labels: LabelSet
    /// What labels are called; nil for what they are.
    let map: LabelMap?

    /// When each version of the label set after the first came into force, in order; nil where rows do not
    /// tell of it.
    var labelSetChanges: [Timestamp]?

    /// Whether each row comes with the loss of its label, which is written last.
    var hasLoss = false

    private var columns: [(name: StaticString, kind: Kind)] {
        (map == nil ? Self.columns : Self.mappedColumns)
            + (labelSetChanges == nil ? [] : Self.labelSetColumns)
            + (hasLoss ? [("loss", .decimal)] : [])
    }

    /// What stands before the first row.
    func header() -> [UInt8] {
        guard format != .jsonLines else { return [] }
        return Array(columns.map { "\($0.name)" }.joined(separator: ",").utf8) + [10]
    }

    /// Writes one row and its line end.
    mutating func append(_ row: StreamRow, to bytes: inout [UInt8]) {
        switch format {
        case .jsonLines: appendJSON(row, to: &bytes)
        case .csv, .rawCSV: appendCSV(row, to: &bytes)
        }
    }

    /// The item a row is of.
    func item(_ row: StreamRow) -> Int64? {
        text(row[LabelColumn.item.rawValue]).flatMap(Int64.init)
    }

    /// Which columns have a value in a row, a bit each.
    func columns(with row: StreamRow) -> UInt64 {
        var columns: UInt64 = 0
        forEachValue(row) { index, value in
            if value != nil { columns |= 1 << UInt64(index) }
        }
        return columns
    }

    private typealias Value = UnsafeBufferPointer<UInt8>

    /// Gives each column's value in order; nil where there is none.
    private func forEachValue(
        _ row: StreamRow, _ body: (_ index: Int, _ value: Value?) -> Void
    ) {
        func column(_ column: LabelColumn) -> Value? { row[column.rawValue] }
        let source = column(.source)
        let isModel = source?.elementsEqual("model".utf8) ?? false
        // What the model accepted and people labelled all the same had no known chance of that.
        let isReopened =
            !isModel && text(column(.route)).flatMap(Route.init(rawValue:)) == .accepted
        let propensity =
            isReopened
            ? nil : column(.propensity).flatMap { Double(String(decoding: $0, as: UTF8.self)) }
        let weight = isModel ? 0 : propensity.flatMap { $0 > 0 ? 1 / $0 : nil }
        let splitKey = column(.group) ?? column(.externalID)
        let split = splitKey.map { Split(draw: KeyedHash.unit(salt: splitSalt, key: $0)) }
        let lineage =
            text(column(.item)).flatMap { item in
                text(column(.revision)).map { "\(item)r\($0)" }
            }
        var index = 0
        func give(_ value: Value?) {
            body(index, value)
            index += 1
        }
        func give(_ text: String?) {
            guard var text else { return give(Value?.none) }
            text.withUTF8 { give($0) }
        }
        func give(_ number: Double?) { give(number.map { "\($0)" }) }

        let consensus = consensusLabel(row)
        give(column(.externalID))
        let id = consensus?.label.map(labels.ownID) ?? text(column(.label))
        give(id.map { map?.name(of: $0) ?? labels.name(of: $0) })
        consensus?.label.map { _ in give("consensus") } ?? give(Self.labelSource(source))
        give(column(.outcome))
        if let map {
            give(text(column(.predicted)).map { map.name(of: $0) })
        } else if labels.isAsMade {
            give(column(.predicted))
        } else {
            give(text(column(.predicted)).map(labels.name))
        }
        give(column(.confidence))
        give(column(.model))
        give(column(.version))
        give(column(.route))
        give(column(.reason))
        give(isReopened ? "reopen" : selectedBy(column(.route), column(.reason)))
        give(isReopened ? nil : column(.propensity))
        give(weight)
        give(weight.map { $0 / meanWeight })
        give(column(.policyVersion))
        give(column(.reviews))
        give(column(.agreement))
        give(consensus?.confidence)
        give(column(.reviewers))
        give(column(.isBlind).map { $0.first == UInt8(ascii: "t") ? "true" : "false" })
        give(split?.rawValue)
        give(column(.group))
        give(moment(column(.receivedAt)))
        give(moment(column(.decidedAt)))
        give(lineage)
        give(column(.tags))
        give(column(.comment))
        give(column(.seconds))
        give(column(.payload))
        give(column(.metadata))
        if map != nil {
            give(id.map(labels.name))
            give(text(column(.predicted)).map(labels.name))
        }
        if let labelSetChanges {
            give(id)
            let decidedAt = moment(column(.decidedAt)).flatMap(Timestamp.init(rfc3339:))
            give(decidedAt.map { at in "\(1 + labelSetChanges.prefix { $0 <= at }.count)" })
        }
        if hasLoss { give(column(.loss)) }
    }

    private func consensusLabel(_ row: StreamRow) -> ConsensusLabels.Label? {
        guard let consensus, let item = text(row[LabelColumn.item.rawValue]).flatMap(Int64.init)
        else { return nil }
        return consensus.label(
            of: item, decided: text(row[LabelColumn.label.rawValue]).map(labels.name),
            isAdjudicated: row[LabelColumn.source.rawValue]?
                .elementsEqual(DecisionSource.adjudicator.rawValue.utf8) ?? false)
    }

    private func text(_ value: Value?) -> String? {
        value.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func labelSource(_ source: Value?) -> String? {
        guard let source else { return nil }
        if source.elementsEqual("reviewer".utf8) { return "single" }
        if source.elementsEqual("adjudicator".utf8) { return "adjudicated" }
        return String(decoding: source, as: UTF8.self)
    }

    /// How the row came to a person by its route: `uncertain`, `audit`, `random`, `rule`, or `model` for
    /// none.
    private func selectedBy(_ route: Value?, _ reason: Value?) -> String? {
        guard let route = text(route).flatMap(Route.init(rawValue:)) else { return nil }
        switch route {
        case .audited: return "audit"
        case .accepted: return "model"
        case .queued, .shadowed, .waiting: break
        }
        switch text(reason).flatMap(RouteReason.init(rawValue:)) {
        case .automationShare: return "random"
        case .degree, .alarm: return "rule"
        default: return "uncertain"
        }
    }

    /// `2026-11-21 04:42:11.5+00` as RFC 3339; sessions speak UTC.
    private func moment(_ value: Value?) -> String? {
        guard let value, value.count > 13 else { return nil }
        var bytes = Array(value.dropLast(3))
        bytes[10] = UInt8(ascii: "T")
        bytes.append(UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a number is written without point and exponent, so that readers take it for a whole one.
    private static func isWhole(_ value: Value) -> Bool {
        value.allSatisfy {
            $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
    }

    private func appendJSON(_ row: StreamRow, to bytes: inout [UInt8]) {
        var writer = JSONWriter(reservingCapacity: 1024)
        writer.beginObject()
        let columns = columns
        forEachValue(row) { index, value in
            let (name, kind) = columns[index]
            writer.key(name)
            guard let value else { return writer.null() }
            switch kind {
            case .text, .name: writer.string(utf8: value)
            case .plain: writer.raw(value)
            case .decimal:
                if Self.isWhole(value) {
                    writer.raw(Array(value) + Array(".0".utf8))
                } else {
                    writer.raw(value)
                }
            case .json: writer.rawLine(value)
            }
        }
        writer.endObject()
        bytes += writer.bytes
        bytes.append(UInt8(ascii: "\n"))
    }

    private func appendCSV(_ row: StreamRow, to bytes: inout [UInt8]) {
        let isSafe = format == .csv
        let columns = columns
        forEachValue(row) { index, value in
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            guard let value else { return }
            switch columns[index].kind {
            case .plain: bytes.append(contentsOf: value)
            case .decimal:
                bytes.append(contentsOf: value)
                if Self.isWhole(value) { bytes.append(contentsOf: ".0".utf8) }
            case .name: CSVField.append(value, isSafe ? .names : .none, to: &bytes)
            case .text, .json: CSVField.append(value, isSafe ? .text : .none, to: &bytes)
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
