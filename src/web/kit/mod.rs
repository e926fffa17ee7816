//! What several page families use. Nothing in here depends on a family, and the modules in here
//! have no circular dependencies either.
//!
//! Around every handler: [`requests`], [`limits`], [`headers`], [`error_pages`], [`session_store`], [`session`], [`guard`],
//! [`attend`], [`kept`], [`gate`]. Parameters of handlers: [`route`], [`page`], [`form`], [`signed_form`],
//! [`upload`], [`client`], [`turn`]. Answers: [`respond`], [`export`]. Contents of pages: [`language`], [`words`], [`dates`],
//! [`history`], [`chain`], [`refusals`].

pub mod attend;
pub mod body;
pub mod chain;
pub mod client;
pub mod codes;
pub mod connection;
pub mod customer;
pub mod dates;
pub mod dissent;
pub mod effects;
pub mod error;
pub mod error_pages;
pub mod export;
pub mod form;
pub mod gate;
pub mod guard;
pub mod headers;
pub mod history;
pub mod issuers;
pub mod kept;
pub mod language;
pub mod limits;
pub mod local_path;
pub mod memory;
pub mod menu;
pub mod own_history;
pub mod page;
pub mod passkeys;
pub mod reauthentication;
pub mod refusals;
pub mod requests;
pub mod respond;
pub mod route;
pub mod session;
pub mod session_store;
pub mod sessions;
pub mod signed_form;
pub mod soft;
pub mod statics;
pub mod sub_processors;
pub mod turn;
pub mod unknown_link;
pub mod unwritten;
pub mod upload;
pub mod words;
