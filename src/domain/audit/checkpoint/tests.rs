#![expect(clippy::unwrap_used, reason = "a test may fail")]

use proptest::prelude::*;

use super::tile::{TileAddress, TileKind};
use super::*;

fn signer() -> Signer {
    Signer::new("avv.example/protokoll", &[7; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: "avv.example/protokoll".to_owned(),
        size: 4711,
        root: Hash([9; 32]),
    }
}

#[test]
fn a_checkpoint_is_read_as_it_is_signed() {
    let (signer, own) = (signer(), checkpoint());
    let note = own.sign(&signer);
    assert!(
        note.starts_with("avv.example/protokoll\n4711\nCQkJ"),
        "{note}"
    );
    assert_eq!(Checkpoint::open(&note, signer.key()), Ok(own.clone()));
    assert_eq!(Checkpoint::read(&note), Ok(own.clone()));
    assert_eq!(Checkpoint::read(&own.to_string()), Ok(own));
    let written: VerifierKey = signer.key().to_string().parse().unwrap();
    assert_eq!(&written, signer.key());
}

#[test]
fn what_was_changed_or_signed_by_another_is_not_believed() {
    let (signer, note) = (signer(), checkpoint().sign(&signer()));
    let changed = note.replace("4711", "4712");
    assert_eq!(
        Checkpoint::open(&changed, signer.key()),
        Err(NoteError::Signature)
    );
    let other = Signer::new("avv.example/protokoll", &[8; 32]).unwrap();
    assert_eq!(
        Checkpoint::open(&note, other.key()),
        Err(NoteError::OtherKey)
    );
    let named = Signer::new("b.example/protokoll", &[7; 32]).unwrap();
    assert_eq!(
        Checkpoint::open(&note, named.key()),
        Err(NoteError::OtherKey)
    );
    for wrong in [
        "",
        "\n",
        "a\n1\n",
        "a\n01\nCQkJ\n",
        "a\n-1\nCQkJ\n",
        &note.replace('\u{2014}', "-"),
        &note.replace("\n\n", "\n"),
        note.trim_end(),
    ] {
        assert!(Checkpoint::open(wrong, signer.key()).is_err(), "{wrong}");
    }
    for wrong in ["", "a", "a+00000000+AQ==", "a+b+c"] {
        assert!(wrong.parse::<VerifierKey>().is_err(), "{wrong}");
    }
}

/// `openssl` reads it; the last bytes are those of the key itself.
#[test]
fn the_key_is_one_that_openssl_reads() {
    let signer = signer();
    let der = signer.key().der();
    assert_eq!(der.len(), 44);
    assert!(der.ends_with(&signer.key().public));
}

#[test]
fn tiles_have_one_address_each() {
    for (text, kind, number, count) in [
        ("0/000", TileKind::Hashes(0), 0, 256),
        ("1/067.p/1", TileKind::Hashes(1), 67, 1),
        ("0/x001/x234/067", TileKind::Hashes(0), 1_234_067, 256),
        ("5/x001/000.p/255", TileKind::Hashes(5), 1000, 255),
        ("entries/x001/234", TileKind::Entries, 1234, 256),
    ] {
        let address = TileAddress {
            kind,
            number,
            count,
        };
        assert_eq!(text.parse(), Ok(address), "{text}");
        assert_eq!(address.to_string(), text);
    }
    for wrong in [
        "",
        "0",
        "0/",
        "0/0",
        "0/0000",
        "0/x000/001",
        "0/001/002",
        "0/x001",
        "6/000",
        "00/000",
        "-1/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/000.p/1/2",
        "0/+01",
        "0/x001//002",
        "data/000",
        "0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert!(wrong.parse::<TileAddress>().is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn every_tile_is_found_again(level in 0_u32..6, number in any::<u32>(), count in 1_u64..=256) {
        let address = TileAddress { kind: TileKind::Hashes(level), number: number.into(), count };
        prop_assert_eq!(address.to_string().parse(), Ok(address));
    }

    #[test]
    fn nothing_typed_breaks_it(text in ".{0,40}") {
        let _ = text.parse::<TileAddress>();
        let _ = Checkpoint::read(&text);
        let _ = text.parse::<VerifierKey>();
    }
}
