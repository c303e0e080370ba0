import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore
import TestSupport

@testable import SluiceService

extension TestService {
    /// Stores a map of a version of the model `demo`, as the fit does.
    func store(_ map: CalibrationMap, of version: String) async throws {
        let project = try await project()
        try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            let id = try store.ensureModelVersion(
                project: project.id, model: "demo", version: version)
            _ = try store.insertCalibrationMap(
                map.json, labels: 100, from: project.record.createdAt,
                to: store.currentTime(), project: project.id, modelVersion: id)
        }
        await directory.forget(name)
    }
}
