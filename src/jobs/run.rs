//! Running the jobs beside the web server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Done, JOBS, Job, Pass};
use crate::app::App;
use crate::pulse::Pulse;
use crate::storage::db::DbError;

/// A job that looks this often does what somebody waits for.
const ATTENTIVE: Duration = Duration::from_secs(2);
/// Such a job looks again after this pause if it found something to do: where one makes work for another, as
/// announcements do for the outbox, neither is to wait for a whole pause each time.
const AGAIN: Duration = Duration::from_millis(250);

/// Tells jobs whether they should stop. Checked between two rows.
#[derive(Debug, Clone)]
pub struct Stop {
    asked: watch::Receiver<bool>,
    /// Checking a second time shows that the job has processed a row, which counts as a sign of
    /// life.
    at_work: Option<(Pulse, &'static str, Duration)>,
    looked: Arc<AtomicBool>,
}

impl Stop {
    /// A stop signal that is never given.
    pub fn never() -> Self {
        Self::from(watch::channel(false).1)
    }

    /// A stop signal that is given as soon as `asked` completes. To be called where async tasks can
    /// be spawned.
    pub fn when(asked: impl Future<Output = ()> + Send + 'static) -> Self {
        let (say, stop) = watch::channel(false);
        tokio::spawn(async move {
            asked.await;
            say.send_replace(true);
        });
        Self::from(stop)
    }

    /// Whether the job should stop.
    pub fn is_set(&self) -> bool {
        if let Some((pulse, job, every)) = &self.at_work
            && self.looked.swap(true, Ordering::Relaxed)
        {
            pulse.beat(job, *every);
        }
        *self.asked.borrow()
    }

    /// Says that the job is at work, whatever came of it.
    pub fn live(&self) {
        if let Some((pulse, job, every)) = &self.at_work {
            pulse.beat(job, *every);
        }
    }

    /// Waits for `pause`, or until the stop signal.
    async fn pause(&mut self, pause: Duration) {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = self.asked.wait_for(|stop| *stop) => {}
        }
    }
}

impl From<watch::Receiver<bool>> for Stop {
    fn from(asked: watch::Receiver<bool>) -> Self {
        Self {
            asked,
            at_work: None,
            looked: Arc::default(),
        }
    }
}

/// The running jobs of this process.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Tells all jobs to finish their row and stop.
    pub fn tell_to_stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until all have stopped.
    pub async fn wait(self) {
        for task in self.tasks {
            if task.await.is_err() {
                tracing::error!("a job ended by itself");
            }
        }
    }
}

/// Starts all jobs on the current runtime.
pub fn start(app: &App) -> Running {
    let (stop, stopped) = watch::channel(false);
    let mut tasks = Vec::new();
    for job in JOBS {
        let workers = (job.workers)(app);
        // Of a job that nobody does, no sign of life is waited for.
        if workers == 0 {
            continue;
        }
        app.pulse.beat(job.name, job.every);
        app.metrics.job(job.name, job.every);
        for _ in 0..workers {
            let pass = Pass {
                app: app.clone(),
                stop: Stop::from(stopped.clone()),
                at: None,
                send_late: false,
            };
            tasks.push(tokio::spawn(repeat(job, pass)));
        }
    }
    Running { stop, tasks }
}

async fn repeat(job: &'static Job, mut pass: Pass) {
    while !pass.stop.is_set() {
        let mut own = pass.clone();
        let pulse = pass.app.pulse.clone();
        own.stop.looked = Arc::default();
        own.stop.at_work = Some((pulse.clone(), job.name, job.every));
        let work = job.pass;
        let mut rest = job.every;
        match tokio::task::spawn_blocking(move || work(&own)).await {
            Ok(result) => {
                if matches!(&result, Ok(done) if done.good > 0) && job.every <= ATTENTIVE {
                    rest = AGAIN;
                }
                match &result {
                    Ok(done) => {
                        let now = pass.app.clock.now();
                        pass.app.metrics.passed(job.name, done.failed, now);
                    }
                    Err(_) => pass.app.metrics.failed(job.name),
                }
                // A pass in which every row failed is no sign of life.
                if matches!(&result, Ok(done) if done.good > 0 || done.failed == 0) {
                    pulse.beat(job.name, job.every);
                }
                log(job.name, result);
            }
            Err(_) => {
                pass.app.metrics.failed(job.name);
                tracing::error!(job = job.name, "a job panicked and will be tried again");
            }
        }
        pass.stop.pause(rest).await;
    }
}

/// Logs only counts: never an address, a name or a token (S-82).
fn log(job: &str, result: Result<Done, DbError>) {
    match result {
        Ok(Done { good: 0, failed: 0 }) => {}
        Ok(Done { good, failed: 0 }) => tracing::info!(job, good, "done"),
        Ok(Done { good, failed }) => tracing::warn!(job, good, failed, "done with failures"),
        Err(error) => tracing::error!(job, %error, "a pass failed"),
    }
}
