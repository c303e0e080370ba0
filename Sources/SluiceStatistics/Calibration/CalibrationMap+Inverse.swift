extension CalibrationMap {
    /// The smallest confidence whose probability is at least the one given; nil if that of 1 is not.
    ///
    /// Every map rises, so all larger confidences reach it as well: it is the threshold on the model's
    /// own confidence that a limit on the calibrated probability comes to. A line of slope 2 and
    /// offset -1 reaches 0.9 from 0.831824 on, ln(0.831824 / 0.168176) being (ln 9 + 1) / 2. Where
    /// the map is level at the probability it is the beginning of the level; 0 if all confidences
    /// reach it.
    public func smallestConfidence(reaching probability: Double) -> Double? {
        guard self.probability(of: 1) >= probability else { return nil }
        // Doubles from 0 to 1 are in the order of their bits: halving finds the very first.
        var low: UInt64 = 0
        var high = (1.0).bitPattern
        while low < high {
            let middle = low + (high - low) / 2
            if self.probability(of: Double(bitPattern: middle)) >= probability {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return Double(bitPattern: low)
    }
}
