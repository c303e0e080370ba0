import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite("A project's labels changed by a list", .inTurns)
struct LabelListCallTests {
    private func patch(_ project: TestProject, _ body: String) async throws -> HTTPReply {
        try await project.send("PATCH", "", as: .admin, body)
    }

    private func set(_ project: TestProject) async throws -> LabelSetReply {
        try await project.client(.analyst).call(
            Endpoints.labelSet, at: ["project": project.name], Nothing())
    }

    /// Id, name and key of those that may be given.
    private func active(_ project: TestProject) async throws -> [String] {
        try await set(project).labels.filter { $0.status == "active" }
            .map { "\($0.id) \($0.name) \($0.key ?? "-")" }
    }

    @Test("the list that GET shows changes nothing, and edited it is renames, retirements and more")
    func edited() async throws {
        let project = try await TestProject()
        let shown = try await project.send("GET", "", as: .admin).json
        let labels = try #require(shown["labels"])
        #expect(labels.array?.map { $0["id"]?.string } == ["cat", "dog", "not sure"])
        let same = try await patch(
            project, #"{"labels":\#(String(decoding: labels.bytes, as: UTF8.self))}"#)
        #expect(same.status == 200)
        #expect(try same.json["label_set_version"]?.int == 1)
        let reply = try await patch(
            project,
            """
            {"labels":[{"id":"cat","name":"tomcat","key":"t","title":"a tom"},{"name":"cow","key":"d"},
             {"id":"not sure","name":"not sure","borderline":true}],
             "label_set_version":1,"reason":"new stable"}
            """)
        #expect(reply.status == 200, "\(reply.text)")
        #expect(
            try reply.json["labels"]?.array?.map { $0["name"]?.string } == [
                "tomcat", "not sure", "cow",
            ])
        #expect(try await active(project) == ["cat tomcat t", "not sure not sure -", "cow cow d"])
        let history = try await project.client(.analyst).call(
            Endpoints.labelHistory, at: ["project": project.name], Nothing())
        #expect(
            history.changes.dropLast().map(\.change).sorted() == [
                "added", "rekeyed", "renamed", "retired", "retitled",
            ])
        #expect(Set(history.changes.map(\.version)) == Set(1...6))
        for change in history.changes.dropLast() {
            #expect(change.reason == "new stable" && change.by?.hasPrefix("admin") == true)
        }
        let log = try await project.send("GET", "/audit-log", as: .analyst).text
        #expect(log.contains("label.retired") && log.contains("label.added"))
        // What was retired is brought back by its id.
        let back = try await patch(
            project,
            """
            {"labels":[{"id":"cat","name":"tomcat"},{"id":"dog","name":"hound","key":"t"},
             {"id":"cow","name":"cow"},{"id":"not sure","name":"not sure","borderline":true}]}
            """)
        #expect(back.status == 200, "\(back.text)")
        #expect(
            try await active(project) == [
                "cat tomcat -", "dog hound t", "not sure not sure -", "cow cow -",
            ])
    }

    @Test("names and keys that labels pass on to each other are changed in the order that works")
    func chain() async throws {
        let project = try await TestProject()
        let keys = try await patch(
            project,
            """
            {"labels":[{"id":"cat","name":"cat","key":"d"},{"id":"dog","name":"dog","key":"c"},
             {"id":"not sure","name":"not sure","borderline":true}]}
            """)
        #expect(keys.status == 200, "\(keys.text)")
        #expect(try await active(project) == ["cat cat d", "dog dog c", "not sure not sure -"])
        let names = try await patch(
            project,
            """
            {"labels":[{"id":"cat","name":"dog","key":"d"},{"id":"dog","name":"wolf","key":"c"},
             {"name":"cat"},{"id":"not sure","name":"not sure","borderline":true}]}
            """)
        try expectProblem(.invalidField, names)
        #expect(names.text.contains("labels[2].name"))
        let moved = try await patch(
            project,
            """
            {"labels":[{"id":"cat","name":"dog","key":"d"},{"id":"dog","name":"wolf","key":"c"},
             {"id":"not sure","name":"not sure","borderline":true}]}
            """)
        #expect(moved.status == 200, "\(moved.text)")
        #expect(try await active(project) == ["cat dog d", "dog wolf c", "not sure not sure -"])
        let before = try await set(project)
        // Two names cannot be exchanged: what is sent under either would be the other label at once.
        let exchanged = try await patch(
            project,
            """
            {"labels":[{"id":"cat","name":"wolf"},{"id":"dog","name":"dog","title":"x"},
             {"id":"not sure","name":"not sure","borderline":true}]}
            """)
        try expectProblem(.invalidLabelSet, exchanged)
        #expect(try await set(project) == before, "all or nothing")
    }

    @Test("a list that can be meant in two ways is refused with the place, and changes nothing")
    func refusals() async throws {
        let project = try await TestProject()
        let unsure = #"{"id":"not sure","name":"not sure","borderline":true}"#
        for (labels, code, place) in [
            (#"[{"name":"cat"}]"#, ErrorCode.missingField, "labels[0].id"),
            (#"[{"name":"lion"},{"name":"wolf"}]"#, .missingField, "labels[0].id"),
            (#"[\#(unsure),{"name":"cat"}]"#, .invalidField, "labels[1].name"),
            (#"[{"id":"cow","name":"cow"}]"#, .invalidField, "labels[0].id"),
            (
                #"[{"id":"cat","name":"cat"},\#(unsure),{"id":"cat","name":"lion"}]"#,
                .invalidField, "labels[2].id"
            ),
            (#"[{"id":"not sure","name":"not sure"}]"#, .invalidField, "labels[0].borderline"),
            (
                #"[\#(unsure),{"id":"cat","name":"cat","borderline":true}]"#, .invalidField,
                "labels[1].borderline"
            ),
            (#"[{"id":7,"name":"cat"}]"#, .invalidField, "labels[0].id"),
            (#"[{"id":"cat"}]"#, .missingField, "labels[0].name"),
            (#"[{"id":"cat","name":"cat","colour":"red"}]"#, .unknownField, "labels[0].colour"),
            (#"[]"#, .invalidLabelSet, "labels is empty"),
            (#"[\#(unsure),{"id":"cat","name":"dog"}]"#, .invalidLabelSet, "retired"),
            (#"[\#(unsure),{"id":"cat","name":"c","key":"??"}]"#, .invalidLabelSet, "key"),
            (#"7"#, .invalidField, "labels"),
        ] {
            let reply = try await patch(project, #"{"labels":\#(labels)}"#)
            try expectProblem(code, reply)
            #expect(reply.text.contains(place), "\(labels): \(reply.text)")
        }
        let many = (0..<201).map { #"{"name":"n\#($0)"}"# }.joined(separator: ",")
        let refused = try await patch(
            project, #"{"labels":[{"id":"cat","name":"cat"},\#(many)]}"#)
        try expectProblem(.invalidField, refused)
        let stale = try await patch(
            project, #"{"labels":[{"id":"cat","name":"cat"}],"label_set_version":2}"#)
        try expectProblem(.labelsChanged, stale)
        try expectProblem(
            .invalidField, try await patch(project, #"{"tags":["x"],"reason":"why"}"#))
        try expectProblem(
            .notAllowed,
            try await project.send(
                "PATCH", "", as: .analyst, #"{"labels":[{"id":"cat","name":"cat"}]}"#))
        let set = try await set(project)
        #expect(set.version == 1 && set.labels.count == 3)
    }

    @Test("labels and what else a project has are changed by one request")
    func together() async throws {
        let project = try await TestProject()
        let reply = try await project.client(.admin).call(
            Endpoints.patchProject, at: ["project": project.name],
            {
                var patch = ProjectPatch(guidelines: "Woof: hound.")
                patch.labels = [
                    ListedLabel(id: "cat", name: "cat", key: "c"),
                    ListedLabel(id: "dog", name: "hound", key: "d"),
                    ListedLabel(id: "not sure", name: "not sure", isBorderline: true),
                ]
                return patch
            }())
        #expect(reply.labels.map(\.name) == ["cat", "hound", "not sure"])
        #expect(reply.guidelines == "Woof: hound." && reply.labelSetVersion == 2)
    }
}
