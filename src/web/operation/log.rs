//! The audit log: searched by customer, person, kind and period, newest first (S-80, 5.6-9).

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, SecondsFormat, Utc};

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::audit::Actor;
use crate::domain::case::Status;
use crate::domain::export::ExportedList;
use crate::domain::name::{MAX_NAME, clean};
use crate::domain::viewer::Role;
use crate::domain::{CustomerNumber, Language, calendar};
use crate::paths;
use crate::storage::audit::Event;
use crate::storage::audit::search::{ByWhom, Found, Search, find_events};
use crate::web::kit::customer::narrowed_to;
use crate::web::kit::dates::{When, parse_day};
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::form::FieldErrors;
use crate::web::kit::history::history;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::wording::audit::kinds;

/// Events per page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "web/operation/log.html")]
struct Page {
    shell: Shell,
    typed: Typed,
    kinds: Vec<(&'static str, &'static str)>,
    errors: FieldErrors,
    lines: Vec<EventRow>,
    /// Whether this is not the first page.
    is_later: bool,
    next: Option<String>,
    /// Address of the whole list as CSV.
    sheet: String,
}

/// The query of the address, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Typed {
    customer: String,
    who: String,
    kind: String,
    from: String,
    until: String,
}

/// One event as printed.
struct EventRow {
    position: i64,
    hash: String,
    when: When,
    what: String,
    who: String,
    /// Address of the log of this actor.
    more_by: Option<String>,
    customer: Option<CustomerNumber>,
    before: Option<Status>,
    after: Option<Status>,
}

/// GET: the page.
pub async fn list(
    app: web::Data<App>,
    me: Me,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let typed = Typed::of(&query);
    let mut page = Page {
        shell: Shell::load(&app, &me, paths::LOG).await?,
        kinds: kinds(Language::De).collect(),
        sheet: typed.address_at(paths::LOG_SHEET, &[]),
        typed,
        errors: FieldErrors::default(),
        lines: Vec::new(),
        is_later: query.contains_key("vor"),
        next: None,
    };
    let mut search = match read(&page.typed) {
        Ok(search) => search,
        Err(errors) => {
            page.errors = errors;
            return invalid(&page);
        }
    };
    if let Some(place) = query.get("vor") {
        // This value is not typed by users.
        search.older_than = Some(parse_place(place).ok_or(PageError::NotFound)?);
    }
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_events(conn, &search, limit)?) })
        .await?;
    let has_next = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| has_next);
    page.next = last.map(|last| {
        let place = format!("{}-{}", last.at.timestamp_micros(), last.position);
        page.typed.address(&[("vor", &place)])
    });
    page.lines = found.into_iter().map(line).collect();
    html(&page)
}

/// GET: the log as CSV.
pub async fn sheet(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let typed = Typed::of(&query);
    // The page never leads to a search that cannot be understood.
    let search = read(&typed).map_err(|_| PageError::NotFound)?;
    let export = Export {
        list: ExportedList::Log,
        narrowed: !typed.is_empty(),
        head: SHEET_HEAD.to_vec(),
        first: None,
    };
    answer(
        &app,
        &me,
        &request,
        export,
        move |conn, older_than, sheet| {
            let search = Search {
                older_than: *older_than,
                ..search.clone()
            };
            let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
            let found = find_events(conn, &search, limit)?;
            let last = found.last().filter(|_| found.len() >= ROWS);
            let next = last.map(|last| Some((last.at, last.position)));
            for event in found {
                sheet.row(cells(event));
            }
            Ok(next)
        },
    )
    .await
}

/// Columns of the log as CSV.
const SHEET_HEAD: &[&str] = &[
    "Nummer",
    "Zeit",
    "Ereignis",
    "Wer",
    "Kundennummer",
    "AVV-Status vorher",
    "AVV-Status nachher",
    "Schlüssel des Ereignisses",
    "Prüfsumme",
];

