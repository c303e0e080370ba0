import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

extension ItemView {
    /// Writes the member `reroutes`: what stood for the item before, and what took its place.
    func writeReroutes(
        of item: Int64, project: Int64, _ store: Store, to writer: inout JSONWriter
    ) throws(PostgresError) {
        writer.key("reroutes")
        writer.beginArray()
        for reroute in try store.reroutes(item: item, project: project) {
            writer.beginObject()
            writer.member("changed_at", reroute.changedAt.rfc3339)
            writer.key("from")
            reroute.from.write(to: &writer)
            writer.key("to")
            reroute.to.write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }
}

extension RerouteRecord.Side {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("model", model)
        writer.member("model_version", version)
        writer.member("route", route)
        writer.member("reason", reason)
        writer.member("policy_version", policyVersion)
        writer.endObject()
    }
}
