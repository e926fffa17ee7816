//! The rules of the portal, as pure functions over facts.
//!
//! Nothing here does I/O, reads a clock or knows the database: `now` is a parameter, facts come in
//! as values, decisions go out as values. What is said of a value stands in `wording`; here
//! are keys, and messages for the log. Start with [`case`]: it holds the three functions that
//! everything else asks ([`case::status_of`], [`case::access`], [`case::decide`]).

pub mod agent;
pub mod agreement_import;
pub mod alert;
pub mod audit;
pub mod branding;
pub mod bulk_run;
pub mod calendar;
pub mod case;
pub mod client;
pub mod company;
pub mod customer_import;
mod customer_number;
pub mod email;
pub mod export;
pub mod feed;
pub mod file;
pub mod identity;
mod ids;
pub mod inspection;
mod language;
pub mod mail;
pub mod master_data;
pub mod name;
pub mod notice;
pub mod offer_diff;
pub mod partner;
pub mod partner_contract;
pub mod party;
pub mod passkey;
pub mod postcode;
pub mod product;
pub mod proposal;
pub mod reply;
pub mod retention;
pub mod roll_out;
pub mod search;
pub mod second_factor;
pub mod second_person;
#[cfg(test)]
pub mod seeds;
pub mod setup;
pub mod sub_processor;
pub mod table;
pub mod unlinked;
pub mod user;
pub mod version;
pub mod viewer;
pub mod webhook;
pub mod working_time;

pub use branding::Branding;
pub use customer_number::{CustomerNumber, LONGEST_CUSTOMER_NUMBER, NoCustomerNumber};
pub use email::EmailAddress;
pub use ids::{
    AddressId, AgreementId, AgreementImportId, AlertId, AnnouncementId, BulkRunId, ClientId,
    CommentId, DeliveryId, FileId, ImportId, LinkId, MailId, NoticeId, ObjectionId, PartnerId,
    ProposalId, ReplyId, RequestId, RollOutId, SubProcessorId, UserId, VersionId, WebhookId,
};
pub use language::Language;
pub use offer_diff::{ChangeNote, OfferDiff, VersionDiff};
pub use party::{Operator, Party};
pub use working_time::Holidays;
