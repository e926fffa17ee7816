//! The customer's own contract page, ready to print.

use askama::Template;
use chrono::{DateTime, Utc};

use super::dissent::{NoticeLine, line as notice_line};
use super::words;
use crate::contract::values::Values;
use crate::domain::calendar::day;
use crate::domain::case::{Agreement, AgreementEnd, Case, status_of};
use crate::domain::proposal::PaperRecord;
use crate::domain::viewer::{Permission, Role, permissions};
use crate::domain::{CustomerNumber, Language};
use crate::paths;
use crate::storage::agreements::DocumentFacts;
use crate::storage::audit::Event;
use crate::storage::notices::Stored;
use crate::web::kit::chain::{Member, annex_note_in, chain_in};
use crate::web::kit::customer::address_for;
use crate::web::kit::dates::{Sentence, When};
use crate::web::kit::history::Past;
use crate::web::kit::own_history::history_of;
use crate::web::kit::page::Shell;
use crate::wording::dates::short_date;

/// What the page shows, as it was read.
pub struct Read {
    /// The facts of the customer's case.
    pub case: Case,
    /// The document of each agreement, in the same order.
    pub documents: Vec<Option<DocumentFacts>>,
    /// The history, newest first.
    pub events: Vec<Event>,
    /// The newest notices of announced changes.
    pub notices: Vec<Stored>,
}

/// A customer's contract: state, file, what was agreed.
#[derive(Template)]
#[template(path = "web/administration/contract.html")]
pub struct ContractView {
    shell: Shell,
    number: CustomerNumber,
    name: String,
    operator: bool,
    key: &'static str,
    word: String,
    verdict: Sentence,
    meaning: Option<String>,
    current: Option<Agreed>,
    earlier: Vec<Earlier>,
    asked: Option<Sentence>,
    asked_on: Option<When>,
    address: Option<String>,
    may_ask: bool,
    may_object: bool,
    record_objection: Option<String>,
    /// Address of the evidence bundle, once there is evidence.
    bundle: Option<String>,
    history: Vec<Past>,
    notices: Vec<NoticeLine>,
}

struct Agreed {
    number: String,
    /// Whether it was signed on paper: then the file is the scan.
    on_paper: bool,
    /// Whether the file only says what was recorded of an agreement from before the portal.
    is_sheet: bool,
    file: Option<File>,
    person: String,
    how: String,
    products: Vec<String>,
    version: String,
    chain: Vec<Member>,
    /// The note that the sub-partner it names has left (row 24).
    annex_note: Option<String>,
}

struct File {
    href: String,
    size: String,
    pages: i32,
    checksum: String,
}

struct Earlier {
    number: String,
    on_paper: bool,
    concluded: When,
    ended: String,
    file: Option<File>,
}

impl ContractView {
    /// Prepares the page for the customer, or for the operator who looks at it.
    pub fn new(shell: Shell, role: Role, read: Read, now: DateTime<Utc>) -> Self {
        let language = shell.language;
        let say = |de: &'static str, en: &'static str| if language.is_en() { en } else { de };
        let case = &read.case;
        let overall = status_of(case, now);
        let may = permissions(role, case, now);
        let pairs: Vec<(&Agreement, Option<&DocumentFacts>)> = case
            .agreements
            .iter()
            .zip(read.documents.iter().map(Option::as_ref))
            .collect();
        let open = case.open_request().filter(|open| !open.is_over(now));
        let newest = open.and_then(|open| open.links.last());
        Self {
            number: case.customer.number,
            name: case.customer.party.name.clone(),
            operator: role.is_operator(),
            key: overall.status.key(),
            word: words::tag(&overall, language),
            verdict: words::verdict(case, &overall, now, language),
            meaning: words::meaning(case, &overall, now, language).filter(|text| !text.is_empty()),
            current: pairs
                .iter()
                .find(|(one, _)| one.in_force())
                .map(|(one, facts)| agreed(case, one, *facts, language)),
            earlier: pairs
                .iter()
                .rev()
                .filter_map(|(one, facts)| earlier(one, *facts, language))
                .collect(),
            asked_on: newest.map(|link| When::long_in(day(link.sent_at), language)),
            asked: newest.map(|link| {
                Sentence::dated(
                    if link.valid_until < now {
                        say(
                            "Der Link darin war gültig bis einschließlich ",
                            "Its link was valid up to and including ",
                        )
                    } else {
                        say(
                            "Der Link darin gilt bis einschließlich ",
                            "Its link is valid up to and including ",
                        )
                    },
                    Some(When::weekday_in(day(link.valid_until), language)),
                    ".",
                    "",
                )
            }),
            address: address_for(role, case),
            may_ask: may
                .iter()
                .any(|one| matches!(one, Permission::Ask | Permission::AskAgain)),
            may_object: may.contains(&Permission::Object),
            record_objection: may
                .contains(&Permission::RecordObjection)
                .then(|| paths::record_objection(case.customer.number)),
            // A void or ended agreement has no list that a change could touch.
            notices: read
                .notices
                .iter()
                .filter(|_| case.agreement().is_some())
                .map(|one| notice_line(one, !role.is_operator(), now, language))
                .collect(),
            bundle: read
                .documents
                .iter()
                .any(Option::is_some)
                .then(|| match role {
                    Role::Operator(_) => paths::evidence_of(case.customer.number),
                    _ => paths::EVIDENCE.to_owned(),
                }),
            history: history_of(case, read.events, role, language),
            shell,
        }
    }
}

