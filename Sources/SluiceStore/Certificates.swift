import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A stored certificate.
public struct CertificateRecord: Sendable {
    /// Its number, counted from 1 in each project.
    public let number: Int
    /// The key of the version it is about.
    public let modelVersionID: Int64
    /// The version it is about.
    public let version: ModelVersion
    /// The policy in force when it was made.
    public let policyVersion: Int
    /// The policy that put its thresholds in force; nil when none did.
    public let appliedPolicyVersion: Int?
    /// When it was made.
    public let madeAt: Timestamp
    /// By whom.
    public let madeBy: String
    /// Until when it holds.
    public let expiresAt: Timestamp
    /// When, by whom and why it was revoked; nil when it was not.
    public let revocation: Revocation?
    /// The error rate promised, above 0 and below 1.
    public let errorLimit: Double
    /// How it was found: a `CertificateMethod`.
    public let method: String
    /// Whether it certifies a threshold.
    public let isCertified: Bool
    /// Whether the autopilot made it.
    public let isAutomatic: Bool
    /// Everything it rests on, as JSON.
    public let document: [UInt8]

    /// The end of a certificate.
    public struct Revocation: Hashable, Sendable {
        /// When.
        public let at: Timestamp
        /// By whom.
        public let by: String
        /// Why.
        public let reason: String
    }

    init(_ row: Row) throws(PostgresError) {
        number = try row.int(0)
        modelVersionID = try row.int64(1)
        version = ModelVersion(
            model: ExactText(try row.text(2)), version: ExactText(try row.text(3)))
        policyVersion = try row.int(4)
        appliedPolicyVersion = try row.intIfPresent(5)
        madeAt = Timestamp(microseconds: try row.timestamp(6))
        madeBy = try row.text(7)
        expiresAt = Timestamp(microseconds: try row.timestamp(8))
        if let at = try row.timestampIfPresent(9) {
            revocation = Revocation(
                at: Timestamp(microseconds: at), by: try row.text(10), reason: try row.text(11))
        } else {
            revocation = nil
        }
        errorLimit = try row.double(12)
        method = try row.text(13)
        isCertified = try row.bool(14)
        isAutomatic = try row.bool(15)
        document = try row.bytes(16)
    }
}

/// A certificate before it is stored.
public struct NewCertificate: Sendable {
    /// The key of the version it is about.
    public var modelVersionID: Int64
    /// The policy in force.
    public var policyVersion: Int
    /// When it was made.
    public var madeAt: Timestamp
    /// Until when it holds.
    public var expiresAt: Timestamp
    /// The error rate promised, above 0 and below 1.
    public var errorLimit: Double
    /// How it was found.
    public var method: String
    /// Whether it certifies a threshold.
    public var isCertified: Bool
    /// Whether the autopilot made it.
    public var isAutomatic: Bool
    /// Everything it rests on, as JSON.
    public var document: [UInt8]

    /// Collects the parts.
    public init(
        modelVersionID: Int64, policyVersion: Int, madeAt: Timestamp, expiresAt: Timestamp,
        errorLimit: Double, method: String, isCertified: Bool, isAutomatic: Bool,
        document: [UInt8]
    ) {
        self.modelVersionID = modelVersionID
        self.policyVersion = policyVersion
        self.madeAt = madeAt
        self.expiresAt = expiresAt
        self.errorLimit = errorLimit
        self.method = method
        self.isCertified = isCertified
        self.isAutomatic = isAutomatic
        self.document = document
    }
}

/// A version that decided items of late.
public struct DecidingVersion: Hashable, Sendable {
    /// Its key.
    public let id: Int64
    /// Its name.
    public let version: ModelVersion
    /// How many items were routed by it.
    public let items: Int
    /// When the last one arrived.
    public let lastAt: Timestamp
}

