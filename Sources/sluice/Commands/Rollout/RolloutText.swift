import SluiceAPI
import SluiceDomain
import SluiceJSON

extension RolloutReply {
    /// Who decides, in one line.
    var summary: String {
        get throws {
            guard let document = rollout?.value else { return "there is no rollout any more" }
            return try Rollout(document: document).summary
        }
    }
}

extension Rollout {
    /// Who decides, in one line.
    var summary: String {
        guard let candidate else {
            let late = previous.map {
                isPreviousRolledBack ? " (\($0) was rolled back)" : " (before: \($0))"
            }
            return "\(serving) serves\(late ?? "")"
        }
        switch mode {
        case .serving, .shadow: return "\(serving) serves, \(candidate) is its shadow"
        case .canary:
            return "\(candidate) decides \(share.percent), \(serving) the rest"
        case .ramp:
            let next = ramp?.nextShare.map { ", next \($0.percent)" } ?? ", the last step"
            return "\(candidate) decides \(share.percent)\(next), \(serving) the rest"
        }
    }
}

extension Double {
    /// A share in per cent with at most two decimals: 0.05 is `5 %`, 0.123 is `12.3 %`.
    var percent: String {
        let hundredths = Int((self * 10_000).rounded())
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        guard rest != 0 else { return "\(whole) %" }
        let decimals = rest % 10 == 0 ? "\(rest / 10)" : (rest < 10 ? "0\(rest)" : "\(rest)")
        return "\(whole).\(decimals) %"
    }
}

/// The status of a rollout for people.
struct RolloutStatusText {
    private let status: JSONValue
    private let rollout: Rollout?

    init(_ status: JSONValue) throws {
        self.status = status
        // Not flatMap: a JSON value is made of nil, too.
        if let document = status["rollout"], !document.isNull {
            rollout = try Rollout(document: document)
        } else {
            rollout = nil
        }
    }

    func lines() throws -> [String] {
        let project = status["project"]?.string ?? ""
        guard let rollout else {
            return [
                safe("\(project)  no rollout: whichever version comes first is routed"), "",
                "to begin one: sluice rollout start --candidate MODEL/VERSION",
            ]
        }
        let reason = status["reason"]?.string ?? ""
        var lines = [
            safe(
                "\(project)  revision \(status["revision"]?.int ?? 0), \(time("created_at")), "
                    + "by \(status["created_by"]?.string ?? "")"
                    + (reason.isEmpty ? "" : ": \(reason)")),
            safe(rollout.summary), "",
        ]
        lines += facts(rollout)
        lines += [""] + versions()
        lines += strangers()
        return lines
    }

    private func time(_ key: String, in value: JSONValue? = nil) -> String {
        let text = (value ?? status)[key]?.string ?? ""
        return Timestamp(rfc3339: text)?.toTheSecond ?? text
    }

    private func facts(_ rollout: Rollout) -> [String] {
        var rows = [("mode", rollout.mode.rawValue)]
        if rollout.candidate != nil {
            rows.append(("share set", rollout.share.percent))
            rows.append(("share realised", realised()))
            let fallback =
                rollout.fallback == .other
                ? "the other version's prediction is routed" : "a person decides"
            rows.append(
                ("silent version", "after \(rollout.answerWithinSeconds) s \(fallback)"))
        }
        if let judgement = status["guard"], !judgement.isNull {
            rows.append(
                (
                    "guard \(Self.verbs[judgement["says"]?.string ?? ""] ?? "")",
                    judgement["sentence"]?.string ?? ""
                ))
        }
        if let next = status["next"], !next.isNull { rows.append(("next", self.next(next))) }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, value in
            safe(name + String(repeating: " ", count: width - name.count + 2) + value)
        }
    }

    private static let verbs = [
        "hold": "holds", "advance": "consents", "roll_back": "raises the alarm",
    ]

    private func realised() -> String {
        guard let share = status["share_realised"], let value = share["value"]?.double,
            let lo = share["lo"]?.double, let hi = share["hi"]?.double
        else { return "not known: \(status["share_realised"]?["reason"]?.string ?? "")" }
        return "\(value.percent) (95 % interval \(lo.percent) to \(hi.percent)) of "
            + "\(share["n"]?.int ?? 0) items since \(time("since"))"
    }

    private func next(_ next: JSONValue) -> String {
        switch next["action"]?.string {
        case "advance":
            "\((next["share"]?.double ?? 0).percent), not before \(time("due_at", in: next))"
        case "switch": "the switch, not before \(time("due_at", in: next))"
        default: "none: the ramp is at its last step; switch, or ramp to more"
        }
    }

    private func versions() -> [String] {
        var table = Table([
            "version", "role", "received", "routed", "waiting", "last received",
        ])
        for version in status["versions"]?.array ?? [] {
            let last = version["last_received_at"]?.string
            table.add([
                Self.name(version), version["role"]?.string ?? "",
                "\(version["received"]?.int ?? 0)", "\(version["routed"]?.int ?? 0)",
                "\(version["waiting"]?.int ?? 0)",
                last == nil ? "never" : time("last_received_at", in: version),
            ])
        }
        return table.lines()
    }

    /// A word on versions that send predictions and should not.
    private func strangers() -> [String] {
        (status["versions"]?.array ?? []).compactMap { version in
            guard let received = version["received"]?.int, received > 0 else { return nil }
            switch version["role"]?.string {
            case "late":
                return safe(
                    "\(Self.name(version)) was put out of service and still sends predictions; "
                        + "they decide nothing")
            case "unknown":
                return safe(
                    "\(Self.name(version)) is not part of the rollout; what it sends is for people")
            default: return nil
            }
        }
    }

    private static func name(_ version: JSONValue) -> String {
        "\(version["model"]?.string ?? "")/\(version["model_version"]?.string ?? "")"
    }
}
