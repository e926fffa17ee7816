//! What the portal says of things: the sentences about whatever [`crate::domain`] knows by a key, German and
//! English side by side where both are read, one file for each noun.
//!
//! Most files give a type of `domain` further methods (`word`, `sentence`, …): a caller that has the value can
//! say it without another import. What a single page or mail says stands in its template; what several
//! rooms say stands here. Nothing here decides anything: it turns values into words.

pub mod agreement_import;
mod alert;
pub mod audit;
mod branding;
mod case;
pub mod clause;
mod client;
pub mod company;
pub mod composition;
mod customer_import;
pub mod dates;
mod export;
mod feed;
mod holidays;
mod identity;
mod mail;
mod master_data;
pub mod names;
mod notice;
pub mod offer_diff;
mod partner;
pub mod postcode;
mod product;
mod proposal;
pub mod reply;
pub mod retention;
mod roll_out;
mod setup;
pub mod table;
mod user;
pub mod version;
mod webhook;
