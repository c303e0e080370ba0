import SluiceDomain

/// Nobody is there: the item goes back to the queue, and the next line leases anew.
extension PlainSession {
    /// A line that came when its item had been given back.
    struct LateLine: Sendable {
        let text: String
        /// What it was meant for.
        let externalID: String
    }

    /// Gives the items back and waits for a line.
    ///
    /// The line is used for the item it was meant for, should that come again, and for no other
    /// one. An empty line only brings an item: the suggestion may be another one by then.
    mutating func fallIdle() async {
        guard let shown = held.last else { return }
        await giveBack()
        let span = DeskText.span(Self.idleLimit)
        say(["Nobody here for \(span): your item went back to the queue; the next line goes on."])
        guard let line = await lineThatWakes() else { return }
        switch PlainCommand(line, labels: labels) {
        case .quit: isOver = true
        case .accept: break
        default: lateLine = LateLine(text: line, externalID: shown.externalID)
        }
    }

    /// The late line, when it was meant for this item; says that it is not used when it was not.
    mutating func takeLateLine(for shown: HeldLease) -> String? {
        guard let line = lateLine, ExactText(line.externalID) == ExactText(shown.externalID) else {
            dropLateLine()
            return nil
        }
        lateLine = nil
        return line.text
    }

    /// Says that the late line is not used; says nothing when there is none.
    mutating func dropLateLine() {
        guard let line = lateLine else { return }
        lateLine = nil
        let name = PlainText.safe(line.externalID)
        say(["\(name) is no longer yours; the line was not used."])
    }

    /// Releases everything held; what was typed for it waits for the item to come again.
    mutating func giveBack() async {
        for lease in held.map(\.id) {
            do throws(ServiceFailure) {
                try await service.release(lease: lease)
            } catch {
                // Not given back: it expires by itself.
                continue
            }
        }
        drafts = held
        held = []
    }

    /// Why there is no item, in a sentence.
    func emptyWords() async -> String {
        do throws(ServiceFailure) {
            return DeskText.emptyQueue(try await service.queue(), only: "")
        } catch {
            return DeskText.emptyQueue(nil, only: "")
        }
    }

    /// The next line, while nothing is held; nil, and the session over, when none comes.
    mutating func lineThatWakes() async -> String? {
        while let event = await inbox.next() {
            switch event {
            case .tick: continue
            case .line(let line, _): return line
            case .end:
                isOver = true
                return nil
            }
        }
        isOver = true
        return nil
    }

    /// An item that was given back and is here again has what was typed for it.
    mutating func withDraft(_ held: HeldLease) -> HeldLease {
        guard
            let index = drafts.firstIndex(where: {
                ExactText($0.externalID) == ExactText(held.externalID)
            })
        else { return held }
        return held.continuing(drafts.remove(at: index))
    }
}
