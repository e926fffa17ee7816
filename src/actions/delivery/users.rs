//! To users about their own access: links for passwords, and that a password or the second factor was
//! changed.

use super::compose::{Addressed, Facts, Obstacle};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::{EmailAddress, UserId};
use crate::mail::bodies::users::{
    FactorChanged, PasswordChanged, SetPassword, SignInAddressChanged,
};
use crate::storage::PgConnection;
use crate::storage::company_users::find_inviter;
use crate::storage::users::{find_contact, find_password_link_of};
use crate::{paths, token};

pub(super) fn letter(conn: &mut PgConnection, facts: &Facts) -> Result<Addressed, Obstacle> {
    let Recipient::User(id) = facts.mail.to else {
        return Err(facts.misdirected());
    };
    let (address, name) = contact(conn, id)?;
    if let MailKind::SignInAddressChanged { former } = &facts.mail.kind {
        let body = SignInAddressChanged {
            name,
            at: facts.mail.queued_at,
            is_former: former.is_some(),
        };
        return Ok((former.clone().unwrap_or(address), body.into()));
    }
    let body = match facts.mail.kind {
        MailKind::SetPassword { invitation, by } => {
            let (link, valid_until) = find_password_link_of(conn, id)?
                .ok_or(Obstacle::Dropped("der Link nicht mehr gilt"))?;
            let token = token::make(&facts.app.config.keys, token::Purpose::Password, link);
            SetPassword {
                name,
                link: facts.url(&paths::set_password(&token)),
                valid_until,
                invitation,
                by: match by {
                    Some(inviter) => find_inviter(conn, inviter)?,
                    None => None,
                },
            }
            .into()
        }
        MailKind::PasswordChanged => PasswordChanged {
            name,
            at: facts.mail.queued_at,
        }
        .into(),
        MailKind::FactorChanged { change } => FactorChanged {
            name,
            at: facts.mail.queued_at,
            change,
        }
        .into(),
        _ => return Err(facts.misdirected()),
    };
    Ok((address, body))
}

/// Address and name of a user.
pub(super) fn contact(
    conn: &mut PgConnection,
    id: UserId,
) -> Result<(EmailAddress, String), Obstacle> {
    let (name, email) =
        find_contact(conn, id)?.ok_or(Obstacle::Dropped("es den Benutzer nicht gibt"))?;
    let address = EmailAddress::parse(&email)
        .map_err(|_| Obstacle::Dropped("der Benutzer keine E-Mail-Adresse hat"))?;
    Ok((address, name))
}
