import Glibc
import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// Runs the reviewer's client in full screen: the one place where `Desk` meets the world.
public struct DeskRuntime: Sendable {
    /// How often the client is told the time.
    private static let tick = Duration.milliseconds(500)

    private let service: any DeskService
    private let project: String
    private let options: Desk.Options
    private let journal: Journal?
    private let images: ImageDrawer
    private let openTerminal: @Sendable () throws -> any TerminalDevice

    /// Makes a runtime.
    ///
    /// - Parameters:
    ///   - project: the name of the project, as shown.
    ///   - journal: where answers are kept until the service has them; nil keeps them nowhere.
    ///   - images: draws the pictures of payloads.
    ///   - openTerminal: takes the terminal; the one of the process unless a test says otherwise.
    public init(
        service: any DeskService, project: String, options: Desk.Options = Desk.Options(),
        journal: Journal? = nil, images: ImageDrawer = ImageDrawer(),
        openTerminal: @escaping @Sendable () throws -> any TerminalDevice = { try Terminal() }
    ) {
        self.service = service
        self.project = project
        self.options = options
        self.journal = journal
        self.images = images
        self.openTerminal = openTerminal
    }

    /// Reviews until the reviewer leaves, the process is asked to end, or the service refuses.
    ///
    /// The terminal is as it was found when this returns or throws.
    ///
    /// - Throws: what opening the terminal throws (`TerminalError`).
    /// - Returns: what the session came to, with the answers nobody confirmed.
    public func run() async throws -> DeskOutcome {
        let kept = await openJournal()
        let terminal = try openTerminal()
        let (messages, mailbox) = AsyncStream.makeStream(of: Message.self)
        let start = ContinuousClock.now
        let outcome = await withDiscardingTaskGroup(returning: DeskOutcome.self) { group in
            group.addTask {
                for await event in terminal.events {
                    mailbox.yield(.terminal(event, readAt: start.duration(to: .now)))
                }
            }
            group.addTask { await sendTime(to: mailbox, since: start) }
            mailbox.yield(.started)
            let colors = terminal.capabilities.colors
            var session = DeskSession(
                desk: Desk(
                    project: project, ids: .random(), size: terminal.size, options: options,
                    journal: kept),
                terminal: terminal, start: start)
            for await message in messages {
                for effect in session.take(message) {
                    group.addTask {
                        if let answer = await perform(effect, colors: colors) {
                            mailbox.yield(answer)
                        }
                    }
                }
                if session.isOver { break }
            }
            // Before the wait for calls that were cancelled: the terminal is given back at once.
            terminal.close()
            group.cancelAll()
            return session.desk.outcome
        }
        await journal?.close()
        return outcome
    }

    private func openJournal() async -> Result<JournalContents, JournalError>? {
        guard let journal else { return nil }
        do {
            return .success(try await journal.open())
        } catch {
            return .failure(error)
        }
    }

    private func sendTime(
        to mailbox: AsyncStream<Message>.Continuation, since start: ContinuousClock.Instant
    ) async {
        let clock = ContinuousClock()
        do {
            while true {
                try await clock.sleep(for: Self.tick)
                mailbox.yield(.clock(clock.now - start))
            }
        } catch {
            // Cancelled: the session is over.
        }
    }

    /// Carries out an effect that ends with a message; nil when it was cancelled.
    private func perform(_ effect: Effect, colors: ColorDepth) async -> Message? {
        switch effect {
        case .loadProject:
            return .projectLoaded(
                await result { service throws(ServiceFailure) in try await service.project() })
        case .loadQueue:
            return .queueLoaded(
                await result { service throws(ServiceFailure) in try await service.queue() })
        case .lease(let count):
            return .leased(
                await result { service throws(ServiceFailure) in
                    try await service.lease(count: count)
                })
        case .renew(let lease):
            return .renewed(
                lease: lease,
                await result { service throws(ServiceFailure) in
                    try await service.renew(lease: lease)
                })
        case .release(let lease):
            // Given back or not, nothing is left to do: the lease expires by itself.
            _ = await result { service throws(ServiceFailure) in
                try await service.release(lease: lease)
            }
            return .released(lease: lease)
        case .submit(let lease, let request):
            return .submitted(
                reviewID: request.reviewID,
                await result { service throws(ServiceFailure) in
                    try await service.review(lease: lease, request)
                })
        case .undo(let reviewID):
            return .undone(
                reviewID: reviewID,
                await result { service throws(ServiceFailure) in
                    try await service.undo(reviewID: reviewID)
                })
        case .keep(let records):
            guard let journal else { return .kept(nil) }
            do {
                try await journal.write(records)
                return .kept(nil)
            } catch {
                return .kept(error)
            }
        case .drawImage(let request):
            return .imageDrawn(request, await images.draw(request, colors: colors))
        case .loadHistory(let count):
            return .historyLoaded(
                await result { service throws(ServiceFailure) in
                    try await service.reviews(count: count)
                })
        case .loadGuidelines:
            return .guidelinesLoaded(
                await result { service throws(ServiceFailure) in try await service.guidelines() })
        case .loadFormerGuidelines(let version):
            return .formerGuidelinesLoaded(
                version: version,
                await result { service throws(ServiceFailure) in
                    try await service.guidelines(version: version)
                })
        case .readGuidelines(let version):
            return .guidelinesRead(
                version: version,
                await result { service throws(ServiceFailure) in
                    try await service.readGuidelines(version: version)
                })
        case .loadOwnFigures:
            return .ownFiguresLoaded(
                await result { service throws(ServiceFailure) in try await service.ownFigures() })
        case .editText(let note, let text, let limit):
            do throws(EditFailure) {
                let edited = try await editor().edit(text, named: note.rawValue, limit: limit)
                return .edited(note, .success(edited))
            } catch {
                return .edited(note, .failure(error))
            }
        case .limitLeaving(let limit):
            do {
                try await Task.sleep(for: limit)
                return .leavingTimedOut
            } catch {
                return nil
            }
        case .suspend, .resume, .redraw, .stop, .fail: return nil
        }
    }

    private func editor() throws(EditFailure) -> ExternalEditor {
        try ExternalEditor { name in getenv(name).map { String(cString: $0) } }
    }

    private func result<Value>(
        _ call: (any DeskService) async throws(ServiceFailure) -> Value
    ) async -> Result<Value, ServiceFailure> {
        do {
            return .success(try await call(service))
        } catch {
            return .failure(error)
        }
    }
}
