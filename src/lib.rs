//! The AVV portal as a library: the rooms that `main`, the tests and the benchmarks share.
//!
//! Arrows run downwards only: `cli` starts `web` and `jobs`; all three call `actions`; `actions`
//! use `storage`, `mail`, `document` and `contract`; all of them use `domain`, which depends on no
//! other room.

pub mod actions;
pub mod app;
pub mod authority;
pub mod cipher;
pub mod cli;
pub mod clock;
pub mod config;
pub mod contract;
pub mod crowd;
pub mod document;
pub mod domain;
pub mod drafts;
pub mod jobs;
pub mod logging;
pub mod mail;
pub mod paths;
pub mod places;
pub mod pulse;
pub mod storage;
pub mod token;
pub mod web;

#[cfg(test)]
#[path = "../tests/house/mod.rs"]
mod house;
