//! What the operator works with: audit log, alerts, proposals, retention, files, seals.

pub mod alerts;
pub mod audit;
pub mod branding;
pub mod feed;
pub mod figures;
pub mod files;
pub mod idempotency;
pub mod kept;
pub mod proposals;
pub mod retention;
pub mod runs;
pub mod seals;
pub mod setup;
pub mod status_days;
pub mod unreadable;
pub mod webhooks;
