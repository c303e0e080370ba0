extension StreamingPath {
    /// `GET`: where the errors are.
    public static let errors = "/v1/projects/{project}/errors"
    /// `GET`: how often the model would be wrong at every share it could decide.
    public static let riskCoverage = "/v1/projects/{project}/risk-coverage"
}
