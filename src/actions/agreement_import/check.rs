//! Looking a file with existing agreements through, whole, with its scans, before anybody proposes it (S-76).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};

use crate::actions::table_file::{self, Unreadable, Upload};
use crate::actions::{ActionError, require};
use crate::app::App;
use crate::document::scans::{BadScan, BadScans, Scans, Source};
use crate::domain::agreement_import::{
    Column, ExistingAgreement, Fault, Figures, KnownVersion, MAX_LINES, Reason, fit, number_in,
    read_row,
};
use crate::domain::calendar::day;
use crate::domain::case::Case;
use crate::domain::table::Head;
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{AgreementImportId, CustomerNumber};
use crate::sheet::SheetLine;
use crate::storage::agreement_imports as stored;
use crate::storage::cases::find_cases;
use crate::storage::contract_versions::list_texts;
use crate::storage::db::DbError;
use crate::storage::{PgConnection, QueryResult};

/// Lines that are looked at in one transaction.
const CHUNK: usize = 500;
/// The same as a limit of a query.
const PAGE: i64 = 500;

/// Why a file cannot be looked through at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// The table.
    Table(Unreadable<Column>),
    /// The archive with the scans.
    Scans(BadScans),
}

/// Looks a file through and keeps what it says, with the scans from an archive, if one came with it. For
/// callers that may block: it reads and writes a part at a time, and holds one scan in memory.
pub fn check(
    app: &App,
    viewer: Option<&Viewer>,
    upload: Upload<'_>,
    scans: Option<(&str, &mut dyn Source)>,
    now: DateTime<Utc>,
) -> Result<Result<AgreementImportId, Unusable>, ActionError> {
    if let Some(viewer) = viewer {
        require(viewer, Duty::Contract)?;
    }
    let text = match upload.text() {
        Ok(text) => text,
        Err(why) => return Ok(Err(Unusable::Table(why))),
    };
    let (head, all) = match table_file::open(&text, MAX_LINES) {
        Ok(opened) => opened,
        Err(why) => return Ok(Err(Unusable::Table(why))),
    };
    let (scans_name, scans) = match scans {
        None => (None, None),
        Some((name, source)) => match Scans::open(source, MAX_LINES) {
            Ok(scans) => (
                Some(name.chars().take(200).collect::<String>()),
                Some(scans),
            ),
            Err(why) => return Ok(Err(Unusable::Scans(why))),
        },
    };
    let name = upload.short_name();
    let by = viewer.map(|viewer| viewer.user);
    let (id, versions) = app.db.transaction_blocking(|conn| {
        let names = (name.as_str(), scans_name.as_deref());
        let id = stored::create(conn, names, by, now)?;
        Ok::<_, DbError>((id, known_versions(conn)?))
    })?;
    let mut check = Check {
        app,
        id,
        head,
        versions,
        has_scans: scans.is_some(),
        lines: HashMap::new(),
        faults: 0,
        figures: Figures::default(),
        now,
    };
    let done = check.look(all).and_then(|()| match scans {
        Some(scans) => check.take_scans(scans),
        None => Ok(Ok(())),
    });
    let done = match done {
        Ok(Ok(())) => check.finish().map(|()| Ok(id)),
        Ok(Err(why)) => Ok(Err(Unusable::Scans(why))),
        Err(error) => Err(error),
    };
    if !matches!(done, Ok(Ok(_))) {
        // Nothing of a file stays that could not be looked through to its end.
        app.db
            .transaction_blocking(|conn| Ok::<_, DbError>(stored::delete(conn, id)?))?;
    }
    done
}

/// The published versions, as lines are judged by them.
pub(super) fn known_versions(conn: &mut PgConnection) -> QueryResult<Vec<KnownVersion>> {
    let texts = list_texts(conn)?;
    let known = texts.into_iter().map(|text| KnownVersion {
        number: text.number,
        annexes: text.annexes,
    });
    Ok(known.collect())
}

/// A file that is being looked through.
struct Check<'a> {
    app: &'a App,
    id: AgreementImportId,
    head: Head<Column>,
    versions: Vec<KnownVersion>,
    has_scans: bool,
    /// The line of each customer that the file names, and whether a scan of it was there.
    lines: HashMap<CustomerNumber, (u32, bool)>,
    faults: usize,
    figures: Figures,
    now: DateTime<Utc>,
}

/// A line: what it says, or what is wrong with it.
type Read = Vec<(u32, Result<ExistingAgreement, Vec<Fault>>)>;

