//! The outbox, what came back, and what people answered.

pub mod mail_evidence;
pub mod mails;
pub mod replies;
