//! The management listener: what monitoring reads, on a port of its own, without a session and never
//! on the public one.
//!
//! Gauges are read from the database when they are asked for, at most every few seconds and by one
//! request at a time, so that monitoring cannot burden it. What is counted is counted up to a cap or
//! read from a short range of an index. Without a database there are still the process's own
//! counters, and `avv_database_up` is 0.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use chrono::TimeDelta;
use tokio::sync::Mutex;

use crate::app::App;
use crate::mail::inbox::Inbox;
use crate::metrics::Exposition;
use crate::storage::db::DbError;
use crate::storage::figures::{Figures, read_figures};

/// How long gauges from the database are used again.
const AGE: Duration = Duration::from_secs(10);
/// How long a scrape waits for the database.
const PATIENCE: Duration = Duration::from_secs(4);
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What was read last; one request at a time reads it anew.
#[derive(Default)]
pub struct Readings(Mutex<Read>);

#[derive(Default)]
struct Read {
    figures: Option<(Instant, Option<Figures>)>,
}

/// GET: all metrics in the text format of Prometheus.
pub async fn metrics(app: web::Data<App>, readings: web::Data<Readings>) -> HttpResponse {
    let mut page = Exposition::default();
    page.family("avv_build_info", "gauge", "The version of the program");
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    page.sample("avv_build_info", &version, 1.0);
    app.metrics.write(&mut page);
    of_process(&app, &mut page).await;
    page.append(&of_database(&app, &readings).await);
    HttpResponse::Ok().content_type(TEXT).body(page.into_text())
}

/// GET of anything else.
pub async fn nothing() -> HttpResponse {
    HttpResponse::NotFound()
        .content_type("text/plain; charset=utf-8")
        .body("not found\n")
}

/// What is known without the database.
async fn of_process(app: &App, page: &mut Exposition) {
    let now = app.clock.now();
    let left = app.sealer.validity().1 - now;
    page.gauge(
        "avv_seal_days_left",
        "Days until the certificate of the seal ends; below 0 nothing is concluded any more",
        left.as_seconds_f64() / TimeDelta::days(1).as_seconds_f64(),
    );
    let inbox = Inbox::of(&app.config.storage.data_dir);
    // A folder that cannot be read has no number.
    if let Ok(unclear) = tokio::task::spawn_blocking(move || inbox.unclear()).await {
        page.gauge(
            "avv_inbox_unclear",
            "Mails that came back and were not understood, counted up to 1000",
            unclear as f64,
        );
    }
    let pools = app.db.usage();
    let name = "avv_database_connections";
    page.family(name, "gauge", "Connections to the database by pool");
    for pool in &pools {
        let states = [("busy", pool.busy), ("idle", pool.idle)];
        for (state, count) in states {
            let labels = [("pool", pool.name), ("state", state)];
            page.sample(name, &labels, f64::from(count));
        }
    }
    let name = "avv_database_connections_max";
    page.family(name, "gauge", "Most connections a pool opens");
    for pool in &pools {
        page.sample(name, &[("pool", pool.name)], f64::from(pool.most));
    }
    if let Some(age) = app.db.replica_age(app.clock.now()) {
        page.gauge(
            "avv_replica_age_seconds",
            "How old lists are at most that are read at the replica; missing while the primary reads them",
            age.as_seconds_f64(),
        );
    }
    let name = "avv_database_waiting";
    page.gauge(
        name,
        "Requests that wait for a connection of the pool for pages",
        f64::from(app.db.waiting()),
    );
}

/// What stands in the database, as it was read within the last seconds.
async fn of_database(app: &App, readings: &Readings) -> String {
    let mut read = readings.0.lock().await;
    let is_fresh = |read: &Read| {
        let age = read.figures.as_ref().map(|(at, _)| at.elapsed());
        age.is_some_and(|age| age < AGE)
    };
    if !is_fresh(&read) {
        let figures = tokio::time::timeout(PATIENCE, figures(app)).await;
        let figures = match figures {
            Ok(Ok(figures)) => Some(figures),
            Ok(Err(error)) => {
                tracing::warn!(%error, "no figures for monitoring");
                None
            }
            Err(_) => {
                tracing::warn!("no figures for monitoring in time");
                None
            }
        };
        read.figures = Some((Instant::now(), figures));
    }
    let mut page = Exposition::default();
    let figures = read
        .figures
        .as_ref()
        .and_then(|(_, figures)| figures.as_ref());
    page.gauge(
        "avv_database_up",
        "Whether the database answered",
        if figures.is_some() { 1.0 } else { 0.0 },
    );
    if let Some(figures) = figures {
        write(app, figures, &mut page);
    }
    page.into_text()
}

async fn figures(app: &App) -> Result<Figures, DbError> {
    let own = app.clone();
    let now = app.clock.now();
    app.db
        .read(move |conn| {
            let is_stamped = own.config.seal.authority.is_some();
            Ok(read_figures(conn, is_stamped, now)?)
        })
        .await
}

fn write(app: &App, figures: &Figures, page: &mut Exposition) {
    page.gauge(
        "avv_mails_waiting",
        "Mails that wait to be sent, counted up to 1001",
        figures.waiting as f64,
    );
    let waited = figures.oldest.map_or(0.0, |since| {
        (app.clock.now() - since).as_seconds_f64().max(0.0)
    });
    page.gauge(
        "avv_mails_oldest_waiting_seconds",
        "How long the oldest of them has waited",
        waited,
    );
    let name = "avv_mails_failed";
    page.family(
        name,
        "gauge",
        "Mails of the last seven days that were refused for good (failed) or came back (returned)",
    );
    page.sample(name, &[("state", "failed")], figures.failed as f64);
    page.sample(name, &[("state", "returned")], figures.returned as f64);
    let name = "avv_alerts_open";
    page.family(
        name,
        "gauge",
        "Open alerts by kind, each counted up to 1001",
    );
    for (kind, count) in &figures.alerts {
        page.sample(name, &[("kind", kind.key())], *count as f64);
    }
    let name = "avv_customers";
    page.family(name, "gauge", "Customers by status");
    for (status, count) in &figures.customers {
        page.sample(name, &[("status", status.key())], *count as f64);
    }
    let name = "avv_time_stamps_missing";
    page.family(
        name,
        "gauge",
        "Documents of the last 30 days without their time stamp, counted up to 1001; without AVV_TSA_URL none are due",
    );
    if let Some(missing) = figures.unstamped {
        page.sample(name, &[], missing as f64);
    }
    let name = "avv_webhook_lag_seconds";
    page.family(
        name,
        "gauge",
        "How long the next event has waited for each endpoint that is not paused; 0 if it has everything",
    );
    for (endpoint, since) in &figures.webhooks {
        let lag = since.map_or(0.0, |since| (app.clock.now() - since).as_seconds_f64());
        page.sample(name, &[("endpoint", &endpoint.to_string())], lag.max(0.0));
    }
    let name = "avv_mailbox_failing_seconds";
    page.family(
        name,
        "gauge",
        "For how long the mailbox of what comes back cannot be read; 0 if it can, absent where none is set",
    );
    if app.config.mail.mailbox.is_some()
        && let Some((_, since)) = figures.mailbox
    {
        let failing = since.map_or(0.0, |since| (app.clock.now() - since).as_seconds_f64());
        page.sample(name, &[], failing.max(0.0));
    }
    let name = "avv_audit_position";
    page.family(
        name,
        "gauge",
        "Position of the newest event of the audit log",
    );
    if let Some(position) = figures.position {
        page.sample(name, &[], position as f64);
    }
}
