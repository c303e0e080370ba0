import SluiceJSON

extension JSONValue {
    /// A policy document with the labels it names called otherwise; what is no policy stays as it is.
    ///
    /// - Parameter call: gives each label its other name; two labels never get the same.
    public func callingPolicyLabels(_ call: (String) -> String) -> JSONValue {
        mapMember("accept") { $0.mapMember("labels") { $0.mapKeys(call) } }
            .mapMember("costs") { $0.mapMember("labels") { $0.mapKeys(call) } }
            .mapMember("audits") {
                $0.mapMember("strata") { strata in
                    strata.mapElements { $0.mapMember("labels") { $0.mapStrings(call) } }
                }
            }
            .mapMember("rules") { rules in
                rules.mapElements { $0.mapMember("when") { $0.mapCondition(call) } }
            }
            .mapMember("fallbacks") { fallbacks in
                fallbacks.mapElements { $0.mapMember("labels") { $0.mapStrings(call) } }
            }
    }

    /// A condition of a rule: its own labels, and those of the conditions in it.
    private func mapCondition(_ call: (String) -> String) -> JSONValue {
        mapMember("label") { $0.mapStrings(call) }
            .mapMember("all") { $0.mapElements { $0.mapCondition(call) } }
            .mapMember("any") { $0.mapElements { $0.mapCondition(call) } }
            .mapMember("not") { $0.mapCondition(call) }
    }

    func mapMember(_ key: String, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        guard case .object(var object) = self, let value = object[key] else { return self }
        object[key] = change(value)
        return .object(object)
    }

    func mapKeys(_ call: (String) -> String) -> JSONValue {
        guard case .object(let object) = self else { return self }
        var mapped = JSONObject()
        for member in object.members { mapped[call(member.key)] = member.value }
        return .object(mapped)
    }

    func mapElements(_ change: (JSONValue) -> JSONValue) -> JSONValue {
        guard case .array(let elements) = self else { return self }
        return .array(elements.map(change))
    }

    /// A string, or an array of strings.
    func mapStrings(_ call: (String) -> String) -> JSONValue {
        switch self {
        case .string(let text): .string(call(text))
        case .array(let elements): .array(elements.map { $0.mapStrings(call) })
        default: self
        }
    }
}
