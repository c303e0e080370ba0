import Foundation
import SluiceJSON

/// What automation saved, in money or in hours, as sentences.
struct ReportCosts {
    private let cost: JSONValue

    /// Nil for a report that says nothing of it.
    init?(_ report: JSONValue) {
        guard let cost = report["cost"], cost.object != nil else { return nil }
        self.cost = cost
    }

    func lines() -> [String] {
        let items = cost["items_decided_by_model"]?.int ?? 0
        guard items > 0 else { return [] }
        let saved = cost["saved"]
        guard let value = saved?["value"]?.double, let lo = saved?["lo"]?.double,
            let hi = saved?["hi"]?.double
        else {
            return [""] + AgreementText.wrapped(withoutCosts(items) + why) + suggestions()
        }
        return [""]
            + AgreementText.wrapped(
                "Saved: \(money(value)) (\(plain(lo)) to \(plain(hi))): \(money(saved, "gross")) of "
                    + "reviews, less \(money(saved, "audit_cost")) of audits and "
                    + "\(money(saved, "error_cost")) of errors.") + suggestions()
    }

    private func withoutCosts(_ items: Int) -> String {
        let hours = cost["reviewer_hours_saved"]?["value"]?.double
        return "Saved: \(items) items that people did not decide"
            + (hours.map { ", \(Self.short($0)) hours of reviewing" } ?? "") + "."
    }

    /// Why there is no sum, where the policy says what things cost.
    private var why: String {
        guard cost["per_review"]?.double != nil, let reason = cost["saved"]?["reason"]?.string
        else { return "" }
        return " In money: not known, \(reason)."
    }

    /// From which confidence on accepting pays.
    private func suggestions() -> [String] {
        (cost["suggestions"]?.array ?? []).flatMap {
            SuggestionText($0).map {
                AgreementText.wrapped(
                    "At these costs \($0.sentence); certify before you rely on it."
                )
            } ?? []
        }
    }

    private func money(_ object: JSONValue?, _ key: String) -> String {
        object?[key]?.double.map(money) ?? "not known"
    }

    private func money(_ amount: Double) -> String {
        let currency = cost["currency"]?.string ?? ""
        return plain(amount) + (currency.isEmpty ? "" : " \(safe(currency))")
    }

    /// Two decimals below a hundred, else whole numbers.
    private func plain(_ amount: Double) -> String {
        String(format: abs(amount) < 100 ? "%.2f" : "%.0f", amount)
    }

    private static func short(_ number: Double) -> String {
        String(format: number < 10 ? "%.1f" : "%.0f", number)
    }
}
