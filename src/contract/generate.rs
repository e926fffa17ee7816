//! The blocks that the program writes (T-09).

use super::fill::{clean, email, text};
use super::resolve::Builder;
use super::tree::{Alignment, Block, Definition, Inline, Table};
use super::values::{Conclusion, CoveredProduct};
use super::vocabulary::Generator;
use crate::domain::party::SubProcessor;
use crate::domain::{EmailAddress, Party};
use crate::wording::dates::{long_date, zoned_moment};

/// A cell or a definition of several lines.
type Lines = Vec<Vec<Inline>>;

/// A row of the table of further processors.
struct Further<'a> {
    party: &'a Party,
    task: Lines,
    place: String,
    by: String,
    mechanism: String,
}

impl Builder<'_> {
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
            // Sections are written by the resolver.
            Generator::Products | Generator::Measures => None,
        }
    }

    fn parties(&self) -> Block {
        let values = self.values;
        let number = format!(
            "{} {}",
            self.say("Kundennummer", "customer number"),
            values.customer_number_words(self.language)
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
        let companies = self.further_processors();
        let with_mechanism = companies.iter().any(|c| !c.mechanism.is_empty());
        let mut heads = vec![
            self.say("Unternehmen", "Company"),
            self.say("Aufgabe", "Task"),
            self.say("Ort der Verarbeitung", "Place of processing"),
            self.say("Beauftragt von", "Engaged by"),
        ];
        if with_mechanism {
            heads.push(self.say("Grundlage der Übermittlung", "Transfer mechanism"));
        }
        let none = self.say("entfällt", "not applicable");
        let row = |company: &Further<'_>| {
            let mut row = vec![
                joined(self.company_lines(company.party)),
                joined(company.task.clone()),
                self.cell(&company.place),
                self.cell(&company.by),
            ];
            if with_mechanism {
                let empty = company.mechanism.is_empty();
                row.push(text(if empty { &none } else { &company.mechanism }));
            }
            row
        };
        let rows = companies.iter().map(row).collect();
        Block::Table(Table {
            id: self.table_id(None),
            caption: text(&self.say("Weitere Auftragsverarbeiter", "Further processors")),
            alignments: vec![Alignment::Start; heads.len()],
            head: heads.iter().map(|head| text(head)).collect(),
            rows,
            legend: None,
        })
    }

    /// The partners first, then the operator's own sub-processors.
    fn further_processors(&self) -> Vec<Further<'_>> {
        let values = self.values;
        let operator = self.named(&values.operator.party);
        let mut list = Vec::new();
        if let Some(partner) = &values.partner {
            list.push(Further {
                party: partner,
                task: vec![text(&self.say(
                    "Vertriebspartner (Mandant): Einrichtung und Betreuung der Produkte im Portal",
                    "Sales partner: set-up and support of the products in the portal",
                ))],
                place: self.country(&partner.country),
                by: operator.clone(),
                mechanism: String::new(),
            });
        }
        if let Some(sub) = &values.sub_partner {
            list.push(Further {
                party: sub,
                task: vec![text(&self.say(
                    "Untervertriebspartner (Submandant): Einrichtung und Betreuung der Produkte im Portal",
                    "Sub-partner: set-up and support of the products in the portal",
                ))],
                place: self.country(&sub.country),
                by: values.partner.as_ref().map_or(operator.clone(), |p| self.named(p)),
                mechanism: String::new(),
            });
        }
        list.extend(values.operator.sub_processors.iter().map(|entry| Further {
            party: &entry.party,
            task: self.task(entry),
            place: self.say(&entry.place, &entry.place_en),
            by: operator.clone(),
            mechanism: clean(entry.mechanism(self.language)),
        }));
        list
    }

    /// Service and delimitation of a listed company, and since or until when it is listed.
    fn task(&self, entry: &SubProcessor) -> Lines {
        let day = |date| long_date(date, self.language);
        let from = entry.from.map(|from| {
            let lead = self.say("tätig ab", "engaged from");
            text(&format!("{lead} {}", day(from)))
        });
        let until = entry.until.map(|until| {
            let lead = self.say("tätig bis", "engaged until");
            text(&format!("{lead} {}", day(until)))
        });
        let mut lines = vec![
            text(&self.say(&entry.service, &entry.service_en)),
            text(&self.say(&entry.delimitation, &entry.delimitation_en)),
        ];
        lines.extend(from.into_iter().chain(until));
        lines
    }

    /// Name, address, contact person, e-mail address, phone (LC-24).
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
        let address = match EmailAddress::parse(&conclusion.sent_to) {
            Ok(address) => email(&address),
            Err(_) => Inline::Text(clean(&conclusion.sent_to)),
        };
        let moment = zoned_moment(conclusion.link_sent_at, self.language);
        let sent = vec![address, Inline::Text(format!(" ({moment})"))];
        let declarations = conclusion.declarations.iter().map(|d| text(d)).collect();
        let fact = |german, english, value: &str| {
            definition(&self.say(german, english), vec![self.cell(value)])
        };
        let mut facts = vec![
            fact(
                "Nummer des Vertrags",
                "Number of the agreement",
                &conclusion.agreement_number,
            ),
            fact(
                "Abgeschlossen am",
                "Concluded on",
                &zoned_moment(conclusion.at, self.language),
            ),
            fact("Abgeschlossen von", "Concluded by", &person),
            definition(&self.say("Erklärungen", "Declarations"), declarations),
            definition(&self.say("Link gesendet an", "Link sent to"), vec![sent]),
        ];
        if !conclusion.remote_address.is_empty() {
            let browser = format!(
                "{} ({})",
                conclusion.remote_address,
                clean(&conclusion.user_agent)
            );
            facts.push(fact(
                "IP-Adresse (Browser)",
                "IP address (browser)",
                &browser,
            ));
        }
        // The name of the attachment is on a line of its own, so that the checksum can be copied.
        let checksum = |german, english, hash: &str, file: &str| {
            let of = self.say("SHA-256 des Anhangs", "SHA-256 of the attachment");
            let lines = vec![text(hash), text(&format!("{of} {file}"))];
            definition(&self.say(german, english), lines)
        };
        facts.push(checksum(
            "Prüfsumme des Wortlauts",
            "Checksum of the wording",
            &conclusion.document_hash,
            "wortlaut.txt",
        ));
        if !conclusion.evidence_hash.is_empty() {
            facts.push(checksum(
                "Prüfsumme des Vermerks",
                "Checksum of this record",
                &conclusion.evidence_hash,
                "nachweis.json",
            ));
        }
        Block::Definitions(facts)
    }

    /// The text of a covered product without an annex: the absence must be visible.
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
}

fn definition(term: &str, lines: Lines) -> Definition {
    Definition {
        term: text(term),
        blocks: vec![Block::Paragraph(joined(lines))],
    }
}

/// Lines with breaks between them; empty ones are left out.
pub(super) fn joined(lines: Lines) -> Vec<Inline> {
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
