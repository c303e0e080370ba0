import SluiceDomain
import SluiceJSON
import Testing

@Suite("Rollouts")
struct RolloutTests {
    private let six: ModelVersion
    private let seven: ModelVersion
    private let eight: ModelVersion
    private let now = Timestamp(microseconds: 1_000_000)

    init() throws {
        six = try #require(ModelVersion("fraud/6"))
        seven = try #require(ModelVersion("fraud/7"))
        eight = try #require(ModelVersion("fraud/8"))
    }

    private func shadow() throws -> Rollout {
        try Rollout(serving: six).startingShadow(seven)
    }

    @Test("a version is divided at its last slash, and has something on both sides of it")
    func modelVersion() throws {
        let version = try #require(ModelVersion("team/fraud/7"))
        #expect(version.model == ExactText("team/fraud") && version.version == ExactText("7"))
        #expect(version.description == "team/fraud/7")
        for text in ["", "fraud", "/7", "fraud/", "/"] { #expect(ModelVersion(text) == nil) }
        #expect(ModelVersion("fr\u{e9}/1") != ModelVersion("fre\u{301}/1"))
    }

    @Test("in shadow the serving version decides every item and the candidate none")
    func shadowed() throws {
        let rollout = try shadow()
        #expect(!rollout.drawsSides)
        for draw in [0, 0.5, 1.0.nextDown] {
            #expect(rollout.decider(draw: draw) == six)
            #expect(rollout.standing(of: six, draw: draw) == .decides)
            #expect(rollout.standing(of: seven, draw: draw) == .awaitsOther)
            #expect(rollout.standing(of: eight, draw: draw) == .unknown)
        }
    }

    @Test("a draw below the share makes an item the candidate's, one equal to it does not")
    func canary() throws {
        let rollout = try shadow().canary(share: 0.25)
        #expect(rollout.drawsSides)
        #expect(rollout.decider(draw: 0.25.nextDown) == seven)
        #expect(rollout.decider(draw: 0.25) == six)
        #expect(rollout.standing(of: six, draw: 0.1) == .awaitsOther)
        #expect(rollout.standing(of: seven, draw: 0.1) == .decides)
        #expect(rollout.standing(of: seven, draw: 0.9) == .awaitsOther)
        #expect(rollout.standing(of: eight, draw: 0.1) == .unknown)
    }

    @Test("no item leaves the candidate while its share grows")
    func growing() throws {
        let shares = [0.05, 0.25, 0.5, 1]
        for step in 0..<1000 {
            let draw = Double(step) / 1000
            let sides = try shares.map { try shadow().canary(share: $0).side(draw: draw) }
            #expect(sides == sides.sorted { $0 == .serving && $1 == .candidate })
        }
        #expect(try !shadow().canary(share: 1).drawsSides)
        #expect(try shadow().canary(share: 1).decider(draw: 1.0.nextDown) == seven)
    }

    @Test("a switch makes the candidate serve and the other late; a rollback turns that round")
    func switching() throws {
        let switched = try shadow().canary(share: 0.5).switched()
        #expect(switched.mode == .serving && switched.share == 0 && switched.candidate == nil)
        #expect(switched.serving == seven && switched.previous == six)
        #expect(switched.standing(of: six, draw: 0) == .late)
        let back = try switched.rolledBack()
        #expect(back.serving == six && back.previous == seven)
        #expect(back.standing(of: seven, draw: 0) == .late)
        // In a panic people roll back twice: that must not bring the bad version back.
        #expect(throws: RolloutError.nothingToRollBack(serving: six, rolledBack: seven)) {
            try back.rolledBack()
        }
    }

