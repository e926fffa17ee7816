//! Executes the scenes: sets the clock to the time of each and calls its action.

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};

use super::super::Result;
use super::people::{self, Cast};
use super::script::{self, Booked, Character, Fate};
use super::story::{self, Scene, StoryStep};
use crate::actions::consent::{self, Signature};
use crate::actions::objections::{self, Received};
use crate::actions::{
    ActionError, Actor, CaseCommand, bookings, customers, documents, partners, sub_partners,
};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::{Case, Channel, Event};
use crate::domain::{EmailAddress, LinkId, PartnerId, calendar};
use crate::jobs;
use crate::storage::customers::NewCustomer;
use crate::storage::db::Conn;
use crate::storage::{cases, mails};

type Acted<T = ()> = std::result::Result<T, ActionError>;

/// Executes all scenes up to `now`.
pub fn tell(app: &App, cast: &Cast, now: DateTime<Utc>) -> Result<()> {
    let characters = script::characters()?;
    for scene in story::scenes(&characters, now) {
        app.clock.set(scene.at);
        let character = &characters[scene.who];
        let play = Performance {
            app,
            cast,
            character,
            now: scene.at,
        };
        play.step(scene)
            .with_context(|| format!("customer {}, {:?}", character.number, scene.step))?;
    }
    app.clock.set(now);
    people::add_customer_users(app, &cast.operator, now)
}

struct Performance<'a> {
    app: &'a App,
    cast: &'a Cast,
    character: &'a Character,
    now: DateTime<Utc>,
}

