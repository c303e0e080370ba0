import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService
import SluiceStore

/// Leases, reviews and undo.
struct ReviewHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.answer(Endpoints.lease, .review) { input, call in
            if input.queue == .adjudication {
                try call.caller.require(.adjudicate, project: call.context.parameter("project"))
            }
            let namesReviewers = try Query(call.request, allowing: ["names"]).flag("names")
            if namesReviewers, call.caller.role != .admin {
                throw ReviewError.notAllowed(
                    role: call.caller.role, needs: "the role admin to be told names")
            }
            let project = try await call.project(services)
            let leases = try await services.reviewing.lease(
                input.count, queue: input.queue, only: input.only, project: project,
                by: call.caller)
            let news = try await services.guidelines.news(of: project, for: call.caller)
            return LeaseReply(
                leases: leases.map { Lease($0, project, namesReviewers: namesReviewers) },
                guidelinesVersion: project.record.guidelinesVersion,
                guidelinesChanged: news.map {
                    GuidelinesChanged(since: $0.since, summary: $0.summary)
                }, labelSetVersion: project.labels.version)
        }
        router.answer(Endpoints.renewLease, .review) { _, call in
            let id = try call.context.parameter("lease")
            let expiresAt = try await services.reviewing.renew(
                id, project: call.project(services), by: call.caller)
            return RenewReply(lease: id, expiresAt: expiresAt)
        }
        router.answer(Endpoints.releaseLease, .review) { _, call in
            try await services.reviewing.release(
                call.context.parameter("lease"), project: call.project(services),
                by: call.caller)
            return Nothing()
        }
        router.answer(Endpoints.review, .review) { input, call in
            let project = try await call.project(services)
            let result = try await services.reviewing.answer(
                input, lease: call.context.parameter("lease"), project: project,
                by: call.caller)
            return ReviewReply(input.reviewID, result, project.labels)
        }
        router.answer(Endpoints.reviews, .review) { _, call in
            let query = try Query(call.request, allowing: ["limit", "content"])
            let limit = try query.number(
                "limit", 1...ReviewList.maximumCount, standard: ReviewList.standardCount)
            let project = try await call.project(services)
            let reviews = try await services.reviewing.ownReviews(
                limit, project: project, by: call.caller)
            var list = ReviewList(reviews: reviews.map { PastReview($0, project.labels) })
            if try query.flag("content") {
                let contents = try await services.reviewing.contents(
                    of: reviews, project: project, by: call.caller)
                for (index, review) in reviews.enumerated() {
                    list.reviews[index].content = contents[ExactText(review.id)].map {
                        PastContent($0, project.labels)
                    }
                }
            }
            return list
        }
        router.answer(Endpoints.undo, .review) { _, call in
            let id = try call.context.parameter("review_id")
            let project = try await call.project(services)
            let lease = try await services.reviewing.undo(
                reviewID: id, project: project, by: call.caller)
            return UndoReply(reviewID: id, lease: lease.map { Lease($0, project) })
        }
    }
}

extension Lease {
    fileprivate init(
        _ lease: GivenLease, _ project: ProjectContext, namesReviewers: Bool = false
    ) {
        let content = lease.content
        self.init(
            lease: lease.id, expiresAt: lease.expiresAt,
            leaseSeconds: project.policy.leaseSeconds, queue: lease.queue,
            isBlind: lease.isBlind,
            item: LeasedItem(
                externalID: content.externalID,
                payload: RawJSON(content.payload ?? Array("null".utf8)),
                metadata: content.metadata.map(RawJSON.init), receivedAt: content.receivedAt),
            prediction: lease.isBlind
                ? nil
                : content.prediction.map {
                    ShownPrediction($0, project.labels)
                },
            adjudication: lease.adjudication.map {
                Adjudication($0, project.labels, namesReviewers: namesReviewers)
            })
    }
}

extension Adjudication {
    fileprivate init(_ given: GivenAdjudication, _ labels: LabelSet, namesReviewers: Bool) {
        self.init(
            answers: given.answers.enumerated().map { place, answer in
                EarlierAnswer(
                    by: GivenAdjudication.letter(place),
                    reviewer: namesReviewers ? answer.reviewer : nil,
                    verdict: answer.verdict.mapLabel(labels.name),
                    tags: answer.tags, comment: answer.comment, seconds: answer.seconds,
                    isShown: answer.isShown, reviewedAt: answer.reviewedAt)
            },
            why: given.why)
    }
}

extension PastReview {
    fileprivate init(_ review: OwnReview, _ labels: LabelSet) {
        self.init(
            reviewID: review.id, externalID: review.externalID,
            verdict: review.verdict.mapLabel(labels.name), tags: review.tags,
            comment: review.comment, predicted: review.predicted.map(labels.name),
            status: review.status, queue: review.queue, reviewedAt: review.reviewedAt,
            isUndoable: review.isUndoable)
    }
}

extension PastContent {
    fileprivate init(_ reviewed: ReviewedContent, _ labels: LabelSet) {
        let content = reviewed.content
        self.init(
            isBlind: reviewed.isBlind,
            item: LeasedItem(
                externalID: content.externalID,
                payload: RawJSON(content.payload ?? Array("null".utf8)),
                metadata: content.metadata.map(RawJSON.init), receivedAt: content.receivedAt),
            prediction: content.prediction.flatMap {
                labels.isGivable($0.label) ? ShownPrediction($0, labels) : nil
            })
    }
}

extension ShownPrediction {
    fileprivate init(_ stored: StoredSuggestion, _ labels: LabelSet) {
        self.init(
            label: labels.name(of: stored.label), confidence: stored.confidence,
            scores: stored.scores.map { RawJSON(labels.callingScores($0, isOfNow: true)) },
            highlights: stored.highlights.map(RawJSON.init), model: stored.model,
            modelVersion: stored.version)
    }
}

extension ReviewReply {
    fileprivate init(_ id: String, _ result: AnswerResult, _ labels: LabelSet) {
        self.init(
            reviewID: id, externalID: result.externalID, status: result.status,
            reviewedAt: result.reviewedAt, isDuplicate: result.isDuplicate,
            decision: result.decision.map {
                DecisionReply(
                    label: $0.label.map(labels.name), source: $0.source, outcome: $0.outcome)
            },
            gold: result.gold.map {
                GoldFeedback(isCorrect: $0.isCorrect, label: $0.label, note: $0.note)
            })
    }
}
