//! What must hold after a stress test.

use std::collections::{BTreeMap, BTreeSet};

use avv_portal::clock::Clock;
use chrono::Duration;

use super::people::{Told, customer};
use super::program::Program;
use crate::harness::{SmtpStub, TestApp};
use crate::projection::BROKEN;

/// Everything that was acknowledged is there, nothing is there twice, the rules hold, and every
/// mail that had to be sent arrived. Prints a summary in one line.
#[track_caller]
pub fn settle(app: &TestApp, told: &Told, sink: &SmtpStub, customers: i64) {
    assert!(told.faults.is_empty(), "{:#?}", told.faults);
    app.clock.set(Clock::system().now());
    for at in 0..customers {
        let (number, ..) = customer(at);
        // Also compares the row of the list with the facts.
        app.status_of(number);
        let case = app.case(number);
        for (what, told, table, kind) in [
            ("conclusions", &told.concluded, "agreements", "concluded"),
            ("objections", &told.objected, "objections", "objected"),
        ] {
            let acknowledged = i64::try_from(told.get(&number).copied().unwrap_or(0)).unwrap();
            let written = app.count(&format!("{table} WHERE customer_number = '{number}'"));
            // The last answer may have been lost with the process that gave it.
            assert!(
                written == acknowledged || written == acknowledged + 1,
                "{number}: {acknowledged} {what} acknowledged, {written} written"
            );
            let events = app.count(&format!(
                "audit_events WHERE customer_number = '{number}' AND kind = '{kind}'"
            ));
            assert_eq!(events, written, "{number}: events of {what} (5.6-9)");
        }
        let asked = i64::try_from(told.asked.get(&number).copied().unwrap_or(0)).unwrap();
        let rounds = app.count(&format!("requests WHERE customer_number = '{number}'"));
        assert!(
            rounds >= asked,
            "{number}: {asked} requests acknowledged, {rounds} written"
        );
        for agreement in &case.agreements {
            owes(app, &format!("concluded:{}:customer", agreement.id));
            if let Some((ended, _)) = agreement.end {
                assert!(ended >= agreement.concluded_at, "{agreement:?}");
            }
        }
    }
    for (number, hash) in &told.documents {
        let kept = app.count(&format!(
            "agreement_documents d JOIN agreements a ON a.id = d.agreement_id
             WHERE a.customer_number = '{number}' AND d.pdf_hash = '{hash}' AND encode(sha256(d.pdf), 'hex') = d.pdf_hash"
        ));
        assert_eq!(kept, 1, "{number} downloaded a contract that is not there");
    }
    single_story(app);
    let twice = mails(app, sink);
    eprintln!(
        "  {} conclusions, {} objections, {} requests; {} mails, {twice} of them more than once; {:?}",
        told.concluded.values().sum::<usize>(),
        told.objected.values().sum::<usize>(),
        told.asked.values().sum::<usize>(),
        app.count("mails"),
        told.answers,
    );
}

/// The rules hold, and the events of each customer follow on each other: the actions of several
/// processes happened in some order.
#[track_caller]
pub fn single_story(app: &TestApp) {
    let leaps = "audit_events e JOIN (SELECT position, lag(status_after) OVER (PARTITION BY customer_number ORDER BY position)
                 AS before FROM audit_events WHERE status_before IS NOT NULL) p USING (position) WHERE e.status_before <> p.before";
    assert_eq!(app.count(leaps), 0, "the events tell no single story");
    for broken in BROKEN {
        assert_eq!(app.count(broken), 0, "{broken}");
    }
}

/// No event was lost from the chain, whatever died while it was written.
#[track_caller]
pub fn chain(program: &Program) {
    let output = program.run(&["audit", "verify"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[track_caller]
fn owes(app: &TestApp, step: &str) {
    let sent = app.count(&format!("mails WHERE step = '{step}' AND state = 'sent'"));
    assert_eq!(sent, 1, "{step} is owed");
}

/// Every mail that is noted as sent arrived, one that arrived twice was the same one, and the
/// content of one that was not sent was not true any more. Returns how many arrived more than once.
#[track_caller]
pub fn mails(app: &TestApp, sink: &SmtpStub) -> usize {
    let mut arrived: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mail in sink.taken() {
        let id = mail.head("Message-ID");
        let id = id.trim_matches(['<', '>']).to_owned();
        arrived.entry(id).or_default().push(mail.to);
    }
    let ids = |condition: &str| -> BTreeSet<String> {
        let all = app.text(&format!(
            "string_agg(message_id, ' ') FROM mails WHERE {condition}"
        ));
        all.split(' ')
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let lost: Vec<String> = ids("state = 'sent'")
        .into_iter()
        .filter(|id| !arrived.contains_key(id))
        .collect();
    assert!(lost.is_empty(), "noted as sent, never arrived: {lost:?}");
    let known = ids("true");
    let unknown: Vec<&String> = arrived.keys().filter(|id| !known.contains(*id)).collect();
    assert!(
        unknown.is_empty(),
        "arrived, but nobody knows of it: {unknown:?}"
    );
    for (id, to) in &arrived {
        let first = &to[0];
        assert!(to.iter().all(|one| one == first), "{id} went to {to:?}");
    }
    let stuck = app.text(
        "string_agg(concat_ws(' ', step, state, reply), '; ') FROM mails WHERE state <> 'sent'
         AND NOT (state = 'dropped' AND kind ->> 'kind' IN ('request', 'reminder'))
         AND NOT (state = 'dropped' AND kind ->> 'news' IS NOT DISTINCT FROM 'assigned')",
    );
    assert_eq!(stuck, "", "not sent");
    arrived.values().filter(|to| to.len() > 1).count()
}

/// Makes mails that wait for another attempt due. Does nothing if the database is unavailable.
pub fn hurry(app: &TestApp) {
    let soon = Clock::system().now() - Duration::seconds(1);
    app.sql(&format!(
        "UPDATE mails SET next_attempt_at = '{}' WHERE state = 'queued' AND id IN
         (SELECT id FROM mails WHERE state = 'queued' FOR UPDATE SKIP LOCKED)",
        soon.to_rfc3339()
    ))
    .ok();
}