fn cells(found: Found) -> Vec<String> {
    let (kind, hash) = (found.kind.clone(), found.hash.to_string());
    // To the second, where the page is content with minutes.
    let at = found.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let line = line(found);
    let word = |status: Option<Status>| status.map(Status::word).unwrap_or_default().to_owned();
    vec![
        line.position.to_string(),
        at,
        line.what,
        line.who,
        line.customer
            .map(|number| number.to_string())
            .unwrap_or_default(),
        word(line.before),
        word(line.after),
        kind,
        hash,
    ]
}

/// Reads the query; every field that is not valid gets an error.
fn read(typed: &Typed) -> Result<Search, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut search = Search {
        customer: narrowed_to(&typed.customer, &mut errors),
        ..Search::default()
    };
    if typed.who.chars().count() > MAX_NAME {
        errors.add("wer", format!("Ein Name hat höchstens {MAX_NAME} Zeichen"));
    } else if !typed.who.is_empty() {
        search.actor = Some(by_whom(&typed.who));
    }
    if !typed.kind.is_empty() {
        if kinds(Language::De).any(|(key, _)| key == typed.kind) {
            search.kind = Some(typed.kind.clone());
        } else {
            errors.add("art", "Wählen Sie ein Ereignis aus der Liste");
        }
    }
    let mut day = |field, which: &str, text: &str| {
        let day = parse_day(text).filter(|day| day.year() <= 9999);
        if day.is_none() && !text.is_empty() {
            errors.add(
                field,
                format!("Geben Sie den {which} Tag so ein: 24.11.2026"),
            );
        }
        day
    };
    let (from, until) = (
        day("von", "ersten", &typed.from),
        day("bis", "letzten", &typed.until),
    );
    if from.zip(until).is_some_and(|(from, until)| from > until) {
        errors.add("bis", "Der letzte Tag liegt vor dem ersten");
    }
    search.from = from.map(midnight);
    search.until = until.and_then(|day| day.succ_opt()).map(midnight);
    if errors.is_empty() {
        Ok(search)
    } else {
        Err(errors)
    }
}

