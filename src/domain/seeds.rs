//! Where random tests keep the seeds with which they failed.

use proptest::test_runner::{FailurePersistence, FileFailurePersistence};

/// `tests/seeds/NAME.txt`: a failing seed is written there, to be committed with its mending, and is
/// tried first in every later run (F12).
pub fn kept(name: &str) -> Option<Box<dyn FailurePersistence>> {
    let path = format!("{}/tests/seeds/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    // Of each name there is one in a run.
    Some(Box::new(FileFailurePersistence::Direct(path.leak())))
}
