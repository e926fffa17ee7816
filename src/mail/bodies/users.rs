//! To users about their own access: links for passwords, and that a password or the second factor was
//! changed.

use chrono::{DateTime, Utc};

use super::{MailBody, Reader, templates};
use crate::domain::second_factor::FactorChange;
use crate::mail::words::MailWords;

/// A link with which a user sets a password.
#[derive(Debug, Clone)]
pub struct SetPassword {
    /// Name of the recipient.
    pub name: String,
    /// Address of the page on which it is set.
    pub link: String,
    /// The last moment at which the link is valid.
    pub valid_until: DateTime<Utc>,
    /// Whether it is the first password of a new user.
    pub invitation: bool,
    /// Name and company of who invites, if it is somebody of the own company.
    pub by: Option<(String, String)>,
}

templates!(
    SetPassword,
    "mail/set_password.txt",
    "mail/set_password.html"
);

impl MailBody for SetPassword {
    fn reader(&self) -> Reader {
        Reader::User
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        let portal = w.portal();
        match (w.en(), self.invitation) {
            (false, true) => format!("Ihr Zugang zum {portal}"),
            (false, false) => format!("Neues Passwort für das {portal}"),
            (true, true) => format!("Your access to the {portal}"),
            (true, false) => format!("New password for the {portal}"),
        }
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            name,
            link: _,
            valid_until: _,
            invitation: _,
            by,
        } = self;
        let (inviter, company) = by
            .iter_mut()
            .map(|(name, company)| (name, company))
            .unzip::<_, _, Vec<_>, Vec<_>>();
        let mut all = vec![name];
        all.extend(inviter);
        all.extend(company);
        all
    }

    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        Some(&self.link)
    }
}

/// A password was changed (S-38).
#[derive(Debug, Clone)]
pub struct PasswordChanged {
    /// Name of the recipient.
    pub name: String,
    /// When it was changed.
    pub at: DateTime<Utc>,
}

templates!(
    PasswordChanged,
    "mail/password_changed.txt",
    "mail/password_changed.html"
);

impl MailBody for PasswordChanged {
    fn reader(&self) -> Reader {
        Reader::User
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        if w.en() {
            format!("Your password for the {} was changed", w.portal())
        } else {
            format!("Ihr Passwort für das {} wurde geändert", w.portal())
        }
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self { name, at: _ } = self;
        vec![name]
    }
}

/// Something was done to the second factor (S-36).
#[derive(Debug, Clone)]
pub struct FactorChanged {
    /// Who reads it.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub change: FactorChange,
}

templates!(
    FactorChanged,
    "mail/factor_changed.txt",
    "mail/factor_changed.html"
);

