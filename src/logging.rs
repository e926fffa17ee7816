//! Log lines: JSON in production, for the eye in development (S-81).
//!
//! Lines go to standard error; what a command prints for its user goes to standard output. Log
//! identifiers as fields with dotted names (`customer.number`, `mail.id`), a failure once, where it
//! is handled, and never an address, a token, a password or a contract (S-82).

use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::config::Environment;

/// What is logged when `RUST_LOG` is silent.
const DEFAULT_FILTER: &str = "info";

/// Starts logging for the whole process; a second call changes nothing. `filter` is `RUST_LOG`; a
/// filter that cannot be read is replaced by the default and mentioned. In production a
/// panic becomes a log line; in development the usual message is more help.
pub fn init(environment: Environment, filter: Option<&str>) {
    let (level, complaint) = parse_filter(filter);
    let strangers = Strangers::of(filter);
    let writer = std::io::stderr;
    let started = match environment {
        Environment::Production => {
            tracing::subscriber::set_global_default(json_lines(level, writer).with(strangers))
        }
        Environment::Development => tracing::subscriber::set_global_default(
            tracing_subscriber::fmt()
                .with_env_filter(level)
                .with_ansi(std::io::stderr().is_terminal())
                .with_target(false)
                .with_writer(writer)
                .finish()
                .with(strangers),
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

/// What the web server says about bytes that are no request. Any stranger can have it say so as often
/// as he likes, so it is no error here: it is for those who look for details.
struct Strangers {
    wanted: bool,
}

/// Where it says so.
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

/// One JSON object per event and line, time in UTC. JSON escapes line breaks and control characters,
/// so nothing that a stranger sends can look like another line.
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

/// Says where, not what: the text of a panic may quote personal data.
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
    fn an_unreadable_filter_is_replaced() {
        assert!(parse_filter(Some("info,avv_portal=shout")).1);
        assert!(!parse_filter(Some("warn,avv_portal=debug")).1);
        assert!(!parse_filter(None).1);
    }
}
