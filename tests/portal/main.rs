//! Tests of the portal as users see it: over HTTP, with a real Postgres, and in a real browser.
//!
//! Start with [`harness`]: a test starts a `TestApp` (server on a free port, a schema of its own, a
//! clock that stands still), signs users in and lets them act on pages. The files are named by the
//! noun they are about.
#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![expect(clippy::expect_used, reason = "a test may fail")]

mod harness;

mod access;
mod accessibility;
mod addresses;
mod alerts;
mod announce;
mod api;
mod audit;
mod backup;
mod bookings;
mod bounces;
mod branding;
mod bulk_runs;
mod check;
mod clock;
mod company;
mod consents;
mod contracts;
mod corrections;
mod customers;
mod deletion;
mod delivery;
mod desk;
mod documents;
mod evidence;
mod exports;
mod factor;
mod feed;
mod first_day;
mod fixtures;
mod forgetting;
mod forms;
mod gate;
mod heavy;
mod imports;
mod issuers;
mod letters;
mod limits;
mod links;
mod list;
mod login;
mod mail_specs;
mod mails;
mod management;
mod master_data;
mod migrations;
mod notice_mails;
mod notices;
mod numbers;
mod objections;
mod offers;
mod outages;
mod partner_contracts;
mod partners;
mod passkeys;
mod products;
mod projection;
mod proposals;
mod reminders;
mod renewal;
mod requests;
mod restore;
mod restore_documents;
mod rights;
mod roles;
mod roll_outs;
mod seal;
mod seal_checkers;
mod search;
mod second_person;
mod security;
mod seeded;
mod setup;
mod snapshots;
mod stamps;
mod stress;
mod sub_partners;
mod texts;
mod throttles;
mod unreadable;
mod users;
mod version_walk;
mod versions;
mod versions_life;
mod walk;
mod webhooks;
