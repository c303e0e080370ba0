import Testing

@testable import SluiceDesk

@Suite("Paragraphs that were broken by hand")
struct ReflowTests {
    @Test("lines are joined where the next word did not fit, and nowhere else")
    func joined() {
        let text = """
            # A heading that is as long as the lines of the text below it are
            Choose the section where a user who needs the package would look
            first. If two are left,
            skip it.

            1. Purpose before technology: ask what a person does with it, not
               what it is written in.
            2. Short.
            - A list item that goes up to the very end of its line, as here it
              does
            - Another
            | a table | with cells that are as long as any line of the text is |
            | b | c |
            > quoted lines that reach the end of what fits stay as they are so
            """
        #expect(
            Reflow.paragraphs(text) == """
                # A heading that is as long as the lines of the text below it are
                Choose the section where a user who needs the package would look first. If two are left,
                skip it.

                1. Purpose before technology: ask what a person does with it, not what it is written in.
                2. Short.
                - A list item that goes up to the very end of its line, as here it does
                - Another
                | a table | with cells that are as long as any line of the text is |
                | b | c |
                > quoted lines that reach the end of what fits stay as they are so
                """)
    }

    @Test("code and hard breaks stay, and so does a text of short lines")
    func kept() {
        let code = """
            A paragraph that is long enough to have been broken by hand, surely
            ```
            one line of code that is just as long as the paragraph before it is
            two
            ```
            A line that ends in a hard break and is long enough to be joined to\\
            this one
            """
        #expect(Reflow.paragraphs(code) == code)
        let short = "fraud: the invoice was forged\nok: it was not\nunclear: nobody can tell"
        #expect(Reflow.paragraphs(short) == short)
        #expect(Reflow.paragraphs("") == "" && Reflow.paragraphs("\n\n") == "\n\n")
    }

    @Test("a paragraph of any number of lines is read in linear time")
    func long() {
        let line = String(repeating: "word ", count: 14) + "end"
        let text = Array(repeating: line, count: 20_000).joined(separator: "\n")
        #expect(!Reflow.paragraphs(text).contains("\n"))
    }
}
