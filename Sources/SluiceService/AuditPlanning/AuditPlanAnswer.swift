import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// A plan, as it is written.
struct AuditPlanAnswer: Sendable {
    let plan: AuditPlan
    let labels: LabelSet

    /// Writes the members.
    func write(to writer: inout JSONWriter) throws(Unknown) {
        writeGoal(to: &writer)
        let audits = try plan.audits()
        writer.key("audits_needed")
        if let audits {
            Figure.count(Double(audits), n: audits).write(to: &writer)
        } else {
            Figure.unknown(Self.unreachable(plan.expected.value)).write(to: &writer)
        }
        if case .certify(let limit) = plan.question.goal {
            writer.member("audits_if_no_error", AuditSizing.toCertify(limit: limit, errors: 0))
        }
        writer.key("accepted_per_day")
        perDay.write(to: &writer)
        writer.member("accepted_under_rules", plan.traffic.byRules)
        writer.key("rate_now")
        (plan.rateNow.map { Figure.count($0, n: plan.traffic.items - plan.traffic.byRules) }
            ?? .unknown("the model accepted nothing in this window")).write(to: &writer)
        writer.key("audits_per_day_now")
        optional(
            plan.rateNow.flatMap { rate in plan.perDay.map { rate * $0 } }, unless: noPace
        ).write(to: &writer)
        writer.key("seconds_per_audit")
        (plan.handling.map { Figure.count($0.mean, n: $0.timed) } ?? .unknown(WhatIfPace.noTimes))
            .write(to: &writer)
        try writeRate(audits, to: &writer)
        writer.member("sentence", try sentence(audits))
    }

    private func writeGoal(to writer: inout JSONWriter) {
        writer.key("goal")
        writer.beginObject()
        switch plan.question.goal {
        case .halfWidth(let half): writer.member("half_width", half)
        case .certify(let limit):
            writer.member("certify", limit)
            writer.member("power", AuditPlan.power)
        }
        writer.member("level", 0.95)
        writer.member("days", plan.question.days)
        writer.endObject()
        let expected = plan.expected
        writer.key("expected_error")
        let figure = expected.estimate.map(Figure.estimate) ?? .count(expected.value, n: 0)
        figure.write(to: &writer) { writer in
            writer.member("source", expected.source)
            writer.member("planned_with", expected.value)
        }
    }

    /// The rate and what follows from it, null where the pace is not known or the aim out of reach.
    private func writeRate(_ audits: Int?, to writer: inout JSONWriter) throws(Unknown) {
        let rate = audits.flatMap(plan.rate)
        let why = audits == nil ? Self.unreachable(plan.expected.value) : noPace
        writer.key("rate")
        optional(rate, unless: why).write(to: &writer)
        let perDay = rate.flatMap { rate in plan.perDay.map { rate * $0 } }
        writer.key("audits_per_day")
        optional(perDay, unless: why).write(to: &writer)
        writer.key("reviewer_hours")
        optional(
            audits.flatMap { plan.hours(Double($0)) },
            unless: audits == nil ? why : WhatIfPace.noTimes
        ).write(to: &writer)
        writer.key("reviewer_hours_per_day")
        optional(
            perDay.flatMap(plan.hours), unless: perDay == nil ? why : WhatIfPace.noTimes
        ).write(to: &writer)
        writer.key("days_needed")
        optional(days(audits, perDay), unless: why).write(to: &writer)
        writer.key("days_at_rate_now")
        let now = plan.rateNow.flatMap { rate in plan.perDay.map { rate * $0 } }
        optional(
            days(audits, now), unless: now == 0 ? "nothing is audited now" : why
        ).write(to: &writer)
        let strata = audits.map(plan.strata) ?? []
        writer.key("strata")
        writer.array(strata) { writer, part in
            var named = part
            named.stratum.labels = part.stratum.labels?.map {
                ExactText(labels.ownName(of: $0.text))
            }
            named.write(to: &writer, in: strata, perDay: plan.perDay)
        }
        writer.key("policy")
        if let rate {
            writer.raw(plan.policy(rate: rate, strata: []).document(in: labels))
        } else {
            writer.null()
        }
        writer.key("policy_stratified")
        if let rate, !strata.isEmpty {
            writer.raw(
                plan.policy(rate: rate, strata: strata.map(\.stratum)).document(in: labels))
        } else {
            writer.null()
        }
    }