extension Store {
    /// Stores the next certificate of a project, which the caller has locked.
    ///
    /// - Returns: its number.
    public func storeCertificate(
        _ certificate: NewCertificate, project: Int64, by actor: Int64
    ) throws(PostgresError) -> Int {
        let number = try session.queryOne(
            SQLCatalog.insertCertificate,
            [
                .int64(project), .int64(certificate.modelVersionID),
                .int32(Int32(certificate.policyVersion)),
                .timestamp(microseconds: certificate.madeAt.microseconds), .int64(actor),
                .timestamp(microseconds: certificate.expiresAt.microseconds),
                .double(certificate.errorLimit), .text(certificate.method),
                .bool(certificate.isCertified), .bool(certificate.isAutomatic),
                .json(certificate.document),
            ]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) }
        guard let number else { throw PostgresError.noRow(SQLCatalog.insertCertificate) }
        return number
    }

    /// A certificate; nil when there is none of that number.
    public func certificate(
        number: Int, project: Int64
    ) throws(PostgresError) -> CertificateRecord? {
        guard let number = Int32(exactly: number) else { return nil }
        return try session.queryOne(
            SQLCatalog.findCertificate, [.int64(project), .int32(number)], certificateRecord)
    }

    /// The certificates of a project, the newest first.
    ///
    /// - Parameter modelVersion: the key of the version they are about; nil for all.
    public func certificates(
        of project: Int64, modelVersion: Int64? = nil, limit: Int = 1000
    ) throws(PostgresError) -> [CertificateRecord] {
        try session.query(
            SQLCatalog.listCertificates,
            [
                .int64(project), modelVersion.map { .int64($0) } ?? .null, .int32(Int32(limit)),
            ], certificateRecord)
    }

    /// The certificate whose thresholds were put in force last; nil when none ever was.
    public func lastAppliedCertificate(
        project: Int64
    ) throws(PostgresError) -> CertificateRecord? {
        try session.queryOne(
            SQLCatalog.lastAppliedCertificate, [.int64(project)], certificateRecord)
    }

    /// Says which policy put the thresholds of a certificate in force.
    public func applyCertificate(
        _ number: Int, policyVersion: Int, project: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.applyCertificate,
            [.int64(project), .int32(Int32(number)), .int32(Int32(policyVersion))])
    }

    /// Revokes a certificate; whoever revokes it says so in the audit log.
    ///
    /// - Returns: whether it was not revoked before.
    public func revokeCertificate(
        _ number: Int, reason: String, project: Int64, by actor: Int64
    ) throws(PostgresError) -> Bool {
        try session.queryOne(
            SQLCatalog.revokeCertificate,
            [.int64(project), .int32(Int32(number)), .int64(actor), .text(reason)]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) } != nil
    }

    /// Revokes every certificate of a version that holds, and says so in the audit log, in this
    /// transaction: what it rests on is no longer so.
    ///
    /// - Parameter actor: who does; nil for the service itself.
    /// - Returns: their numbers.
    @discardableResult
    public func revokeCertificates(
        project: Int64, modelVersion: Int64, reason: String, by actor: Int64? = nil
    ) throws(PostgresError) -> [Int] {
        let who: Int64
        if let actor { who = actor } else { who = try ensureActor(Self.serviceActor) }
        try lockProject(project)
        let numbers = try session.query(
            SQLCatalog.revokeCertificates,
            [.int64(project), .int64(modelVersion), .int64(who), .text(reason)]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) }
        for number in numbers.sorted() {
            try appendAuditEntry(
                .certificateRevoked, reason: reason, before: Self.facts(ofCertificate: number),
                after: nil, project: project, by: who)
        }
        return numbers.sorted()
    }

    /// When the autopilot last looked at a version; nil when it never did.
    public func lastAutomaticCertificate(
        project: Int64, modelVersion: Int64
    ) throws(PostgresError) -> Timestamp? {
        try session.queryOne(
            SQLCatalog.lastAutomaticCertificate, [.int64(project), .int64(modelVersion)]
        ) { (row) throws(PostgresError) -> Timestamp in
            Timestamp(microseconds: try row.timestamp(0))
        }
    }

    /// What the audit log says of a certificate: `{"certificate":7}`.
    public static func facts(ofCertificate number: Int) -> [UInt8] {
        Array("{\"certificate\":\(number)}".utf8)
    }

    /// The projects whose policy in force has the autopilot on.
    public func projectsOnAutopilot() throws(PostgresError) -> [(id: Int64, name: String)] {
        try session.query(SQLCatalog.projectsOnAutopilot) {
            (row) throws(PostgresError) -> (id: Int64, name: String) in
            (id: try row.int64(0), name: try row.text(1))
        }
    }

    /// The versions by which items that arrived since a moment were routed, the busiest first.
    public func decidingVersions(
        project: Int64, since: Timestamp, limit: Int = 10
    ) throws(PostgresError) -> [DecidingVersion] {
        try session.query(
            SQLCatalog.decidingVersions,
            [
                .int64(project), .timestamp(microseconds: since.microseconds), .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> DecidingVersion in
            DecidingVersion(
                id: try row.int64(0),
                version: ModelVersion(
                    model: ExactText(try row.text(1)), version: ExactText(try row.text(2))),
                items: try row.int(3), lastAt: Timestamp(microseconds: try row.timestamp(4)))
        }
    }
}

private func certificateRecord(_ row: Row) throws(PostgresError) -> CertificateRecord {
    try CertificateRecord(row)
}
