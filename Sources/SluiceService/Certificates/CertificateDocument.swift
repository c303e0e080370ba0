import SluiceDomain
import SluiceJSON
import SluiceStatistics

extension Certificate {
    /// Everything it rests on, as one JSON object: enough to compute its thresholds again.
    var document: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("sentence", sentence)
        writer.member("certified", isCertified)
        writer.member("confidence", question.confidence)
        writer.member("per_label", question.perLabel)
        writer.member("look", look)
        writer.member("spends", question.spends)
        writer.key("thresholds")
        writeThresholds(to: &writer)
        writer.member("error_bound", bound)
        writer.key("automation")
        automation.write(to: &writer)
        writer.key("automation_now")
        automationNow.write(to: &writer)
        writer.key("warnings")
        writer.array(warnings) { $0.string($1) }
        writer.key("window")
        write(evidence.window, to: &writer) { writer in
            writer.member("labelled", evidence.count(.right) + evidence.count(.wrong))
            writer.member("wrong", evidence.count(.wrong))
            writer.member("taken_for_wrong", evidence.count(.doubtful))
            writer.member("says_nothing", evidence.count(.saysNothing))
            writer.member("outside", evidence.outside)
            writer.member("last_item", evidence.lastItem)
        }
        writer.key("reference")
        write(evidence.referenceWindow, to: &writer)
        writer.key("chains")
        writer.array(chains) { writer, chain in write(chain, to: &writer) }
        writer.endObject()
        return writer.bytes
    }

    private func writeThresholds(to writer: inout JSONWriter) {
        writer.beginObject()
        let rest = chains.first { $0.labels == nil || $0.isRest }
        writer.member("default", rest?.threshold)
        writer.key("labels")
        writer.beginObject()
        for chain in chains where !chain.isRest {
            for place in chain.labels ?? [] {
                writer.key(labels[Int(place)])
                if let threshold = chain.threshold {
                    writer.double(threshold)
                } else {
                    writer.null()
                }
            }
        }
        writer.endObject()
        writer.endObject()
    }

    private func write(
        _ window: CertificateEvidence.Window, to writer: inout JSONWriter,
        more: (inout JSONWriter) -> Void = { _ in }
    ) {
        writer.beginObject()
        writer.member("from", window.from.rfc3339)
        writer.member("to", window.to.rfc3339)
        writer.member("after_item", window.after)
        writer.member("items", window.items)
        more(&writer)
        writer.endObject()
    }

    private func write(_ chain: CertificateChain, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("labels")
        if let places = chain.labels {
            writer.array(places.filter { Int($0) < labels.count }) {
                $0.string(labels[Int($1)])
            }
        } else {
            writer.null()
        }
        writer.member("is_rest", chain.isRest)
        writer.member("limit", chain.promise.limit)
        writer.member("delta", chain.promise.delta)
        writer.member("least_labels", chain.least)
        writer.member("threshold", chain.threshold)
        writer.member("certified_step", chain.certified)
        writer.member("certain", chain.certain)
        writer.memberIfPresent("reason", chain.reason)
        writer.key("more")
        if let more = chain.more {
            writer.beginObject()
            writer.member("threshold", chain.grid.steps[more.step].threshold)
            writer.member("labels", more.labels)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.key("starts")
        writer.array(chain.starts) { $0.int($1) }
        writer.key("steps")
        writer.array(chain.steps.indices) { writer, index in
            write(chain.grid.steps[index], chain.steps[index], to: &writer)
        }
        writer.key("tests")
        writer.array(chain.tests) { writer, test in
            writer.beginObject()
            writer.member("step", test.step)
            writer.memberIfPresent("bound", test.bound)
            writer.memberIfPresent("evidence", test.peak)
            writer.member("kept", test.isKept)
            writer.endObject()
        }
        writer.endObject()
    }

    private func write(
        _ place: ConfidenceGrid.Step, _ step: ThresholdStep, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("threshold", place.threshold)
        writer.member("share", place.share)
        writer.member("form", step.form.rawValue)
        writer.key("strata")
        writer.array(step.strata) { writer, stratum in
            writer.beginObject()
            writer.member("propensity", stratum.propensity)
            writer.member("items", stratum.items)
            writer.member("labelled", stratum.labelled)
            writer.member("errors", stratum.errors)
            writer.endObject()
        }
        writer.endObject()
    }
}