    private func days(_ audits: Int?, _ perDay: Double?) -> Double? {
        guard let audits, let perDay, perDay > 0 else { return nil }
        return Double(audits) / perDay
    }

    private func optional(_ value: Double?, unless reason: String) -> Figure {
        value.map { .count($0, n: plan.traffic.items) } ?? .unknown(reason)
    }

    private var perDay: Figure { optional(plan.perDay, unless: noPace) }

    private var noPace: String {
        plan.traffic.items == 0
            ? "the model accepted nothing in this window: say how many items a day it is to accept"
            : "the traffic of this window came within an hour: say how many items a day it is to be"
    }

    private static func unreachable(_ error: Double) -> String {
        "no number of audits can show it: the error rate to expect, \(percent(error)), is not below it"
    }

    /// What the plan buys, in words.
    private func sentence(_ audits: Int?) throws(Unknown) -> String {
        let error = Self.percent(plan.expected.value)
        guard let audits else { return Self.unreachable(plan.expected.value) }
        let buys =
            switch plan.question.goal {
            case .halfWidth(let half):
                "then the 95 % interval of an error rate of \(error) reaches \(Self.points(half)) to each side"
            case .certify(let limit):
                "then there is a chance of 80 % to show, with 95 % confidence, that at most \(Self.percent(limit)) of the accepted items are wrong, if \(error) are"
            }
        guard let rate = plan.rate(for: audits), let perDay = plan.perDay else {
            return "\(audits) audits: \(buys)"
        }
        let time = days(audits, rate * perDay) ?? 0
        let cost =
            plan.hours(Double(audits)).map { ", \(Self.number($0)) hours of reviewing" } ?? ""
        return
            "\(audits) audits, \(Self.percent(rate)) of what is accepted, take \(Self.number(time)) days\(cost); \(buys)"
    }

    /// A share with as many digits as it has, at most four.
    private static func percent(_ share: Double) -> String { hundredths(share) + " %" }

    /// A distance of shares.
    private static func points(_ half: Double) -> String {
        let text = hundredths(half)
        return text == "1" ? "1 point" : "\(text) points"
    }

    private static func hundredths(_ share: Double) -> String {
        number(share * 100, digits: share < 0.001 ? 4 : 2)
    }

    private static func number(_ value: Double, digits: Int = 1) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let whole = Int((value * scale).rounded())
        var text = "\(whole)"
        guard digits > 0 else { return text }
        while text.count <= digits { text = "0" + text }
        let point = text.index(text.endIndex, offsetBy: -digits)
        var fraction = text[point...]
        while fraction.last == "0" { fraction = fraction.dropLast() }
        return fraction.isEmpty ? "\(text[..<point])" : "\(text[..<point]).\(fraction)"
    }
}

extension AuditPlanStrata.Part {
    /// Writes the stratum; items and audits are those of the days that are planned for.
    fileprivate func write(
        to writer: inout JSONWriter, in all: [AuditPlanStrata.Part], perDay: Double?
    ) {
        let whole = all.reduce(0) { $0 + $1.items }
        writer.beginObject()
        stratum.writeBounds(to: &writer)
        writer.member("rate", stratum.rate)
        writer.member("share_of_items", Double(items) / Double(max(whole, 1)))
        writer.member("items_per_day", perDay.map { $0 * Double(items) / Double(max(whole, 1)) })
        writer.member("expected_error", expectedError)
        writer.member("audits_so_far", audits)
        writer.member("errors_so_far", errors)
        writer.member("audits_planned", planned)
        writer.endObject()
    }
}
