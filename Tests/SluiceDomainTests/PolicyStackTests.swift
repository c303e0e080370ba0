import SluiceDomain
import Testing

@Suite("The stack of policies")
struct PolicyStackTests {
    private func stack(_ changes: (Int, PolicyChange)...) -> PolicyStack {
        PolicyStack(changes.map { (version: $0.0, change: $0.1) })
    }

    @Test("nothing is in force before the first, and the first cannot be rolled back")
    func empty() {
        #expect(stack().inForce == nil && stack().beneath == nil)
        let first = stack((1, .set))
        #expect(first.inForce == 1 && first.beneath == nil)
        #expect(stack((1, .set), (1, .rolledBack)).inForce == 1)
    }

    @Test("setting and activating push, rolling back pops")
    func pushAndPop() {
        #expect(stack((1, .set), (2, .set)).beneath == 1)
        #expect(stack((1, .set), (2, .set), (1, .activated)).versions == [1, 2, 1])
        #expect(stack((1, .set), (2, .set), (1, .activated), (2, .rolledBack)).versions == [1, 2])
    }

    @Test("two rollbacks after two changes lead back to where both began")
    func twice() {
        var policies = stack((4, .set), (5, .set), (6, .set))
        policies.take(.rolledBack, of: 5)
        #expect(policies.inForce == 5 && policies.beneath == 4)
        policies.take(.rolledBack, of: 4)
        #expect(policies.inForce == 4 && policies.beneath == nil)
    }

    @Test(
        "a rollback after a rollback and a new change leads to what was in force before that change"
    )
    func neverToWhatWasRolledBack() {
        let policies = stack((1, .set), (2, .set), (1, .rolledBack), (3, .set))
        #expect(policies.inForce == 3 && policies.beneath == 1)
    }

    @Test("activating what is in force changes nothing")
    func again() {
        #expect(stack((1, .set), (2, .set), (2, .activated)).versions == [1, 2])
    }
}
