import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// The course of a session in plain mode; ends early when its task is cancelled.
struct PlainSession {
    /// How long after the last line the item goes back to the queue.
    static let idleLimit = Duration.seconds(300)

    let service: any DeskService
    let console: PlainConsole
    var inbox: AsyncStream<PlainEvent>.Iterator
    let input: PlainInput
    let journal: Journal?
    /// What was refused and not put away.
    var refusals: [JournalRefusal] = []
    var saidUnkept = false
    let clock = ContinuousClock()
    private let keymap: Keymap
    private let time: @Sendable () -> Duration
    var ids = ReviewIDs.random()
    var labels: PlainLabels
    /// The version of the label set that `labels` are.
    var labelSetVersion: Int?
    /// The guidelines and what is announced of them.
    var guidelines = PlainGuidelines()
    var outcome = PlainOutcome()
    /// The items held; the last one is the one being answered.
    var held: [HeldLease] = []
    /// The items that undos of an earlier session gave back, by the id of the review taken back.
    var undone: [(reviewID: String, held: HeldLease)] = []
    /// Items given back, with what was typed for them.
    var drafts: [HeldLease] = []
    /// What was typed for an item that had been given back.
    var lateLine: LateLine?
    /// When the item being answered was written out.
    var shownAt = ContinuousClock.now
    /// When the last line was read.
    var lineReadAt = ContinuousClock.now
    /// Whether the line before asked for an item that did not come back: an answer is not for the
    /// item that is here.
    var missedUndo = false
    /// The answers that can be taken back.
    var history: [(reviewID: String, externalID: String)] = []
    /// The answers listed last.
    var past: [PastReview] = []
    var lastLineAt = Duration.zero
    /// What was too long to be shown at once.
    var unshown: [String] = []
    /// Whether only the first lines of items are shown.
    var isBrief = false
    var isOver = false
    var saidOffline = false
    /// Why the last call was refused; nil when it was not.
    var lastRefusal: String?
    /// Whether the last refusal means that the item is no longer this reviewer's.
    var lastRefusalEndsItem = false

    /// Makes a session that has not started.
    ///
    /// - Parameters:
    ///   - keymap: says which letters are left for labels, as in full screen.
    ///   - time: how long it has been since some moment; the time of this process when nil.
    init(
        service: any DeskService, console: PlainConsole, inbox: AsyncStream<PlainEvent>,
        input: PlainInput = PlainInput(), journal: Journal? = nil, keymap: Keymap = .standard,
        time: (@Sendable () -> Duration)? = nil
    ) {
        let start = ContinuousClock.now
        self.service = service
        self.console = console
        self.inbox = inbox.makeAsyncIterator()
        self.input = input
        self.journal = journal
        self.keymap = keymap
        self.time = time ?? { ContinuousClock.now - start }
        labels = PlainLabels([], keymap: keymap)
    }

    var now: Duration { time() }

    /// Runs until the lines end, the reviewer quits or the task is cancelled.
    mutating func run() async -> PlainOutcome {
        let service = self.service
        guard
            let project = await repeated(
                { () async throws(ServiceFailure) -> ProjectReply in
                    try await service.project()
                }, mayRefuse: false)
        else { return outcome }
        labels = PlainLabels(project.labels, keymap: keymap)
        labelSetVersion = project.labelSetVersion
        guidelines.text = project.guidelines
        say(["Project \(PlainText.safe(project.name))"] + PlainText.labels(labels))
        await sayAlert()
        await replay()
        while !isOver {
            if held.isEmpty, !(await fetch()) { break }
            await answer()
        }
        say(["Done: \(outcome.done)."])
        return outcome
    }

    /// Says what alarms have taken from the model, to those who may give it back; nothing when the
    /// service cannot be asked, for the session does not depend on it.
    private mutating func sayAlert() async {
        do throws(ServiceFailure) {
            if let alert = try await service.queue().alert {
                say(["Warning: \(PlainText.safe(alert))"])
            }
        } catch {
            return
        }
    }

    // MARK: - Items

    /// Leases the next item, waiting while there is none.
    ///
    /// - Returns: false when the session ends before one comes.
    private mutating func fetch() async -> Bool {
        let service = self.service
        var saidEmpty = false
        while !isOver {
            let askedAt = now
            guard
                let attempt = await repeated(
                    { () async throws(ServiceFailure) -> LeaseAttempt in
                        try await LeaseAttempt(service)
                    }, mayRefuse: false)
            else { return false }
            guard case .reply(let reply) = attempt else {
                if case .paused(let problem) = attempt, !saidEmpty { await tellPause(problem) }
                saidEmpty = true
                await waitWhileEmpty(until: now + Desk.emptyQueuePoll)
                if !held.isEmpty { return true }
                continue
            }
            if let news = guidelines.hear(of: reply) { say(news) }
            await hear(ofLabelSet: reply.labelSetVersion)
            if let lease = reply.leases.first {
                held.append(withDraft(HeldLease(lease, askedAt: askedAt)))
                return true
            }
            if !saidEmpty {
                dropLateLine()
                say(["\(await emptyWords()) Looking again every 2 seconds; :quit leaves."])
            }
            saidEmpty = true
            await waitWhileEmpty(until: now + Desk.emptyQueuePoll)
            if !held.isEmpty { return true }
        }
        return false
    }

