import SluiceDomain
import SluicePostgres
import SluiceStore

/// One import from beginning to end: what came in so far, and what is to be decided when all has.
///
/// The answers of one item may stand anywhere in a file, so nothing is decided before its end. What is
/// kept until then is a key of 8 bytes an item.
public struct ReviewImportSession: Sendable {
    private let imports: ReviewImport
    private let project: ProjectContext
    private let caller: Caller
    private let decides: Bool
    private let createsItems: Bool
    private var items: Set<Int64> = []
    private var decisions = ImportedDecisions()

    /// How many answers were stored by this import.
    public private(set) var imported = 0
    /// How many had been stored before.
    public private(set) var duplicates = 0
    /// How many were refused.
    public private(set) var refused = 0
    /// How many of the answers that were stored now only leave their item to others.
    public private(set) var skips = 0
    /// How many items were not known before, and were made.
    public private(set) var newItems = 0

    /// Begins an import.
    ///
    /// - Parameters:
    ///   - decides: whether the answers decide their items; see `ReviewImport`.
    ///   - createsItems: whether items that are not known are made.
    public init(
        _ imports: ReviewImport, project: ProjectContext, by caller: Caller, decides: Bool,
        createsItems: Bool
    ) {
        self.imports = imports
        self.project = project
        self.caller = caller
        self.decides = decides
        self.createsItems = createsItems
    }

    /// Stores a batch of lines that were read, each an answer or why it is none.
    ///
    /// When the database does not answer, the lines are refused with `databaseUnavailable`: what was
    /// acknowledged is safe, and sending all again is, too.
    ///
    /// - Returns: one outcome a line, in order.
    public mutating func store(
        _ lines: [Result<PastAnswer, ReviewError>]
    ) async -> [PastAnswerOutcome] {
        let answers = lines.compactMap { line in
            if case .success(let answer) = line { answer } else { nil }
        }
        var stored = await store(answers)[...]
        let outcomes = lines.map { line -> PastAnswerOutcome in
            switch line {
            case .success: stored.popFirst() ?? .refused(.internalError)
            case .failure(let error): .refused(error)
            }
        }
        for outcome in outcomes {
            switch outcome {
            case .stored(let answer):
                if answer.isDuplicate { duplicates += 1 } else { imported += 1 }
                if answer.isSkip, !answer.isDuplicate { skips += 1 }
                if answer.madeItem { newItems += 1 }
                if decides { items.insert(answer.item) }
            case .refused: refused += 1
            }
        }
        return outcomes
    }

    private func store(_ answers: [PastAnswer]) async -> [PastAnswerOutcome] {
        guard !answers.isEmpty else { return [] }
        do {
            return try await imports.store(
                answers, in: project, createsItems: createsItems)
        } catch let error as PostgresError {
            let refusal: ReviewError = error.isOverload ? .overloaded : .databaseUnavailable
            return answers.map { _ in .refused(refusal) }
        } catch let error as ReviewError {
            // The project is archived.
            return answers.map { _ in .refused(error) }
        } catch {
            return answers.map { _ in .refused(.internalError) }
        }
    }

    /// Ends the import: decides what it is to decide, and says in the audit log what was done.
    ///
    /// - Returns: what was decided; nil when nothing was to be.
    public mutating func finish() async throws -> ImportedDecisions? {
        if decides { decisions = try await imports.decide(items, in: project) }
        try await imports.note(
            imported: imported, decided: decisions.decided, in: project, by: caller)
        return decides ? decisions : nil
    }
}
