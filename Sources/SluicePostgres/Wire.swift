
extension Wire {
    /// Lets time pass on the connection's thread; ends early, throwing, when told to stop.
    func rest(for duration: Duration) throws(PostgresError) {
        let end = ContinuousClock.now + duration
        while true {
            try checkInterruption()
            let remaining = end - .now
            guard remaining > .zero else { return }
            var watched = pollfd(fd: interruption.descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&watched, 1, Int32(clamping: remaining.wholeMilliseconds)) > 0 {
                interruption.acknowledge()
            }
        }
    }
}