impl FactorChanged {
    /// The heading.
    fn title(&self, en: bool) -> &'static str {
        let (de, en_title) = match self.change {
            FactorChange::SetUp => (
                "Ihr zweiter Faktor ist eingerichtet",
                "Your second factor is set up",
            ),
            FactorChange::Replaced => (
                "Ihr zweiter Faktor wurde ersetzt",
                "Your second factor was replaced",
            ),
            FactorChange::Removed => (
                "Ihre Authenticator-App wurde entfernt",
                "Your authenticator app was removed",
            ),
            FactorChange::Reset => (
                "Ihr zweiter Faktor wurde zurückgesetzt",
                "Your second factor was reset",
            ),
            FactorChange::CodesRenewed => (
                "Sie haben neue Wiederherstellungscodes",
                "You have new recovery codes",
            ),
            FactorChange::CodeUsed => (
                "Ein Wiederherstellungscode wurde verwendet",
                "A recovery code was used",
            ),
            FactorChange::PasskeyAdded => ("Ein Passkey wurde hinzugefügt", "A passkey was added"),
            FactorChange::PasskeyRemoved => ("Ein Passkey wurde entfernt", "A passkey was removed"),
            FactorChange::IssuerConnected => (
                "Ein Anmeldedienst wurde verbunden",
                "A sign-in service was connected",
            ),
            FactorChange::IssuerRemoved => (
                "Ein Anmeldedienst wurde getrennt",
                "A sign-in service was disconnected",
            ),
        };
        if en { en_title } else { de }
    }

    /// What it means, behind the moment.
    fn meaning(&self, en: bool) -> &'static str {
        let (de, en_text) = match self.change {
            FactorChange::SetUp => (
                "wurde für Ihren Zugang zum AVV-Portal ein zweiter Faktor eingerichtet. Beim Anmelden geben Sie nun nach dem Passwort den Code ein, den Ihre Authenticator-App zeigt.",
                "a second factor was set up for your access to the AVV portal. When you sign in, you now enter the code that your authenticator app shows after the password.",
            ),
            FactorChange::Replaced => (
                "wurde der zweite Faktor Ihres Zugangs zum AVV-Portal durch einen neuen ersetzt. Die Codes der bisherigen Authenticator-App und die bisherigen Wiederherstellungscodes gelten nicht mehr.",
                "the second factor of your access to the AVV portal was replaced by a new one. Codes of the former authenticator app and the former recovery codes are no longer good.",
            ),
            FactorChange::Removed => (
                "wurde die Authenticator-App Ihres Zugangs zum AVV-Portal entfernt. Haben Sie auch keinen Passkey, genügt zum Anmelden wieder das Passwort.",
                "the authenticator app of your access to the AVV portal was removed. If you have no passkey either, the password alone is enough to sign in again.",
            ),
            FactorChange::Reset => (
                "hat der Betreiber den zweiten Faktor Ihres Zugangs zum AVV-Portal zurückgesetzt, und Sie wurden überall abgemeldet. Zum Anmelden genügt das Passwort, bis Sie einen neuen zweiten Faktor einrichten.",
                "the operator reset the second factor of your access to the AVV portal, and you were signed out everywhere. The password is enough to sign in until you set up a new second factor.",
            ),
            FactorChange::CodesRenewed => (
                "wurden für Ihren Zugang zum AVV-Portal neue Wiederherstellungscodes ausgegeben. Die bisherigen gelten nicht mehr.",
                "new recovery codes were given out for your access to the AVV portal. The former ones are no longer good.",
            ),
            FactorChange::CodeUsed => (
                "wurde für Ihren Zugang zum AVV-Portal ein Wiederherstellungscode verwendet. Er gilt nicht noch einmal. Haben Sie Ihr Gerät verloren, richten Sie unter Sicherheit ein neues ein.",
                "a recovery code was used for your access to the AVV portal. It is not good again. If you have lost your device, set up a new one under Security.",
            ),
            FactorChange::PasskeyAdded => (
                "wurde für Ihren Zugang zum AVV-Portal ein Passkey hinzugefügt. Er genügt zum Anmelden, auch ohne Passwort. Ist er nicht von Ihnen, entfernen Sie ihn sofort unter Sicherheit.",
                "a passkey was added to your access to the AVV portal. It is enough to sign in, also without the password. If it is not yours, remove it at once under Security.",
            ),
            FactorChange::PasskeyRemoved => (
                "wurde ein Passkey Ihres Zugangs zum AVV-Portal entfernt. Mit ihm kann sich niemand mehr anmelden. War er Ihr einziger zweiter Faktor, genügt zum Anmelden wieder das Passwort.",
                "a passkey of your access to the AVV portal was removed. Nobody can sign in with it any more. If it was your only second factor, the password alone is enough to sign in again.",
            ),
            FactorChange::IssuerConnected => (
                "wurde Ihr Zugang zum AVV-Portal mit einem Anmeldedienst Ihres Unternehmens verbunden. Sie können sich nun auch dort anmelden, ohne Passwort des Portals. Haben Sie das nicht getan, trennen Sie die Verbindung sofort unter Sicherheit.",
                "your access to the AVV portal was connected with a sign-in service of your company. You can now sign in there, too, without the portal's password. If it was not you, disconnect it at once under Security.",
            ),
            FactorChange::IssuerRemoved => (
                "wurde die Verbindung Ihres Zugangs zum AVV-Portal mit einem Anmeldedienst getrennt. Dort kann sich für Sie niemand mehr am Portal anmelden.",
                "your access to the AVV portal was disconnected from a sign-in service. Nobody can sign in to the portal for you there any more.",
            ),
        };
        if en { en_text } else { de }
    }
}

impl MailBody for FactorChanged {
    fn reader(&self) -> Reader {
        Reader::User
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        if w.en() {
            format!("{}: {}", w.portal(), self.title(true))
        } else {
            format!("{}: {}", w.portal(), self.title(false))
        }
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            name,
            at: _,
            change: _,
        } = self;
        vec![name]
    }
}

/// The address to sign in with was changed.
#[derive(Debug, Clone)]
pub struct SignInAddressChanged {
    /// Who reads it.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it goes to the former address.
    pub is_former: bool,
}

templates!(
    SignInAddressChanged,
    "mail/sign_in_address_changed.txt",
    "mail/sign_in_address_changed.html"
);

impl MailBody for SignInAddressChanged {
    fn reader(&self) -> Reader {
        Reader::User
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        if w.en() {
            format!("Your address for the {} was changed", w.portal())
        } else {
            format!("Ihre Adresse für das {} wurde geändert", w.portal())
        }
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            name,
            at: _,
            is_former: _,
        } = self;
        vec![name]
    }
}

#[cfg(test)]
pub(in crate::mail) fn samples(_: &crate::mail::CaseWords) -> Vec<super::Sample> {
    use crate::mail::samples::utc;

    let name = "Jörg Müller".to_owned();
    let mut all: Vec<super::Sample> = Vec::new();
    let colleague = (
        "Elif Özdemir".to_owned(),
        "Bäckerei Özdemir & Söhne GmbH".to_owned(),
    );
    for (what, invitation, by) in [
        ("true", true, None),
        ("by a colleague", true, Some(colleague)),
        ("false", false, None),
    ] {
        let body = SetPassword {
            name: name.clone(),
            link: "https://avv.plusnet.example/passwort/abc".to_owned(),
            valid_until: utc("2026-11-25T13:05:00Z"),
            invitation,
            by,
        };
        all.push((format!("set password {what}"), body.into()));
    }
    let at = utc("2026-11-24T13:05:00Z");
    for change in FactorChange::ALL {
        let body = FactorChanged {
            name: name.clone(),
            at,
            change,
        };
        all.push((format!("factor changed {change:?}"), body.into()));
    }
    for is_former in [true, false] {
        let body = SignInAddressChanged {
            name: name.clone(),
            at,
            is_former,
        };
        all.push((format!("sign-in address changed {is_former}"), body.into()));
    }
    let changed = PasswordChanged { name, at };
    all.push(("password changed".to_owned(), changed.into()));
    all
}
