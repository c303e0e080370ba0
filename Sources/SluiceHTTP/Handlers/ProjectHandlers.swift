import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService
import SluiceStore

/// Projects and queue figures.
struct ProjectHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.answer(Endpoints.me, .inspect) { _, call in
            MeReply(
                name: call.caller.name, role: call.caller.role.rawValue,
                project: call.caller.project)
        }
        router.answer(Endpoints.createProject, .administer, status: .created) { input, call in
            ProjectReply(
                try await services.administration.createProject(
                    input.name, labels: input.labels, guidelines: input.guidelines,
                    tags: input.tags, dwell: input.dwell, by: call.caller.actor))
        }
        router.answer(Endpoints.listProjects, .inspect) { _, call in
            ProjectList(
                projects: try await services.administration.projectNames(for: call.caller))
        }
        router.answer(Endpoints.project, .inspect) { _, call in
            let project = try await call.project(services)
            return ProjectReply(
                project, slices: try await services.administration.slices(of: project))
        }
        router.answer(Endpoints.patchProject, .administer) { input, call in
            if let labels = input.labels {
                try await services.labelSets.change(
                    to: labels, base: input.labelSetVersion, reason: input.reason,
                    of: call.project(services), by: call.caller)
            }
            let project = try await services.administration.change(
                guidelines: input.guidelines, summary: input.guidelinesSummary ?? "",
                tags: input.tags, dwell: input.dwell, of: call.project(services), by: call.caller)
            if let slices = input.slices {
                try await services.administration.change(
                    slices: slices, of: project, by: call.caller)
            }
            return ProjectReply(
                project, slices: try await services.administration.slices(of: project))
        }
        router.answer(Endpoints.reask, .administer) { _, call in
            let query = try Query(call.request, allowing: ["reason"])
            let reasked = try await services.reasking.reask(
                call.project(services), reason: query["reason"] ?? "", by: call.caller)
            return ReaskReply(
                policyVersion: reasked.policyVersion, reasked: reasked.reasked,
                left: reasked.left)
        }
        router.answer(Endpoints.queue, .inspect) { _, call in
            let query = try Query(call.request, allowing: ["queue"])
            let queue = try query.queue()
            let project = try await call.project(services)
            let figures = try await services.counter.figures(of: queue, project: project.id)
            return QueueReply(
                waiting: figures.waiting, leased: figures.leased,
                oldestWaitingSeconds: figures.oldestSeconds,
                alert: call.caller.role.allows(.administer)
                    ? project.policy.alert(in: project.labels) : nil,
                unbalanced: try await services.counter.unbalanced(project: project.id),
                labelSetVersion: project.labels.version)
        }
    }
}

extension Query {
    /// The queue asked for; the review queue when none was.
    func queue() throws(ReviewError) -> Queue {
        let word = self["queue"] ?? Queue.review.word
        guard let queue = Queue(word: word) else {
            throw .invalidParameter(
                name: "queue", found: "\"\(word)\"", accepted: "review, adjudication")
        }
        return queue
    }
}

extension ProjectReply {
    init(_ project: ProjectContext, slices: [String] = []) {
        self.init(
            name: project.name.text, labels: project.labels.shown,
            labelSetVersion: project.labels.version,
            guidelines: project.record.guidelines,
            guidelinesVersion: project.record.guidelinesVersion, tags: project.record.tags.tags,
            slices: slices, dwell: project.record.dwell, policyVersion: project.policyVersion,
            createdAt: project.record.createdAt, archivedAt: project.record.archivedAt)
    }
}
