//! What a change of the chain will do, or did, in sentences: who gets in and out, which mails go
//! out, what becomes of the contract. Computed from the decision, so that no page promises
//! anything the rules do not keep.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::actions::Applied;
use crate::domain::PartnerId;
use crate::domain::case::{AgreementEnd, Case, Change, Grant, Mail, Status, access, status_of};
use crate::domain::mail::{Alert, MailKind, PartnerNews, Recipient, RequestReason};
use crate::domain::viewer::Role;
use crate::web::kit::customer::address_for;
use crate::web::kit::words::listed;

/// A case before and after a decision.
pub struct Forecast<'a> {
    /// The facts before.
    pub before: &'a Case,
    /// The facts after.
    pub after: &'a Case,
    /// What leads from one to the other.
    pub changes: &'a [Change],
    /// Short name of the operator.
    pub operator: &'a str,
    /// Who reads it.
    pub role: Role,
    /// When.
    pub now: DateTime<Utc>,
}

impl<'a> Forecast<'a> {
    /// What was done, for somebody with `role`.
    pub fn of(done: &'a Applied, role: Role, now: DateTime<Utc>) -> Self {
        Self {
            before: &done.before,
            after: &done.after,
            changes: &done.changes,
            operator: "",
            role,
            now,
        }
    }

    /// Who may see and administer what from then on.
    pub fn access(&self) -> Vec<String> {
        let names = self.names();
        let lines = names.iter().map(|(id, name)| self.access_of(*id, name));
        lines.flatten().collect()
    }

    /// Which mails go out at once.
    pub fn mails(&self) -> Vec<String> {
        let names = self.names();
        let mut lines: Vec<String> = Vec::new();
        let mails = self.changes.iter().filter_map(|change| match change {
            Change::Queue(mail) => Some(mail),
            _ => None,
        });
        for mail in mails {
            lines.extend(self.mail(mail, &names));
        }
        if !self.writes_to_customer() {
            lines.insert(0, "Der Kunde erhält deswegen keine E-Mail.".to_owned());
        }
        lines
    }

    /// What becomes of contract, links and status.
    pub fn contract(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(agreement) = self.before.agreement() {
            let ends = self.changes.iter().any(|change| {
                matches!(change, Change::EndAgreement(id, AgreementEnd::Ended) if *id == agreement.id)
            });
            lines.push(if ends {
                format!(
                    "Der Vertrag {} endet, weil kein AVV mehr nötig ist. Als Nachweis bleibt er abrufbar.",
                    agreement.number
                )
            } else {
                format!(
                    "Der abgeschlossene Vertrag {} zwischen dem Kunden und {} gilt weiter.",
                    agreement.number, self.operator
                )
            });
        }
        if self
            .changes
            .iter()
            .any(|change| matches!(change, Change::EndLink(..)))
        {
            lines.push("Alle bisherigen Links werden ungültig.".to_owned());
        }
        let (old, new) = (self.status(self.before), self.status(self.after));
        lines.push(if old == new {
            format!("Der AVV-Status bleibt: {}.", new.word())
        } else {
            format!("Der AVV-Status ist danach: {}.", new.word())
        });
        lines
    }

    /// One sentence about mail and waiting, for the message after the deed.
    pub fn said(&self) -> String {
        let asks = self
            .changes
            .iter()
            .any(|change| matches!(change, Change::OpenRequest(_)));
        let waits = |id: PartnerId| self.open(self.after, id).is_empty();
        let waiting = self
            .after
            .sub_partner
            .as_ref()
            .or(self.after.partner.as_ref())
            .filter(|one| asks && waits(one.id));
        match (asks, waiting) {
            (true, Some(one)) => format!(
                "Der Kunde erhält eine E-Mail mit einem neuen Link. Bis er abschließt, kann {} {} nicht verwalten.",
                one.party.name,
                listed(&self.gated(self.after).into_values().collect::<Vec<_>>())
            ),
            (true, None) => "Der Kunde erhält eine E-Mail mit einem neuen Link.".to_owned(),
            (false, _) if self.writes_to_customer() => {
                "Der Kunde erhält eine kurze Nachricht, auf die er nicht antworten muss.".to_owned()
            }
            (false, _) => "Der Kunde erhält deswegen keine E-Mail.".to_owned(),
        }
    }

    fn writes_to_customer(&self) -> bool {
        self.changes
            .iter()
            .any(|change| matches!(change, Change::Queue(mail) if mail.to == Recipient::Customer))
    }

    fn status(&self, case: &Case) -> Status {
        status_of(case, self.now).status
    }

    /// Everybody of the old and the new chain.
    fn names(&self) -> BTreeMap<PartnerId, String> {
        [self.before, self.after]
            .into_iter()
            .flat_map(|case| [&case.partner, &case.sub_partner])
            .flatten()
            .map(|one| (one.id, one.party.name.clone()))
            .collect()
    }

    fn sees(case: &Case, who: PartnerId) -> bool {
        [&case.partner, &case.sub_partner]
            .into_iter()
            .flatten()
            .any(|one| one.id == who)
    }

