//! Connections to the mail server that are idle and can be used again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Connection, Fault, Parcel, Reply, Route, Watch};

/// How long a connection may be idle before it is not used any more.
const REST: Duration = Duration::from_secs(60);

/// The connections to one server; a mail takes an idle one, or opens another.
pub(in crate::mail) struct Pool {
    pub(in crate::mail) route: Route,
    most: usize,
    resting: Mutex<Vec<(Connection, Instant)>>,
}

impl Pool {
    pub(in crate::mail) fn new(route: Route, most: usize) -> Self {
        Self {
            route,
            most,
            resting: Mutex::default(),
        }
    }

    /// Hands one mail over. After a refusal the connection is not used again.
    pub(in crate::mail) fn send(&self, mail: &Parcel<'_>) -> Result<Reply, Fault> {
        let watch = Watch::default();
        let mut line = match self.take() {
            Some(line) => line,
            None => Connection::open(&self.route, watch)?,
        };
        match line.send(mail, watch) {
            Ok(reply) => {
                self.give_back(line);
                Ok(reply)
            }
            Err(fault) => {
                if matches!(fault, Fault::Refused(_)) {
                    line.quit(watch);
                }
                Err(fault)
            }
        }
    }

    fn take(&self) -> Option<Connection> {
        loop {
            let (mut line, since) = {
                let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
                resting.pop()?
            };
            if since.elapsed() < REST && line.is_alive() {
                return Some(line);
            }
        }
    }

    fn give_back(&self, line: Connection) {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        if resting.len() < self.most {
            resting.push((line, Instant::now()));
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let resting = self
            .resting
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        for (line, _) in resting.drain(..) {
            line.quit(Watch::default());
        }
    }
}