impl Performance<'_> {
    fn step(&self, scene: Scene) -> Result<()> {
        // A new customer causes no mail, and mails that are left for `serve` must not be sent.
        let quiet = matches!(
            scene.step,
            StoryStep::Book { quiet: true } | StoryStep::Arrive { .. }
        );
        match scene.step {
            StoryStep::Arrive { alone } => self.arrive(alone),
            StoryStep::Book { .. } => self.book(self.character.products.first()),
            StoryStep::BookSecond => self.book(self.character.products.get(1)),
            StoryStep::BookMore => self.book(Some(&("centraflex", &[]))),
            StoryStep::Morning => jobs::count_at(self.app, self.now)
                .map(|_| ())
                .map_err(ActionError::Database),
            StoryStep::Conclude => self.conclude(),
            StoryStep::Decline => self.decline(),
            StoryStep::Bounce => self.transaction(Self::bounce),
            StoryStep::EnterAddress => self.transaction(|play, conn| {
                let (number, partner) = (play.character.number, &play.cast.partner);
                let address = EmailAddress::parse(&format!("post@kunde-{number}.example"))
                    .map_err(|_| ActionError::NotFound)?;
                customers::change_email(conn, play.app, partner, number, &address.into(), play.now)
                    .map(|_| ())
            }),
            StoryStep::NameSubPartner => self.transaction(|play, conn| {
                let (number, sub) = (play.character.number, play.cast.partners.nord);
                let partner = &play.cast.partner;
                sub_partners::name(conn, play.app, partner, number, Some(sub), play.now).map(|_| ())
            }),
            StoryStep::Object => self.object(),
            StoryStep::ObjectByLetter => self.transaction(Self::object_by_letter),
            StoryStep::Move => self.transaction(|play, conn| {
                let (operator, number) = (&play.cast.operator, play.character.number);
                let other = Some(play.other_partner());
                partners::assign(conn, play.app, operator, number, other, play.now).map(|_| ())
            }),
            StoryStep::Lock => self.transaction(|play, conn| {
                let (operator, number) = (&play.cast.operator, play.character.number);
                let reason = "E-Mail ging an einen Verteiler außerhalb des Unternehmens";
                customers::lock_links(conn, play.app, operator, number, false, reason, play.now)
                    .map(|_| ())
            }),
            StoryStep::Cancel => self.transaction(|play, conn| {
                let (operator, number) = (&play.cast.operator, play.character.number);
                for booking in 0..play.character.products.len() {
                    bookings::cancel(
                        conn,
                        play.app,
                        operator,
                        number,
                        booking,
                        Some(play.now),
                        play.now,
                    )?;
                }
                Ok(())
            }),
        }?;
        if !quiet {
            jobs::run_once(self.app, self.now);
        }
        Ok(())
    }

    fn transaction<T>(&self, act: impl FnOnce(&Self, &mut Conn) -> Acted<T>) -> Acted<T> {
        self.app.db.transaction_blocking(|conn| act(self, conn))
    }

    fn arrive(&self, alone: bool) -> Acted {
        let new = NewCustomer {
            number: self.character.number,
            party: self.character.party.clone(),
            language: self.character.language,
            partner: (!alone).then(|| self.partner()).flatten(),
            sub_partner: (!alone).then(|| self.sub_partner()).flatten(),
        };
        self.transaction(|play, conn| {
            customers::add_by_command(conn, &new, Actor::Command, play.now)
        })
    }

    fn book(&self, product: Option<&Booked>) -> Acted {
        let Some((product, options)) = product else {
            return Ok(());
        };
        self.transaction(|play, conn| {
            let (operator, number) = (&play.cast.operator, play.character.number);
            let options = options.iter().map(|code| (*code).to_owned()).collect();
            let booked = bookings::book(
                conn, play.app, operator, number, product, &options, play.now,
            );
            booked.map(|_| ())
        })
    }

    /// Concludes as on the page: open the link, make the document between two transactions,
    /// conclude.
    fn conclude(&self) -> Acted {
        let (link, signature, (case, draft)) = self.transaction(|play, conn| {
            let (app, number) = (play.app, play.character.number);
            let link = play.link(conn)?;
            consent::note_opening(conn, link, number, play.now)?;
            let case = play.case(conn)?;
            let language = play.character.language;
            let shown = documents::draft(conn, app, &case, language, play.now)?.hash;
            let signature = play.signature(shown);
            let checked = consent::check(conn, app, link, &signature, play.now)?;
            Ok((link, signature, checked))
        })?;
        let prepared =
            consent::prepare(&self.app.sealer, &case, draft, link, &signature, self.now)?;
        self.transaction(|play, conn| {
            consent::conclude(conn, play.app, link, &signature, prepared).map(|_| ())
        })
    }

    fn decline(&self) -> Acted {
        let link = self.transaction(|play, conn| {
            let link = play.link(conn)?;
            consent::note_opening(conn, link, play.character.number, play.now)?;
            Ok(link)
        })?;
        self.transaction(|play, conn| consent::decline(conn, play.app, link, "", play.now))
    }

    fn object(&self) -> Acted {
        let viewer = self.transaction(|play, conn| {
            let (number, person) = (play.character.number, &play.character.party.contact);
            people::add_signatory(conn, play.app, number, person, play.now)
        })?;
        self.transaction(|play, conn| objections::object(conn, play.app, &viewer, play.now))
    }

    fn signature(&self, shown: String) -> Signature {
        let company = &self.character.party.name;
        let (function, declarations) = if self.character.language.is_en() {
            let first =
                format!("I am authorised to represent {company} in accepting this agreement.");
            let second = format!(
                "On behalf of {company}, I have read the agreement with all its annexes and accept it."
            );
            ("Managing director", vec![first, second])
        } else {
            let first =
                format!("Ich bin berechtigt, die {company} bei diesem Vertrag zu vertreten.");
            let second = format!(
                "Ich habe den Vertrag mit allen Anlagen gelesen und schließe ihn für die {company} ab."
            );
            ("Geschäftsführung", vec![first, second])
        };
        Signature {
            person: self.character.party.contact.clone(),
            function: function.to_owned(),
            declarations,
            shown,
            language: self.character.language,
            remote_address: "192.0.2.17".to_owned(),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
                .to_owned(),
        }
    }

    /// Does what the mail worker does if the customer's mail server refuses a mail permanently.
    fn bounce(&self, conn: &mut Conn) -> Acted {
        let number = self.character.number;
        let reply = "550 5.1.1 Recipient address rejected: User unknown";
        for mail in mails::list_mails(conn, number, 10)? {
            if mail.state == "queued" {
                mails::mark_done(conn, mail.id, "failed", reply, self.now)?;
            }
        }
        let link = self.link(conn)?;
        let command = CaseCommand::by_portal(number, self.now);
        command.execute(conn, self.app, &Event::MailRefused(link), |_| {
            AuditKind::Undeliverable
        })?;
        Ok(())
    }

    fn object_by_letter(&self, conn: &mut Conn) -> Acted {
        let received = Received {
            channel: Channel::Letter,
            on: calendar::day(self.now - TimeDelta::days(1)),
            note: "Schreiben der Geschäftsführung, liegt in der Akte.".to_owned(),
            proof: None,
        };
        let (operator, number) = (&self.cast.operator, self.character.number);
        objections::record(conn, self.app, operator, number, &received, self.now)
    }

    /// The newest link of the open round.
    fn link(&self, conn: &mut Conn) -> Acted<LinkId> {
        self.case(conn)?
            .open_request()
            .and_then(|request| request.links.last())
            .map(|link| link.id)
            .ok_or(ActionError::NotFound)
    }

    fn case(&self, conn: &mut Conn) -> Acted<Case> {
        cases::find_case(conn, self.character.number, self.app.clock.now())?
            .ok_or(ActionError::NotFound)
    }

    fn partner(&self) -> Option<PartnerId> {
        let partners = &self.cast.partners;
        match self.character.partner.as_str() {
            "muster" => Some(partners.muster),
            "rhein" => Some(partners.rhein),
            "bayern" => Some(partners.bayern),
            _ => None,
        }
    }

    fn sub_partner(&self) -> Option<PartnerId> {
        match self.character.sub_partner.as_deref() {
            Some("nord") => Some(self.cast.partners.nord),
            Some("fern") => Some(self.cast.partners.fern),
            _ => None,
        }
    }

    /// The partner the customer changes to: the first one of the table, or a competitor.
    fn other_partner(&self) -> PartnerId {
        let partners = &self.cast.partners;
        match (self.character.fate, self.partner()) {
            (Fate::Later { .. }, Some(own)) => own,
            (_, Some(own)) if own == partners.rhein => partners.bayern,
            _ => partners.rhein,
        }
    }
}
