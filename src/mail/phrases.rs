//! Sentences of requests and related mails that depend on the reason and on whether an agreement is
//! in force: first conclusion, amendment (U) or new conclusion (W), 5.3 M1.

use super::case_words::CaseWords;
use super::words::MailWords;
use crate::domain::mail::RequestReason;

impl MailWords<'_> {
    /// Why this mail is sent, if that is not said elsewhere; then whether earlier links still work.
    /// With an agreement in force, "Neu: …" says what changes.
    pub(super) fn why(
        &self,
        case: &CaseWords,
        reason: &RequestReason,
        replaces: &bool,
    ) -> Option<String> {
        let change = match (reason, case.in_force) {
            (RequestReason::Manual, _) if self.en() => Some(
                "This e-mail was requested for you. If you have received an earlier one, accepting once is enough; please use this newest link.".to_owned(),
            ),
            (RequestReason::Manual, _) => Some(
                "Diese E-Mail wurde für Sie angefordert. Haben Sie schon eine frühere erhalten, genügt ein Abschluss; bitte nehmen Sie diesen neuesten Link.".to_owned(),
            ),
            (RequestReason::InError, _) if self.en() => Some(
                "An objection was recorded for your company in error. We apologise. An agreement that was objected to stays void, so we ask you to accept a new one.".to_owned(),
            ),
            (RequestReason::InError, _) => Some(
                "Für Ihr Unternehmen wurde irrtümlich ein Widerspruch erfasst. Das bitten wir zu entschuldigen. Ein Vertrag, dem widersprochen wurde, bleibt nichtig; deshalb bitten wir Sie, ihn neu abzuschließen.".to_owned(),
            ),
            (RequestReason::Particulars, _) if self.en() => Some(
                "You receive this e-mail because your company's particulars have been corrected.".to_owned(),
            ),
            (RequestReason::Particulars, _) => Some(
                "Sie erhalten diese E-Mail, weil die Angaben zu Ihrem Unternehmen berichtigt wurden.".to_owned(),
            ),
            (RequestReason::Succession, _) if self.en() => Some(
                "Your company has changed, for example by a new name or a legal succession. So that the agreement names it as it is today, we ask you to accept it anew.".to_owned(),
            ),
            (RequestReason::Succession, _) => Some(
                "Ihr Unternehmen hat sich geändert, zum Beispiel durch einen neuen Namen oder eine Rechtsnachfolge. Damit der Vertrag es so nennt, wie es heute ist, bitten wir Sie, ihn neu abzuschließen.".to_owned(),
            ),
            (RequestReason::RollOut, _) if self.en() => {
                Some("We ask you to accept the new version of the agreement.".to_owned())
            }
            (RequestReason::RollOut, _) => {
                Some("Wir bitten Sie, die neue Fassung des Vertrags abzuschließen.".to_owned())
            }
            (RequestReason::Version, _) if self.en() => Some(
                "The text of the agreement has been replaced by a new version. We ask you to accept the new version.".to_owned(),
            ),
            (RequestReason::Version, _) => Some(
                "Der Vertragstext wurde durch eine neue Fassung ersetzt. Wir bitten Sie, die neue Fassung abzuschließen.".to_owned(),
            ),
            (RequestReason::First, _) | (_, true) => None,
            (RequestReason::SubPartner, false) => Some(self.sub_partner_changed(case)),
            (RequestReason::Partner, false) => self.partner_changed(case),
            (RequestReason::Product, false) if self.en() => Some(
                "There is a change: the agreement is to cover a further product.".to_owned(),
            ),
            (RequestReason::Product, false) => Some(
                "Es gibt eine Änderung: Der Vertrag soll ein weiteres Produkt umfassen.".to_owned(),
            ),
        };
        let links = (*replaces && *reason != RequestReason::Manual).then_some(if self.en() {
            "Links from earlier e-mails are no longer valid."
        } else {
            "Links aus früheren E-Mails gelten nicht mehr."
        });
        match (change, links) {
            (Some(change), Some(links)) => Some(format!("{change} {links}")),
            (change, links) => change.or_else(|| links.map(str::to_owned)),
        }
    }

    fn sub_partner_changed(&self, case: &CaseWords) -> String {
        match (&case.sub_partner, self.en()) {
            (Some(name), true) => {
                format!("There is a change: {name} is now named as sub-partner.")
            }
            (Some(name), false) => {
                format!(
                    "Es gibt eine Änderung: Als Untervertriebspartner ist jetzt {name} benannt."
                )
            }
            (None, true) => "There is a change: a sub-partner is no longer named.".to_owned(),
            (None, false) => {
                "Es gibt eine Änderung: Ein Untervertriebspartner ist nicht mehr benannt."
                    .to_owned()
            }
        }
    }

    fn partner_changed(&self, case: &CaseWords) -> Option<String> {
        let name = case.partner.as_ref()?;
        Some(if self.en() {
            format!("There is a change: your sales partner is now {name}.")
        } else {
            format!("Es gibt eine Änderung: Ihr Vertriebspartner ist jetzt {name}.")
        })
    }

    /// What holds until the customer concludes; `None` without an agreement in force.
    pub(super) fn meanwhile(&self, case: &CaseWords) -> Option<&'static str> {
        Some(match (case.in_force, case.renewal, self.en()) {
            (false, _, _) => return None,
            (true, false, false) => {
                "Bis zum Abschluss gilt Ihr bisheriger Vertrag unverändert weiter."
            }
            (true, false, true) => {
                "Until you accept it, your existing agreement continues unchanged."
            }
            (true, true, false) => {
                "Bis zum Abschluss gilt Ihr bisheriger Vertrag mit uns weiter. Ein Vertriebspartner hat bis dahin aber keinen Zugriff auf die Daten, um die es darin geht."
            }
            (true, true, true) => {
                "Until you accept it, your existing agreement with us continues. Meanwhile, however, no sales partner has access to the data it is about."
            }
        })
    }

    /// What happens to products and access without a conclusion, also after a decline.
    pub(super) fn without(&self, case: &CaseWords) -> String {
        let (many, en) = (case.sub_partner.is_some(), self.en());
        let products = if en {
            self.products(
                case,
                "Your product keeps working",
                "Your products keep working",
            )
        } else {
            self.products(
                case,
                "Ihr Produkt funktioniert weiter",
                "Ihre Produkte funktionieren weiter",
            )
        };
        let them = if en {
            self.products(case, "it", "them")
        } else {
            self.products(case, "es", "sie")
        };
        if case.anew {
            return match (en, many) {
                (false, false) => format!(
                    "{products}, und Ihr bisheriger Vertrag gilt unverändert weiter. Ihr Partner behält im Portal den Zugriff, den dieser Vertrag erlaubt."
                ),
                (false, true) => format!(
                    "{products}, und Ihr bisheriger Vertrag gilt unverändert weiter. Ihre Partner behalten im Portal den Zugriff, den dieser Vertrag erlaubt."
                ),
                (true, false) => format!(
                    "{products} and your existing agreement continues unchanged. In the portal your partner keeps the access which that agreement allows."
                ),
                (true, true) => format!(
                    "{products} and your existing agreement continues unchanged. In the portal your partners keep the access which that agreement allows."
                ),
            };
        }
        if case.amends() {
            return match (en, many) {
                (false, false) => format!(
                    "{products}, und Ihr bisheriger Vertrag gilt unverändert weiter. Ihr Partner hat im Portal aber nur den Zugriff, den dieser Vertrag erlaubt."
                ),
                (false, true) => format!(
                    "{products}, und Ihr bisheriger Vertrag gilt unverändert weiter. Ihre Partner haben im Portal aber nur den Zugriff, den dieser Vertrag erlaubt."
                ),
                (true, false) => format!(
                    "{products} and your existing agreement continues unchanged. In the portal, however, your partner has only the access which that agreement allows."
                ),
                (true, true) => format!(
                    "{products} and your existing agreement continues unchanged. In the portal, however, your partners have only the access which that agreement allows."
                ),
            };
        }
        let who = match (en, many) {
            (false, false) => "Ihr Partner kann",
            (false, true) => "Ihre Partner können",
            (true, false) => "your partner cannot manage",
            (true, true) => "your partners cannot manage",
        };
        if en {
            format!("{products}. However, {who} {them} for you in the portal, or only in part.")
        } else {
            format!(
                "{products}. {who} {them} im Portal aber nicht oder nur eingeschränkt für Sie verwalten."
            )
        }
    }

    /// Whether and how often reminders follow, `left` of them.
    pub(super) fn reminding(&self, left: u8) -> String {
        match (left, self.en()) {
            (0, false) => "Dies ist unsere letzte Erinnerung; danach senden wir Ihnen dazu von uns aus keine E-Mail mehr.".to_owned(),
            (0, true) => "This is our last reminder; after it we will not write to you about this again of our own accord.".to_owned(),
            (1, false) => "Nach Ablauf des Links erinnern wir Sie noch ein Mal, mit einem neuen Link.".to_owned(),
            (1, true) => "After the link has expired we will remind you once more, with a new link.".to_owned(),
            (left, false) => format!("Nach Ablauf des Links erinnern wir Sie noch {left} Mal, jeweils mit einem neuen Link."),
            (left, true) => format!("After the link has expired we will remind you {left} more times, each time with a new link."),
        }
    }

    /// What the customer is asked for, as in "bittet um …" (for partners, German).
    pub(super) fn asked_for(&self, case: &CaseWords) -> &'static str {
        match (case.in_force, case.renews()) {
            (false, _) => "einen Auftragsverarbeitungsvertrag",
            (true, false) => "die Ergänzung des Auftragsverarbeitungsvertrags",
            (true, true) => "den Neuabschluss des Auftragsverarbeitungsvertrags",
        }
    }

    /// What was declined, as in "hat … abgelehnt" (for partners, German).
    pub(super) fn declined(&self, case: &CaseWords) -> &'static str {
        match (case.in_force, case.renews()) {
            (false, _) => "den Auftragsverarbeitungsvertrag",
            _ => self.asked_for(case),
        }
    }
}
