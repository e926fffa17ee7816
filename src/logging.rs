//! Log lines: JSON in production, readable text in development (S-81).
//!
//! Lines are written to standard error; the results of commands to standard output. Log identifiers
//! as fields with dotted names (`customer.number`, `mail.id`), a failure once, where it is handled,
//! and never an address, a token, a password or a contract (S-82).

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::callsite::Identifier;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::config::Environment;

/// The filter if `RUST_LOG` is not set.
const DEFAULT_FILTER: &str = "info";
const MINUTE: Duration = Duration::from_secs(60);

/// Starts logging for the whole process; a second call changes nothing. `filter` is `RUST_LOG`; an
/// invalid filter is replaced by the default, with a warning. In production a panic becomes a log
/// line; in development the usual message is more helpful.
pub fn init(environment: Environment, filter: Option<&str>) {
    let (level, complaint) = parse_filter(filter);
    let strangers = Strangers::of(filter);
    let writer = std::io::stderr;
    let started = match environment {
        Environment::Production => {
            let lines = json_lines(level, writer).with(strangers);
            tracing::subscriber::set_global_default(lines.with(Refusals::default()))
        }
        Environment::Development => tracing::subscriber::set_global_default(
            tracing_subscriber::fmt()
                .with_env_filter(level)
                .with_ansi(std::io::stderr().is_terminal())
                .with_target(false)
                .with_writer(writer)
                .finish()
                .with(strangers)
                .with(Refusals::default()),
        ),
    };
    if started.is_err() {
        return;
    }
    if environment.is_production() {
        std::panic::set_hook(Box::new(log_panic));
    }
    if complaint {
        tracing::warn!("RUST_LOG is not readable and was replaced by `{DEFAULT_FILTER}`");
    }
}

fn parse_filter(filter: Option<&str>) -> (EnvFilter, bool) {
    match filter.map(|text| EnvFilter::builder().parse(text)) {
        Some(Ok(level)) => (level, false),
        other => (EnvFilter::new(DEFAULT_FILTER), other.is_some()),
    }
}

/// A filter for what the web server logs about bytes that are no HTTP request. Any stranger can
/// cause such lines, so they are no errors here and are only shown at a detailed level.
struct Strangers {
    wanted: bool,
}

/// The target of these lines.
const STRANGERS: &str = "actix_http";

impl Strangers {
    fn of(filter: Option<&str>) -> Self {
        let filter = filter.and_then(|text| text.parse::<Targets>().ok());
        Self {
            wanted: filter.is_some_and(|filter| filter.would_enable(STRANGERS, &Level::DEBUG)),
        }
    }
}

impl<S: Subscriber> Layer<S> for Strangers {
    fn enabled(&self, event: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.wanted || !event.target().starts_with(STRANGERS)
    }
}

/// Lines of one kind per minute about refused requests, the number of which strangers control.
const MOST_LINES: u32 = 60;
/// The targets of such lines.
const REFUSING: [&str; 3] = [
    "avv_portal::web",
    "avv_portal::places",
    "avv_portal::actions::throttle",
];

/// Drops lines that strangers can cause if there are too many, and logs how many were dropped.
#[derive(Default)]
struct Refusals(Mutex<Minute>);

#[derive(Default)]
struct Minute {
    began: Option<Instant>,
    lines: HashMap<Identifier, u32>,
    left_out: u64,
}

impl Refusals {
    /// Whether one more line of this kind is logged, and how many were dropped in a minute that has
    /// ended.
    fn count(&self, kind: Identifier, now: Instant) -> (bool, u64) {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left_out = 0;
        if minute.began.is_none_or(|began| now - began >= MINUTE) {
            left_out = minute.left_out;
            *minute = Minute {
                began: Some(now),
                ..Minute::default()
            };
        }
        let lines = minute.lines.entry(kind).or_default();
        *lines += 1;
        let gets_one = *lines <= MOST_LINES;
        minute.left_out += u64::from(!gets_one);
        (gets_one, left_out)
    }
}

impl<S: Subscriber> Layer<S> for Refusals {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let about = event.metadata();
        let target = about.target();
        if *about.level() == Level::ERROR || !REFUSING.iter().any(|from| target.starts_with(from)) {
            return true;
        }
        let (gets_one, left_out) = self.count(about.callsite(), Instant::now());
        if left_out > 0 {
            tracing::warn!(left_out, "more was refused in a minute than gets lines");
        }
        gets_one
    }
}

/// One JSON object per event and line, with time in UTC. JSON escapes line breaks and control
/// characters, so that nothing a stranger sends can look like another line.
fn json_lines<W>(level: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(level)
        .with_writer(writer)
        .finish()
}

/// Logs where the panic happened, but not its text, which may contain personal data.
fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(panic.location = place, "the program panicked");
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_forges_a_line() {
        let lines = Lines::default();
        let copy = lines.clone();
        let subscriber = json_lines(EnvFilter::new("info"), move || copy.clone());
        let hostile = "Muster\n{\"level\":\"ERROR\"}\r\u{1b}[31m\u{2028}";
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(customer.name = hostile, "refused: {hostile}");
            tracing::debug!("not asked for");
        });
        let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(written.matches('\n').count(), 1, "{written}");
        assert!(!written.contains(['\r', '\u{1b}']), "{written}");
        let line: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["customer.name"], hostile);
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    }

    #[test]
    fn a13_bytes_of_strangers_are_no_error() {
        for (filter, seen) in [
            (None, false),
            (Some("info"), false),
            (Some("warn,avv_portal=debug"), false),
            (Some("debug"), true),
            (Some("info,actix_http=debug"), true),
        ] {
            let lines = Lines::default();
            let copy = lines.clone();
            let subscriber = json_lines(parse_filter(filter).0, move || copy.clone());
            let subscriber = subscriber.with(Strangers::of(filter));
            tracing::subscriber::with_default(subscriber, || {
                tracing::error!(target: "actix_http::h1::dispatcher", "stream error: bad header");
                tracing::error!("the portal's own");
            });
            let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
            assert_eq!(written.contains("bad header"), seen, "{filter:?}");
            assert!(written.contains("the portal's own"), "{filter:?}");
        }
    }

    #[test]
    fn a8_refusals_do_not_fill_the_disk() {
        let lines = Lines::default();
        let copy = lines.clone();
        let subscriber = json_lines(EnvFilter::new("info"), move || copy.clone());
        let subscriber = subscriber.with(Refusals::default());
        tracing::subscriber::with_default(subscriber, || {
            for n in 0..100 {
                tracing::warn!(target: "avv_portal::web::kit::limits", n, "refused");
                tracing::info!(target: "avv_portal::jobs", n, "sent");
            }
            tracing::warn!(target: "avv_portal::web::kit::guard", "of another kind");
        });
        let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(written.matches("refused").count(), 60);
        assert_eq!(written.matches("sent").count(), 100);
        assert_eq!(written.matches("of another kind").count(), 1);
        // The number of dropped lines is logged when the next minute begins.
        let refusals = Refusals::default();
        let span = tracing::info_span!("a kind");
        let kind = span.metadata().unwrap().callsite();
        let now = Instant::now();
        for n in 0..100 {
            assert_eq!(refusals.count(kind.clone(), now), (n < MOST_LINES, 0));
        }
        assert_eq!(refusals.count(kind, now + MINUTE), (true, 40));
    }

    #[test]
    fn an_unreadable_filter_is_replaced() {
        assert!(parse_filter(Some("info,avv_portal=shout")).1);
        assert!(!parse_filter(Some("warn,avv_portal=debug")).1);
        assert!(!parse_filter(None).1);
    }
}
