import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceService

/// Certified thresholds.
struct CertificateHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let certifying = services.certifying
        let services = services
        router.answer(Endpoints.certify, .administer) { input, call in
            var order = CertificateOrder()
            order.isTrial = input.isTrial
            order.applies = input.applies
            order.reason = input.reason
            let view = try await certifying.certify(
                CertificateQuestion(input), order, of: call.project(services), by: call.caller)
            return CertificateReply(document: view.json)
        }
        router.answer(Endpoints.certificates, .inspect) { _, call in
            let views = try await certifying.list(of: call.project(services))
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("certificates")
            writer.array(views) { $1.write(to: &$0, inList: true) }
            writer.endObject()
            return CertificateReply(document: try JSONValue(parsing: writer.bytes))
        }
        router.answer(Endpoints.certificate, .inspect) { _, call in
            let view = try await certifying.view(
                call.certificateNumber(), of: call.project(services))
            return CertificateReply(document: view.json)
        }
        router.answer(Endpoints.applyCertificate, .administer) { input, call in
            let view = try await certifying.apply(
                call.certificateNumber(), reason: input.reason, of: call.project(services),
                by: call.caller)
            return CertificateReply(document: view.json)
        }
        router.answer(Endpoints.revokeCertificate, .administer) { input, call in
            let revocation = try await certifying.revoke(
                call.certificateNumber(), reason: input.reason, keepsRouting: input.keepsRouting,
                of: call.project(services), by: call.caller)
            return CertificateReply(document: try revocation.json)
        }
    }
}

extension CertificateQuestion {
    fileprivate init(_ request: CertificateRequest) {
        self.init()
        error = request.error
        confidence = request.confidence
        version = request.version
        from = request.from
        to = request.to
        method = CertificateMethod(rawValue: request.method) ?? .fixedSequence
        perLabel = request.perLabel
        spends = request.spends
        expiresSeconds = request.expiresSeconds
    }
}

extension Call {
    /// The certificate of the path.
    ///
    /// - Throws: `unknownCertificate` for what cannot be one.
    fileprivate func certificateNumber() throws -> Int {
        let text = try context.parameter("number")
        guard let number = Int(text), number > 0 else {
            throw ReviewError.unknownCertificate(number: text)
        }
        return number
    }
}
