//! The e-mail address in the master data: the person who reads it gets the link and may conclude.
//! So a change is guarded (5.6-11), and one that a partner makes waits (A4).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::actions::customers::{self, NewAddress};
use crate::actions::form_version::{self, Shown};
use crate::actions::{ActionError, Applied};
use crate::app::App;
use crate::domain::case::{Case, Change, Refusal};
use crate::domain::viewer::{Permission, Role, permissions};
use crate::domain::{CustomerNumber, EmailAddress, name};
use crate::paths;
use crate::web::customers::parts::entered_addresses::{Undecided, undecided};
use crate::web::kit::customer::{Subject, address_for, load_visible};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::refusals;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// Longest reason in characters.
const LONGEST_REASON: usize = 300;

#[derive(Template)]
#[template(path = "web/customers/address/change.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    /// The present address as the viewer may see it.
    current: Option<String>,
    /// What is stored although it is no valid address; for the operator.
    unusable: Option<String>,
    operator: bool,
    /// Addresses that wait for a decision (A4).
    undecided: Vec<Undecided>,
    /// Hours that a new address waits.
    hours: i64,
    /// Whether a request is open, so that a mail is sent to the new address at once.
    is_asked: bool,
    /// Whether an agreement is in force, which the change does not affect.
    has_agreement: bool,
    typed: Typed,
    /// Stamp of the values the form showed first.
    stand: String,
    /// Whether the guard refused the change and the operator may insist.
    may_insist: bool,
    errors: FieldErrors,
}

/// The fields as typed.
#[derive(Debug, Default)]
struct Typed {
    email: String,
    insists: bool,
    reason: String,
    /// Stamp of the values the form showed first.
    stand: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self {
            email: form.get("email").to_owned(),
            insists: form.ticked("trotzdem"),
            reason: form.get("grund").to_owned(),
            stand: form.get("stand").to_owned(),
        }
    }
}

/// GET: the form, for the operator filled with the present address.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, &me, number.into_inner()).await?;
    let typed = Typed {
        email: case
            .customer
            .email()
            .filter(|_| me.viewer.role.is_operator())
            .map(|email| email.shown())
            .unwrap_or_default(),
        stand: form_version::of_email(&case),
        ..Typed::default()
    };
    html(&page(&app, &me, &case, typed, false, FieldErrors::default()).await?)
}

