//! Running the jobs beside the web server.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Done, JOBS, Job, Pass};
use crate::app::App;
use crate::storage::db::DbError;

/// Whether the jobs should leave off. Looked at between two rows.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Nobody will ever say stop.
    pub fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// Somebody says stop as soon as `asked` is there. To be called where async work can be spawned.
    pub fn when(asked: impl Future<Output = ()> + Send + 'static) -> Self {
        let (say, stop) = watch::channel(false);
        tokio::spawn(async move {
            asked.await;
            say.send_replace(true);
        });
        Self(stop)
    }

    /// Whether to leave off.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for `pause`, or less if somebody says stop.
    async fn pause(&mut self, pause: Duration) {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = self.0.wait_for(|stop| *stop) => {}
        }
    }
}

/// The jobs of this process.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Tells all jobs to finish their row and leave off.
    pub fn tell_to_stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until all have.
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
        for _ in 0..(job.workers)(app) {
            let pass = Pass {
                app: app.clone(),
                stop: Stop(stopped.clone()),
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
        let own = pass.clone();
        let work = job.pass;
        match tokio::task::spawn_blocking(move || work(&own)).await {
            Ok(result) => log(job.name, result),
            Err(_) => tracing::error!(job = job.name, "a job panicked and will be tried again"),
        }
        pass.stop.pause(job.every).await;
    }
}

/// Counts only: never an address, a name or a token (S-82).
fn log(job: &str, result: Result<Done, DbError>) {
    match result {
        Ok(Done { good: 0, failed: 0 }) => {}
        Ok(Done { good, failed: 0 }) => tracing::info!(job, good, "done"),
        Ok(Done { good, failed }) => tracing::warn!(job, good, failed, "done with failures"),
        Err(error) => tracing::error!(job, %error, "a pass failed"),
    }
}
