import SluiceAPI
import SluiceTerminal
import Testing

@testable import SluiceDesk

/// The kinds of payload, each at the sizes the screen is made for.
enum Kind {
    static let marked = Sample.lease(
        payload: ScreenTests.letter,
        highlights: #"""
            [{"text":"overdue","label":"pressure","score":0.41},
             {"start":115,"end":164,"label":"new account","score":0.93},
             {"start":165,"end":180,"label":"deadline","score":0.77},
             {"start":159,"end":210,"label":"hurry"},
             {"start":900,"end":910,"label":"lost","score":0.2}, {"what":1}]
            """#)

    static let conversation = Sample.lease(
        "chat-17",
        payload: #"""
            {"channel":"web","messages":[
            {"role":"customer","text":"Where is my refund? I have been waiting for three weeks and nobody answers my letters."},
            {"role":"agent","text":"I am sorry. May I have your order number?","at":"10:02"},
            {"role":"customer","text":"4711"},
            {"role":"agent","text":""}]}
            """#,
        highlights: #"[{"turn":0,"start":9,"end":18,"label":"topic","score":0.9}]"#)

    static let difference = Sample.lease(
        "edit-9",
        payload: #"""
            {"title":"Delivery terms","before":"1. Goods leave the warehouse within two days.\n2. Partial deliveries are allowed.\n3. The carrier is chosen by the seller.\n4. Risk passes at the gate.\n5. Packaging is free.\n6. Pallets are returned.\n7. Claims must be made in writing.\n8. The law of Finland applies.","after":"1. Goods leave the warehouse within five working days.\n2. Partial deliveries are allowed.\n3. The carrier is chosen by the seller.\n4. Risk passes at the gate.\n5. Packaging is free.\n6. Pallets are returned.\n7. Claims must be made in writing.\n8. The law of Sweden applies.\n9. Stockholm is the venue."}
            """#)

    static let records = Sample.lease(
        "edit-10",
        payload: #"""
            {"before":{"supplier":"Acme Ltd","amount":1240.50,"iban":"XX00 1234","note":"","tags":["a","b"]},"after":{"supplier":"Acme Ltd","amount":"1240.50","iban":"XX00 9999","note":"urgent","approved":true}}
            """#)

    static let nested = Sample.lease(
        "order-3",
        payload: #"""
            {"customer":{"name":"Aino Virtanen","address":{"street":"Mannerheimintie 1","city":"Helsinki","zip":"00100","country":{"code":"FI","name":"Finland"}}},"total":240.5,"paid":null,"lines":[{"article":"A-1","quantity":2,"price":{"net":50,"gross":62,"currency":"EUR"},"options":["gift wrap","express delivery"]},{"article":"B-7","quantity":1,"price":{"net":90,"gross":116.5,"currency":"EUR"},"options":[]}]}
            """#)

    static let image = Sample.lease(
        "shirt-5",
        payload: #"{"type":"image","path":"/srv/shop/shirt-5.png","article":"Shirt, blue"}"#,
        highlights: #"""
            [{"x":0.1,"y":0.2,"width":0.4,"height":0.5,"label":"stain","score":0.88},
             {"x":40,"y":10,"width":20,"height":20,"label":"button"}]
            """#)

    static let all: [(name: String, lease: Lease)] = [
        ("marked", marked), ("conversation", conversation), ("difference", difference),
        ("records", records), ("nested", nested), ("image", image),
    ]

    /// A screen that shows a kind; the picture is drawn by a stand-in.
    static func desk(_ lease: Lease, columns: Int, rows: Int) -> Desk {
        let guidelines = """
            Fraud is what would make us pay somebody we do not owe.

            - A new account in the same letter as a deadline is fraud until somebody has called.
            - A missing supplier is not.
            - When in doubt, escalate: a call costs less than a payment.
            """
        var desk = Sample.desk(
            [lease], project: Sample.project(guidelines: guidelines),
            size: Size(columns: columns, rows: rows))
        for effect in desk.update(.terminal(.resize(desk.size))) + drawn(lease, desk) {
            guard case .drawImage(let request) = effect else { continue }
            _ = desk.update(.imageDrawn(request, picture(request)))
        }
        return desk
    }

    private static func drawn(_ lease: Lease, _ desk: Desk) -> [Effect] {
        guard let held = desk.leases.first, let source = held.document.image else { return [] }
        let room = DeskLayout.imageRoom(desk, in: desk.size)
        return [
            .drawImage(
                ImageRequest(
                    key: ImageRequest.Key(
                        lease: held.id, columns: room.columns, rows: room.rows), source: source))
        ]
    }

    private static func picture(_ request: ImageRequest) -> DrawnImage {
        let columns = min(request.key.columns, request.key.rows * 4)
        let lines = (0..<request.key.rows).map { row in
            Line(
                String(repeating: row % 2 == 0 ? "░" : "▒", count: columns),
                Style(foreground: .rgb(UInt8(row * 4), 80, 160)))
        }
        return DrawnImage(lines: lines, facts: ImageFacts(png(width: 80, height: 40)))
    }

    /// The beginning of a PNG file.
    static func png(width: UInt8, height: UInt8) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
            + Array("IHDR".utf8) + [0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0]
    }
}

@Suite("Screens of every kind of payload")
struct KindScreenTests {
    @Test(
        "each kind at each size", arguments: Kind.all.map(\.name),
        [(40, 12), (80, 24), (120, 40), (200, 60)])
    func kinds(name: String, size: (columns: Int, rows: Int)) throws {
        let lease = try #require(Kind.all.first { $0.name == name }).lease
        let desk = Kind.desk(lease, columns: size.columns, rows: size.rows)
        try expectScreen(
            "\(name)-\(size.columns)x\(size.rows)", desk, columns: size.columns, rows: size.rows)
    }
}
