import SluiceTerminal

/// Where the parts of the review screen stand, for one state and one size.
///
/// From top to bottom: header, notice, title of the item, payload, suggestion, labels, editor or
/// comment, status, footer. The payload gets what the others leave.
struct DeskLayout {
    /// The smallest screen an item can be answered on.
    static let minimum = Size(columns: 40, rows: 12)

    static func fits(_ size: Size) -> Bool {
        size.columns >= minimum.columns && size.rows >= minimum.rows
    }

    let noticeRow = 1
    let noticeLines: [Line]
    let titleRow: Int
    let payload: [Line]
    let payloadRow: Int
    let payloadRows: Int
    let suggestionRow: Int
    let suggestionLines: [Line]
    /// What stands in the rule above the suggestion or the answers.
    let suggestionTitle: String
    let labelRow: Int
    let labelLines: [Line]
    let editorRow: Int?
    let statusRow: Int
    let footerRow: Int

    /// Columns of the item's part of the screen, with one free at either side.
    let contentWidth: Int
    /// Where the guidelines begin; nil when they are not beside the item.
    let guidelinesColumn: Int?

    /// From here on the guidelines stand beside the item.
    static let wideColumns = 120

    /// The rule above the suggestion is left out on small screens.
    let hasRules: Bool

    init(_ desk: Desk, in size: Size) {
        let width = Self.contentWidth(desk, in: size)
        contentWidth = width
        guidelinesColumn = width < size.columns ? width + 1 : nil
        let isTall = size.rows >= 20
        hasRules = isTall && !desk.isEnlarged
        noticeLines = desk.noticeLines(width: size.columns, details: isTall ? 2 : 1)
        let guesses = isTall ? (size.rows >= 30 ? 4 : 3) : 0
        if desk.isEnlarged {
            suggestionLines = []
            suggestionTitle = ""
        } else if let panel = desk.answerPanel {
            let answers = panel.layout(width: width - 2, rows: Desk.panelRows(in: size))
            suggestionLines = answers.lines
            suggestionTitle = desk.answersHeading(isCut: answers.isCut)
        } else {
            suggestionLines = desk.suggestionLines(width: width, guesses: guesses)
            suggestionTitle = desk.leases.first?.suggestion.map { "suggested by \($0.model)" } ?? ""
        }
        labelLines =
            desk.isEnlarged
            ? []
            : desk.paddedLabelLines(
                width: width, rows: max(2, size.rows / 3), least: isTall ? 2 : 1)
        // On common screens the editor has a line of its own: nothing jumps when one is opened.
        let hasEditor = isTall || desk.hasEditorLine
        footerRow = size.rows - 1
        statusRow = size.rows - 2
        editorRow = hasEditor ? size.rows - 3 : nil
        titleRow = noticeRow + noticeLines.count
        payloadRow = titleRow + 1
        payload = desk.payloadLines(width: width - 2, in: size)
        let rules = hasRules ? 1 : 0
        let panel = suggestionLines.count + labelLines.count + 2 * rules
        let room = max(0, statusRow - (hasEditor ? 1 : 0) - panel - payloadRow)
        payloadRows = Self.payloadRows(desk, lines: payload.count, room: room, in: size)
        suggestionRow = payloadRow + payloadRows + rules
        labelRow = suggestionRow + suggestionLines.count + rules
    }

    /// On tall screens a short item has the upper half, and the choices stand directly under it.
    private static func payloadRows(
        _ desk: Desk, lines: Int, room: Int, in size: Size
    ) -> Int {
        guard size.rows >= 40, !desk.isEnlarged, desk.leases.first?.document.image == nil else {
            return room
        }
        return min(room, max(lines + 1, size.rows / 2))
    }

    /// Columns of the payload.
    var payloadWidth: Int { contentWidth - 2 }

    /// Columns of the item's part of the screen.
    static func contentWidth(_ desk: Desk, in size: Size) -> Int {
        let hasGuidelines =
            size.columns >= wideColumns && !desk.guidelines.text.isEmpty && !desk.hidesGuidelines
            && !desk.leases.isEmpty
        return hasGuidelines ? size.columns - min(60, size.columns / 3) - 1 : size.columns
    }

    /// Rows that nested values may take by themselves: what a screen leaves to a payload, by its
    /// size alone, so that nothing folds because an editor is opened.
    static func unfoldedRows(in size: Size) -> Int {
        max(4, size.rows - (size.rows >= 20 ? 13 : 7))
    }

    /// How large a picture is drawn: by the size of the screen alone, so that it is not drawn anew
    /// where a line more or less is taken by something else.
    static func imageRoom(_ desk: Desk, in size: Size) -> Size {
        Size(
            columns: min(160, contentWidth(desk, in: size) - 2),
            rows: max(4, size.rows - (size.rows >= 20 ? 15 : 8)))
    }

    /// Whether something of the payload is folded.
    var hasFolds: Bool {
        payload.contains { line in
            line.spans.contains { span in
                span.style == .dim && ["{… ", "[… ", "⋯ "].contains { span.text.hasPrefix($0) }
            }
        }
    }

    /// The payload line that is first when its end is on the screen.
    var maximumScroll: Int { max(0, payload.count - payloadRows) }
}