impl Check<'_> {
    fn look(&mut self, mut all: impl Iterator<Item = SheetLine>) -> Result<(), ActionError> {
        loop {
            let chunk: Vec<SheetLine> = all.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return Ok(());
            }
            let read = self.read(&chunk);
            let app = self.app;
            app.db.transaction_blocking(|conn| self.judge(conn, read))?;
        }
    }

    fn read(&mut self, chunk: &[SheetLine]) -> Read {
        let today = day(self.now);
        let mut all = Read::new();
        for line in chunk {
            let cells = line.cells();
            let at = (line.number, today);
            let mut read = read_row(&self.head, &cells, at, self.has_scans);
            if let Some(number) = number_in(&self.head, &cells) {
                match self.lines.entry(number) {
                    Entry::Occupied(first) => {
                        let mut faults = read.err().unwrap_or_default();
                        faults.insert(
                            0,
                            Fault {
                                line: line.number,
                                column: Some(Column::Number),
                                reason: Reason::Twice {
                                    line: first.get().0,
                                },
                            },
                        );
                        read = Err(faults);
                    }
                    Entry::Vacant(place) => {
                        place.insert((line.number, false));
                    }
                }
            }
            all.push((line.number, read));
        }
        all
    }

    /// Holds lines against the cases of their customers and keeps what they say. The figures are counted
    /// last, so that a transaction that is tried again counts nothing twice.
    fn judge(&mut self, conn: &mut PgConnection, read: Read) -> Result<(), ActionError> {
        let numbers: Vec<CustomerNumber> = read
            .iter()
            .filter_map(|(_, read)| Some(read.as_ref().ok()?.number))
            .collect();
        let cases: HashMap<CustomerNumber, Case> = find_cases(conn, &numbers, self.now)?
            .into_iter()
            .map(|case| (case.customer.number, case))
            .collect();
        let (mut rows, mut faults, mut faulty) = (Vec::new(), Vec::new(), 0);
        let mut figures = self.figures.clone();
        for (line, read) in read {
            figures.lines += 1;
            let fits = read.and_then(|row| {
                let wrong = |(column, reason)| {
                    vec![Fault {
                        line,
                        column,
                        reason,
                    }]
                };
                let Some(case) = cases.get(&row.number) else {
                    return Err(wrong((Some(Column::Number), Reason::UnknownCustomer)));
                };
                match fit(case, &row, &self.versions, self.now) {
                    Ok(_) => Ok((row, case.open_request().is_some())),
                    Err(why) => Err(wrong(why)),
                }
            });
            match fits {
                Ok((row, is_asked)) => {
                    figures.count(&row, is_asked);
                    rows.push((line, row));
                }
                Err(wrong) => {
                    faulty += 1;
                    faults.extend(wrong);
                }
            }
        }
        if !rows.is_empty() {
            stored::add_rows(conn, self.id, &rows)?;
        }
        self.add_faults(conn, &faults)?;
        figures.faulty += faulty;
        self.figures = figures;
        Ok(())
    }

    fn add_faults(&mut self, conn: &mut PgConnection, faults: &[Fault]) -> QueryResult<()> {
        if !faults.is_empty() {
            stored::add_faults(conn, self.id, self.faults, faults)?;
            self.faults += faults.len();
        }
        Ok(())
    }

    /// Puts each scan to its line.
    fn take_scans(&mut self, mut scans: Scans<'_>) -> Result<Result<(), BadScans>, ActionError> {
        let names: Vec<String> = scans.names().map(str::to_owned).collect();
        for (place, name) in names.iter().enumerate() {
            let number = number_of(name);
            let known = number.and_then(|number| Some((number, self.lines.get_mut(&number)?)));
            let Some((number, (line, has_scan))) = known else {
                let name = name.chars().filter(|c| !c.is_control()).take(80).collect();
                self.complain(0, Reason::ScanExtra { name })?;
                continue;
            };
            let line = *line;
            if std::mem::replace(has_scan, true) {
                self.complain(line, Reason::ScanTwice)?;
                continue;
            }
            let bytes = match scans.read(place) {
                Err(why) => return Ok(Err(why)),
                Ok(Err(bad)) => {
                    self.complain(line, reason_of(bad))?;
                    continue;
                }
                Ok(Ok(bytes)) => bytes,
            };
            let id = self.id;
            // A line with a fault keeps none; the file is refused anyway.
            let is_kept = self.app.db.transaction_blocking(|conn| {
                Ok::<_, DbError>(stored::add_scan(conn, id, number, &bytes)?)
            })?;
            self.figures.scanned += u64::from(is_kept);
        }
        self.find_missing().map(Ok)
    }

    fn find_missing(&mut self) -> Result<(), ActionError> {
        let mut after = None;
        loop {
            let (id, app) = (self.id, self.app);
            let found = app.db.read_blocking(|conn| -> Result<_, DbError> {
                Ok(stored::list_unscanned(conn, id, after, PAGE)?)
            })?;
            let Some((last, _)) = found.last() else {
                return Ok(());
            };
            after = Some(*last);
            // One whose scan is bad was named already.
            let lacks = |number: &CustomerNumber| {
                self.lines
                    .get(number)
                    .is_some_and(|(_, has_scan)| !has_scan)
            };
            let faults: Vec<Fault> = found
                .iter()
                .filter(|(number, _)| lacks(number))
                .map(|(_, line)| scan_fault(*line, Reason::ScanMissing))
                .collect();
            app.db
                .transaction_blocking(|conn| Ok::<_, DbError>(self.add_faults(conn, &faults)?))?;
            self.figures.faulty += faults.len() as u64;
        }
    }

    fn complain(&mut self, line: u32, reason: Reason) -> Result<(), ActionError> {
        let fault = scan_fault(line, reason);
        let app = self.app;
        app.db.transaction_blocking(|conn| {
            Ok::<_, DbError>(self.add_faults(conn, std::slice::from_ref(&fault))?)
        })?;
        self.figures.faulty += u64::from(line > 0);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ActionError> {
        self.figures.faults = self.faults as u64;
        let (id, figures, now) = (self.id, &self.figures, self.now);
        self.app.db.transaction_blocking(|conn| {
            Ok::<_, DbError>(stored::finish(conn, id, figures, now)?)
        })?;
        Ok(())
    }
}

fn scan_fault(line: u32, reason: Reason) -> Fault {
    Fault {
        line,
        column: None,
        reason,
    }
}

/// "K-10001.pdf": the scan of customer K-10001.
fn number_of(name: &str) -> Option<CustomerNumber> {
    let (number, kind) = name.rsplit_once('.')?;
    kind.eq_ignore_ascii_case("pdf")
        .then(|| number.parse().ok())?
}

fn reason_of(bad: BadScan) -> Reason {
    match bad {
        BadScan::Empty => Reason::ScanEmpty,
        BadScan::TooLarge => Reason::ScanTooLarge,
        BadScan::NoPdf => Reason::ScanNoPdf,
        BadScan::Unsafe => Reason::ScanUnsafe,
    }
}
