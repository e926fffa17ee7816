//! Limits for CPU work: making PDFs, hashing passwords, checking contract texts (S-78).
//!
//! Each kind of work has places of its own, a bounded queue in front of them and a maximum waiting
//! time. So a user who signs in or concludes never waits behind documents that strangers ask for,
//! and a flood of requests is refused instead of piling up. A request whose client has gone leaves
//! the queue; work that has begun is finished and keeps its place until then.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, Semaphore};
use tokio::time::timeout;

use crate::crowd::Crowd;

/// What the work is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Verifying a password from a source that the account does not know.
    Password,
    /// Verifying or setting one for a known user: from a known source, or by a mailed link.
    KnownPassword,
    /// Concluding a contract.
    Conclusion,
    /// Work for a signed-in user, such as checking a contract version or fetching a bundle.
    SignedIn,
    /// Looking a file of a hundred thousand lines through, which nobody else waits behind.
    File,
    /// Work for a visitor who is not signed in: drafts, comparisons, documents to check.
    Anyone,
}

/// The limits of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    /// Pieces of work at a time.
    places: usize,
    /// How many may wait.
    line: usize,
    /// How long they may wait.
    patience: Duration,
    /// How long to wait for the result of work that has begun.
    deadline: Duration,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Password,
        Self::KnownPassword,
        Self::Conclusion,
        Self::SignedIn,
        Self::File,
        Self::Anyone,
    ];

    const fn bounds(self) -> Bounds {
        let (places, line, patience, deadline) = match self {
            Self::Password => (2, 300, 15, 30),
            Self::KnownPassword => (2, 100, 15, 30),
            Self::Conclusion => (2, 100, 45, 60),
            Self::SignedIn => (2, 20, 30, 120),
            Self::File => (1, 20, 30, 120),
            Self::Anyone => (1, 20, 20, 60),
        };
        Bounds {
            places,
            line,
            patience: Duration::from_secs(patience),
            deadline: Duration::from_secs(deadline),
        }
    }
}

/// Why work was not done, or its result was not waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// The queue is full.
    #[error("too many wait for this kind of work")]
    Full,
    /// No place became free in time.
    #[error("no place became free in time")]
    Late,
    /// The work takes longer than it may.
    #[error("the work takes too long")]
    Long,
    /// It panicked, or the server is stopping.
    #[error("the work ended without a result")]
    Interrupted,
}

/// The places and the queue of one kind.
#[derive(Debug, Clone)]
struct Lane {
    bounds: Bounds,
    places: Arc<Semaphore>,
    line: Arc<Semaphore>,
}

/// All places of this process. Clones share them.
#[derive(Debug, Clone)]
pub struct Places {
    lanes: [Lane; 6],
    /// Number of pieces of work per source.
    pub crowd: Crowd,
    turns: Arc<Mutex<HashMap<String, Weak<AsyncMutex<()>>>>>,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            lanes: Kind::ALL.map(|kind| Lane::new(kind.bounds())),
            crowd: Crowd::default(),
            turns: Arc::default(),
        }
    }
}

impl Places {
    /// Does CPU work outside the async threads once a place is free.
    ///
    /// # Errors
    /// If too many are waiting, or the work takes too long.
    pub async fn run<T: Send + 'static>(
        &self,
        kind: Kind,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoPlace> {
        let lane = match kind {
            Kind::Password => &self.lanes[0],
            Kind::KnownPassword => &self.lanes[1],
            Kind::Conclusion => &self.lanes[2],
            Kind::SignedIn => &self.lanes[3],
            Kind::File => &self.lanes[4],
            Kind::Anyone => &self.lanes[5],
        };
        let done = lane.run(work).await;
        if let Err(why) = &done {
            tracing::warn!(?kind, "refused by a limit: {why}");
        }
        done
    }

    /// Waits until no other task holds the turn of `name`; the turn ends when the returned guard is
    /// dropped.
    pub async fn turn(&self, name: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() >= 1_000 {
                turns.retain(|_, turn| turn.strong_count() > 0);
            }
            let known = turns.get(name).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let new = Arc::new(AsyncMutex::new(()));
                turns.insert(name.to_owned(), Arc::downgrade(&new));
                new
            })
        };
        turn.lock_owned().await
    }
}

