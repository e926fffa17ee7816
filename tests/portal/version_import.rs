//! A contract as a legal department has it becomes a draft over HTTP: a document is uploaded, what was
//! guessed is decided with one click each, what was written by hand meanwhile stays (T-15, S-76).

use std::io::{Cursor, Write as _};

use avv_portal::document::folder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::harness::{Browser, Page, Person, TestApp};
use crate::seeded::csrf;

const LIST: &str = "/betrieb/vertragsfassungen";

/// A document of a program, with a whole paragraph in the style of a heading, and a change.
fn docx() -> Vec<u8> {
    let w = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    let p = |style: &str, text: &str| {
        format!(
            "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>"
        )
    };
    let long = "Die Weidenkorb GmbH verarbeitet personenbezogene Daten ihrer Kunden ausschließlich für den Betrieb der Telefonanlage, und zwar so, wie es der Hauptvertrag vorsieht.";
    let body = [
        p("T", "Vertrag zur Auftragsverarbeitung"),
        p("H", "Gegenstand"),
        p("H", long),
        "<w:p><w:r><w:t xml:space=\"preserve\">Meldung binnen </w:t></w:r><w:del w:author=\"Ada\"><w:r><w:delText>72</w:delText></w:r></w:del><w:ins w:author=\"Ada\"><w:r><w:t>24</w:t></w:r></w:ins><w:r><w:t xml:space=\"preserve\"> Stunden.</w:t></w:r></w:p>".to_owned(),
        "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Kontrollen</w:t></w:r></w:p>".to_owned(),
        p("N", "Der Kunde darf sich überzeugen."),
    ];
    let styles = "<w:style w:type=\"paragraph\" w:styleId=\"T\"><w:name w:val=\"Title\"/></w:style><w:style w:type=\"paragraph\" w:styleId=\"H\"><w:name w:val=\"heading 1\"/><w:pPr><w:outlineLvl w:val=\"0\"/></w:pPr></w:style>";
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        (
            "word/document.xml",
            format!(
                "<w:document {w}><w:body>{}</w:body></w:document>",
                body.concat()
            ),
        ),
        (
            "word/styles.xml",
            format!("<w:styles {w}>{styles}</w:styles>"),
        ),
    ] {
        writer
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The value of the button of this word for the line with this text.
fn button(page: &Page, text: &str, word: &str) -> String {
    let html = page.text().replace("<i></i>", "").replace("&shy;", "");
    let from = html.find(&format!("<strong>{text}")).unwrap();
    let end = from + html[from..].find("</li>").unwrap();
    let line = &html[from..end];
    let to = line
        .find(&format!(">{word}</button>"))
        .unwrap_or_else(|| panic!("{word}: {line}"));
    line[..to]
        .rsplit("value=\"")
        .next()
        .unwrap()
        .trim_end_matches('"')
        .to_owned()
}

fn field(page: &Page, name: &str) -> String {
    let html = page.text();
    let from = html.find(&format!("name=\"{name}\" value=\"")).unwrap() + name.len() + 15;
    html[from..].split('"').next().unwrap().to_owned()
}

async fn click(browser: &Browser, page: &Page, address: &str, button: (&str, &str)) -> Page {
    let (token, stand) = (field(page, "csrf"), field(page, "stand"));
    browser
        .post(
            address,
            &[("csrf", token.as_str()), ("stand", stand.as_str()), button],
        )
        .await
}

async fn text(browser: &Browser, draft: &str) -> String {
    let packed = browser.get(&format!("{draft}/ordner.zip")).await;
    folder::unpack(&packed.bytes).unwrap()["de/vertrag.dj"].clone()
}

#[actix_web::test]
async fn t15_a_document_becomes_a_draft_and_each_doubt_is_one_click() {
    let app = TestApp::start().await;
    let author = app.sign_in(Person::Operator).await;
    let token = csrf(&author).await;
    let fields = [("csrf", token.as_str()), ("woraus", "datei")];
    let begun = author
        .upload(LIST, &fields, &[("datei", "avv.docx", &docx())])
        .await;
    begun.assert_status(303);
    let address = begun.location();
    assert!(address.ends_with("/uebernahme"), "{address}");
    let draft = address.trim_end_matches("/uebernahme").to_owned();
    let page = author.follow(&begun).await;
    page.assert_says("keines ging verloren")
        .assert_says("Änderung von Ada angenommen, gelöscht: „72“.")
        .assert_says("Zu entscheiden")
        .assert_says("formatiert diesen langen Text wie eine Überschrift")
        .assert_says("Stimmt: Absatz");

    // One click, one write; the same page once more is too late.
    let value = button(&page, "Kontrollen", "Überschrift Ebene 1");
    let done = click(&author, &page, &address, ("entscheid", &value)).await;
    done.assert_status(303);
    author
        .follow(&done)
        .await
        .assert_says("„Kontrollen“: Überschrift Ebene 1.")
        .assert_says("Entschieden");
    assert!(text(&author, &draft).await.contains("# Kontrollen\n"));
    let late = click(&author, &page, &address, ("entscheid", &value)).await;
    author.follow(&late).await.assert_says("geändert");

    // What is written by hand stays, also when another line is decided.
    let editor = author
        .get(&format!("{draft}/text?teil=de/vertrag.dj"))
        .await;
    let (action, mut typed) = editor.form("#v-entwurf");
    let own = text(&author, &draft)
        .await
        .replace("darf sich überzeugen", "darf sich jederzeit überzeugen");
    typed.retain(|(name, _)| name != "text" && name != "tun");
    typed.push(("text".to_owned(), own));
    let typed: Vec<(&str, &str)> = typed
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    author.upload(&action, &typed, &[]).await.assert_status(303);
    let page = author.get(&address).await;
    let value = button(&page, "Die Weidenkorb GmbH", "Listenpunkt");
    click(&author, &page, &address, ("entscheid", &value))
        .await
        .assert_status(303);
    let now = text(&author, &draft).await;
    assert!(
        now.contains("jederzeit") && now.contains("- Die Weidenkorb GmbH"),
        "{now}"
    );

    // Whatever is left is confirmed at once; what no button says is refused.
    let page = author.get(&address).await;
    click(&author, &page, &address, ("entscheid", "1:left-out"))
        .await
        .assert_status(400);
    click(&author, &page, &address, ("tun", "alle"))
        .await
        .assert_status(303);
    author
        .get(&address)
        .await
        .assert_says("Alles ist entschieden")
        .assert_silent_about("Stimmt:");
    author
        .get(&draft)
        .await
        .assert_says("Übernahme aus der Vorlage");
}

#[actix_web::test]
async fn t15_an_encoding_that_a_file_does_not_say_is_confirmed() {
    let app = TestApp::start().await;
    let author = app.sign_in(Person::Operator).await;
    let token = csrf(&author).await;
    let upload = async |files: &[(&str, &str, &[u8])]| {
        let fields = [("csrf", token.as_str()), ("woraus", "datei")];
        author.upload(LIST, &fields, files).await
    };
    let old: &[u8] = b"Vertrag\r\n\r\n1. Gr\xf6\xdfe\r\n\r\nDas ist f\xfcr 3 \x80 zu haben.\r\n";
    let english: Vec<u8> =
        "Agreement\r\n\r\n1. Size\r\n\r\nThe agreement is for 3 € and not by weight.\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
    let english = [b"\xff\xfe".as_slice(), &english].concat();
    let begun = upload(&[
        ("datei", "alt.txt", old),
        ("datei", "new.txt", english.as_slice()),
    ])
    .await;
    begun.assert_status(303);
    let address = begun.location();
    let draft = address.trim_end_matches("/uebernahme").to_owned();
    let page = author.follow(&begun).await;
    page.assert_says("Zeichensatz")
        .assert_says("„alt.txt“ sagt nicht")
        .assert_says("Größe")
        .assert_says("new.txt: gelesen als UTF-16.");
    assert!(
        text(&author, &draft)
            .await
            .contains("Das ist für 3 € zu haben.")
    );
    let done = click(&author, &page, &address, ("kodierung", "0:iso-8859-15")).await;
    author
        .follow(&done)
        .await
        .assert_says("gelesen als ISO 8859-15")
        .assert_silent_about("sagt nicht");
    assert!(text(&author, &draft).await.contains("Das ist für 3"));

    for (name, bytes, says) in [
        (
            "a.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(),
            "altes .doc",
        ),
        ("a.pdf", b"%PDF-1.7\n", "ist ein PDF"),
        (
            "a.png",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "weder ein ZIP noch ein Dokument",
        ),
    ] {
        upload(&[("datei", name, bytes)])
            .await
            .assert_status(422)
            .assert_says(says);
    }
}
