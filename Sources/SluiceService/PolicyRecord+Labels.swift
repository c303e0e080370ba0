import SluiceDomain
import SluiceJSON
import SluiceStore

extension PolicyRecord {
    /// The document with the labels called what they are called now.
    ///
    /// - Throws: the first fault of a stored document that is not JSON.
    public func document(in labels: LabelSet) throws(JSONError) -> [UInt8] {
        guard !labels.isAsMade else { return document }
        return try JSONValue(parsing: document).callingPolicyLabels(labels.ownName).bytes
    }
}

extension Policy {
    /// The whole document with the labels called what they are called now.
    func document(in labels: LabelSet) -> [UInt8] {
        guard !labels.isAsMade else { return document }
        do {
            return try JSONValue(parsing: document).callingPolicyLabels(labels.ownName).bytes
        } catch {
            // It has been written here and is JSON.
            return document
        }
    }
}