impl Lane {
    fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            places: Arc::new(Semaphore::new(bounds.places)),
            line: Arc::new(Semaphore::new(bounds.line)),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoPlace> {
        let waiting = Arc::clone(&self.line).try_acquire_owned();
        let waiting = waiting.map_err(|_| NoPlace::Full)?;
        let place = timeout(
            self.bounds.patience,
            Arc::clone(&self.places).acquire_owned(),
        )
        .await;
        let place = place
            .map_err(|_| NoPlace::Late)?
            .map_err(|_| NoPlace::Interrupted)?;
        drop(waiting);
        let client = Client(Arc::default());
        let gone = Arc::clone(&client.0);
        let span = tracing::Span::current();
        let work = tokio::task::spawn_blocking(move || {
            let _place = place;
            // The client has gone, and the work has not begun.
            if gone.load(Ordering::Relaxed) {
                return None;
            }
            Some(span.in_scope(work))
        });
        let done = timeout(self.bounds.deadline, work).await;
        drop(client);
        done.map_err(|_| NoPlace::Long)?
            .ok()
            .flatten()
            .ok_or(NoPlace::Interrupted)
    }
}

/// Notes, when it is dropped, that the client does not wait for the result any more.
struct Client(Arc<AtomicBool>);

impl Drop for Client {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use std::sync::mpsc;

    use super::*;

    fn lane(patience: u64, deadline: u64) -> Lane {
        Lane::new(Bounds {
            places: 1,
            line: 2,
            patience: Duration::from_millis(patience),
            deadline: Duration::from_millis(deadline),
        })
    }

    /// Work that ends when it is told to.
    fn held(
        lane: &Lane,
    ) -> (
        mpsc::Sender<()>,
        tokio::task::JoinHandle<Result<(), NoPlace>>,
    ) {
        let (end, wait) = mpsc::channel();
        let own = lane.clone();
        let task = tokio::spawn(async move {
            own.run(move || {
                wait.recv().ok();
            })
            .await
        });
        (end, task)
    }

    #[tokio::test]
    async fn a3_a_line_has_an_end() {
        let lane = lane(60_000, 60_000);
        let (end, first) = held(&lane);
        while lane.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let waiting: Vec<_> = (0..2).map(|_| held(&lane)).collect();
        while lane.line.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(lane.run(|| ()).await, Err(NoPlace::Full));
        // A task that is aborted leaves the queue.
        for (_, task) in &waiting {
            task.abort();
        }
        while lane.line.available_permits() < 2 {
            tokio::task::yield_now().await;
        }
        drop(end);
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!(lane.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a3_nobody_waits_for_ever_and_what_runs_keeps_its_place() {
        let lane = lane(20, 20);
        let (end, first) = held(&lane);
        assert_eq!(first.await.unwrap(), Err(NoPlace::Long));
        assert_eq!(lane.run(|| ()).await, Err(NoPlace::Late), "it still works");
        drop(end);
        while lane.places.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(lane.run(|| ()).await, Ok(()));
    }

    #[tokio::test]
    async fn a3_work_that_fails_gives_its_place_back() {
        let lane = lane(60_000, 60_000);
        let panicked = lane.run(|| panic!("as if")).await;
        assert_eq!(panicked, Err::<(), _>(NoPlace::Interrupted));
        assert_eq!(lane.places.available_permits(), 1);
    }

    #[tokio::test]
    async fn a3_kinds_do_not_wait_for_each_other() {
        let places = Places::default();
        let (_end, _task) = held(&places.lanes[5]);
        let others = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Anyone);
        for kind in others {
            assert_eq!(places.run(kind, || 1).await, Ok(1), "{kind:?}");
        }
    }

    #[tokio::test]
    async fn turns_are_taken_one_after_the_other() {
        let places = Places::default();
        let first = places.turn("a").await;
        let second = tokio::spawn({
            let places = places.clone();
            async move { drop(places.turn("a").await) }
        });
        drop(places.turn("b").await);
        assert!(!second.is_finished());
        drop(first);
        second.await.unwrap();
    }
}
