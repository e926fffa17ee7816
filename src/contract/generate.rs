//! Values as text and the blocks the program writes itself (T-07, T-09). Names are inserted as
//! text: nothing here is parsed again.

use super::resolve::Builder;
use super::tree::{Alignment, Block, Definition, Inline, Table};
use super::values::{Conclusion, CoveredProduct};
use super::vocabulary::{Generator, Placeholder};
use super::wording;
use crate::domain::calendar::{long_date, long_moment};
use crate::domain::{EmailAddress, Language, Party, name};

/// A cell or a definition of several lines.
type Lines = Vec<Vec<Inline>>;

impl Builder<'_> {
    /// One of two texts, by language.
    fn say(&self, german: &str, english: &str) -> String {
        match self.language {
            Language::De => german.to_owned(),
            Language::En => english.to_owned(),
        }
    }

    /// The value of a placeholder, or the words for a missing one.
    pub(super) fn value(&self, placeholder: Placeholder) -> Inline {
        let missing = || wording::missing(placeholder, self.language).to_owned();
        if let Some(address) = self.address_value(placeholder) {
            return email(address);
        }
        Inline::Text(
            self.text_value(placeholder)
                .map(|text| clean(&text))
                .filter(|text| !text.is_empty())
                .unwrap_or_else(missing),
        )
    }

    fn address_value(&self, placeholder: Placeholder) -> Option<&EmailAddress> {
        use Placeholder as P;
        let values = self.values;
        match placeholder {
            P::OperatorEmail => values.operator.party.email.as_ref(),
            P::PartnerEmail => values.partner.as_ref()?.email.as_ref(),
            P::SubPartnerEmail => values.sub_partner.as_ref()?.email.as_ref(),
            P::DpoEmail => values.operator.data_protection_email.as_ref(),
            P::ObjectionEmail => values.operator.objection_email.as_ref(),
            _ => None,
        }
    }

    fn text_value(&self, placeholder: Placeholder) -> Option<String> {
        use Placeholder as P;
        let values = self.values;
        let operator = &values.operator.party;
        let conclusion = values.conclusion.as_ref();
        match placeholder {
            P::OperatorName => Some(operator.name.clone()),
            P::OperatorAddress => Some(self.address(operator)),
            P::OperatorRegister => Some(operator.register.clone()),
            P::OperatorRepresentedBy => Some(operator.represented_by.clone()),
            P::OperatorPhone => Some(operator.phone.clone()),
            P::CustomerName => Some(values.customer.name.clone()),
            P::CustomerAddress => Some(self.address(&values.customer)),
            P::CustomerNumber => Some(values.customer_number.to_string()),
            P::CustomerRepresentedBy => Some(values.customer.represented_by.clone()),
            P::PartnerName => values.partner.as_ref().map(|p| p.name.clone()),
            P::PartnerAddress => values.partner.as_ref().map(|p| self.address(p)),
            P::PartnerContact => values.partner.as_ref().map(|p| p.contact.clone()),
            P::SubPartnerName => values.sub_partner.as_ref().map(|p| p.name.clone()),
            P::SubPartnerAddress => values.sub_partner.as_ref().map(|p| self.address(p)),
            P::SubPartnerContact => values.sub_partner.as_ref().map(|p| p.contact.clone()),
            P::Products => {
                let names: Vec<String> = values
                    .products
                    .iter()
                    .map(|p| self.product_name(p))
                    .collect();
                Some(wording::enumeration(&names, self.language))
            }
            P::Version => Some(self.meta.number.clone()),
            P::VersionDate => Some(long_date(self.meta.date, self.language)),
            P::DpoName => Some(values.operator.data_protection_officer.clone()),
            P::ConclusionPerson => conclusion.map(|c| c.person.clone()),
            P::ConclusionFunction => conclusion.map(|c| c.function.clone()),
            P::ConclusionDate => conclusion.map(|c| long_moment(c.at, self.language)),
            P::AgreementNumber => conclusion.map(|c| c.agreement_number.clone()),
            P::OperatorEmail
            | P::PartnerEmail
            | P::SubPartnerEmail
            | P::DpoEmail
            | P::ObjectionEmail => None,
        }
    }

    /// The blocks of a generator; none for a conclusion that has not happened.
    pub(super) fn generate(&mut self, generator: Generator) -> Option<Block> {
        match generator {
            Generator::SubProcessors => Some(self.sub_processors()),
            Generator::Chain => Some(self.chain()),
            Generator::Contacts => Some(self.contacts()),
            Generator::Parties => Some(self.parties()),
            Generator::Conclusion => {
                let conclusion = self.values.conclusion.as_ref()?;
                Some(self.conclusion(conclusion))
            }
            // Sections are the resolver's own work.
            Generator::Products => None,
        }
    }

    fn parties(&self) -> Block {
        let values = self.values;
        let number = format!(
            "{} {}",
            self.say("Kundennummer", "customer number"),
            values.customer_number
        );
        let mut customer = self.party_lines(&values.customer);
        customer.push(text(&number));
        Block::Definitions(vec![
            definition(
                &self.say("Auftraggeber (Verantwortlicher)", "Customer (controller)"),
                customer,
            ),
            definition(
                &self.say("Auftragsverarbeiter", "Processor"),
                self.party_lines(&values.operator.party),
            ),
        ])
    }

    fn party_lines(&self, party: &Party) -> Lines {
        let represented = clean(&party.represented_by);
        let mut lines = vec![
            text(&self.named(party)),
            text(&self.address(party)),
            text(&party.register),
        ];
        if !represented.is_empty() {
            lines.push(text(&format!(
                "{} {represented}",
                self.say("vertreten durch", "represented by")
            )));
        }
        lines
    }

    fn chain(&self) -> Block {
        let values = self.values;
        let operator = self.named(&values.operator.party);
        let mut entries = vec![definition(
            &self.say("Auftragsverarbeiter", "Processor"),
            vec![text(&operator), text(&self.address(&values.operator.party))],
        )];
        let by = self.say("beauftragt von", "engaged by");
        let partner = values.partner.as_ref();
        if let Some(partner) = partner {
            entries.push(definition(
                &self.say(
                    "Unterauftragsverarbeiter (Vertriebspartner)",
                    "Sub-processor (sales partner)",
                ),
                vec![
                    text(&self.named(partner)),
                    text(&self.address(partner)),
                    text(&format!("{by} {operator}")),
                ],
            ));
        }
        if let Some(sub) = &values.sub_partner {
            let principal = partner.map_or(operator, |partner| self.named(partner));
            entries.push(definition(
                &self.say(
                    "Unterunterauftragsverarbeiter (Untervertriebspartner)",
                    "Sub-sub-processor (sub-partner)",
                ),
                vec![
                    text(&self.named(sub)),
                    text(&self.address(sub)),
                    text(&format!("{by} {principal}")),
                ],
            ));
        }
        Block::Definitions(entries)
    }

    fn sub_processors(&mut self) -> Block {
        let values = self.values;
        let operator = self.named(&values.operator.party);
        let with_mechanism = values
            .operator
            .sub_processors
            .iter()
            .any(|s| !clean(&s.mechanism).is_empty());
        let mut rows = Vec::new();
        let mut add = |party: &Party, task: &str, place: &str, by: &str, mechanism: &str| {
            let mut row = vec![
                joined(self.company_lines(party)),
                self.cell(task),
                self.cell(place),
                self.cell(by),
            ];
            if with_mechanism {
                let none = self.say("entfällt", "not applicable");
                row.push(self.cell(if clean(mechanism).is_empty() {
                    &none
                } else {
                    mechanism
                }));
            }
            rows.push(row);
        };
        if let Some(partner) = &values.partner {
            let task = self.say(
                "Vertriebspartner (Mandant): Einrichtung und Betreuung der Produkte im Portal",
                "Sales partner: set-up and support of the products in the portal",
            );
            add(
                partner,
                &task,
                &self.country(&partner.country),
                &operator,
                "",
            );
        }
        if let Some(sub) = &values.sub_partner {
            let task = self.say(
                "Untervertriebspartner (Submandant): Einrichtung und Betreuung der Produkte im Portal",
                "Sub-partner: set-up and support of the products in the portal",
            );
            let principal = values
                .partner
                .as_ref()
                .map_or(operator.clone(), |p| self.named(p));
            add(sub, &task, &self.country(&sub.country), &principal, "");
        }
        for entry in &values.operator.sub_processors {
            let (task, place) = match self.language {
                Language::De => (&entry.service, &entry.place),
                Language::En => (&entry.service_en, &entry.place_en),
            };
            add(&entry.party, task, place, &operator, &entry.mechanism);
        }
        let mut heads = vec![
            self.say("Unternehmen", "Company"),
            self.say("Aufgabe", "Task"),
            self.say("Ort der Verarbeitung", "Place of processing"),
            self.say("Beauftragt von", "Engaged by"),
        ];
        if with_mechanism {
            heads.push(self.say("Grundlage der Übermittlung", "Transfer mechanism"));
        }
        Block::Table(Table {
            id: self.table_id(None),
            caption: text(&self.say("Weitere Auftragsverarbeiter", "Further processors")),
            alignments: vec![Alignment::Start; heads.len()],
            head: heads.iter().map(|head| text(head)).collect(),
            rows,
            legend: None,
        })
    }

    /// Name, address, contact person, address for messages, phone (LC-24).
    fn company_lines(&self, party: &Party) -> Lines {
        let mut lines = vec![
            text(&self.named(party)),
            text(&self.address(party)),
            text(&party.contact),
        ];
        lines.extend(party.email.as_ref().map(|address| vec![email(address)]));
        lines.push(text(&party.phone));
        lines
    }

    fn contacts(&self) -> Block {
        let operator = &self.values.operator;
        let mut instructions = vec![
            text(&self.named(&operator.party)),
            text(&operator.party.contact),
        ];
        instructions.extend(
            operator
                .party
                .email
                .as_ref()
                .map(|address| vec![email(address)]),
        );
        let hours = clean(&self.say(&operator.hours, &operator.hours_en));
        let phone = clean(&operator.party.phone);
        instructions.push(text(
            &[phone, hours]
                .iter()
                .filter(|t| !t.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join(", "),
        ));
        let mut officer = vec![self.cell(&operator.data_protection_officer)];
        officer.extend(
            operator
                .data_protection_email
                .as_ref()
                .map(|address| vec![email(address)]),
        );
        let mut objection = vec![
            text(&self.named(&operator.party)),
            text(&self.address(&operator.party)),
        ];
        objection.extend(
            operator
                .objection_email
                .as_ref()
                .map(|address| vec![email(address)]),
        );
        Block::Definitions(vec![
            definition(
                &self.say("Weisungen empfängt", "Instructions are received by"),
                instructions,
            ),
            definition(
                &self.say("Datenschutzbeauftragte Person", "Data protection officer"),
                officer,
            ),
            definition(
                &self.say("Widerspruch in Textform an", "Objections in text form to"),
                objection,
            ),
        ])
    }

    fn conclusion(&self, conclusion: &Conclusion) -> Block {
        let person = format!(
            "{}, {}",
            clean(&conclusion.person),
            clean(&conclusion.function)
        );
        let sent = format!(
            "{} ({})",
            clean(&conclusion.sent_to),
            long_moment(conclusion.link_sent_at, self.language)
        );
        let declarations = conclusion.declarations.iter().map(|d| text(d)).collect();
        let fact = |german, english, value: &str| {
            definition(&self.say(german, english), vec![self.cell(value)])
        };
        Block::Definitions(vec![
            fact(
                "Nummer des Vertrags",
                "Number of the agreement",
                &conclusion.agreement_number,
            ),
            fact(
                "Abgeschlossen am",
                "Concluded on",
                &long_moment(conclusion.at, self.language),
            ),
            fact("Abgeschlossen von", "Concluded by", &person),
            definition(&self.say("Erklärungen", "Declarations"), declarations),
            fact("Link gesendet an", "Link sent to", &sent),
            fact(
                "Prüfsumme des Wortlauts (SHA-256)",
                "Checksum of the wording (SHA-256)",
                &conclusion.document_hash,
            ),
        ])
    }

    /// What a covered product without annex prints: the absence must be visible.
    pub(super) fn without_annex_words(
        &self,
        product: &CoveredProduct,
    ) -> (Vec<Inline>, Vec<Inline>) {
        let sentence = self.say(
            "Für dieses Produkt liegt keine Produktanlage vor.",
            "There is no annex for this product.",
        );
        (self.cell(&self.product_name(product)), text(&sentence))
    }

    fn product_name(&self, product: &CoveredProduct) -> String {
        clean(&self.say(&product.name, &product.name_en))
    }

    fn named(&self, party: &Party) -> String {
        let name = clean(&party.name);
        if name.is_empty() {
            wording::not_stated(self.language).to_owned()
        } else {
            name
        }
    }

    fn address(&self, party: &Party) -> String {
        let mut party = party.clone();
        party.country = self.country(&party.country);
        clean(&party.address_line())
    }

    /// The one country name that is stored in German as a rule.
    fn country(&self, country: &str) -> String {
        if clean(country) == "Deutschland" {
            self.say("Deutschland", "Germany")
        } else {
            country.to_owned()
        }
    }

    fn cell(&self, value: &str) -> Vec<Inline> {
        let value = clean(value);
        text(if value.is_empty() {
            wording::not_stated(self.language)
        } else {
            &value
        })
    }
}

/// What a reader sees of a value: composed, one line, without characters nobody sees.
fn clean(value: &str) -> String {
    super::inline::visible(&name::clean(&super::inline::visible(value)))
}

fn text(value: &str) -> Vec<Inline> {
    vec![Inline::Text(clean(value))]
}

fn email(address: &EmailAddress) -> Inline {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    // An address may hold characters that mean something in a link.
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'@')
        .remove(b'.')
        .remove(b'-')
        .remove(b'_')
        .remove(b'+');
    Inline::Link {
        target: format!("mailto:{}", utf8_percent_encode(address.as_str(), KEPT)),
        content: vec![Inline::Text(address.as_str().to_owned())],
    }
}

fn definition(term: &str, lines: Lines) -> Definition {
    Definition {
        term: text(term),
        blocks: vec![Block::Paragraph(joined(lines))],
    }
}

/// Lines with breaks between them; empty ones are left out.
fn joined(lines: Lines) -> Vec<Inline> {
    let mut out = Vec::new();
    for line in lines
        .into_iter()
        .filter(|line| !super::tree::plain(line).is_empty())
    {
        if !out.is_empty() {
            out.push(Inline::Break);
        }
        out.extend(line);
    }
    out
}