/// POST: changes the address.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, &me, number.into_inner()).await?;
    let mut typed = Typed::of(&form);
    let mut errors = FieldErrors::default();
    let new = read(&typed, me.viewer.role, &mut errors);
    let Some(new) = new.filter(|_| errors.is_empty()) else {
        let insists = typed.insists;
        return invalid(&page(&app, &me, &case, typed, insists, errors).await?);
    };
    let (now, handles, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let (customer, email) = (case.customer.number, new.email.clone());
    let stand = typed.stand.clone();
    let done = app
        .db
        .transaction(move |conn| {
            form_version::check(conn, &handles, Shown::Email(customer), &stand)?;
            customers::change_email(conn, &handles, &viewer, customer, &new, now)
        })
        .await;
    match done {
        Ok(outcome) => Ok(session.succeeded(
            said(me.viewer.role, &email, &outcome),
            paths::status(customer),
        )),
        Err(ActionError::Refused(refusal)) => {
            errors.add("email", sentence(refusal));
            let may_insist = refusal == Refusal::PartnerAddress;
            invalid(&page(&app, &me, &case, typed, may_insist, errors).await?)
        }
        Err(ActionError::Changed) => {
            // A user who saves once more has seen the values that are stored now.
            let case = find(&app, &me, customer).await?;
            let now = address_for(me.viewer.role, &case).unwrap_or_else(|| "keine".to_owned());
            if case.customer.email() == Some(&email) {
                errors.add("email", sentence(Refusal::Unchanged));
            } else {
                errors.add("email", format!("Die Adresse wurde geändert, seit Sie diese Seite geöffnet haben: Hinterlegt ist jetzt {now}, bei Ihnen steht {}. Speichern Sie noch einmal, wenn Ihre Angabe gelten soll", typed.email.trim()));
            }
            typed.stand = form_version::of_email(&case);
            let insists = typed.insists;
            invalid(&page(&app, &me, &case, typed, insists, errors).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The customer, for viewers who may change its address.
async fn find(app: &web::Data<App>, me: &Me, number: CustomerNumber) -> Result<Case, PageError> {
    let case = load_visible(app, &me.viewer, number).await?;
    if permissions(me.viewer.role, &case, app.clock.now()).contains(&Permission::ChangeEmail) {
        Ok(case)
    } else {
        Err(PageError::NotFound)
    }
}

fn read(typed: &Typed, role: Role, errors: &mut FieldErrors) -> Option<NewAddress> {
    let email = EmailAddress::parse(&typed.email);
    if typed.email.trim().is_empty() {
        errors.add("email", "Geben Sie eine E-Mail-Adresse ein");
    } else if email.is_err() {
        errors.add(
            "email",
            "Geben Sie genau eine E-Mail-Adresse ein, zum Beispiel name@firma.de",
        );
    }
    let insists = typed.insists && role.is_operator();
    let reason = name::clean(&typed.reason);
    if insists && reason.is_empty() {
        errors.add(
            "grund",
            "Geben Sie an, warum diese Adresse trotzdem richtig ist",
        );
    } else if reason.chars().count() > LONGEST_REASON {
        errors.add("grund", "Kürzen Sie die Begründung auf 300 Zeichen");
    }
    Some(NewAddress {
        email: email.ok()?,
        despite: insists.then_some(reason),
    })
}

/// A refusal of the guard, as a sentence for the field.
fn sentence(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unchanged => {
            "Diese Adresse ist schon hinterlegt oder wartet schon. Geben Sie eine andere ein oder lassen Sie die Adresse, wie sie ist"
        }
        other => refusals::sentence(other),
    }
}

async fn page(
    app: &App,
    me: &Me,
    case: &Case,
    typed: Typed,
    may_insist: bool,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (role, now) = (me.viewer.role, app.clock.now());
    let operator = role.is_operator();
    let shell = Shell::load(app, me, paths::CUSTOMERS).await?;
    Ok(Page {
        undecided: undecided(
            case,
            role,
            &permissions(role, case, now),
            &shell.operator.short_name,
        ),
        hours: app.config.rules.address_wait.num_hours(),
        shell,
        subject: Subject::of(case),
        current: address_for(me.viewer.role, case),
        unusable: case
            .customer
            .party
            .unusable_email
            .clone()
            .filter(|_| operator),
        operator,
        is_asked: case.open_request().is_some(),
        has_agreement: case.agreement().is_some(),
        stand: typed.stand.clone(),
        typed,
        may_insist: may_insist && operator,
        errors,
    })
}

fn said(role: Role, email: &EmailAddress, outcome: &Applied) -> String {
    let address = email.masked();
    if !role.is_operator() {
        let entered = outcome.changes.iter().find_map(|change| match change {
            Change::EnterAddress(one) => Some(one),
            _ => None,
        });
        return match entered {
            Some(one) if one.wait.is_some() => format!(
                "Die Adresse {address} ist eingetragen und wartet auf Bestätigung. Wie lange, steht auf dieser Seite."
            ),
            Some(_) => {
                format!("Die Adresse {address} ist eingetragen und gilt, sobald sie bestätigt ist.")
            }
            None => format!("Es bleibt bei {address}. Die andere Adresse wartet nicht mehr."),
        };
    }
    let asked = if outcome.changes.iter().any(Change::asks) {
        "Der Kunde erhält dorthin einen neuen Link, alle früheren Links sind ungültig."
    } else {
        "Einen Link erhält der Kunde deswegen nicht."
    };
    format!("Die E-Mail-Adresse ist jetzt {address}. {asked}")
}
