#![expect(clippy::unwrap_used, reason = "a test may fail")]

use actix_web::HttpMessage as _;
use actix_web::test::TestRequest;

use super::*;
use crate::web::kit::page::Seen;

const TOKEN: &str = "geheim-und-lang-genug";

/// A part of a form: field name, file name if it is a file, bytes.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn body(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        body.extend_from_slice(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"").as_bytes(),
        );
        if let Some(file) = file {
            // The browser's content type may be false and is not used.
            let head = format!("; filename=\"{file}\"\r\nContent-Type: application/pdf");
            body.extend_from_slice(head.as_bytes());
        }
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

async fn post_body(body: Vec<u8>) -> Result<SignedUpload, PageError> {
    let (request, mut payload) = TestRequest::post()
        .insert_header(("content-type", "multipart/form-data; boundary=x"))
        .set_payload(body)
        .to_http_parts();
    request.extensions_mut().insert(Seen {
        csrf: TOKEN.to_owned(),
        ..Seen::default()
    });
    SignedUpload::from_request(&request, &mut payload).await
}

async fn post(parts: &[Part<'_>]) -> Result<SignedUpload, PageError> {
    post_body(body(parts)).await
}

const SIGNED: Part<'_> = ("csrf", None, TOKEN.as_bytes());

#[actix_web::test]
async fn fields_and_files_arrive_once() {
    let note = "Größe: 5 µm\r\n--y".as_bytes();
    let all = [
        SIGNED,
        ("notiz", None, note),
        ("datei", Some("Vertrag.exe"), b"%PDF-1.7 x".as_slice()),
        ("zweite", Some(""), b"".as_slice()),
    ];
    let mut got = post(&all).await.unwrap();
    assert_eq!(got.form.get("notiz").as_bytes(), note);
    let file = got.files.take("datei").unwrap().unwrap();
    assert_eq!((file.kind, file.bytes.len()), (FileKind::Pdf, 10));
    assert_eq!(
        got.files.take("zweite"),
        Ok(None),
        "no choice is no empty file"
    );
    // S-57
    for twice in [
        ("notiz", None, note),
        ("datei", Some("b.pdf"), b"%PDF-".as_slice()),
    ] {
        let mut parts = all.to_vec();
        parts.push(twice);
        assert!(matches!(post(&parts).await, Err(PageError::BadForm)));
    }
}

#[actix_web::test]
async fn without_the_token_no_file_is_read() {
    // S-62
    let file = ("datei", Some("a.pdf"), b"%PDF-".as_slice());
    let wrong = ("csrf", None, b"erraten".as_slice());
    for parts in [
        vec![file, SIGNED],
        vec![file],
        vec![wrong, file],
        vec![wrong],
        vec![],
    ] {
        assert!(
            matches!(
                post(&parts).await,
                Err(PageError::StaleForm | PageError::BadForm)
            ),
            "{parts:?}"
        );
    }
}

#[actix_web::test]
async fn what_is_no_proof_is_refused_by_its_field() {
    // S-77: 10 MB and the first bytes
    let mut largest = b"%PDF-".to_vec();
    largest.resize(MAX_FILE, b'x');
    let mut larger = largest.clone();
    larger.push(b'x');
    let table: [(&[u8], Result<usize, BadFile>); 6] = [
        (&largest, Ok(MAX_FILE)),
        (&larger, Err(BadFile::TooLarge)),
        (b"", Err(BadFile::Empty)),
        (b"<script>alert(1)</script>", Err(BadFile::OtherKind)),
        (b"PK\x03\x04", Err(BadFile::OtherKind)),
        (b" %PDF-1.7", Err(BadFile::OtherKind)),
    ];
    for (bytes, expected) in table {
        let parts = [
            SIGNED,
            ("datei", Some("a.pdf"), bytes),
            ("notiz", None, b"da".as_slice()),
        ];
        let mut got = post(&parts).await.unwrap();
        let length = got
            .files
            .take("datei")
            .map(|file| file.unwrap().bytes.len());
        assert_eq!(length, expected);
        assert_eq!(got.form.get("notiz"), "da", "the other fields are kept");
    }
}

#[actix_web::test]
async fn bodies_without_end_or_form_are_refused() {
    // S-89
    let huge = vec![b'x'; LARGEST_BODY];
    let parts = [SIGNED, ("datei", Some("a.pdf"), huge.as_slice())];
    assert!(matches!(post(&parts).await, Err(PageError::TooLarge)));
    let long = vec![b'x'; LARGEST + 1];
    let parts = [SIGNED, ("notiz", None, long.as_slice())];
    assert!(matches!(post(&parts).await, Err(PageError::TooLarge)));
    let names: Vec<String> = (0..MOST_PARTS).map(|n| format!("f{n}")).collect();
    let mut parts = vec![SIGNED];
    parts.extend(
        names
            .iter()
            .map(|name| (name.as_str(), None, b"".as_slice())),
    );
    assert!(matches!(post(&parts).await, Err(PageError::BadForm)));
    for broken in [
        b"".as_slice(),
        b"csrf=geheim",
        b"--x\r\nContent-Disposition: form-data\r\n\r\nohne Namen\r\n--x--\r\n",
        b"--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nohne Ende",
        b"--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nnull\0\r\n--x--\r\n",
    ] {
        let got = post_body(broken.to_vec()).await;
        assert!(
            matches!(got, Err(PageError::BadForm | PageError::StaleForm)),
            "{got:?}"
        );
    }
}

#[test]
fn a_file_is_given_back_to_be_saved() {
    let answer = file_answer(
        "vertrag-7",
        File {
            kind: FileKind::Png,
            bytes: vec![1],
        },
    );
    let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap();
    assert!(header("content-disposition").starts_with("attachment"));
    assert!(header("content-disposition").ends_with("vertrag-7.png"));
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("content-security-policy"), FILE_CSP);
}