/// The values the agreement copied at its conclusion (EV-02).
pub fn copied(facts: Option<&DocumentFacts>) -> Option<Values> {
    let contents = facts?.contents.clone();
    serde_json::from_value(contents)
        .inspect_err(|error| tracing::error!(cause = %error, "copied values cannot be read"))
        .ok()
}

fn agreed(
    case: &Case,
    one: &Agreement,
    facts: Option<&DocumentFacts>,
    language: Language,
) -> Agreed {
    let values = copied(facts);
    let at = crate::wording::dates::long_moment(one.concluded_at, language);
    let mail = values
        .as_ref()
        .and_then(|values| values.conclusion.as_ref())
        .map(|conclusion| conclusion.link_sent_at);
    Agreed {
        number: one.number.clone(),
        on_paper: one.on_paper(),
        is_sheet: facts
            .and_then(|facts| PaperRecord::of(&facts.contents)?.existing)
            .is_some_and(|one| !one.is_scanned),
        file: facts.map(|facts| file(one, facts, language)),
        person: if one.function.is_empty() {
            one.person.clone()
        } else {
            format!("{}, {}", one.person, one.function)
        },
        how: match mail {
            _ if one.on_paper() => facts
                .and_then(|facts| PaperRecord::of(&facts.contents))
                .map_or(at, |paper| paper.mark_in(language)),
            Some(sent) => {
                let on = short_date(day(sent), language);
                match language {
                    Language::De => format!("{at}, über den Link aus der E-Mail vom {on}"),
                    Language::En => format!("{at}, by the link in the e-mail of {on}"),
                }
            }
            None => at,
        },
        products: match &values {
            Some(values) => values
                .products
                .iter()
                .map(|product| match language {
                    Language::De => product.name.clone(),
                    Language::En => product.name_en.clone(),
                })
                .collect(),
            None => one
                .offer
                .products
                .iter()
                .map(|key| case.covered_name(key).say(language).to_owned())
                .collect(),
        },
        version: one.offer.version.clone(),
        annex_note: one.sub_partner_left.map(|since| {
            let name = values
                .as_ref()
                .and_then(|values| values.sub_partner.as_ref())
                .map_or("", |party| party.name.as_str());
            annex_note_in(name, since, language)
        }),
        chain: values
            .map(|values| {
                chain_in(
                    &values.operator,
                    values.partner.as_ref(),
                    values.sub_partner.as_ref(),
                    language,
                )
            })
            .unwrap_or_default(),
    }
}

fn earlier(one: &Agreement, facts: Option<&DocumentFacts>, language: Language) -> Option<Earlier> {
    let (at, end) = one.end?;
    let date = short_date(day(at), language);
    Some(Earlier {
        number: one.number.clone(),
        on_paper: one.on_paper(),
        concluded: When::long_in(day(one.concluded_at), language),
        ended: match (end, language) {
            (AgreementEnd::Objected, Language::De) => {
                format!("durch Widerspruch nichtig seit {date}")
            }
            (AgreementEnd::Objected, Language::En) => {
                format!("void after an objection since {date}")
            }
            (AgreementEnd::Replaced, Language::De) => {
                format!("durch einen neuen Vertrag ersetzt am {date}")
            }
            (AgreementEnd::Replaced, Language::En) => {
                format!("replaced by a new agreement on {date}")
            }
            (AgreementEnd::Disowned, Language::De) => {
                format!("nicht von Ihrem Unternehmen geschlossen, festgestellt am {date}")
            }
            (AgreementEnd::Disowned, Language::En) => {
                format!("not concluded by your company, found on {date}")
            }
            (AgreementEnd::Ended, Language::De) => format!("beendet am {date}"),
            (AgreementEnd::Ended, Language::En) => format!("ended on {date}"),
        },
        file: facts.map(|facts| file(one, facts, language)),
    })
}

fn file(one: &Agreement, facts: &DocumentFacts, language: Language) -> File {
    File {
        href: paths::contract_pdf(one.id),
        size: size(facts.size, language),
        pages: facts.pages,
        checksum: in_fours(&facts.pdf_hash),
    }
}

/// A file size in words: "214 KB", "1,2 MB".
fn size(bytes: usize, language: Language) -> String {
    let kilobytes = bytes.div_ceil(1024);
    if kilobytes < 1024 {
        format!("{kilobytes}\u{a0}KB")
    } else {
        let tenths = bytes * 10 / (1024 * 1024);
        let point = if language.is_en() { '.' } else { ',' };
        format!("{}{point}{}\u{a0}MB", tenths / 10, tenths % 10)
    }
}

/// A checksum in groups of four characters, which are easier to compare.
fn in_fours(hash: &str) -> String {
    let chars: Vec<char> = hash.chars().collect();
    let groups: Vec<String> = chars.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_checksums_are_printed_for_people() {
        for (bytes, expected) in [
            (1, "1\u{a0}KB"),
            (219_136, "214\u{a0}KB"),
            (1_300_000, "1,2\u{a0}MB"),
        ] {
            assert_eq!(size(bytes, Language::De), expected);
        }
        assert_eq!(in_fours("9c417be052"), "9c41 7be0 52");
        assert_eq!(in_fours(""), "");
    }
}
