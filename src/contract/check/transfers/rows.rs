//! Rows that list further processors: of tables whose heads say so, of address blocks below a heading that does,
//! and of the operator's register.

use crate::contract::Contract;
use crate::contract::check::passages::Passages;
use crate::contract::check::place;
use crate::contract::source::{Kind, Node, Span, walk};
use crate::domain::party::SubProcessor;

/// A further processor.
pub(super) struct ProcessorRow {
    pub name: String,
    /// The details that are missing, in words.
    pub lacks: Vec<&'static str>,
    /// Where it processes, and if that names no country, where it is.
    pub country: String,
    pub mechanism: String,
    pub place: Option<String>,
}

const PLACE: &[&str] = &[
    "verarbeitungsort",
    "ort der",
    "ort/",
    "orte",
    "ort.",
    "land",
    "standort",
    "place",
    "location",
    "country",
    "countries",
    "region",
    "serverstandort",
    "sitz",
    "seat",
];
const SERVICE: &[&str] = &[
    "dienst",
    "leistung",
    "aufgabe",
    "tätigkeit",
    "zweck",
    "funktion",
    "gegenstand",
    "einsatz",
    "verarbeitung",
    "service",
    "task",
    "activity",
    "activities",
    "purpose",
    "function",
    "processing",
    "beschreibung",
    "description",
];
const MECHANISM: &[&str] = &[
    "dpf",
    "mechanism",
    "grundlage",
    "garantie",
    "safeguard",
    "transfer",
    "übermittlung",
    "drittland",
    "third countr",
    "angemessen",
];
const ADDRESS: &[&str] = &["anschrift", "adresse", "address", "sitz", "seat"];
const CONTACT: &[&str] = &[
    "kontakt", "ansprech", "contact", "e-mail", "email", "telefon", "phone",
];
const NAME: &[&str] = &[
    "name",
    "unternehmen",
    "firma",
    "unterauftrag",
    "subunternehm",
    "dienstleister",
    "auftragnehmer",
    "anbieter",
    "company",
    "sub-processor",
    "subprocessor",
    "processor",
    "entity",
    "vendor",
    "supplier",
];

/// Whether a head has this word; with a full stop the whole of it.
fn has(head: &str, words: &[&str]) -> bool {
    words.iter().any(|word| match word.strip_suffix('.') {
        Some(whole) => head == whole,
        None => head.contains(word),
    })
}

/// Which column holds what; the first that fits best.
struct Columns {
    name: usize,
    place: Option<usize>,
    service: Option<usize>,
    mechanism: Option<usize>,
    address: Option<usize>,
    contact: Option<usize>,
}

impl Columns {
    /// The columns of a table that lists processors: it names companies, what they do, and where.
    fn of(heads: &[String]) -> Option<Self> {
        let first = |words: &[&str], taken: &[Option<usize>]| {
            // The words are in the order in which they fit.
            words.iter().find_map(|word| {
                heads
                    .iter()
                    .position(|head| has(head, &[word]))
                    .filter(|at| !taken.contains(&Some(*at)))
            })
        };
        let mechanism = first(MECHANISM, &[]);
        let place = first(PLACE, &[mechanism]);
        let service = first(SERVICE, &[mechanism, place]);
        let address = first(ADDRESS, &[mechanism, place, service]);
        let contact = first(CONTACT, &[mechanism, place, service, address]);
        let name = first(NAME, &[mechanism, place, service, address, contact]);
        (place.is_some() && service.is_some() && (name.is_some() || heads.len() >= 3)).then_some(
            Self {
                name: name.unwrap_or(0),
                place,
                service,
                mechanism,
                address,
                contact,
            },
        )
    }
}

/// Whether the head of a table is that of a list of processors.
pub(in crate::contract::check) fn is_list(head: &str) -> bool {
    let heads: Vec<String> = head.split_whitespace().map(str::to_owned).collect();
    Columns::of(&heads).is_some()
}

/// The rows that are typed in the text.
pub(super) fn typed(contract: &Contract) -> Vec<ProcessorRow> {
    let mut rows = Vec::new();
    for text in contract.texts(contract.meta.binding).all() {
        walk(&text.blocks, &[], &mut |node, _| match &node.kind {
            Kind::Table {
                head, rows: body, ..
            } => {
                let heads: Vec<String> =
                    head.iter().map(|cell| words(cell).to_lowercase()).collect();
                if let Some(columns) = Columns::of(&heads) {
                    // The head and the line of dashes stand above the rows, and so does a line with a mark.
                    let first = node.line + 2 + usize::from(!node.tags.is_empty());
                    rows.extend(body.iter().enumerate().map(|(at, cells)| {
                        of_cells(&columns, cells, place(&text.file, first + at))
                    }));
                }
            }
            Kind::Section {
                title, children, ..
            } if lists_processors(&words(title)) => {
                rows.extend(blocks(children, &text.file));
            }
            _ => {}
        });
    }
    rows
}

fn words(spans: &[Span]) -> String {
    Passages::words(spans).trim().to_owned()
}

