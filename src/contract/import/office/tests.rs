//! Documents as programs write them, and documents made by hand with what those here do not write.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;

use super::super::measure::{drafted_from, tree};
use super::super::{Source, import};

/// The parts of an archive.
pub(in super::super) fn parts_of(bytes: &[u8]) -> BTreeMap<String, String> {
    crate::document::office::open(bytes).unwrap().unwrap()
}

const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

/// A document of these parts: body, styles, numbering; others by name.
pub(super) fn document(
    body: &str,
    styles: &str,
    numbering: &str,
    more: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let part = |name: &str, inner: &str| {
        (
            format!("word/{name}.xml"),
            format!("<w:{name} {W}>{inner}</w:{name}>"),
        )
    };
    let mut parts: BTreeMap<String, String> = [
        part("document", &format!("<w:body>{body}</w:body>")),
        part("styles", styles),
        part("numbering", numbering),
    ]
    .into();
    parts.extend(more.iter().map(|(name, inner)| part(name, inner)));
    parts
}

fn p(properties: &str, text: &str) -> String {
    format!(
        "<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>"
    )
}

fn in_list(list: u32, level: u32, text: &str) -> String {
    p(
        &format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr>"),
        text,
    )
}

const STYLES: &str = "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"N\"><w:name w:val=\"Normal\"/></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"T\"><w:name w:val=\"Title\"/></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"H1\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"N\"/><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr><w:outlineLvl w:val=\"0\"/></w:pPr></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"K\"><w:name w:val=\"Kanzlei\"/><w:basedOn w:val=\"H1\"/></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"A\"><w:name w:val=\"Anlage\"/><w:basedOn w:val=\"H1\"/><w:pPr><w:numPr><w:numId w:val=\"0\"/></w:numPr></w:pPr></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"V\"><w:name w:val=\"toc 1\"/></w:style>\
    <w:style w:type=\"character\" w:styleId=\"X\"><w:name w:val=\"Intern\"/><w:rPr><w:vanish/></w:rPr></w:style>";

fn level(at: u32, format: &str, text: &str, left: u32, more: &str) -> String {
    format!(
        "<w:lvl w:ilvl=\"{at}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/>{more}<w:lvlText w:val=\"{text}\"/><w:pPr><w:ind w:left=\"{left}\" w:hanging=\"360\"/></w:pPr></w:lvl>"
    )
}

fn numbering() -> String {
    format!(
        "<w:abstractNum w:abstractNumId=\"7\">{}{}{}</w:abstractNum><w:abstractNum w:abstractNumId=\"8\">{}</w:abstractNum>\
         <w:num w:numId=\"1\"><w:abstractNumId w:val=\"7\"/></w:num>\
         <w:num w:numId=\"2\"><w:abstractNumId w:val=\"8\"/></w:num>\
         <w:num w:numId=\"3\"><w:abstractNumId w:val=\"8\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num>",
        level(0, "decimal", "%1.", 360, "<w:pStyle w:val=\"H1\"/>"),
        level(1, "decimal", "%1.%2", 720, ""),
        level(2, "lowerLetter", "(%3)", 1080, ""),
        level(0, "upperRoman", "%1.", 720, ""),
    )
}

/// A contract as law firms write them: numbered paragraphs in the numbering of the headings.
pub(in super::super) fn handmade() -> BTreeMap<String, String> {
    let cell = |properties: &str, text: &str| {
        format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", p("", text))
    };
    let row = |cells: &str| format!("<w:tr>{cells}</w:tr>");
    let table = format!(
        "<w:tbl>{}{}{}</w:tbl>",
        row(&(cell("", "Ziel") + &cell("", "Maßnahme") + &cell("", "Nachweis"))),
        row(&(cell("<w:vMerge w:val=\"restart\"/>", "Zutritt")
            + &format!(
                "<w:tc><w:tcPr/>{}{}</w:tc>",
                p("", "Türen"),
                p("", "Schlüssel")
            )
            + &cell("", "Liste"))),
        row(&(cell("<w:vMerge/>", "") + &cell("<w:gridSpan w:val=\"2\"/>", "Wache"))),
    );
    let body = [
        p(
            "<w:pStyle w:val=\"T\"/>",
            "Vereinbarung zur Auftragsverarbeitung",
        ),
        p("<w:pStyle w:val=\"V\"/>", "1. Gegenstand 2"),
        p("<w:pStyle w:val=\"H1\"/>", "Gegenstand"),
        in_list(
            1,
            1,
            "Die Erlenhof GmbH verarbeitet Daten im Auftrag des Kunden und ausschließlich für die Zwecke, die in diesem Vertrag genannt sind.",
        ),
        in_list(1, 2, "Daten der Nebenstellen;"),
        p("<w:ind w:left=\"1080\"/>", "das sind Name und Rufnummer;"),
        in_list(1, 2, "Daten der Gespräche."),
        in_list(1, 1, "Näheres steht in Anlage 1."),
        p("<w:pStyle w:val=\"K\"/>", "Dauer"),
        in_list(1, 1, "Der Vertrag läuft wie der Hauptvertrag."),
        p("<w:pStyle w:val=\"A\"/>", "Anlage 1 – Maßnahmen"),
        p("", "Stand: Januar"),
        table,
    ];
    document(&body.concat(), STYLES, &numbering(), &[])
}

fn read(parts: &BTreeMap<String, String>) -> (Vec<String>, Vec<String>) {
    let (draft, documents) = drafted_from(&[Source::office("a.docx", parts)]);
    let notes = draft.notes.iter().map(|note| note.message.clone());
    (notes.collect(), documents.iter().flat_map(tree).collect())
}

