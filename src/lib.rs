//! The AVV portal as a library: the rooms that `main`, the tests and the benchmarks share.
//!
//! Arrows run downwards only: `cli` starts `web` and `jobs`; all three call `actions`; `actions`
//! use `storage`, `mail`, `document` and `contract`; all of them may ask `wording` for words and
//! `domain` for rules; `wording` knows `domain`, which knows none of them.

pub mod actions;
pub mod app;
pub mod authority;
pub mod cipher;
pub mod cli;
pub mod clock;
pub mod config;
pub mod contract;
pub mod crowd;
pub mod dns;
pub mod document;
pub mod domain;
pub mod drafts;
pub mod jobs;
pub mod logging;
pub mod mail;
pub mod mail_token;
pub mod metrics;
pub mod oidc;
pub mod paths;
pub mod places;
pub mod pulse;
pub mod rates;
pub mod sheet;
pub mod storage;
pub mod token;
pub mod web;
pub mod webauthn;
pub mod webhook_client;
pub mod wording;

#[cfg(test)]
#[path = "../tests/house/mod.rs"]
mod house;