fn of_cells(columns: &Columns, cells: &[Vec<Span>], at: Option<String>) -> ProcessorRow {
    let cell = |at: Option<usize>| {
        at.and_then(|at| cells.get(at))
            .map(|cell| words(cell))
            .unwrap_or_default()
    };
    let (name, where_to) = (cell(Some(columns.name)), cell(columns.place));
    let address = cell(columns.address);
    let mut facts = vec![
        (name.is_empty(), "der Name"),
        (cell(columns.service).is_empty(), "die Leistung"),
        (where_to.is_empty(), "der Ort der Verarbeitung"),
    ];
    // An address may stand below the name, and a contact beside it.
    let is_long = name.chars().any(|c| c.is_ascii_digit());
    facts.push((
        address.is_empty() && !is_long && columns.address != columns.place,
        "die Anschrift",
    ));
    facts.push((
        cell(columns.contact).is_empty() && !name.contains('@'),
        "die Ansprechperson",
    ));
    ProcessorRow {
        lacks: lacking(&facts),
        country: with_country(where_to, &[&address, &name]),
        name: first_line(&name),
        mechanism: cell(columns.mechanism),
        place: at,
    }
}

/// A place, with the address it belongs to where the place names no country.
fn with_country(place: String, others: &[&str]) -> String {
    if place.is_empty() || super::region(&place).is_some() {
        return place;
    }
    let known = others.iter().find(|other| super::region(other).is_some());
    match known {
        Some(address) => format!("{place} ({address})"),
        None => place,
    }
}

fn lacking(facts: &[(bool, &'static str)]) -> Vec<&'static str> {
    let missing = facts.iter().filter(|(lacks, _)| *lacks);
    missing.map(|(_, what)| *what).collect()
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(80).collect()
}

/// Whether a heading stands over a list of processors.
fn lists_processors(title: &str) -> bool {
    let title = title.to_lowercase();
    [
        "unterauftragnehmer",
        "unterauftragsverarbeiter",
        "subunternehmer",
        "weitere auftragsverarbeiter",
        "sub-processor",
        "subprocessor",
        "subcontractor",
        "further processors",
    ]
    .iter()
    .any(|word| title.contains(word))
}

/// Address blocks, each a processor. Whoever lists processors so writes name, address, and lines with a label.
fn blocks(nodes: &[Node], file: &str) -> Vec<ProcessorRow> {
    let mut rows = Vec::new();
    for node in nodes {
        match &node.kind {
            Kind::Contact(spans) => rows.extend(of_lines(&lines(spans), place(file, node.line))),
            Kind::List { items, .. } => {
                for item in items {
                    let text: Vec<String> = item
                        .blocks
                        .iter()
                        .flat_map(|block| match &block.kind {
                            Kind::Paragraph(spans) | Kind::Contact(spans) => lines(spans),
                            _ => Vec::new(),
                        })
                        .collect();
                    if text.len() >= 3 {
                        rows.extend(of_lines(&text, place(file, item.line)));
                    }
                }
            }
            _ => {}
        }
    }
    rows
}

fn lines(spans: &[Span]) -> Vec<String> {
    let mut out = vec![String::new()];
    for span in spans {
        match span {
            Span::Break => out.push(String::new()),
            other => {
                let words = Passages::words(std::slice::from_ref(other));
                let mut pieces = words.split('\n');
                if let (Some(last), Some(first)) = (out.last_mut(), pieces.next()) {
                    last.push_str(first);
                }
                out.extend(pieces.map(str::to_owned));
            }
        }
    }
    out.retain(|line| !line.trim().is_empty());
    out
}

fn of_lines(lines: &[String], at: Option<String>) -> Option<ProcessorRow> {
    let name = lines.first()?.trim().to_owned();
    let labelled = |words: &[&str]| -> String {
        let found = lines.iter().find_map(|line| {
            let (label, value) = line.split_once(':')?;
            has(label.trim().to_lowercase().as_str(), words).then(|| value.trim().to_owned())
        });
        found.unwrap_or_default()
    };
    let is_contact = |line: &&String| {
        let line = line.to_lowercase();
        line.contains('@') || has(&line, CONTACT)
    };
    let has_address = lines
        .iter()
        .skip(1)
        .any(|line| !line.contains(':') && line.chars().any(|c| c.is_ascii_digit()));
    let service = labelled(SERVICE);
    let own = labelled(&[
        "verarbeitungsort",
        "ort",
        "standort",
        "land",
        "place",
        "location",
        "country",
    ]);
    let country = match own.is_empty() {
        true => lines
            .iter()
            .skip(1)
            .find(|line| super::region(line).is_some())
            .cloned()
            .unwrap_or_default(),
        false => with_country(
            own,
            &lines.iter().skip(1).map(String::as_str).collect::<Vec<_>>(),
        ),
    };
    // A block that names neither what it does nor how to reach it is another address.
    if service.is_empty() && !lines.iter().any(|line| is_contact(&line)) {
        return None;
    }
    Some(ProcessorRow {
        lacks: lacking(&[
            (service.is_empty(), "die Leistung"),
            (!has_address, "die Anschrift"),
            (
                !lines.iter().any(|line| is_contact(&line)),
                "die Ansprechperson",
            ),
            (country.is_empty(), "das Land der Verarbeitung"),
        ]),
        name,
        country,
        mechanism: labelled(MECHANISM),
        place: at,
    })
}

/// A company of the operator's register.
pub(super) fn registered(entry: &SubProcessor) -> ProcessorRow {
    let party = &entry.party;
    let empty = |text: &str| text.trim().is_empty();
    let facts = [
        (empty(&party.name), "der Name"),
        (empty(&party.street) || empty(&party.city), "die Anschrift"),
        (
            empty(&party.contact) || party.email.is_none(),
            "die Ansprechperson mit E-Mail-Adresse",
        ),
        (empty(&entry.service), "die Leistung"),
        (empty(&entry.place), "der Ort der Verarbeitung"),
    ];
    ProcessorRow {
        name: party.name.clone(),
        lacks: lacking(&facts),
        country: entry.place.clone(),
        mechanism: entry.mechanism.clone(),
        place: None,
    }
}
