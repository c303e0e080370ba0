/// Reference values of agreement, computed once with the tools named beside them.
enum AgreementVectors {
    /// Two reviewers' labels of 16 items: A, B and C as 0, 1 and 2.
    static let pair: [(Int, Int)] = Array(
        zip(
            [0, 0, 1, 1, 2, 0, 2, 1, 0, 0, 1, 2, 0, 1, 2, 2],
            [0, 1, 1, 1, 2, 0, 0, 1, 0, 0, 2, 2, 0, 1, 1, 2]))

    /// Fleiss' own table: how many of 14 reviewers gave each of five labels, for ten items.
    static let fleiss: [[Int]] = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]

    /// Three reviewers of fifteen items, with answers missing; labels 1 to 4 as 0 to 3.
    static let threeReviewers: [[Int]] = [
        [0], [], [1, 1], [0, 0], [2, 2], [2, 2, 3], [3, 3, 3], [0, 2], [1, 1], [0, 0], [0, 0],
        [2, 2], [2, 2], [], [2, 3],
    ]

    /// How many answers of three labels each item has; the seventh has one and tells nothing.
    static let counts: [[Int]] = [
        [3, 0, 0], [2, 1, 0], [0, 3, 0], [1, 1, 0], [0, 0, 2], [0, 1, 2], [1, 0, 0], [1, 1, 1],
    ]

    /// The answers that these counts stand for.
    static func answers(_ counts: [Int]) -> [Int] {
        counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    }
}
