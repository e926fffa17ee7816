//! What this process counts for monitoring, and the text format in which Prometheus reads it.
//!
//! Nothing in here names anybody: requests are counted by the pattern of their route, because raw
//! paths hold tokens and numbers, and by a method and a class of status from short lists.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// Upper ends of the histogram's ranges, in seconds.
const ENDS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The counters of this process. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    requests: Mutex<BTreeMap<Answered, Histogram>>,
    gate: [AtomicU64; 3],
    jobs: Mutex<BTreeMap<&'static str, JobCount>>,
}

/// What an answered request is counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answered {
    /// Pattern of the route, such as `/kunden/{nummer}`.
    pub route: String,
    /// The method, from a short list.
    pub method: &'static str,
    /// `2xx` to `5xx`.
    pub status: &'static str,
}

#[derive(Debug, Default)]
struct Histogram {
    /// Answers by range; the last one has no upper end.
    ranges: [u64; ENDS.len() + 1],
    seconds: f64,
}

/// What a product's front end was told by the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The person may come in.
    Open,
    /// The person may not.
    Closed,
    /// There was no decision, because of a fault or an outage.
    Failed,
}

impl Decision {
    const ALL: [Self; 3] = [Self::Open, Self::Closed, Self::Failed];

    fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Failed => "failed",
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct JobCount {
    every: Duration,
    success: Option<DateTime<Utc>>,
    failed_passes: u64,
    failed_rows: u64,
}

impl Metrics {
    /// Counts an answered request.
    pub fn request(&self, answered: Answered, took: Duration) {
        let seconds = took.as_secs_f64();
        let mut all = lock(&self.0.requests);
        let histogram = all.entry(answered).or_default();
        let range = ENDS.iter().position(|end| seconds <= *end);
        histogram.ranges[range.unwrap_or(ENDS.len())] += 1;
        histogram.seconds += seconds;
    }

    /// Counts a decision of the gate.
    pub fn decision(&self, decision: Decision) {
        self.0.gate[decision as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A job begins to run in this process, with this pause between two passes.
    pub fn job(&self, name: &'static str, every: Duration) {
        lock(&self.0.jobs).entry(name).or_insert(JobCount {
            every,
            success: None,
            failed_passes: 0,
            failed_rows: 0,
        });
    }

    /// A pass of a job came to its end; `failed` of its rows did not.
    pub fn passed(&self, name: &'static str, failed: usize, now: DateTime<Utc>) {
        if let Some(job) = lock(&self.0.jobs).get_mut(name) {
            job.success = Some(now);
            job.failed_rows += failed as u64;
        }
    }

    /// A pass of a job ended with an error.
    pub fn failed(&self, name: &'static str) {
        if let Some(job) = lock(&self.0.jobs).get_mut(name) {
            job.failed_passes += 1;
        }
    }

    /// Writes all counters.
    pub fn write(&self, page: &mut Exposition) {
        page.family(
            "avv_http_request_duration_seconds",
            "histogram",
            "Answered requests by pattern of the route, method and class of the status",
        );
        for (answered, histogram) in lock(&self.0.requests).iter() {
            histogram.write(page, answered);
        }
        page.family(
            "avv_gate_decisions_total",
            "counter",
            "What product front ends were told by the gate",
        );
        for decision in Decision::ALL {
            let count = self.0.gate[decision as usize].load(Ordering::Relaxed);
            page.sample(
                "avv_gate_decisions_total",
                &[("decision", decision.key())],
                count as f64,
            );
        }
        let jobs = lock(&self.0.jobs).clone();
        let mut each = |name: &str, kind: &str, help: &str, value: fn(&JobCount) -> Option<f64>| {
            page.family(name, kind, help);
            for (job, count) in &jobs {
                if let Some(value) = value(count) {
                    page.sample(name, &[("name", job)], value);
                }
            }
        };
        each(
            "avv_job_interval_seconds",
            "gauge",
            "Pause between two passes of a job",
            |job| Some(job.every.as_secs_f64()),
        );
        each(
            "avv_job_last_success_timestamp_seconds",
            "gauge",
            "When a pass of the job last came to its end in this process",
            |job| job.success.map(|at| at.timestamp() as f64),
        );
        each(
            "avv_job_passes_failed_total",
            "counter",
            "Passes of the job that ended with an error",
            |job| Some(job.failed_passes as f64),
        );
        each(
            "avv_job_rows_failed_total",
            "counter",
            "Rows the job could not work on and left for the next pass",
            |job| Some(job.failed_rows as f64),
        );
    }
}

impl Histogram {
    fn write(&self, page: &mut Exposition, answered: &Answered) {
        let labels = [
            ("route", answered.route.as_str()),
            ("method", answered.method),
            ("status", answered.status),
        ];
        let mut up_to = 0;
        for (range, count) in self.ranges.iter().enumerate() {
            up_to += count;
            let end = ENDS.get(range).map_or("+Inf".to_owned(), f64::to_string);
            let [route, method, status] = labels;
            page.sample(
                "avv_http_request_duration_seconds_bucket",
                &[route, method, status, ("le", &end)],
                up_to as f64,
            );
        }
        page.sample(
            "avv_http_request_duration_seconds_sum",
            &labels,
            self.seconds,
        );
        page.sample(
            "avv_http_request_duration_seconds_count",
            &labels,
            up_to as f64,
        );
    }
}

/// A page in the text format of Prometheus.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// Begins a metric; its samples follow.
    pub fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into a text cannot fail.
        writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}").ok();
    }

