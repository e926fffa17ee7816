//! `/pruefen`: anybody holds a document against the portal's own. Says what the portal knows about
//! exactly this file, and no name that is not in it already.

use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use tokio::sync::Semaphore;

use super::client;
use super::consent::wanted_language;
use super::error::PageError;
use super::form::FieldErrors;
use super::guard::Who;
use super::page::{PublicShell, html, reader_language};
use super::routes::{Row, get, post, view};
use crate::actions::ActionError;
use crate::actions::proofs::{Proof, find_by_number, judge, known_certificates, look};
use crate::actions::users::note_check;
use crate::app::App;
use crate::document::seal::LARGEST_FILE;
use crate::domain::Language;
use crate::domain::calendar::{day, long_date, long_moment, machine_moment};
use crate::domain::case::AgreementEnd;
use crate::paths;
use crate::storage::seals::Issued;

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::CHECK, Who::Anyone, || view().to(show)),
    post(paths::CHECK, Who::Anyone, || web::post().to(examine)),
];

/// So many files are held in memory at a time; others wait their turn.
static PLACES: Semaphore = Semaphore::const_new(4);
/// A file has this long to arrive.
const ARRIVAL: Duration = Duration::from_secs(60);
/// Longest typed field in bytes.
const LONGEST_FIELD: usize = 200;

#[derive(Template)]
#[template(path = "web/proofs/check.html")]
struct CheckPage {
    shell: PublicShell,
    number: String,
    hash: String,
    errors: FieldErrors,
    answer: Option<Answer>,
}

/// What the page says about a document.
struct Answer {
    /// Shape of the mark beside the sentence.
    mark: &'static str,
    sentence: &'static str,
    explanation: &'static str,
    issued: Option<Told>,
    /// SHA-256 of the uploaded file.
    hash: Option<String>,
}

/// Facts about an issued document, ready to print.
struct Told {
    number: String,
    at: (String, String),
    state: String,
    time_source: String,
}

/// What was sent.
#[derive(Default)]
struct Sent {
    file: Vec<u8>,
    number: String,
    hash: String,
    too_large: bool,
}

async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    html(&page(&app, &request).await?)
}

async fn examine(
    app: web::Data<App>,
    request: HttpRequest,
    form: Multipart,
) -> Result<HttpResponse, PageError> {
    let (writer, source, now) = (
        App::clone(&app),
        client::source(&app, &request),
        app.clock.now(),
    );
    app.db
        .transaction(move |conn| note_check(conn, &writer, &source, now))
        .await?;
    // Held until the answer is there: that bounds the memory all files take together.
    let _place = PLACES.acquire().await.map_err(|_| PageError::Unavailable)?;
    let sent = tokio::time::timeout(ARRIVAL, receive(form))
        .await
        .map_err(|_| PageError::BadForm)??;
    let mut page = page(&app, &request).await?;
    let language = page.shell.language;
    page.number = sent.number.trim().to_uppercase();
    page.hash = sent.hash.chars().filter(|c| !c.is_whitespace()).collect();
    page.hash.make_ascii_lowercase();
    if sent.too_large || !sent.file.is_empty() {
        page.answer = Some(answer_for_file(&app, sent, language).await?);
    } else {
        page.errors = missing(&page.number, &page.hash, language);
        if !page.errors.is_empty() {
            return Ok(HttpResponse::UnprocessableEntity()
                .content_type("text/html; charset=utf-8")
                .body(page.render()?));
        }
        let (number, hash) = (page.number.clone(), page.hash.clone());
        let found = app
            .db
            .read(move |conn| find_by_number(conn, &number, &hash))
            .await?;
        page.answer = Some(match found {
            Some(issued) => known(&issued, None, language),
            None => unknown_number(language),
        });
    }
    html(&page)
}

async fn answer_for_file(
    app: &web::Data<App>,
    sent: Sent,
    language: Language,
) -> Result<Answer, PageError> {
    if sent.too_large {
        return Ok(plain(&Proof::TooLarge, None, language));
    }
    let worker = App::clone(app);
    let certificates = app
        .db
        .read(move |conn| known_certificates(conn, &worker))
        .await?;
    let (finding, hash) = app
        .heavy(move || look(&sent.file, &certificates))
        .await
        .ok_or(PageError::Unavailable)?;
    let asked = hash.clone();
    let proof = app
        .db
        .read(move |conn| -> Result<_, ActionError> { judge(conn, &finding, &asked) })
        .await?;
    Ok(match &proof {
        Proof::Issued(issued) => known(issued, Some(hash), language),
        other => plain(other, Some(hash), language),
    })
}