/// Words for actors without a name, as the page itself prints them.
fn by_whom(typed: &str) -> ByWhom {
    match typed.to_lowercase().as_str() {
        "kunde" => ByWhom::Link,
        "portal" => ByWhom::Portal,
        "befehl" => ByWhom::Command,
        _ => ByWhom::Name(clean(typed)),
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    calendar::at(day, NaiveTime::MIN)
}

fn parse_place(text: &str) -> Option<(DateTime<Utc>, i64)> {
    let (micros, position) = text.split_once('-')?;
    let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
    Some((at, position.parse().ok()?))
}

impl Typed {
    fn of(query: &HashMap<String, String>) -> Self {
        let get = |name: &str| query.get(name).map_or("", String::as_str).trim().to_owned();
        Self {
            customer: get("kunde"),
            who: get("wer"),
            kind: get("art"),
            from: get("von"),
            until: get("bis"),
        }
    }

    /// The address of this search, with further parameters.
    fn address(&self, more: &[(&str, &str)]) -> String {
        self.address_at(paths::LOG, more)
    }

    fn address_at(&self, list: &str, more: &[(&str, &str)]) -> String {
        let fields = [
            ("kunde", self.customer.as_str()),
            ("wer", &self.who),
            ("art", &self.kind),
            ("von", &self.from),
            ("bis", &self.until),
        ];
        let filled = fields
            .iter()
            .chain(more)
            .filter(|(_, value)| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(filled)
            .finish();
        if query.is_empty() {
            list.to_owned()
        } else {
            format!("{list}?{query}")
        }
    }

    /// Whether no filter is set.
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn line(found: Found) -> EventRow {
    let (before, after) = found.status.unzip();
    let hash = found.hash.short();
    let mut line = EventRow {
        position: found.position,
        hash,
        when: When::moment(found.at),
        what: "Inhalt nach Ablauf der Aufbewahrung gelöscht".to_owned(),
        who: String::new(),
        more_by: None,
        customer: found.customer,
        before: before.filter(|before| Some(before) != after.as_ref()),
        after,
    };
    let Some((kind, effect, actor)) = found.content else {
        let names: HashMap<_, _> = kinds(Language::De).collect();
        if let Some(name) = names.get(found.kind.as_str()) {
            line.what = format!("{name} ({})", line.what);
        }
        return line;
    };
    let name = match &actor {
        Actor::User { name, .. } => name.clone(),
        Actor::Link { .. } | Actor::Notice { .. } => "Kunde".to_owned(),
        Actor::Former { .. } => "Bisherige Adresse".to_owned(),
        Actor::Portal => "Portal".to_owned(),
        Actor::Client { name, .. } => name.clone(),
        Actor::Command => "Befehl".to_owned(),
    };
    let by = Typed {
        who: name,
        ..Typed::default()
    };
    line.more_by = Some(by.address(&[]));
    let is_command = actor == Actor::Command;
    let event = Event {
        at: found.at,
        kind,
        actor,
        effect,
    };
    if let Some(past) = history(vec![event], Role::ADMINISTRATOR).pop() {
        line.what = past.what;
        line.who = if is_command {
            "Befehl auf dem Server".to_owned()
        } else {
            past.who
        };
    }
    line
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    fn typed(field: &str, value: &str) -> Typed {
        let mut typed = Typed::default();
        let slot = match field {
            "kunde" => &mut typed.customer,
            "wer" => &mut typed.who,
            "art" => &mut typed.kind,
            "von" => &mut typed.from,
            _ => &mut typed.until,
        };
        *slot = value.to_owned();
        typed
    }

    #[test]
    fn what_cannot_be_understood_names_its_field() {
        for (field, good, bad) in [
            ("kunde", "4711", "47/11"),
            ("kunde", " K-10001 ", "-1"),
            (
                "kunde",
                "99999999999999999999999999999999",
                "999999999999999999999999999999999",
            ),
            ("wer", "Zoë <b>", &"x".repeat(121)),
            ("art", "concluded", "nonsense"),
            ("von", "2026-11-24", "2026-02-30"),
            ("bis", "24.11.2026", "+10000-01-01"),
            ("bis", "9999-12-31", "1969-12-31"),
        ] {
            assert!(read(&typed(field, good)).is_ok(), "{field}={good}");
            let errors = read(&typed(field, bad)).unwrap_err();
            assert!(errors.of(field).is_some(), "{field}={bad}");
        }
        let mut period = typed("von", "2026-11-24");
        period.until = "2026-11-23".to_owned();
        assert!(read(&period).unwrap_err().of("bis").is_some());
    }

    #[test]
    fn days_are_those_of_berlin_and_both_are_included() {
        let mut period = typed("von", "2026-03-29");
        period.until = "29.03.2026".to_owned();
        let search = read(&period).unwrap();
        // The day on which summer time begins has 23 hours.
        assert_eq!(
            search.from.unwrap().to_rfc3339(),
            "2026-03-28T23:00:00+00:00"
        );
        assert_eq!(
            search.until.unwrap().to_rfc3339(),
            "2026-03-29T22:00:00+00:00"
        );
    }

    #[test]
    fn an_address_carries_the_search_and_the_place() {
        let mut search = typed("wer", "Zoë & Co");
        search.kind = "asked".to_owned();
        assert_eq!(
            search.address(&[("vor", "1-2")]),
            "/betrieb/protokoll?wer=Zo%C3%AB+%26+Co&art=asked&vor=1-2"
        );
        assert_eq!(Typed::default().address(&[]), "/betrieb/protokoll");
        let at = DateTime::from_timestamp_micros(1_700_000_000_000_001).unwrap();
        assert_eq!(parse_place("1700000000000001-7"), Some((at, 7)));
        for bad in ["", "1", "-", "1-", "-1-2", "9223372036854775807-1"] {
            assert_eq!(parse_place(bad), None, "{bad}");
        }
    }
}
