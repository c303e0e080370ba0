/// The fields of the records seen in this session, so that one can be missed where it is absent.
struct KnownFields: Sendable {
    /// Fields remembered.
    private static let capacity = 256
    /// Records of this number are needed before a field can be missed.
    private static let least = 3

    private var records = 0
    private var counts: [String: Int] = [:]
    private var order: [String] = []

    /// Takes note of a record's fields.
    mutating func see(_ names: [String]) {
        guard !names.isEmpty else { return }
        records += 1
        for name in Set(names) where counts[name] != nil || counts.count < Self.capacity {
            counts[name, default: 0] += 1
        }
        for name in names where counts[name] == 1 && !order.contains(name) { order.append(name) }
    }

    /// The fields that more than half of the records have and this one has not, in the order in
    /// which they were first seen; none before three records were seen.
    func absent(from names: [String]) -> [String] {
        guard !names.isEmpty, records >= Self.least else { return [] }
        let present = Set(names)
        return order.filter { name in
            !present.contains(name) && counts[name, default: 0] * 2 > records
        }
    }
}
