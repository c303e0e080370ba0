import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// Everything that can happen to the reviewer's client.
public enum Message: Sendable {
    /// The client starts.
    case started
    /// Time since the start; comes twice a second and before any other message.
    case clock(Duration)
    /// Something happened at the terminal; with when it was read, now if that is nil.
    case terminal(TerminalEvent, readAt: Duration? = nil)
    /// A frame that shows this item has been written; nil where it shows none.
    case drawn(Desk.ScreenItem?, at: Duration)
    /// `Effect.loadProject` ended.
    case projectLoaded(Result<ProjectReply, ServiceFailure>)
    /// `Effect.loadQueue` ended.
    case queueLoaded(Result<QueueReply, ServiceFailure>)
    /// `Effect.lease` ended.
    case leased(Result<LeaseReply, ServiceFailure>)
    /// `Effect.renew` ended.
    case renewed(lease: String, Result<RenewReply, ServiceFailure>)
    /// `Effect.release` ended, well or not: a lease that was not given back expires by itself.
    case released(lease: String)
    /// `Effect.submit` ended.
    case submitted(reviewID: String, Result<ReviewReply, ServiceFailure>)
    /// `Effect.undo` ended.
    case undone(reviewID: String, Result<UndoReply, ServiceFailure>)
    /// `Effect.keep` ended; with why not, if the records could not be kept.
    case kept(JournalError?)
    /// `Effect.drawImage` ended.
    case imageDrawn(ImageRequest, DrawnImage)
    /// `Effect.loadHistory` ended.
    case historyLoaded(Result<ReviewList, ServiceFailure>)
    /// `Effect.loadGuidelines` ended.
    case guidelinesLoaded(Result<GuidelinesReply, ServiceFailure>)
    /// `Effect.loadFormerGuidelines` ended.
    case formerGuidelinesLoaded(version: Int, Result<GuidelineReply, ServiceFailure>)
    /// `Effect.readGuidelines` ended.
    case guidelinesRead(version: Int, Result<Void, ServiceFailure>)
    /// `Effect.loadOwnFigures` ended.
    case ownFiguresLoaded(Result<OwnFigures, ServiceFailure>)
    /// `Effect.editText` ended.
    case edited(NoteKind, Result<String, EditFailure>)
    /// Leaving took longer than it may.
    case leavingTimedOut
}

/// A text that goes with an answer.
public enum NoteKind: String, Hashable, Sendable {
    /// A remark on the item or the answer.
    case comment
    /// A change of the guidelines that the item calls for.
    case proposal
}

/// What the client asks its surroundings to do; executed only by `DeskRuntime`.
public enum Effect: Equatable, Sendable {
    /// Reads the project; ends with `projectLoaded`.
    case loadProject
    /// Reads the queue's figures; ends with `queueLoaded`.
    case loadQueue
    /// Leases tasks; ends with `leased`.
    case lease(count: Int)
    /// Renews a lease; ends with `renewed`.
    case renew(lease: String)
    /// Gives a lease back; ends with `released`.
    case release(lease: String)
    /// Sends an answer; ends with `submitted`.
    case submit(lease: String, Answer)
    /// Takes an answer back; ends with `undone`.
    case undo(reviewID: String)
    /// Writes records into the journal, one effect at a time; ends with `kept`.
    case keep([JournalRecord])
    /// Draws a picture of a payload in cells; ends with `imageDrawn`.
    case drawImage(ImageRequest)
    /// Reads the reviewer's own last answers; ends with `historyLoaded`.
    case loadHistory(count: Int)
    /// Reads the guidelines and their versions; ends with `guidelinesLoaded`.
    case loadGuidelines
    /// Reads an earlier version of the guidelines; ends with `formerGuidelinesLoaded`.
    case loadFormerGuidelines(version: Int)
    /// Says that the reviewer has read a version; ends with `guidelinesRead`.
    case readGuidelines(version: Int)
    /// Reads the reviewer's own figures; ends with `ownFiguresLoaded`.
    case loadOwnFigures
    /// Lends the terminal to the reviewer's editor with a text of at most `limit` bytes; ends with
    /// `edited`.
    case editText(NoteKind, String, limit: Int)
    /// Sends `leavingTimedOut` after that time.
    case limitLeaving(Duration)
    /// Gives the terminal to the shell until the process is continued.
    case suspend
    /// Takes the terminal again and draws everything anew.
    case resume
    /// Draws everything anew.
    case redraw
    /// Ends the client.
    case stop
    /// Ends the client because the service will not have it.
    case fail(Problem)
}
