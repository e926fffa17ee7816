//! The consequences of saving other master data (C10): the page between form and action, computed
//! by the rules. It carries everything that was typed, so that nothing is typed twice.

use actix_web::HttpResponse;
use askama::Template;

use crate::actions::form_version;
use crate::app::App;
use crate::domain::case::Preview;
use crate::paths;
use crate::web::kit::customer::Subject;
use crate::web::kit::effects::{Part, meaning};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};

/// Hidden field with the stamp of the facts the consequences were computed from.
pub const CONFIRMED: &str = "folgen";
/// Button that leads back to the form with everything that was typed.
pub const BACK: &str = "zurueck";

#[derive(Template)]
#[template(path = "web/customers/master_data/correction.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    /// Whether the facts differ from those that were shown and confirmed before.
    overtaken: bool,
    meaning: Vec<Part>,
    /// The fields of the form as typed.
    fields: Vec<(&'static str, String)>,
    /// Stamp of the values the form showed first.
    stand: String,
    /// Stamp of the facts this page was made from.
    stamp: String,
    sends: bool,
}

/// The page. Confirming it sends `fields` and `stand`, the stamp of the form, once more.
pub async fn ask(
    app: &App,
    me: &Me,
    preview: &Preview,
    (fields, stand): (Vec<(&'static str, String)>, String),
    overtaken: bool,
) -> Result<HttpResponse, PageError> {
    let shell = Shell::load(app, me, paths::CUSTOMERS).await?;
    let mut meaning = meaning(&shell.operator.short_name, preview);
    if let Some(agreement) = preview.after.agreement() {
        meaning.push(Part {
            heading: format!("Abgeschlossener Vertrag {}", agreement.number),
            lines: [
                "Er nennt weiter die Angaben, mit denen er abgeschlossen wurde. Eine bloße Umfirmierung oder ein Umzug ändert daran nichts.",
                "Ist eine andere Firma an die Stelle des Kunden getreten, zum Beispiel durch Kauf oder Verschmelzung, prüfen Sie, ob der Vertrag mit ihr neu abzuschließen ist. Nach dem Speichern können Sie auf der Seite „Auftragsverarbeitungsvertrag“ den Neuabschluss anfordern.",
            ]
            .map(str::to_owned)
            .to_vec(),
        });
    }
    html(&Page {
        subject: Subject::of(&preview.before),
        overtaken,
        meaning,
        fields,
        stand,
        stamp: form_version::stamp(&preview.before),
        sends: preview.changes.iter().any(|one| one.mail().is_some()),
        shell,
    })
}
