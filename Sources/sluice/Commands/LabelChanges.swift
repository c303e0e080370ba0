import ArgumentParser
import SluiceDomain

extension LabelCommand {
    /// `sluice label add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a label, or bring back one that was retired or merged.")

        @Argument(help: "Its name.")
        var name: String

        @Option(help: "Its key in the reviewer's client: one letter or digit.")
        var key: String?

        @Option(help: "What reviewers read instead of the name.")
        var title: String?

        @Flag(help: "It says that a person cannot tell either.")
        var borderline = false

        @OptionGroup var change: LabelChangeOptions

        func run() async throws {
            try await change.make(
                .add(Label(name: name, key: key, title: title, isBorderline: borderline)),
                of: name, "adding the label")
        }
    }

    /// `sluice label rename`.
    struct Rename: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Call a label otherwise; everything of it counts on.",
            discussion: """
                Producers and scripts may go on using the old name: it is taken as the label, and \
                the reply to a prediction says so in `label_now`, until another label gets it.
                """)

        @Argument(help: "What it is called now.")
        var name: String

        @Argument(help: "What it is to be called.")
        var new: String

        @OptionGroup var change: LabelChangeOptions

        func run() async throws {
            try await change.make(.rename(name, to: new), of: name, "renaming the label")
        }
    }

    /// `sluice label retitle`.
    struct Retitle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change what reviewers read instead of a label's name.")

        @Argument(help: "The label.")
        var name: String

        @Argument(help: "The title; none to show the name.")
        var title: String?

        @OptionGroup var change: LabelChangeOptions

        func run() async throws {
            try await change.make(.retitle(name, to: title), of: name, "changing the title")
        }
    }

    /// `sluice label key`.
    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change the key that chooses a label in the reviewer's client.")

        @Argument(help: "The label.")
        var name: String

        @Argument(help: "One letter or digit; none to let the client choose.")
        var key: String?

        @OptionGroup var change: LabelChangeOptions

        func run() async throws {
            try await change.make(.rekey(name, to: key), of: name, "changing the key")
        }
    }

    /// `sluice label retire`.
    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have nobody give a label any more; what it was given to keeps it.",
            discussion: """
                Items predicted to be it go to a person, who is not shown the prediction, with the \
                reason label_retired. `sluice label add` brings it back.
                """)

        @Argument(help: "The label.")
        var name: String

        @OptionGroup var change: LabelChangeOptions

        func run() async throws {
            try await change.make(.retire(name), of: name, "retiring the label")
        }
    }

    /// `sluice label merge`.
    struct Merge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a label another one from now on.",
            discussion: """
                Predictions and answers of it are taken as the other; exports and reports call what \
                it was given to by the other's name. What the model said is kept. `sluice label add` \
                makes them two again.
                """)

        @Argument(help: "The label that goes.")
        var name: String

        @Argument(help: "The label it is from now on.")
        var target: String

        @OptionGroup var change: LabelChangeOptions

        func run() async throws {
            try await change.make(.merge(name, into: target), of: name, "merging the label")
        }
    }
}