    /// Areas that need an agreement and that `who` may enter.
    fn open(&self, case: &Case, who: PartnerId) -> Vec<String> {
        let gated = self.gated(case);
        gated
            .into_iter()
            .filter(|(key, _)| access(case, who, key, self.now) == Ok(Grant::Agreement))
            .map(|(_, name)| name)
            .collect()
    }

    /// Areas that need an agreement: key and name.
    fn gated(&self, case: &Case) -> BTreeMap<String, String> {
        case.active_products(self.now)
            .into_iter()
            .filter(|(product, ums)| product.needs_agreement(*ums))
            .map(|(product, _)| {
                let module = &product.gated_module;
                (module.key.clone(), module.name.clone())
            })
            .collect()
    }

    fn access_of(&self, who: PartnerId, name: &str) -> Vec<String> {
        let (saw, sees) = (Self::sees(self.before, who), Self::sees(self.after, who));
        let (had, has) = (self.open(self.before, who), self.open(self.after, who));
        if saw && !sees {
            return vec![match had.as_slice() {
                [] => format!("{name} sieht diesen Kunden sofort nicht mehr."),
                areas => format!(
                    "{name} sieht diesen Kunden sofort nicht mehr und kann {} nicht mehr verwalten.",
                    listed(areas)
                ),
            }];
        }
        let mut lines = Vec::new();
        if !saw {
            lines.push(format!(
                "{name} sieht den Kunden und den Stand seines AVV, aber nicht den Vertragstext."
            ));
        }
        let lost: Vec<String> = had
            .iter()
            .filter(|one| !has.contains(one))
            .cloned()
            .collect();
        if !lost.is_empty() {
            lines.push(format!(
                "{name} kann {} sofort nicht mehr verwalten.",
                listed(&lost)
            ));
        }
        let shut: Vec<String> = self
            .gated(self.after)
            .into_values()
            .filter(|one| !has.contains(one))
            .collect();
        if !has.is_empty() {
            let word = if had == has {
                "kann weiter"
            } else {
                "kann sofort"
            };
            lines.push(format!("{name} {word} {} verwalten.", listed(&has)));
        }
        if !shut.is_empty() && (!saw || lost.is_empty()) {
            lines.push(format!(
                "{name} kann {} erst verwalten, wenn der Kunde {} abgeschlossen hat.",
                listed(&shut),
                self.what_is_asked()
            ));
        }
        lines
    }

    /// What the customer has to conclude, in the accusative.
    fn what_is_asked(&self) -> &'static str {
        if self.after.agreement().is_none() {
            "den Vertrag"
        } else if self.after.chain_matches() {
            "die Ergänzung des Vertrags"
        } else {
            "den Vertrag neu"
        }
    }

    fn mail(&self, mail: &Mail, names: &BTreeMap<PartnerId, String>) -> Option<String> {
        let to = address_for(self.role, self.after)
            .map(|address| format!(" an {address}"))
            .unwrap_or_default();
        Some(match (&mail.kind, mail.to) {
            (MailKind::Request { reason, .. }, _) => {
                let why = match (reason, self.after.agreement().is_some()) {
                    (RequestReason::SubPartner, true) => {
                        "Sie bittet ihn, die Ergänzung des Vertrags abzuschließen, und sagt, was sich ändert."
                    }
                    (RequestReason::Partner, true) => {
                        "Sie bittet ihn, den Vertrag mit dem neuen Vertriebspartner neu abzuschließen."
                    }
                    (RequestReason::SubPartner | RequestReason::Partner, false) => {
                        "Sie sagt, was sich geändert hat."
                    }
                    _ => "Sie bittet ihn, den Vertrag abzuschließen.",
                };
                format!("Der Kunde erhält sofort eine E-Mail mit einem neuen Link{to}. {why}")
            }
            (MailKind::Info { news }, _) => format!(
                "Der Kunde erhält eine kurze Nachricht{to}: {} Antworten muss er nicht.",
                news.brings()
            ),
            (MailKind::Ended { .. }, _) => format!(
                "Der Kunde erhält eine Nachricht{to}, dass der Vertrag beendet ist und was mit den Daten geschieht."
            ),
            (
                MailKind::PartnerInfo {
                    news: PartnerNews::Assigned,
                },
                Recipient::Partner(id),
            ) => format!(
                "{} erfährt per E-Mail, dass das Unternehmen jetzt diesen Kunden betreut.",
                names.get(&id).map_or("Der Partner", String::as_str)
            ),
            (MailKind::PartnerInfo { .. }, Recipient::Partner(id)) => format!(
                "{} erfährt per E-Mail, dass der Zugriff gesperrt ist.",
                names.get(&id).map_or("Der Partner", String::as_str)
            ),
            (
                MailKind::Alert {
                    alert: Alert::NoAddress,
                },
                _,
            ) => "Eine E-Mail kann der Kunde nicht erhalten, weil seine Adresse fehlt. Das Portal weist den Betreiber darauf hin.".to_owned(),
            _ => return None,
        })
    }
}
