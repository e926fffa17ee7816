//! Rows that list further processors: of tables whose heads say so, of address blocks below a heading that does,
//! and of the operator's register.

use super::guess::{Holds, holds};
use crate::contract::Contract;
use crate::contract::check::asked::is_blank;
use crate::contract::check::passages::Passages;
use crate::contract::check::place;
use crate::contract::meta::{Column, column_key};
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
    "staat",
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
    "was sie",
    "was er",
    "macht",
    "what it does",
    "what they do",
    "does for",
    "wofür",
    "wozu",
    "used for",
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
    "instrument",
    "absicherung",
    "transfer tool",
    "außerhalb der eu",
    "outside the e",
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

/// Which column holds what.
struct Columns {
    name: usize,
    place: Option<usize>,
    service: Option<usize>,
    mechanism: Option<usize>,
    address: Option<usize>,
    contact: Option<usize>,
}

/// What each column holds: as the author says, otherwise what its head says, the first that fits best.
fn understood(heads: &[String], said: &[Option<Column>]) -> Vec<Option<Column>> {
    let mut read = said.to_vec();
    read.resize(heads.len(), None);
    let fields = [
        (Column::Mechanism, MECHANISM),
        (Column::Place, PLACE),
        (Column::Service, SERVICE),
        (Column::Address, ADDRESS),
        (Column::Contact, CONTACT),
        (Column::Name, NAME),
    ];
    for (field, words) in fields {
        if read.contains(&Some(field)) {
            continue;
        }
        // The words are in the order in which they fit.
        let found = words.iter().find_map(|word| {
            let at = heads.iter().position(|head| has(head, &[word]))?;
            matches!(read.get(at), Some(None)).then_some(at)
        });
        if let Some(known) = found.and_then(|at| read.get_mut(at)) {
            *known = Some(field);
        }
    }
    read
}

/// The same with what the heads leave open, as far as the cells below show it. The first column is who.
fn completed(read: &[Option<Column>], body: &[Vec<Vec<Span>>]) -> Vec<Option<Column>> {
    let mut read = read.to_vec();
    let name = usize::from(!read.contains(&Some(Column::Name)));
    let cells = |at: usize| -> Vec<String> {
        let column = body.iter().filter_map(|row| row.get(at));
        column.map(|cell| words(cell)).collect()
    };
    let shown = [
        (Column::Place, Holds::Places),
        (Column::Contact, Holds::Contacts),
        (Column::Address, Holds::Addresses),
        (Column::Mechanism, Holds::Mechanisms),
    ];
    for (field, what) in shown {
        if read.contains(&Some(field)) {
            continue;
        }
        let open = |at: &usize| read.get(*at) == Some(&None) && holds(&cells(*at), what);
        if let Some(at) = (name..read.len()).find(open) {
            read[at] = Some(field);
        }
    }
    // What is left of a list with places is what they do.
    if read.contains(&Some(Column::Place)) && !read.contains(&Some(Column::Service)) {
        let open = read.iter_mut().skip(name).find(|field| field.is_none());
        if let Some(open) = open {
            *open = Some(Column::Service);
        }
    }
    read
}

impl Columns {
    /// The columns of a table that lists processors: it names companies, what they do, and where. One whose
    /// author said what is in its columns lists them in any case.
    fn of(read: &[Option<Column>], is_said: bool) -> Option<Self> {
        let at = |field| read.iter().position(|known| *known == Some(field));
        let (place, service, name) = (at(Column::Place), at(Column::Service), at(Column::Name));
        let lists = place.is_some() && service.is_some() && (name.is_some() || read.len() >= 3);
        (lists || is_said).then(|| Self {
            name: name.unwrap_or(0),
            place,
            service,
            mechanism: at(Column::Mechanism),
            address: at(Column::Address),
            contact: at(Column::Contact),
        })
    }
}

/// Whether the head of a table is that of a list of processors.
pub(in crate::contract::check) fn is_list(head: &str) -> bool {
    let heads: Vec<String> = head.split_whitespace().map(str::to_owned).collect();
    Columns::of(&understood(&heads, &[]), false).is_some()
}

/// A table that lists further processors, or stands where such a list is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessorTable {
    /// File and line, like `de/anlage-2.dj:7`.
    pub place: String,
    /// The columns in their order.
    pub columns: Vec<TableColumn>,
    /// Whether its rows are read.
    pub is_read: bool,
}

impl ProcessorTable {
    /// Whether nobody knows what stands in it: its rows are not read, and its author has not said of every
    /// column that it is something else.
    pub fn is_unknown(&self) -> bool {
        !self.is_read && self.columns.iter().any(|one| one.said.is_none())
    }
}

/// A column of such a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// Its head as printed.
    pub head: String,
    /// Its key in `contract.toml`.
    pub key: String,
    /// The first cell that says something.
    pub sample: String,
    /// What the program understands without the author.
    pub understood: Option<Column>,
    /// What its author says is in it.
    pub said: Option<Column>,
}

/// The tables of the binding language that list further processors, with what is in their columns.
pub fn processor_tables(contract: &Contract) -> Vec<ProcessorTable> {
    let tables = listing(contract);
    let shown = tables.into_iter().map(|one| {
        let column = |at: usize| {
            let samples = one.rows.iter().filter_map(|cells| cells.get(at));
            let mut samples = samples.map(|cell| words(cell));
            TableColumn {
                head: one.head.get(at).map(|cell| words(cell)).unwrap_or_default(),
                key: one.keys.get(at).cloned().unwrap_or_default(),
                sample: samples.find(|text| !text.is_empty()).unwrap_or_default(),
                understood: one.alone.get(at).copied().flatten(),
                said: one.said.get(at).copied().flatten(),
            }
        };
        ProcessorTable {
            place: format!("{}:{}", one.file, one.node.line),
            columns: (0..one.keys.len()).map(column).collect(),
            is_read: one.columns.is_some(),
        }
    });
    shown.collect()
}

