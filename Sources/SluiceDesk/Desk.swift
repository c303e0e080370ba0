import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// The reviewer's client as a value: messages change it and return effects, a view draws it.
///
/// It does no I/O, reads no clock and throws no dice: time comes as messages, ids from a seed, and
/// what is to be done is returned as data. So every situation can be played through in a test.
///
/// Promises: an answer leaves the screen in the update of its key; it is kept, in order and under
/// one id, until the service has answered it; what the service refused stays on the screen until
/// the reviewer has put it away; nothing but a deliberate key decides (never pasted text).
public struct Desk: Sendable {
    /// How the client behaves.
    public struct Options: Sendable {
        /// Leases held at once, at least 1.
        public var prefetch: Int
        /// How long the client goes on renewing leases after the last key.
        public var idleLimit: Duration
        /// How long leaving may take.
        public var leavingLimit: Duration
        /// Which items are leased, in words; empty for all.
        public var only: String
        /// What the keys do.
        public var keymap: Keymap

        /// Makes options.
        public init(
            prefetch: Int = 5, idleLimit: Duration = .seconds(300),
            leavingLimit: Duration = .seconds(2), only: String = "", keymap: Keymap = .standard
        ) {
            self.prefetch = max(1, prefetch)
            self.idleLimit = idleLimit
            self.leavingLimit = leavingLimit
            self.only = only
            self.keymap = keymap
        }
    }

    /// What the keys mean at the moment.
    enum Mode: Hashable, Sendable {
        case review
        case help(scroll: Int)
        case guidelines(scroll: Int)
        /// The answers an adjudicator chooses between, whole.
        case answers(scroll: Int)
        case figures(scroll: Int)
        /// The letter of the answer to agree with comes next.
        case agree
        case comment(LineEditor)
        /// The change of the guidelines that goes with the answer.
        case proposal(LineEditor)
        /// The reason of an answer that is no label.
        case reason(Verdict, LineEditor)
        case search(LineEditor, selected: Int)
        /// A text looked for in the item, and which of the lines that hold it is shown.
        case findInText(LineEditor, place: Int)
        case tags(TagPicker)
        case history(HistoryPage)
        case paused
        case confirmQuit
    }

    /// How the service is reached.
    enum Connection: Hashable, Sendable {
        case connecting
        case online
        case offline(since: Duration, reason: String)
    }

    /// Something that needs to be read before it goes away.
    struct Notice: Hashable, Sendable {
        let title: String
        let detail: String
        /// What the journal remembers it by; nil when it is of this session only.
        var key: PendingOperation.Key?
        /// Whether it says that the guidelines changed; reading them puts it away too.
        var isOfGuidelines = false
    }

    /// An answer that can be taken back.
    struct Answered: Sendable {
        let reviewID: String
        var held: HeldLease
        let verdict: Verdict
    }

    /// A call that is repeated: whether it is under way, and when it is due.
    struct Call: Hashable, Sendable {
        var isRunning = false
        var dueAt: Duration = .zero
        var askedAt: Duration = .zero

        func isDue(_ now: Duration) -> Bool { !isRunning && now >= dueAt }

        mutating func start(_ now: Duration) {
            isRunning = true
            askedAt = now
        }

        mutating func finish(dueAt next: Duration) {
            isRunning = false
            dueAt = next
        }
    }

    /// The project's name.
    public let project: String
    let options: Options
    /// The keys of commands, without those that labels own.
    var keymap: Keymap { labels?.keymap ?? options.keymap }
    var ids: ReviewIDs

    // What is shown.
    var size: Size
    var mode = Mode.review
    var scroll = 0
    /// One line about the last key, until the next one.
    var flash = ""
    var notices: [Notice] = []
    /// Whether the item has the screen for itself.
    var isEnlarged = false
    /// How many levels of nested values the reviewer unfolded last; nil leaves it to each item.
    var unfoldedLevels: Int?
    /// Whether all metadata of items are shown, or a line of them.
    var showsMetadata = false
    /// Whether the guidelines stay away from wide screens.
    var hidesGuidelines = false
    var gallery = ImageGallery()
    var knownFields = KnownFields()

    // What is known of the service.
    var labels: LabelKeys?
    /// The version of the label set that `labels` are.
    var labelSetVersion: Int?
    /// The version that the service last said to be in force.
    var announcedLabelSet: Int?
    var guidelines = Guidelines()
    /// The tags the project offers.
    var tags: [String] = []
    var past = Past()
    var figures: QueueReply?
    var connection = Connection.connecting
    var failures = 0
    /// When a call last brought no answer.
    var missedAt: Duration = .zero

