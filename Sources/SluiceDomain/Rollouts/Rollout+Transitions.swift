extension Rollout {
    /// Puts a candidate beside the serving version: recorded and compared, deciding nothing.
    ///
    /// A candidate that decided a share goes back to deciding nothing.
    ///
    /// - Throws: `candidateServes`, `candidateOnItsWay`; `alreadyShadowed` when nothing would change.
    public func startingShadow(_ version: ModelVersion) throws(RolloutError) -> Rollout {
        guard version != serving else { throw .candidateServes(version) }
        if let candidate {
            guard candidate == version else {
                throw .candidateOnItsWay(candidate, mode: mode, share: share)
            }
            guard mode != .shadow else { throw .alreadyShadowed(candidate) }
        }
        var next = self
        next.candidate = version
        next.mode = .shadow
        next.share = 0
        next.ramp = nil
        // A version tried again is not late any more.
        if previous == version {
            next.previous = nil
            next.isPreviousRolledBack = false
        }
        return next
    }

    /// Gives the candidate a fixed share.
    ///
    /// - Parameter share: in 0...1, without the 0.
    /// - Throws: `noCandidate`.
    public func canary(share: Double) throws(RolloutError) -> Rollout {
        guard candidate != nil else { throw .noCandidate(.canary, serving: serving) }
        precondition(share > 0 && share <= 1, "a share is above 0 and at most 1")
        var next = self
        next.mode = .canary
        next.share = share
        next.ramp = nil
        return next
    }

    /// Gives the candidate a share that grows, beginning now.
    ///
    /// It begins at the first step that does not take away from the share in force.
    ///
    /// - Parameter steps: the shares, each above the one before it, in 0...1 without the 0.
    /// - Throws: `noCandidate`, `rampBelowShare`.
    public func ramping(
        steps: [Double], everySeconds: Int, at now: Timestamp
    ) throws(RolloutError) -> Rollout {
        guard candidate != nil else { throw .noCandidate(.ramp, serving: serving) }
        guard let first = steps.firstIndex(where: { $0 >= share }) else {
            throw .rampBelowShare(share)
        }
        var next = self
        next.mode = .ramp
        next.share = steps[first]
        next.ramp = Ramp(steps: steps, everySeconds: everySeconds, step: first, steppedAt: now)
        return next
    }

    /// Takes the next step of the ramp; after a step of 1, the switch.
    ///
    /// - Throws: `noCandidate`, `notRamping`, `rampAtItsEnd` when the last step is below 1.
    public func advanced(at now: Timestamp) throws(RolloutError) -> Rollout {
        guard let candidate else { throw .noCandidate(.ramp, serving: serving) }
        guard let ramp else { throw .notRamping(candidate, mode: mode) }
        guard let share = ramp.nextShare else {
            guard self.share >= 1 else { throw .rampAtItsEnd(share: self.share) }
            return try switched()
        }
        var next = self
        next.share = share
        next.ramp?.step += 1
        next.ramp?.steppedAt = now
        return next
    }

    /// Makes the candidate the serving version, for everything at once.
    ///
    /// - Throws: `noCandidate`.
    public func switched() throws(RolloutError) -> Rollout {
        guard let candidate else { throw .noCandidate(.switch, serving: serving) }
        var next = withoutCandidate
        next.serving = candidate
        next.previous = serving
        next.isPreviousRolledBack = false
        return next
    }

    /// Takes the newest change of who decides back, at once.
    ///
    /// While a candidate is on its way it goes; after a switch the version before it serves again.
    /// Doing it twice is no return to what was rolled back.
    ///
    /// - Throws: `nothingToRollBack`.
    public func rolledBack() throws(RolloutError) -> Rollout {
        var next = withoutCandidate
        next.isPreviousRolledBack = true
        if let candidate {
            next.previous = candidate
            return next
        }
        guard let previous, !isPreviousRolledBack else {
            throw .nothingToRollBack(serving: serving, rolledBack: previous)
        }
        next.serving = previous
        next.previous = serving
        return next
    }

    /// Takes the candidate away without a verdict; nothing else changes.
    ///
    /// - Throws: `noCandidate`.
    public func ended() throws(RolloutError) -> Rollout {
        guard candidate != nil else { throw .noCandidate(.end, serving: serving) }
        return withoutCandidate
    }

    private var withoutCandidate: Rollout {
        var next = self
        next.candidate = nil
        next.mode = .serving
        next.share = 0
        next.ramp = nil
        return next
    }
}
