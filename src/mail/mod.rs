//! Texts and transport of mails (requirements 3.2, 4.5, 5.3).
//!
//! The steps of a mail: [`MailInput`] (values, one of the [`bodies`]) → [`render::render`]
//! (subject, text and HTML) → [`message::seal`] (the bytes that are sent) →
//! [`transport::Transport::send`]. What comes back: [`inbox`] (files) and [`mailbox`] (IMAP) →
//! [`bounce`] or [`answer`]. This room is the only one that knows `lettre` and `imap_codec`; it reads
//! neither the database nor a clock.

pub mod answer;
pub mod archive;
pub mod blanked;
pub mod bodies;
pub mod bounce;
pub mod case_words;
pub mod inbox;
pub mod mailbox;
pub mod message;
pub mod outbox_folder;
pub mod pace;
mod phrases;
pub mod render;
mod smtp;
pub mod test_mail;
pub mod transport;
mod way;
mod words;
mod wrap;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod snapshot_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unlinked_tests;

pub use bodies::MailBody;
pub use case_words::{AgreementWords, CaseWords};
pub use message::{Envelope, Head, Unsendable};
pub use render::{Attachment, MailInput, RenderedMail};
pub use transport::{SendError, Sent, Transport};