    /// One value of the metric that was begun last.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.0.push_str(name);
        for (number, (label, text)) in labels.iter().enumerate() {
            let before = if number == 0 { '{' } else { ',' };
            write!(self.0, "{before}{label}=\"{}\"", escaped(text)).ok();
        }
        let after = if labels.is_empty() { "" } else { "}" };
        writeln!(self.0, "{after} {value}").ok();
    }

    /// A metric with one value and no labels.
    pub fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.family(name, "gauge", help);
        self.sample(name, &[], value);
    }

    /// Adds what was written before.
    pub fn append(&mut self, other: &str) {
        self.0.push_str(other);
    }

    /// The page.
    pub fn into_text(self) -> String {
        self.0
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_add_up_and_labels_are_escaped() {
        let metrics = Metrics::default();
        let answered = Answered {
            route: "/kunden/{nummer}".to_owned(),
            method: "GET",
            status: "2xx",
        };
        for milliseconds in [1, 5, 30, 20_000] {
            metrics.request(answered.clone(), Duration::from_millis(milliseconds));
        }
        metrics.decision(Decision::Closed);
        metrics.job("deliver", Duration::from_secs(2));
        metrics.failed("deliver");
        let mut page = Exposition::default();
        metrics.write(&mut page);
        page.sample("x", &[("a", "b\"\\\n")], 0.5);
        let text = page.into_text();
        for line in [
            "avv_http_request_duration_seconds_bucket{route=\"/kunden/{nummer}\",method=\"GET\",status=\"2xx\",le=\"0.005\"} 2",
            "avv_http_request_duration_seconds_bucket{route=\"/kunden/{nummer}\",method=\"GET\",status=\"2xx\",le=\"10\"} 3",
            "avv_http_request_duration_seconds_bucket{route=\"/kunden/{nummer}\",method=\"GET\",status=\"2xx\",le=\"+Inf\"} 4",
            "avv_http_request_duration_seconds_count{route=\"/kunden/{nummer}\",method=\"GET\",status=\"2xx\"} 4",
            "avv_gate_decisions_total{decision=\"open\"} 0",
            "avv_gate_decisions_total{decision=\"closed\"} 1",
            "avv_job_passes_failed_total{name=\"deliver\"} 1",
            "x{a=\"b\\\"\\\\\\n\"} 0.5",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}: {text}");
        }
        assert!(!text.contains("last_success_timestamp_seconds{"), "{text}");
    }
}
