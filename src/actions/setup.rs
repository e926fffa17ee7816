//! The set-up list of a new provider (S-95): what is known, and what a person says was done.

use chrono::{DateTime, NaiveDate, Utc};
use hmac::{Hmac, Mac as _};
use secrecy::ExposeSecret as _;
use sha2::Sha256;

use super::case_command::actor;
use super::delivery::log;
use super::form_version::{self, Shown};
use super::{ActionError, inspection, require, versions};
use crate::app::App;
use crate::config::{Key, MailConfig, SignIn};
use crate::domain::audit::AuditKind;
use crate::domain::calendar::day;
use crate::domain::product::lacking;
use crate::domain::setup::{Annexes, MailTest, SetupFacts, TextInForce, missing_of};
use crate::domain::viewer::{Duty, Viewer};
use crate::mail::Transport;
use crate::storage::{PgConnection, catalogue, setup};

/// Everything the list is told from. The same few rows with a million customers as with ten.
pub fn facts(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<SetupFacts, ActionError> {
    let config = &app.config;
    let mut findings = inspection::purpose(config.environment, Some(&config.web));
    findings.extend(inspection::space(&config.storage.data_dir));
    findings.extend(inspection::database(conn, &app.clock)?);
    let today = day(now);
    let offered = match versions::offered(conn, app, now) {
        Ok(contract) => Ok(contract),
        Err(ActionError::NotFound) => Err(TextInForce::None),
        Err(ActionError::Database(error)) if error.is_outage() => return Err(error.into()),
        // The list says so, and the page stands.
        Err(error) => {
            tracing::warn!(%error, "the text in force cannot be read");
            Err(TextInForce::Unreadable)
        }
    };
    let codes = offered
        .as_ref()
        .map(|contract| contract.product_codes())
        .ok();
    let annexes = annexes(conn, &codes.unwrap_or_default())?;
    Ok(SetupFacts {
        is_production: config.environment.is_production(),
        findings,
        operator: catalogue::find_operator(conn)?.as_ref().map(missing_of),
        administrators: setup::count_administrators(conn)?,
        without_factor: setup::count_without_factor(conn)?,
        mail: mail_test(conn, app)?,
        seal: inspection::opened(&app.sealer, now),
        text: match &offered {
            Err(text) => text.clone(),
            Ok(contract) if contract.is_sample() => TextInForce::Sample,
            Ok(contract) => TextInForce::Own(contract.meta.number.clone()),
        },
        annexes,
        partners: setup::partner_contracts(conn, today)?,
        trial: setup::trial(conn)?,
        rehearsed: setup::find_rehearsal(conn, false)?,
        today,
    })
}

fn annexes(conn: &mut PgConnection, codes: &[&str]) -> Result<Annexes, ActionError> {
    let mut products = catalogue::list_products(conn)?;
    products.retain(|product| !product.retired);
    if products.is_empty() {
        return Ok(Annexes::NoProducts);
    }
    let lacking: Vec<String> = products
        .into_iter()
        .filter(|product| !lacking(product, codes).is_empty())
        .map(|product| product.name)
        .collect();
    Ok(match lacking.is_empty() {
        true => Annexes::Complete,
        false => Annexes::Lacking(lacking),
    })
}

fn mail_test(conn: &mut PgConnection, app: &App) -> Result<MailTest, ActionError> {
    if !matches!(app.transport, Transport::Smtp(_)) {
        return Ok(MailTest::NoServer);
    }
    let Some((taken_on, taken_with)) = setup::find_mail_taken(conn, false)? else {
        return Ok(MailTest::Never);
    };
    // While the secret is being changed, what was noted under the former one still counts.
    let known: Vec<String> = app
        .config
        .keys
        .audit_keys()
        .map(|key| mail_settings(&app.config.mail, key))
        .collect();
    let arrived = setup::find_mail_arrived(conn)?.filter(|(_, with)| known.contains(with));
    Ok(match arrived {
        Some((arrived_on, _)) => MailTest::Arrived(arrived_on),
        None if known.contains(&taken_with) => MailTest::Taken(taken_on),
        None => MailTest::Before(taken_on),
    })
}

/// A text that is another one when mails go another way or with another password. It is keyed, so
/// that a reader of the database cannot try passwords with it.
fn mail_settings(mail: &MailConfig, key: &Key<32>) -> String {
    // HMAC takes keys of any length; the other branch only satisfies the type.
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes())
        .unwrap_or_else(|_| Hmac::new(&Default::default()));
    let url = mail.smtp_url.as_ref().map_or("", |url| url.expose_secret());
    for part in ["mail settings", url, mail.from.as_str()] {
        mac.update(part.as_bytes());
        mac.update(b"\0");
    }
    if let (SignIn::Token, Some(oauth)) = (mail.sign_in, &mail.oauth) {
        let secrets = [&oauth.client_secret, &oauth.refresh_token];
        let secrets = secrets.map(|secret| secret.as_ref().map_or("", |it| it.expose_secret()));
        for part in [oauth.token_url.as_str(), &oauth.client_id]
            .iter()
            .chain(&secrets)
        {
            mac.update(part.as_bytes());
            mac.update(b"\0");
        }
    }
    base16ct::lower::encode_string(&mac.finalize().into_bytes())
}

/// Notes that the mail server took a test mail.
pub fn mail_taken(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Administration)?;
    let settings = mail_settings(&app.config.mail, &app.config.keys.current.audit);
    setup::save_mail_taken(conn, day(now), &settings)?;
    log(conn, None, actor(viewer), AuditKind::MailTestTaken, now)?;
    Ok(())
}

/// Notes that the test mail that was taken last arrived, as a person says who has seen it in the
/// mailbox. `seen` is the stamp of what the page showed.
pub fn mail_arrived(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    seen: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Administration)?;
    form_version::check(conn, app, Shown::MailTest, seen)?;
    // It arrived by the settings it was sent with, which need not be those of this process.
    let Some((_, settings)) = setup::find_mail_taken(conn, true)? else {
        return Err(ActionError::Changed);
    };
    setup::save_mail_arrived(conn, day(now), &settings)?;
    log(conn, None, actor(viewer), AuditKind::MailTestArrived, now)?;
    Ok(())
}

/// Notes that a backup was put back on that day. `seen` is the stamp of what the form showed.
pub fn backup_rehearsed(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    (on, seen): (NaiveDate, &str),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    require(viewer, Duty::Administration)?;
    form_version::check(conn, app, Shown::Rehearsal, seen)?;
    setup::save_rehearsal(conn, on)?;
    log(
        conn,
        None,
        actor(viewer),
        AuditKind::BackupRehearsed { on },
        now,
    )?;
    Ok(())
}
