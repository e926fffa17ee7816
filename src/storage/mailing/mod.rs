//! The outbox, the delivery reports, and the replies of recipients.

pub mod mail_evidence;
pub mod mailbox;
pub mod mails;
pub mod replies;
