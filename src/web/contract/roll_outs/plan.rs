//! „Kunden informieren“: which customers, and whether they are informed or asked to conclude; then
//! a preview, and the password.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::scope_words;
use crate::actions::roll_outs::{self, Plan};
use crate::actions::{ActionError, version_diff};
use crate::app::App;
use crate::domain::roll_out::{MAX_NUMBERS, Mode, RollOutRefusal, Scope};
use crate::domain::{CustomerNumber, Language, VersionDiff, calendar};
use crate::paths;
use crate::storage::contract_versions::{find_in_force, list_published};
use crate::storage::partners::list_partner_names;
use crate::storage::roll_outs::{COUNT_CAP, count_targets, list_open};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::words::thousands;
use crate::wording::dates;

#[derive(Template)]
#[template(path = "web/contract/roll_outs/plan.html")]
struct Page {
    shell: Shell,
    version: String,
    in_force: bool,
    from: (String, String),
    partners: Vec<(String, String)>,
    versions: Vec<String>,
    typed: Typed,
    errors: FieldErrors,
    preview: Option<Preview>,
}

impl Page {
    /// The highest permitted count of customer numbers, as printed.
    fn most_numbers(&self) -> String {
        most_numbers()
    }

    /// Id of a choice; the first one has the id that an error message links to.
    fn mode_id(&self, mode: &Mode) -> &'static str {
        match mode {
            Mode::Inform => "art",
            Mode::Conclude => "art-neuabschluss",
        }
    }
}

/// What starting the roll-out would do.
struct Preview {
    mode: Mode,
    scope: Vec<String>,
    count_words: String,
    /// What is new, as in the mail to a customer with the version before.
    news: Option<VersionDiff>,
    email: Proof,
}

/// What was typed, in the address for the preview and in the form for the start.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Typed {
    fassung: String,
    art: String,
    mandant: String,
    alt: String,
    nummern: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        let field = |name: &str| form.get(name).to_owned();
        Self {
            fassung: field("fassung"),
            art: field("art"),
            mandant: field("mandant"),
            alt: field("alt"),
            nummern: field("nummern"),
        }
    }
}

/// GET: the form.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    typed: web::Query<Typed>,
) -> Result<HttpResponse, PageError> {
    let page = page(&app, &me, typed.into_inner(), FieldErrors::default(), false).await?;
    html(&page)
}

/// POST: first the preview, and with the password the start. A form sent twice leads to the
/// roll-out that was started by the first.
pub async fn start(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (typed, mut errors) = (Typed::of(&form), FieldErrors::default());
    let Some(plan) = read(&typed, &mut errors) else {
        return invalid(&page(&app, &me, typed, errors, false).await?);
    };
    if let Some(running) = running(&app, &plan).await? {
        return Ok(session.refused("Diese Umstellung ist schon gestartet.", running));
    }
    if let Err(refusal) = checked(&app, &plan).await? {
        errors.add(field_of(&refusal), sentence(&refusal));
        return invalid(&page(&app, &me, typed, errors, false).await?);
    }
    if form.get("schritt") != "starten" {
        return html(&page(&app, &me, typed, errors, true).await?);
    }
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    if !errors.is_empty() {
        return invalid(&page(&app, &me, typed, errors, true).await?);
    }
    let (viewer, now, wanted) = (me.viewer.clone(), app.clock.now(), plan.clone());
    let done = app
        .db
        .transaction(move |conn| roll_outs::start(conn, &viewer, &wanted, now))
        .await;
    match done {
        Ok(id) => Ok(session.succeeded("Die Umstellung ist gestartet.", paths::roll_out(id))),
        Err(ActionError::RollOut(RollOutRefusal::Running)) => {
            let to = running(&app, &plan).await?;
            Ok(session.refused(
                "Diese Umstellung ist schon gestartet.",
                to.unwrap_or_else(|| paths::ROLL_OUTS.to_owned()),
            ))
        }
        Err(ActionError::RollOut(refusal)) => {
            errors.add(field_of(&refusal), sentence(&refusal));
            invalid(&page(&app, &me, typed, errors, false).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Address of the open roll-out of this version.
async fn running(app: &App, plan: &Plan) -> Result<Option<String>, PageError> {
    let version = plan.version.clone();
    let open = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(list_open(conn)?) })
        .await?;
    Ok(open
        .into_iter()
        .find(|one| one.version == version)
        .map(|one| paths::roll_out(one.id)))
}

async fn checked(app: &App, plan: &Plan) -> Result<Result<(), RollOutRefusal>, PageError> {
    let (plan, now) = (plan.clone(), app.clock.now());
    let done = app
        .db
        .read(move |conn| roll_outs::check(conn, &plan, now))
        .await;
    match done {
        Ok(_) => Ok(Ok(())),
        Err(ActionError::RollOut(refusal)) => Ok(Err(refusal)),
        Err(error) => Err(error.into()),
    }
}

fn field_of(refusal: &RollOutRefusal) -> &'static str {
    match refusal {
        RollOutRefusal::UnknownNumbers(_) => "nummern",
        _ => "art",
    }
}

fn sentence(refusal: &RollOutRefusal) -> String {
    match refusal {
        RollOutRefusal::Running => "Diese Umstellung ist schon gestartet".to_owned(),
        RollOutRefusal::Outdated => {
            "Inzwischen gilt eine neuere Fassung. Stellen Sie auf diese um".to_owned()
        }
        RollOutRefusal::NoEarlier => {
            "Es gibt keine frühere Fassung, die jemand abgeschlossen haben könnte".to_owned()
        }
        RollOutRefusal::UnknownNumbers(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            format!(
                "Diese Kundennummern gibt es nicht: {}. Prüfen Sie sie",
                numbers.join(", ")
            )
        }
    }
}

fn read(typed: &Typed, errors: &mut FieldErrors) -> Option<Plan> {
    let mode = Mode::of(&typed.art);
    if mode.is_none() {
        errors.add(
            "art",
            "Wählen Sie, ob die Kunden nur informiert oder gefragt werden",
        );
    }
    let numbers = parse_numbers(&typed.nummern).unwrap_or_else(|wrong| {
        errors.add("nummern", wrong);
        None
    });
    let partner = match typed.mandant.as_str() {
        "" => None,
        id => match id.parse() {
            Ok(id) => Some(id),
            Err(_) => {
                errors.add("mandant", "Wählen Sie einen Vertriebspartner aus der Liste");
                None
            }
        },
    };
    let concluded = Some(typed.alt.clone()).filter(|number| !number.is_empty());
    mode.filter(|_| errors.is_empty()).map(|mode| Plan {
        version: typed.fassung.clone(),
        mode,
        scope: Scope {
            partner,
            concluded,
            numbers,
        },
    })
}

/// Customer numbers as they are pasted, separated by spaces, commas, semicolons or line breaks.
fn parse_numbers(text: &str) -> Result<Option<Vec<CustomerNumber>>, String> {
    let mut numbers = Vec::new();
    let pieces = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let Ok(number) = piece.parse() else {
            let shown: String = piece.chars().take(20).collect();
            return Err(format!("„{shown}“ ist keine Kundennummer"));
        };
        numbers.push(number);
    }
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() > MAX_NUMBERS {
        return Err(format!(
            "Geben Sie höchstens {} Kundennummern an",
            most_numbers()
        ));
    }
    Ok(Some(numbers).filter(|numbers| !numbers.is_empty()))
}

