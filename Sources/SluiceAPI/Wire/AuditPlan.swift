/// The call that plans audits.
extension StreamingPath {
    /// `GET`: how many audits it takes; `half_width` or `certify`, `error`, `days` and `per_day` in the
    /// query.
    public static let auditPlan = "/v1/projects/{project}/audit-plan"
}
