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
    let labelRow: Int
    let labelLines: [Line]
    let editorRow: Int?
    let statusRow: Int
    let footerRow: Int

    /// The rule above the suggestion is left out on small screens.
    let hasRules: Bool

    init(_ desk: Desk, in size: Size) {
        let width = size.columns
        let isTall = size.rows >= 20
        hasRules = isTall
        noticeLines = desk.noticeLines(width: width, details: isTall ? 2 : 1)
        suggestionLines = desk.suggestionLines(width: width, guesses: isTall ? 3 : 0)
        labelLines = desk.labelLines(width: width, rows: max(2, size.rows / 5))
        let hasEditor = desk.hasEditorLine
        footerRow = size.rows - 1
        statusRow = size.rows - 2
        editorRow = hasEditor ? size.rows - 3 : nil
        labelRow = statusRow - (hasEditor ? 1 : 0) - labelLines.count
        suggestionRow = labelRow - (isTall ? 1 : 0) - suggestionLines.count
        titleRow = noticeRow + noticeLines.count
        payloadRow = titleRow + 1
        payloadRows = max(0, suggestionRow - (isTall ? 1 : 0) - payloadRow)
        payload = desk.leases.first?.document.lines(width: width - 2) ?? []
    }

    /// The payload line that is first when its end is on the screen.
    var maximumScroll: Int { max(0, payload.count - payloadRows) }
}