/// A table as it is read.
struct Listing<'c> {
    file: &'c str,
    node: &'c Node,
    head: &'c [Vec<Span>],
    rows: &'c [Vec<Vec<Span>>],
    /// What each column holds without the author.
    alone: Vec<Option<Column>>,
    /// The heads as keys.
    keys: Vec<String>,
    said: Vec<Option<Column>>,
    /// `None` if nothing tells what is in them.
    columns: Option<Columns>,
}

/// Tables whose heads are those of a list of processors, and tables below a heading, or with a caption, that
/// speaks of processors.
fn listing(contract: &Contract) -> Vec<Listing<'_>> {
    let mut found = Vec::new();
    for text in contract.texts(contract.meta.binding).all() {
        for (node, is_expected, may_list) in tables(&text.blocks, false, false) {
            let Kind::Table {
                head,
                rows,
                caption,
                ..
            } = &node.kind
            else {
                continue;
            };
            if head.is_empty() || rows.is_empty() {
                continue;
            }
            let heads: Vec<String> = head.iter().map(|cell| words(cell).to_lowercase()).collect();
            let keys: Vec<String> = (1..)
                .zip(&heads)
                .map(|(number, head)| column_key(head, number))
                .collect();
            let said: Vec<Option<Column>> = keys
                .iter()
                .map(|key| contract.meta.columns.get(key).copied())
                .collect();
            let is_expected = is_expected || lists_processors(&words(caption));
            let names = |one: &Option<Column>| one.is_some_and(|field| field != Column::Other);
            let is_said = is_expected && said.iter().any(names);
            let mut alone = understood(&heads, &[]);
            let is_list = Columns::of(&alone, false).is_some();
            let mut read = understood(&heads, &said);
            if is_list || may_list {
                (alone, read) = (completed(&alone, rows), completed(&read, rows));
            }
            let shows = |field| may_list && read.contains(&Some(field));
            let is_shown = shows(Column::Place) && shows(Column::Service);
            let columns = Columns::of(&read, is_said || is_shown);
            if is_expected || is_list || columns.is_some() {
                found.push(Listing {
                    file: &text.file,
                    node,
                    head,
                    rows,
                    alone,
                    keys,
                    said,
                    columns,
                });
            }
        }
    }
    found
}

/// All tables, whether a heading above them speaks of further processors, and whether the one right above may
/// stand over a list of them.
fn tables(nodes: &[Node], is_expected: bool, may_list: bool) -> Vec<(&Node, bool, bool)> {
    let mut found = Vec::new();
    for node in nodes {
        match &node.kind {
            Kind::Table { .. } => found.push((node, is_expected, may_list)),
            Kind::Section {
                title, children, ..
            } => {
                let title = words(title);
                let here = is_expected || lists_processors(&title);
                found.extend(tables(children, here, tables_list_processors(&title)));
            }
            Kind::List { items, .. } => {
                let inner = items.iter();
                found.extend(inner.flat_map(|item| tables(&item.blocks, is_expected, false)));
            }
            Kind::Definitions(entries) => {
                let inner = entries.iter();
                found.extend(inner.flat_map(|(_, blocks)| tables(blocks, is_expected, false)));
            }
            _ => {}
        }
    }
    found
}

/// The rows that are typed in the text.
pub(super) fn typed(contract: &Contract) -> Vec<ProcessorRow> {
    let mut rows = Vec::new();
    for one in listing(contract) {
        if let Some(columns) = &one.columns {
            rows.extend(one.rows.iter().enumerate().map(|(at, cells)| {
                of_cells(columns, cells, place(one.file, row_line(one.node, at)))
            }));
        }
    }
    for text in contract.texts(contract.meta.binding).all() {
        walk(&text.blocks, &[], &mut |node, _| {
            if let Kind::Section {
                title, children, ..
            } = &node.kind
                && lists_processors(&words(title))
            {
                rows.extend(blocks(children, &text.file));
            }
        });
    }
    rows
}

/// The line of a row of a table; the head and the line of dashes stand above the rows, and so does a line
/// with a mark.
pub(in crate::contract::check) fn row_line(table: &Node, row: usize) -> usize {
    table.line + 2 + usize::from(!table.tags.is_empty()) + row
}

fn words(spans: &[Span]) -> String {
    Passages::words(spans).trim().to_owned()
}

fn of_cells(columns: &Columns, cells: &[Vec<Span>], at: Option<String>) -> ProcessorRow {
    let cell = |at: Option<usize>| {
        at.and_then(|at| cells.get(at))
            .map(|cell| words(cell))
            .filter(|cell| !is_blank(cell))
            .unwrap_or_default()
    };
    let whole = |at: Option<usize>| {
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
        cell(columns.contact).is_empty() && !name.contains('@') && !address.contains('@'),
        "die Ansprechperson",
    ));
    ProcessorRow {
        lacks: lacking(&facts),
        country: with_country(where_to, &[&address, &name]),
        name: first_line(&name),
        mechanism: whole(columns.mechanism),
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

/// Whether a heading may stand over a table of them; what the cells are shows whether it does.
fn tables_list_processors(title: &str) -> bool {
    let lower = title.to_lowercase();
    lists_processors(title)
        || [
            "auftragsverarbeiter",
            "nachunternehmer",
            "dienstleister",
            "subunternehmen",
            "gehilf",
            "helfer",
            "hilft uns",
            "firmen",
            "helps us",
            "helper",
            "sub-contractor",
            "vendor",
            "supplier",
            "third parties",
        ]
        .iter()
        .any(|word| lower.contains(word))
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
