import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport

/// What users see of labels.
enum LabelViews {
    /// How many items a report has of a label; nil when it does not name the label.
    static func received(_ report: JSONValue, _ label: String) -> Int? {
        report["by_label"]?.array?.first { $0["label"]?.string == label }?["metrics"]?["received"]?[
            "value"]?.double.map { Int($0) }
    }
}

extension TestService {
    /// The rows of an export with the model's labels.
    func exportedRows() async throws -> [JSONValue] {
        try await export(.jsonLines, LabelFilter(includesModel: true))
            .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    /// An item as it is shown.
    func shownItem(_ id: String) async throws -> JSONValue {
        try JSONValue(
            parsing: try await ItemView(pool: pool).json(externalID: id, project: project()))
    }

    /// The report, of one label or of all.
    func labelReport(_ label: String? = nil) async throws -> JSONValue {
        let reporting = Reporting(pool: pool, counter: QueueCounter(pool: pool))
        var question = ReportQuestion()
        question.label = label
        return try JSONValue(parsing: try await reporting.json(project: project(), question))
    }
}
