#![expect(clippy::unwrap_used, reason = "a test may fail")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn content(number: i64) -> Content {
    Content {
        salt: vec![7; 16],
        actor: json!({"actor": "user", "id": number, "name": "Özdemir \"Ö\"\n", "company": ""}),
        details: json!({"kind": "reminded", "number": 2, "b": [1, {"z": null, "a": true}]}),
    }
}

fn entry(previous: Hash, position: i64) -> Entry {
    let content = content(position);
    let frame = Frame {
        previous,
        position,
        at: "2026-11-22T09:00:00.123456Z".parse().unwrap(),
        kind: "reminded".to_owned(),
        customer: Some(CustomerNumber::from(4711)),
        before: Some("requested".to_owned()),
        after: None,
        content: content.digest(),
    };
    Entry {
        hash: frame.hash(),
        frame,
        content: Some(content),
        erased_by: None,
        is_named: false,
    }
}

fn chain(length: i64) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for position in 1..=length {
        let previous = entries.last().map_or(Hash::NONE, |last| last.hash);
        entries.push(entry(previous, position));
    }
    entries
}

fn first_fault(entries: &[Entry]) -> Option<Fault> {
    let mut walk = Walk::default();
    entries.iter().find_map(|entry| walk.step(entry).err())
}

/// What docs/evidence.md says, done by hand: `printf '…' | sha256sum`.
#[test]
fn the_form_is_the_one_that_is_written_down() {
    let one = entry(Hash::NONE, 1);
    let text = format!(
        "{}\n{}",
        "07".repeat(16),
        r#"{"actor":{"actor":"user","company":"","id":1,"name":"Özdemir \"Ö\"\n"},"details":{"b":[1,{"a":true,"z":null}],"kind":"reminded","number":2}}"#
    );
    assert_eq!(one.frame.content, Hash::of(&text));
    let text = format!(
        "avv-audit-1\n{}\n1\n2026-11-22T09:00:00.123456Z\nreminded\n4711\nrequested\n\n{}\n",
        "0".repeat(64),
        one.frame.content
    );
    assert_eq!(one.hash, Hash::of(&text));
    // printf abc | sha256sum
    assert_eq!(
        Hash::of("abc").to_string(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn heads_are_read_as_they_are_printed() {
    let head = Head {
        position: 12,
        hash: Hash::of("x"),
    };
    assert_eq!(head.to_string().parse(), Ok(head));
    for wrong in [
        "",
        "12",
        "12:",
        "12:abc",
        "x:00",
        &format!("1:{}", "ä".repeat(32)),
    ] {
        assert!(wrong.parse::<Head>().is_err(), "{wrong}");
    }
}

#[test]
fn the_first_event_that_was_touched_is_named() {
    // S-80: what was done to a chain of nine, which event is named, and why
    type Tampering = fn(&mut Vec<Entry>);
    let tamperings: [(&str, Tampering, i64, Flaw); 14] = [
        (
            "details",
            |e| content_of(&mut e[3]).details["number"] = json!(3),
            4,
            Flaw::Content,
        ),
        (
            "actor",
            |e| content_of(&mut e[3]).actor["name"] = json!("x"),
            4,
            Flaw::Content,
        ),
        (
            "salt",
            |e| content_of(&mut e[3]).salt[0] = 8,
            4,
            Flaw::Content,
        ),
        (
            "time",
            |e| e[3].frame.at += chrono::TimeDelta::microseconds(1),
            4,
            Flaw::Frame,
        ),
        (
            "kind",
            |e| e[3].frame.kind = "declined".to_owned(),
            4,
            Flaw::Frame,
        ),
        ("customer", |e| e[3].frame.customer = None, 4, Flaw::Frame),
        (
            "status",
            |e| e[3].frame.after = Some("void".to_owned()),
            4,
            Flaw::Frame,
        ),
        (
            "digest",
            |e| e[3].frame.content = Hash::NONE,
            4,
            Flaw::Frame,
        ),
        ("hash", |e| e[3].hash = Hash::NONE, 4, Flaw::Frame),
        ("emptied", |e| e[3].content = None, 4, Flaw::Emptied),
        ("cut out", |e| drop(e.remove(3)), 4, Flaw::Missing(5)),
        (
            "put in front",
            |e| e.insert(0, entry(Hash::NONE, 0)),
            0,
            Flaw::Impossible,
        ),
        (
            "swapped",
            |e| {
                e.swap(3, 6);
                e[3].frame.position = 4;
                e[6].frame.position = 7;
            },
            4,
            Flaw::Frame,
        ),
        (
            "made anew",
            |e| e[3] = entry(Hash::NONE, 4),
            4,
            Flaw::Order(3),
        ),
    ];
    assert_eq!(first_fault(&chain(9)), None);
    for (what, event, position, flaw) in tamperings {
        let mut entries = chain(9);
        event(&mut entries);
        assert_eq!(
            first_fault(&entries),
            Some(Fault { position, flaw }),
            "{what}"
        );
    }
    // Made anew with the right predecessor, it is intact; the next one tells.
    let mut entries = chain(9);
    let mut forged = entry(entries[2].hash, 4);
    forged.frame.kind = "declined".to_owned();
    forged.hash = forged.frame.hash();
    entries[3] = forged;
    let expected = Fault {
        position: 5,
        flaw: Flaw::Order(4),
    };
    assert_eq!(first_fault(&entries), Some(expected));
}

#[test]
fn an_event_that_a_tombstone_names_may_be_empty() {
    let mut entries = chain(9);
    entries[3].content = None;
    entries[3].erased_by = Some(9);
    entries[3].is_named = true;
    assert_eq!(first_fault(&entries), None);
}

fn content_of(entry: &mut Entry) -> &mut Content {
    entry.content.as_mut().unwrap()
}

proptest! {
    /// Two events with the same hash are the same event: no field can be read as part of its neighbour.
    #[test]
    fn different_frames_have_different_hashes(
        kinds in prop::array::uniform2("[a-z_]{1,4}"),
        customers in prop::array::uniform2(prop::option::of("[a-z0-9][a-z0-9._-]{0,2}")),
        before in prop::array::uniform2(prop::option::of("[a-z]{1,3}")),
        after in prop::array::uniform2(prop::option::of("[a-z]{1,3}")),
    ) {
        let frame = |at: usize| Frame {
            kind: kinds[at].clone(),
            customer: customers[at].as_deref().map(|number| number.parse().unwrap()),
            before: before[at].clone(),
            after: after[at].clone(),
            ..entry(Hash::NONE, 1).frame
        };
        let (one, two) = (frame(0), frame(1));
        prop_assert_eq!(one == two, one.hash() == two.hash());
    }
}