    // The reviewer's work.
    /// The first one is on the screen.
    var leases: [HeldLease] = []
    var pending: PendingOperations
    /// What an earlier session left to send; nil once it is sent.
    var replay: Replay?
    /// Set when the service was missed with answers to send: those go before new items are leased.
    var mustDrain = false
    /// Items given back because nobody was there, with what was typed for them.
    var idled: [HeldLease]?
    /// What was typed for items that were given back, until they come again.
    var drafts: [HeldLease] = []
    var history: [Answered] = []
    /// Answers being taken back, by review id.
    var undoing: [String: Answered] = [:]
    /// Every review that was taken back in this session, or is being.
    var takenBack: Set<String> = []
    /// Answers of earlier sessions being taken back, by review id.
    var recalled: [String: PastAnswer] = [:]
    var recentLabels = RecentNames()
    var recentTags = RecentNames()
    var tally = SessionTally()
    var done: Int { tally.reviewed }
    /// The reviewer's figures, as the service told them last.
    var own = Own()
    /// What was told of gold items in this session, the last first.
    var golds: [Gold] = []

    // Time.
    var now: Duration = .zero
    /// How long an item is on the screen before a key answers it.
    var dwell = AnswerDwell.standard
    /// The item on the screen; nil while there is none.
    var drawn: DrawnItem?
    /// When the last key was read.
    var keyReadAt: Duration = .zero
    var keyRepeat = KeyRepeat()
    var lastKeyAt: Duration = .zero
    var projectCall = Call()
    var leaseCall = Call()
    var queueCall = Call()
    var leaseCount = 0
    /// Why no work is given to this reviewer; nil while it is.
    var stoppedBy: Problem?
    /// The last look at the queue brought nothing.
    var foundNothing = false

    // Leaving.
    /// Set once the client is on its way out.
    public internal(set) var isLeaving = false
    /// Whether the reviewer asked for it, and may be kept waiting until all is sent.
    var isQuitting = false
    /// The signal that asked for it; nil when none did.
    var endedBy: Int32?
    var releasing: Set<String> = []
    var didStop = false
    var refusal: Problem?

    /// Makes a client that has not started.
    ///
    /// - Parameter journal: what the journal said when it was opened, or why it could not be; nil
    ///   when there is to be none.
    public init(
        project: String, ids: ReviewIDs, size: Size = Size(columns: 80, rows: 24),
        options: Options = Options(), journal: Result<JournalContents, JournalError>? = nil
    ) {
        self.project = project
        self.ids = ids
        self.size = size
        self.options = options
        pending = PendingOperations()
        if let journal { take(journal: journal) }
    }

    /// What the session came to.
    public var outcome: DeskOutcome {
        DeskOutcome(
            tally: tally, unsent: pending.operations, isKept: pending.ledger.isReliable,
            refusal: refusal, signal: endedBy)
    }

    /// Takes a message and returns what is to be done.
    public mutating func update(_ message: Message) -> [Effect] {
        var effects: [Effect]
        switch message {
        case .started: effects = []
        case .clock(let moment):
            now = max(now, moment)
            effects = []
        case .terminal(let event, let readAt):
            keyReadAt = readAt ?? now
            effects = take(event)
        case .drawn(let item, let moment):
            drew(item, at: moment)
            return []
        case .projectLoaded(let result): effects = take(project: result)
        case .queueLoaded(let result): effects = take(queue: result)
        case .leased(let result): effects = take(leases: result)
        case .renewed(let lease, let result): effects = take(renewed: lease, result)
        case .released(let lease):
            releasing.remove(lease)
            effects = []
        case .submitted(let reviewID, let result): effects = take(submitted: reviewID, result)
        case .undone(let reviewID, let result): effects = take(undone: reviewID, result)
        case .kept(let error): effects = take(kept: error)
        case .imageDrawn(let request, let image):
            gallery.finish(request.key, image)
            effects = []
        case .historyLoaded(let result):
            take(history: result)
            effects = []
        case .guidelinesLoaded(let result):
            take(guidelines: result)
            effects = []
        case .formerGuidelinesLoaded(let version, let result):
            take(formerGuidelines: version, result)
            effects = []
        case .guidelinesRead(let version, let result):
            take(guidelinesRead: version, result)
            effects = []
        case .ownFiguresLoaded(let result):
            own.take(result)
            effects = []
        case .edited(let note, let result):
            take(edited: note, result)
            effects = []
        case .leavingTimedOut: effects = leaveLater()
        }
        return effects + dueEffects()
    }

    /// Ends the client, once.
    mutating func stop() -> [Effect] {
        guard !didStop else { return [] }
        didStop = true
        return [.stop]
    }
}

/// What a session of the reviewer's client came to.
public struct DeskOutcome: Sendable {
    /// Answers given and not taken back, refused ones not counted.
    public let tally: SessionTally
    /// How many these are.
    public var done: Int { tally.reviewed }
    /// What the service has not confirmed, in order.
    public let unsent: [PendingOperation]
    /// Whether the journal holds them, for the next session to send.
    public let isKept: Bool
    /// Why the service would not have the client at all; nil when the reviewer left.
    public let refusal: Problem?
    /// The signal that ended the session; nil when none did.
    public let signal: Int32?
}