/// T-15: the accepted text of tracked changes, and every change in the list.
#[test]
fn t15_changes_comments_and_hidden_text_are_listed_and_not_taken() {
    let body = "<w:p><w:r><w:t xml:space=\"preserve\">Der Vertrag gilt </w:t></w:r>\
        <w:del w:author=\"Ada\"><w:r><w:delText>72</w:delText></w:r></w:del><w:ins w:author=\"Ada\"><w:r><w:t>24</w:t></w:r></w:ins>\
        <w:r><w:t xml:space=\"preserve\"> Stunden</w:t></w:r><w:r><w:rPr><w:rStyle w:val=\"X\"/></w:rPr><w:t xml:space=\"preserve\"> intern</w:t></w:r>\
        <w:r><w:rPr><w:strike/></w:rPr><w:t> alt</w:t></w:r><w:r><w:t>.</w:t></w:r></w:p>\
        <w:p><w:pPr><w:rPr><w:del w:author=\"Ada\"/></w:rPr></w:pPr><w:r><w:t xml:space=\"preserve\">Erste Hälfte und </w:t></w:r></w:p>\
        <w:p><w:r><w:t>zweite Hälfte der Regel.</w:t></w:r></w:p>\
        <w:p><w:moveFrom w:author=\"Bo\"><w:r><w:t>Verschoben ist das.</w:t></w:r></w:moveFrom></w:p>\
        <w:p><w:moveTo w:author=\"Bo\"><w:r><w:t>Verschoben ist das.</w:t></w:r></w:moveTo></w:p>";
    let comments =
        "<w:comment w:author=\"Cem\"><w:p><w:r><w:t>Stimmt das?</w:t></w:r></w:p></w:comment>";
    let (notes, tree) = read(&document(body, STYLES, "", &[("comments", comments)]));
    assert_eq!(
        tree[1..],
        [
            "P Der Vertrag gilt 24 Stunden.",
            "P Erste Hälfte und zweite Hälfte der Regel.",
            "P Verschoben ist das."
        ]
    );
    for said in [
        "Änderung von Ada angenommen, gelöscht: „72“.",
        "Änderung von Ada angenommen, eingefügt: „24“.",
        "„intern“",
        "„alt“",
        "Änderung von Bo angenommen, gelöscht: „Verschoben ist das.“.",
        "Kommentar von Cem, nicht übernommen: „Stimmt das?“.",
    ] {
        assert!(
            notes.iter().any(|note| note.contains(said)),
            "{said}: {notes:?}"
        );
    }
}

/// T-15: numbers start again where the program lets them, and references stay references.
#[test]
fn t15_numbers_restart_and_fields_refer() {
    let target = "<w:p><w:pPr><w:pStyle w:val=\"H1\"/></w:pPr><w:bookmarkStart w:id=\"1\" w:name=\"_Ref1\"/><w:r><w:t>Das Ziel</w:t></w:r></w:p>";
    let field = "<w:p><w:r><w:t xml:space=\"preserve\">Siehe Ziffer </w:t></w:r><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>\
        <w:r><w:instrText> REF _Ref1 \\r \\h </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>1</w:t></w:r>\
        <w:r><w:fldChar w:fldCharType=\"end\"/></w:r><w:r><w:t>.</w:t></w:r></w:p>";
    let body = [
        target.to_owned(),
        in_list(2, 0, "eins"),
        in_list(2, 0, "zwei"),
        field.to_owned(),
        in_list(3, 0, "wieder eins"),
        in_list(2, 0, "noch zwei"),
    ];
    let parts = document(&body.concat(), STYLES, &numbering(), &[]);
    let (draft, documents) = drafted_from(&[Source::office("a.docx", &parts)]);
    let tree = tree(&documents[0]);
    assert!(
        tree.ends_with(&[
            "I1 I. eins".to_owned(),
            "I1 II. zwei".to_owned(),
            "P Siehe Ziffer 1.".to_owned(),
            "I1 I. wieder eins".to_owned(),
            "I1 II. noch zwei".to_owned()
        ]),
        "{tree:?}"
    );
    let text = &draft
        .files
        .iter()
        .find(|(path, _)| path == "de/vertrag.dj")
        .unwrap()
        .1;
    assert!(
        text.contains("#verweis-1") && text.contains("[1](#verweis-1)"),
        "{text}"
    );
}

/// A3: a document that is nested without end or damaged is refused, and no entity unfolds.
#[test]
fn a3_damaged_documents_are_refused() {
    let deep = format!(
        "{}{}",
        "<w:sdt><w:sdtContent>".repeat(20_000),
        "</w:sdtContent></w:sdt>".repeat(20_000)
    );
    let mut bomb = document("", "", "", &[]);
    bomb.insert(
        "word/document.xml".to_owned(),
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><w>&b;</w>".to_owned(),
    );
    let mut cut = document("<w:p/>", "", "", &[]);
    cut.insert("word/styles.xml".to_owned(), "<w:styles".to_owned());
    for parts in [document(&deep, "", "", &[]), bomb, cut] {
        let problems = import(
            &[Source::office("a.docx", &parts)],
            "2026-11-30".parse().unwrap(),
        )
        .unwrap_err();
        assert!(
            problems
                .iter()
                .any(|problem| problem.message.contains("beschädigt")),
            "{problems:?}"
        );
    }
    let rows = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Das ist der Text.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>".repeat(4_000);
    assert!(
        import(
            &[Source::office("a.docx", &document(&rows, "", "", &[]))],
            "2026-11-30".parse().unwrap()
        )
        .is_ok()
    );
}
