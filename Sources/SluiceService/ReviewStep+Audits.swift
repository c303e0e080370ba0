import SluiceDomain
import SluiceStore

extension ReviewStep {
    /// What the answers to an audit amount to; nil where the consensus rule of every item decides: of
    /// what is no audit, without a second look, and of tasks that asked more people from the start.
    func secondLook(
        at votes: [Verdict], _ skips: Int, _ recorded: RecordedReview, under policy: Policy
    ) -> Settlement? {
        guard recorded.isAudit, policy.audits.asksSecondLook,
            recorded.asked <= SecondLook.atMost, let predicted = recorded.predicted
        else { return nil }
        return SecondLook.settle(
            votes: votes, skips: skips, asked: recorded.asked, predicted: predicted)
    }
}