async fn page(app: &App, request: &HttpRequest) -> Result<CheckPage, PageError> {
    let language = wanted_language(request).unwrap_or_else(|| reader_language(request));
    Ok(CheckPage {
        shell: PublicShell::load(app, language)
            .await?
            .with_switch(paths::CHECK),
        number: String::new(),
        hash: String::new(),
        errors: FieldErrors::default(),
        answer: None,
    })
}

/// Reads the form piece by piece; of a file that is too large nothing is kept.
async fn receive(mut form: Multipart) -> Result<Sent, PageError> {
    let mut sent = Sent::default();
    let mut read = 0;
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| PageError::BadForm)?;
        let name = field.name().unwrap_or_default().to_owned();
        let mut content = Vec::new();
        while let Some(piece) = field.next().await {
            let piece = piece.map_err(|_| PageError::BadForm)?;
            read += piece.len();
            // The rest of the request has to be read, or the browser shows no answer; but not for ever.
            if read > 4 * LARGEST_FILE {
                return Err(PageError::TooLarge);
            }
            if read > LARGEST_FILE + 4 * LONGEST_FIELD {
                sent.too_large = true;
                content = Vec::new();
            } else {
                content.extend_from_slice(&piece);
            }
        }
        let words = |content: &[u8]| {
            let short = content.get(..LONGEST_FIELD).unwrap_or(content);
            String::from_utf8_lossy(short).replace('\0', "")
        };
        match name.as_str() {
            "datei" => sent.file = content,
            "nummer" => sent.number = words(&content),
            "pruefsumme" => sent.hash = words(&content),
            _ => {}
        }
    }
    Ok(sent)
}

fn say(language: Language, german: &'static str, english: &'static str) -> &'static str {
    match language {
        Language::De => german,
        Language::En => english,
    }
}

fn missing(number: &str, hash: &str, language: Language) -> FieldErrors {
    let mut errors = FieldErrors::default();
    if number.is_empty() && hash.is_empty() {
        errors.add(
            "datei",
            say(
                language,
                "Wählen Sie eine PDF-Datei aus, oder geben Sie Vertragsnummer und Prüfsumme an",
                "Choose a PDF file, or enter the number of the agreement and a checksum",
            ),
        );
    } else if number.is_empty() {
        errors.add(
            "nummer",
            say(
                language,
                "Geben Sie die Vertragsnummer an",
                "Enter the number of the agreement",
            ),
        );
    } else if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        errors.add(
            "pruefsumme",
            say(
                language,
                "Geben Sie die ganze Prüfsumme an: 64 Ziffern und Buchstaben von a bis f",
                "Enter the whole checksum: 64 digits and letters from a to f",
            ),
        );
    }
    errors
}

fn known(issued: &Issued, hash: Option<String>, language: Language) -> Answer {
    let (mark, explanation) = match issued.end {
        None => (
            "concluded",
            say(
                language,
                "Dieses Portal hat genau dieses Dokument ausgestellt und gesiegelt. Der Vertrag gilt.",
                "This portal issued and sealed exactly this document. The agreement is in force.",
            ),
        ),
        Some(_) => (
            "ended",
            say(
                language,
                "Dieses Portal hat genau dieses Dokument ausgestellt und gesiegelt. Der Vertrag gilt aber nicht mehr.",
                "This portal issued and sealed exactly this document. But the agreement is no longer in force.",
            ),
        ),
    };
    Answer {
        mark,
        sentence: say(language, "Das Dokument ist echt", "The document is genuine"),
        explanation,
        issued: Some(Told {
            number: issued.number.clone(),
            at: (
                machine_moment(issued.concluded_at),
                long_moment(issued.concluded_at, language),
            ),
            state: state(issued.end, language),
            time_source: time_source(issued, language),
        }),
        hash,
    }
}

fn state(end: Option<(DateTime<Utc>, AgreementEnd)>, language: Language) -> String {
    let Some((at, why)) = end else {
        return say(language, "In Kraft", "In force").to_owned();
    };
    let on = long_date(day(at), language);
    match (why, language) {
        (AgreementEnd::Objected, Language::De) => format!("Nichtig durch Widerspruch seit {on}"),
        (AgreementEnd::Objected, Language::En) => format!("Void after an objection since {on}"),
        (AgreementEnd::Replaced, Language::De) => {
            format!("Durch einen neuen Vertrag ersetzt am {on}")
        }
        (AgreementEnd::Replaced, Language::En) => format!("Replaced by a new agreement on {on}"),
        (AgreementEnd::Ended, Language::De) => format!("Beendet am {on}"),
        (AgreementEnd::Ended, Language::En) => format!("Ended on {on}"),
    }
}

