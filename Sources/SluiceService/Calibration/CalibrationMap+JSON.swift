import SluiceJSON
import SluiceStatistics

extension CalibrationMap {
    /// The word for the kind of map.
    var kind: String {
        switch self {
        case .identity: "identity"
        case .platt: "platt"
        case .isotonic: "isotonic"
        case .temperature: "temperature"
        }
    }

    /// Writes `kind` and `parameters` as members of the object that is open.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("kind", kind)
        writer.key("parameters")
        writer.beginObject()
        switch self {
        case .identity: break
        case .platt(let map):
            writer.member("slope", map.slope)
            writer.member("offset", map.offset)
        case .temperature(let temperature): writer.member("temperature", temperature.value)
        case .isotonic(let map):
            writer.key("corners")
            writer.array(map.corners) { writer, corner in
                writer.beginArray()
                writer.double(corner.confidence)
                writer.double(corner.probability)
                writer.endArray()
            }
        }
        writer.endObject()
    }

    /// The map as it is stored.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Reads what ``json`` wrote; nil if it is something else.
    init?(json: [UInt8]) throws(JSONError) {
        let limits = JSONLimits(depth: 8, bytes: max(json.count, 1))
        let value = try JSONValue(parsing: json, limits: limits)
        let parameters = value["parameters"]
        switch value["kind"]?.string {
        case "identity": self = .identity
        case "platt":
            guard let slope = parameters?["slope"]?.double,
                let offset = parameters?["offset"]?.double
            else { return nil }
            self = .platt(PlattMap(slope: slope, offset: offset))
        case "temperature":
            guard let temperature = parameters?["temperature"]?.double else { return nil }
            self = .temperature(Temperature(temperature))
        case "isotonic":
            let corners = (parameters?["corners"]?.array ?? []).compactMap {
                corner -> IsotonicMap.Corner? in
                guard let pair = corner.array, pair.count == 2, let confidence = pair[0].double,
                    let probability = pair[1].double
                else { return nil }
                return IsotonicMap.Corner(confidence: confidence, probability: probability)
            }
            guard let map = IsotonicMap(corners: corners) else { return nil }
            self = .isotonic(map)
        default: return nil
        }
    }
}
