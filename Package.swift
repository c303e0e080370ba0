// swift-tools-version: 6.2
import PackageDescription

/// What every target is compiled with: Swift 6 concurrency checks, and no warning is left standing.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
    name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(
    name: "HummingbirdCore", package: "hummingbird")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let arguments = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let httpClient = Target.Dependency.product(
    name: "AsyncHTTPClient", package: "async-http-client")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

func source(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
    plugins: [Target.PluginUsage] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings,
        plugins: plugins)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "sluice",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "sluice", targets: ["sluice"]),
        .executable(name: "sluice-bench", targets: ["sluice-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        // Pure: no I/O, no clock, no randomness. Everything else may see them.
        source("SluiceJSON"),
        source("SluiceDomain", ["SluiceJSON"]),
        source("SluiceStatistics"),

        // PostgreSQL. CPostgres is imported by SluicePostgres alone.
        .systemLibrary(
            name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        source("SluicePostgres", ["CPostgres", logging]),
        source("SluiceCluster", ["SluicePostgres", subprocess, logging]),
        .executableTarget(name: "EmbedText", swiftSettings: settings),
        .plugin(
            name: "EmbedTextPlugin", capability: .buildTool(), dependencies: ["EmbedText"],
            path: "Sources/EmbedTextPlugin"),
        .target(
            name: "SluiceSQL", dependencies: ["SluicePostgres"], path: "SQL",
            exclude: ["Bench", "Migrations", "Queries", "Schema.sql"], swiftSettings: settings,
            plugins: ["EmbedTextPlugin"]),
        .target(
            name: "SluiceBenchSQL", dependencies: ["SluicePostgres"], path: "SQL/Bench",
            exclude: ["Queries"], swiftSettings: settings, plugins: ["EmbedTextPlugin"]),

        // The service, from the tables up.
        source("SluiceStore", ["SluicePostgres", "SluiceSQL", "SluiceDomain", "SluiceJSON"]),
        source(
            "SluiceService",
            [
                "SluiceStore", "SluicePostgres", "SluiceDomain", "SluiceJSON", "SluiceStatistics",
                crypto, logging,
            ]),
        source("SluiceAPI", ["SluiceDomain", "SluiceJSON"]),
        source(
            "SluiceHTTP",
            [
                "SluiceService", "SluiceStore", "SluicePostgres", "SluiceAPI", "SluiceDomain",
                "SluiceJSON", "SluiceStatistics", hummingbird, nioCore, nioHTTP1, httpTypes,
                logging,
            ]),
        source(
            "SluiceApp",
            [
                "SluiceHTTP", "SluiceService", "SluiceStore", "SluicePostgres", "SluiceCluster",
                "SluiceDomain", "SluiceJSON", hummingbird, hummingbirdCore, lifecycle, unixSignals,
                nioCore, httpTypes, logging,
            ]),

        // The reviewer's side.
        source(
            "SluiceClient",
            [
                "SluiceAPI", "SluiceDomain", "SluiceJSON", httpClient, crypto, nioCore, nioHTTP1,
                nioPosix,
            ]),
        source("SluiceTerminal"),
        source(
            "SluiceDesk",
            ["SluiceTerminal", "SluiceAPI", "SluiceDomain", "SluiceJSON", subprocess]),

        // A terminal to drive a program through: for the tests and the measurements.
        source("TerminalProbe"),

        .executableTarget(
            name: "sluice",
            dependencies: [
                "SluiceApp", "SluiceHTTP", "SluiceService", "SluiceStore", "SluicePostgres",
                "SluiceCluster", "SluiceDesk", "SluiceTerminal", "SluiceClient", "SluiceAPI",
                "SluiceDomain", "SluiceJSON", arguments, logging, unixSignals, nioCore,
            ],
            swiftSettings: settings),
        // What the estimate of labels is measured against.
        .target(name: "CDawidSkene"),
        .executableTarget(
            name: "sluice-bench",
            dependencies: [
                "CDawidSkene", "SluiceStatistics", "SluiceApp", "SluiceService", "SluiceStore",
                "SluicePostgres", "SluiceSQL",
                "SluiceBenchSQL", "SluiceCluster", "SluiceAPI", "SluiceDomain", "SluiceJSON",
                "TerminalProbe", arguments, logging,
            ],
            swiftSettings: settings),

        // Tests. The support target holds the private server, cloned databases and builders.
        .target(
            name: "TestSupport",
            dependencies: [
                "SluiceApp", "SluiceClient", "SluiceCluster", "SluicePostgres", "SluiceSQL",
                "SluiceStore", "SluiceService", "SluiceAPI", "SluiceDomain", "SluiceJSON",
                logging,
            ],
            path: "Tests/TestSupport", swiftSettings: settings),
        tests("SluiceJSONTests", ["SluiceJSON"]),
        tests("SluiceDomainTests", ["SluiceDomain", "SluiceJSON"]),
        tests("SluiceStatisticsTests", ["SluiceStatistics"]),
        tests("SluicePostgresTests", ["SluicePostgres", "SluiceSQL", "TestSupport"]),
        tests("SluiceClusterTests", ["SluiceCluster", "SluicePostgres", "TestSupport"]),
        tests(
            "SluiceStoreTests",
            [
                "SluiceStore", "SluicePostgres", "SluiceSQL", "SluiceBenchSQL", "SluiceDomain",
                "TestSupport",
            ]),
        tests(
            "SluiceServiceTests",
            [
                "SluiceService", "SluiceStore", "SluicePostgres", "SluiceSQL", "SluiceDomain",
                "SluiceStatistics", "SluiceJSON", "TestSupport",
            ]),
        tests(
            "SluiceHTTPTests",
            [
                "SluiceHTTP", "SluiceApp", "SluiceClient", "SluiceAPI", "SluiceDomain",
                "SluiceJSON", "SluicePostgres", "TestSupport",
            ]),
        tests("SluiceTerminalTests", ["SluiceTerminal"]),
        tests(
            "SluiceDeskTests",
            ["SluiceDesk", "SluiceTerminal", "SluiceAPI", "SluiceDomain", "SluiceJSON"],
            exclude: ["Screens"]),
        tests(
            "SluiceEndToEndTests",
            [
                "SluiceClient", "SluiceAPI", "SluiceDomain", "SluiceJSON", "SluicePostgres",
                "SluiceCluster", "TerminalProbe", "TestSupport",
            ],
            exclude: ["Story/Data"]),
    ]
)