fn most_numbers() -> String {
    thousands(i64::try_from(MAX_NUMBERS).unwrap_or(i64::MAX))
}

async fn page(
    app: &web::Data<App>,
    me: &Me,
    typed: Typed,
    errors: FieldErrors,
    with_preview: bool,
) -> Result<Page, PageError> {
    let today = calendar::day(app.clock.now());
    let (published, current, partners) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((
                list_published(conn)?,
                find_in_force(conn, today)?,
                list_partner_names(conn)?,
            ))
        })
        .await?;
    let version = published
        .iter()
        .find(|one| one.number == typed.fassung)
        .ok_or(PageError::NotFound)?;
    // The newest first. Versions that are offered later than this one cannot have been concluded.
    let earlier: Vec<String> = published
        .iter()
        .map(|one| one.number.clone())
        .skip_while(|number| *number != typed.fassung)
        .skip(1)
        .collect();
    let preview = match read(&typed, &mut FieldErrors::default()).filter(|_| with_preview) {
        Some(plan) => Some(preview(app, me, &plan, earlier.first().cloned()).await?),
        None => None,
    };
    Ok(Page {
        shell: Shell::load(app, me, paths::ROLL_OUTS).await?,
        in_force: Some(&version.number) == current.as_ref(),
        from: (
            version.valid_from.to_string(),
            dates::long_date(version.valid_from, Language::De),
        ),
        version: version.number.clone(),
        partners: partners
            .into_iter()
            .map(|(id, name)| (id.to_string(), name))
            .collect(),
        versions: earlier,
        typed,
        errors,
        preview,
    })
}

async fn preview(
    app: &web::Data<App>,
    me: &Me,
    plan: &Plan,
    before: Option<String>,
) -> Result<Preview, PageError> {
    let (reader, wanted) = (app.clone(), plan.clone());
    let (count, news) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let old = wanted.scope.concluded.clone().or_else(|| before.clone());
            let news = match old {
                Some(old) => Some(version_diff(
                    conn,
                    &reader,
                    &old,
                    &wanted.version,
                    Language::De,
                )?),
                None => None,
            };
            Ok((count_targets(conn, &wanted.version, &wanted.scope)?, news))
        })
        .await?;
    Ok(Preview {
        mode: plan.mode,
        scope: scope_words(app, &plan.scope).await?,
        count_words: match count {
            0 => "kein Kunde".to_owned(),
            1 => "1 Kunde".to_owned(),
            more if more > COUNT_CAP => format!("mehr als {} Kunden", thousands(COUNT_CAP)),
            more => format!("{} Kunden", thousands(more)),
        },
        news,
        email: proof_of(app, me).await?,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn numbers_are_read_as_people_paste_them() {
        let numbers = |text: &str| parse_numbers(text).unwrap();
        assert_eq!(numbers(""), None);
        assert_eq!(numbers(" ; \n"), None);
        assert_eq!(
            numbers("4712, 4711;4711\r\n9000\t1"),
            Some(
                vec![1, 4711, 4712, 9000]
                    .into_iter()
                    .map(CustomerNumber::from)
                    .collect()
            )
        );
        let texts =
            numbers("K-10 007\nK-9,7;k-9").map(|all| all.iter().map(ToString::to_string).collect());
        let sorted = ["007", "7", "k-9", "K-9", "K-10"].map(str::to_owned);
        assert_eq!(texts, Some(sorted.to_vec()));
        for wrong in ["-1", "4711/1", "„4711“", "4711+4712", ".7", &"7".repeat(33)] {
            assert!(parse_numbers(wrong).is_err(), "{wrong}");
        }
        let many: Vec<String> = (1..=MAX_NUMBERS + 1).map(|n| n.to_string()).collect();
        assert!(parse_numbers(&many.join(" ")).is_err());
    }
}
