//! Texts and transport of mails (requirements 3.2, 4.5, 5.3).
//!
//! The way of a mail: [`letter::Letter`] (values) → [`letter::write`] (words, text and HTML) →
//! [`message::seal`] (the bytes that go out) → [`transport::Transport::send`]. This room is the
//! only one that knows `lettre`; it neither reads the database nor a clock.

pub mod answer;
mod approval;
pub mod archive;
pub mod blanked;
pub mod bounce;
mod cleaning;
mod company;
mod content;
pub mod inbox;
pub mod letter;
pub mod message;
pub mod outbox_folder;
mod phrases;
pub mod probe;
mod smtp;
mod subjects;
pub mod transport;
mod words;
mod wrap;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unlinked_tests;

pub use letter::{Attachment, CaseWords, Content, Letter, ModuleAccess, Written};
pub use message::{Envelope, Head, Unsendable};
pub use transport::{SendError, Sent, Transport};