fn time_source(issued: &Issued, language: Language) -> String {
    match (&issued.stamp, language) {
        (None, Language::De) => "Uhr des Portals".to_owned(),
        (None, Language::En) => "Clock of the portal".to_owned(),
        (Some((at, source)), Language::De) => format!(
            "Uhr des Portals; Zeitstempel vom {} durch {source}",
            long_moment(*at, language)
        ),
        (Some((at, source)), Language::En) => format!(
            "Clock of the portal; time stamp of {} by {source}",
            long_moment(*at, language)
        ),
    }
}

fn unknown_number(language: Language) -> Answer {
    Answer {
        mark: "declined",
        sentence: say(
            language,
            "Dazu gibt es hier kein Dokument",
            "There is no such document here",
        ),
        explanation: say(
            language,
            "Nummer und Prüfsumme gehören zu keinem Dokument dieses Portals. Prüfen Sie bitte beides auf Tippfehler, oder wählen Sie die Datei selbst aus.",
            "Number and checksum do not belong to a document of this portal. Please check both for typing errors, or choose the file itself.",
        ),
        issued: None,
        hash: None,
    }
}

/// Everything but a document that was issued.
fn plain(proof: &Proof, hash: Option<String>, language: Language) -> Answer {
    let (mark, sentence, explanation) = match proof {
        Proof::Sealed(_) => (
            "concluded",
            say(
                language,
                "Das Siegel ist echt, das Dokument aber nicht mehr im Bestand",
                "The seal is genuine, but the document is no longer kept here",
            ),
            say(
                language,
                "Die Datei trägt das unversehrte Siegel dieses Portals. Ob der Vertrag noch gilt, kann das Portal nicht sagen. Fragen Sie uns bitte.",
                "The file bears the unbroken seal of this portal. The portal cannot say whether the agreement is still in force. Please ask us.",
            ),
        ),
        Proof::Extended(_) => (
            "no_email",
            say(
                language,
                "Die Datei wurde nach dem Siegeln ergänzt",
                "Something was added to the file after it was sealed",
            ),
            say(
                language,
                "Der gesiegelte Teil stammt von diesem Portal. Was danach hinzukam, zum Beispiel Kommentare oder eine weitere Unterschrift, stammt nicht von hier und kann die Anzeige verändern. Verwenden Sie die Datei im ursprünglichen Zustand.",
                "The sealed part comes from this portal. What was added, for example comments or a further signature, does not, and may change what is shown. Use the file in its original state.",
            ),
        ),
        Proof::Changed => (
            "declined",
            say(
                language,
                "Das ist kein unverändertes Dokument dieses Portals",
                "This is not an unchanged document of this portal",
            ),
            say(
                language,
                "Die Datei trägt eine Signatur. Diese stammt aber nicht von diesem Portal, oder die Datei wurde danach verändert.",
                "The file bears a signature. But it is not of this portal, or the file was changed afterwards.",
            ),
        ),
        Proof::Unsigned => (
            "declined",
            say(
                language,
                "Dieses PDF trägt kein Siegel",
                "This PDF bears no seal",
            ),
            say(
                language,
                "Abgeschlossene Verträge dieses Portals sind gesiegelt. Entwürfe und neu gespeicherte oder ausgedruckte und eingescannte Fassungen sind es nicht. Verwenden Sie bitte die Datei aus der E-Mail oder aus dem Portal.",
                "Concluded agreements of this portal are sealed. Drafts are not, nor are copies that were saved anew or printed and scanned. Please use the file from the e-mail or from the portal.",
            ),
        ),
        Proof::TooLarge => (
            "declined",
            say(
                language,
                "Diese Datei ist zu groß",
                "This file is too large",
            ),
            say(
                language,
                "Verträge dieses Portals sind kleiner als 10 MB.",
                "Agreements of this portal are smaller than 10 MB.",
            ),
        ),
        Proof::NotPdf | Proof::Issued(_) => (
            "declined",
            say(
                language,
                "Diese Datei ist kein PDF",
                "This file is not a PDF",
            ),
            say(
                language,
                "Verträge dieses Portals sind PDF-Dateien. Wählen Sie bitte die Datei aus der E-Mail oder aus dem Portal.",
                "Agreements of this portal are PDF files. Please choose the file from the e-mail or from the portal.",
            ),
        ),
    };
    Answer {
        mark,
        sentence,
        explanation,
        issued: None,
        hash,
    }
}