    @Test("a rollback on the way takes the candidate out from any mode, and twice changes nothing")
    func rollback() throws {
        let ramp = try shadow().ramping(steps: [0.1, 1], everySeconds: 60, at: now)
        for rollout in [try shadow(), try shadow().canary(share: 0.1), ramp] {
            let back = try rollout.rolledBack()
            #expect(back.serving == six && back.candidate == nil && back.previous == seven)
            #expect(back.mode == .serving && back.share == 0 && back.ramp == nil)
            #expect(back.standing(of: seven, draw: 0) == .late)
            #expect(throws: RolloutError.nothingToRollBack(serving: six, rolledBack: seven)) {
                try back.rolledBack()
            }
        }
        #expect(throws: RolloutError.nothingToRollBack(serving: six, rolledBack: nil)) {
            try Rollout(serving: six).rolledBack()
        }
    }

    @Test("a version that was rolled back can be tried again, and is not late then")
    func tryAgain() throws {
        let again = try shadow().rolledBack().startingShadow(seven)
        #expect(again.previous == nil && !again.isPreviousRolledBack)
        #expect(again.standing(of: seven, draw: 0) == .awaitsOther)
        let other = try shadow().switched().startingShadow(eight)
        #expect(other.previous == six && other.standing(of: six, draw: 0) == .late)
        // Taking the trial of 8 away leaves the way back to 6.
        #expect(try other.ended().rolledBack().serving == six)
        #expect(try other.ended().standing(of: eight, draw: 0) == .unknown)
    }

    @Test("a canary can go back to shadow, but another candidate has to wait")
    func restart() throws {
        let canary = try shadow().canary(share: 0.5)
        #expect(try canary.startingShadow(seven) == shadow())
        #expect(throws: RolloutError.candidateOnItsWay(seven, mode: .canary, share: 0.5)) {
            try canary.startingShadow(eight)
        }
        #expect(throws: RolloutError.alreadyShadowed(seven)) {
            try shadow().startingShadow(seven)
        }
        #expect(throws: RolloutError.candidateServes(six)) { try canary.startingShadow(six) }
    }

    @Test("a ramp takes its steps in order and ends with the switch")
    func ramp() throws {
        var rollout = try shadow().ramping(steps: [0.05, 0.25, 1], everySeconds: 60, at: now)
        #expect(rollout.share == 0.05 && rollout.mode == .ramp)
        #expect(rollout.ramp?.dueAt == Timestamp(microseconds: 61_000_000))
        for (share, micro) in [(0.25, 2_000_000 as Int64), (1, 3_000_000)] {
            rollout = try rollout.advanced(at: Timestamp(microseconds: micro))
            #expect(rollout.share == share)
            #expect(rollout.ramp?.steppedAt == Timestamp(microseconds: micro))
        }
        rollout = try rollout.advanced(at: now)
        #expect(rollout.mode == .serving && rollout.serving == seven && rollout.previous == six)
    }

    @Test("a ramp begins at the first step that takes nothing away from the candidate")
    func rampAfterCanary() throws {
        let canary = try shadow().canary(share: 0.1)
        let ramp = try canary.ramping(steps: [0.05, 0.25, 0.5], everySeconds: 60, at: now)
        #expect(ramp.share == 0.25 && ramp.ramp?.step == 1)
        #expect(throws: RolloutError.rampBelowShare(0.1)) {
            try canary.ramping(steps: [0.01, 0.09], everySeconds: 60, at: now)
        }
        let last = try ramp.advanced(at: now)
        #expect(throws: RolloutError.rampAtItsEnd(share: 0.5)) { try last.advanced(at: now) }
    }

    @Test("without a candidate there is nothing to give a share, advance, switch or end")
    func withoutCandidate() throws {
        let alone = Rollout(serving: six)
        #expect(throws: RolloutError.noCandidate(.canary, serving: six)) {
            try alone.canary(share: 0.1)
        }
        #expect(throws: RolloutError.noCandidate(.ramp, serving: six)) {
            try alone.ramping(steps: [1], everySeconds: 1, at: now)
        }
        #expect(throws: RolloutError.noCandidate(.switch, serving: six)) { try alone.switched() }
        #expect(throws: RolloutError.noCandidate(.end, serving: six)) { try alone.ended() }
        #expect(throws: RolloutError.noCandidate(.ramp, serving: six)) {
            try alone.advanced(at: now)
        }
        #expect(throws: RolloutError.notRamping(seven, mode: .shadow)) {
            try shadow().advanced(at: now)
        }
    }

    @Test("whatever is done to a rollout, its document reads back as the same rollout")
    func transitionsKeepTheRules() throws {
        var generator = SeededDice(seed: 7)
        var rollout = Rollout(serving: six)
        var changes = 0
        for turn in 0..<5000 {
            let moment = Timestamp(microseconds: Int64(turn))
            let share = Double.random(in: 0.001...1, using: &generator)
            let version = [six, seven, eight][Int.random(in: 0..<3, using: &generator)]
            do throws(RolloutError) {
                switch Int.random(in: 0..<8, using: &generator) {
                case 0, 1: rollout = try rollout.startingShadow(version)
                case 2: rollout = try rollout.canary(share: share)
                case 3:
                    rollout = try rollout.ramping(
                        steps: [share / 2, share], everySeconds: 60, at: moment)
                case 4: rollout = try rollout.advanced(at: moment)
                case 5: rollout = try rollout.switched()
                case 6: rollout = try rollout.rolledBack()
                default: rollout = try rollout.ended()
                }
                changes += 1
            } catch {
                #expect(!error.detail.isEmpty)
            }
            let read = try Rollout(document: JSONValue(parsing: rollout.document))
            #expect(read == rollout)
        }
        #expect(changes > 1000)
    }
}

/// A generator that gives the same numbers for the same seed.
private struct SeededDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators": SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