    /// Reads the labels when they are others than those known, and says what has changed.
    private mutating func hear(ofLabelSet version: Int?) async {
        guard let version, version != labelSetVersion else { return }
        let service = self.service
        let project = await repeated(
            { () async throws(ServiceFailure) -> ProjectReply in try await service.project() },
            about: "the labels cannot be read anew")
        guard let project, project.labelSetVersion != labelSetVersion else { return }
        let before = labels.keys.entries.map(\.label)
        labels = PlainLabels(
            project.labels, keymap: labels.keys.keymap, kept: labels.keys.byID)
        labelSetVersion = project.labelSetVersion
        say(
            PlainText.block(
                "The labels have changed: \(LabelSetNews.words(from: before, to: project.labels))")
                + PlainText.labels(labels))
    }

    private mutating func waitWhileEmpty(until moment: Duration) async {
        while now < moment, !isOver, held.isEmpty {
            guard let event = await inbox.next() else {
                isOver = true
                return
            }
            switch event {
            case .tick: continue
            case .end: isOver = true
            case .line(let line, _):
                let command = PlainCommand(line, labels: labels)
                switch command {
                case .accept, .answer, .guess, .explained, .agree, .comment, .propose, .tags, .show:
                    say(["There is no item to answer; the line was not used."])
                case .figures: await showFigures()
                case .history: await showHistory()
                case .takeBack(let number): await takeBack(number)
                case .pause: await pause()
                case .undo: await undo()
                case .guidelines: await showGuidelines()
                case .labels, .find, .brief, .more: show(command)
                case .help: say(PlainText.help())
                case .acknowledge: await acknowledge()
                case .quit: isOver = true
                case .unknown(let reason): say([PlainText.safe(reason)])
                }
            }
        }
    }

    /// Shows the item and takes lines until it is answered, or another one is to be shown.
    private mutating func answer() async {
        guard let shown = held.last else { return }
        show(shown)
        shownAt = .now
        lastLineAt = now
        let since = now
        var lateLine = takeLateLine(for: shown)
        while !isOver, held.last?.id == shown.id, let current = held.last {
            say([PlainText.prompt(current, labels: labels)])
            let next = if let lateLine { lateLine } else { await nextLine() }
            guard let line = next else { return }
            lateLine = nil
            lastLineAt = now
            let command = command(line, on: current)
            if let reason = haste(of: command, for: current) {
                say([reason])
                continue
            }
            switch command {
            case .accept:
                if let suggestion = current.suggestion,
                    labels.keys.entry(named: suggestion.label) != nil
                {
                    await submit(.label(suggestion.label), since: since)
                } else {
                    say(["No suggestion is shown for this item: type a label."])
                }
            case .guess(let number):
                if let guess = guess(number, on: current) {
                    await submit(.label(guess), since: since)
                }
            case .answer(.escalate) where current.lease.queue == .adjudication,
                .explained(.escalate, _) where current.lease.queue == .adjudication:
                say(["You are the adjudicator; :skip leaves the item to another one."])
            case .answer(let verdict): await submit(verdict, since: since)
            case .explained(let verdict, let text):
                keep(comment: text)
                await submit(verdict, since: since)
            case .undo: await undo()
            case .comment(let text):
                keep(comment: text)
                say([text.isEmpty ? "No comment." : "The comment goes with the answer."])
            case .tags(let tags): keep(tags: tags)
            case .history: await showHistory()
            case .takeBack(let number): await takeBack(number)
            case .pause: await pause()
            case .guidelines: await showGuidelines()
            case .agree(let letter):
                if let verdict = verdict(agreeingWith: letter, on: current) {
                    await submit(verdict, since: since)
                }
            case .propose(let text):
                keep(proposal: text)
            case .figures: await showFigures()
            case .show: show(current)
            case .labels, .find, .brief, .more: show(command)
            case .help: say(PlainText.help())
            case .acknowledge: await acknowledge()
            case .quit: isOver = true
            case .unknown(let reason): say([PlainText.safe(reason)])
            }
        }
    }

    /// The next line, with the leases renewed while it is waited for.
    ///
    /// - Returns: nil when none came for the items held: the session is over, or they were given
    ///   back.
    private mutating func nextLine() async -> String? {
        while let event = await inbox.next() {
            switch event {
            case .line(let line, let readAt):
                lineReadAt = readAt
                return line
            case .end:
                isOver = true
                return nil
            case .tick:
                guard now - lastLineAt < Self.idleLimit else {
                    await fallIdle()
                    return nil
                }
                await renew()
            }
        }
        isOver = true
        return nil
    }

    private mutating func renew() async {
        for index in held.indices where now >= held[index].renewAt {
            let askedAt = now
            do throws(ServiceFailure) {
                _ = try await service.renew(lease: held[index].id)
                held[index].renewed(askedAt: askedAt)
            } catch {
                // The item stays: the answer is what counts, and the service judges it.
                held[index].renewAt = now + .seconds(30)
            }
        }
    }
}
