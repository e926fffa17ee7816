//! The portal's log lines, collected for all tests of the process: a test should search only for
//! its own secrets.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock};

use tracing_subscriber::EnvFilter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// The log of this process from a certain moment on.
pub struct Log {
    from: usize,
}

struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().expect("the log").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Begins to collect all lines of the portal's own code and of the web server.
    pub fn listen() -> Self {
        static STARTED: OnceLock<()> = OnceLock::new();
        STARTED.get_or_init(|| {
            let filter = "info,avv_portal=trace,actix_web=trace,actix_http=trace,actix_session=trace,lettre=trace";
            let subscriber = tracing_subscriber::fmt()
                .json()
                .flatten_event(true)
                .with_env_filter(EnvFilter::new(filter))
                .with_writer(|| Lines)
                .finish();
            tracing::subscriber::set_global_default(subscriber).expect("the only subscriber of the tests");
        });
        Self {
            from: LINES.lock().expect("the log").len(),
        }
    }

    /// The lines since then, of all tests that run now.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&LINES.lock().expect("the log")[self.from..]).into_owned()
    }

    /// The lines that contain all of `parts`.
    pub fn lines_with(&self, parts: &[&str]) -> Vec<String> {
        self.text()
            .lines()
            .filter(|line| parts.iter().all(|part| line.contains(part)))
            .map(str::to_owned)
            .collect()
    }
}
