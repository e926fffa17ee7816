//! The concluded document checked by independent programs: pyHanko reads the signature, pdfua and outloud
//! the tags. `./dev` keeps them in `target/pdf-checkers`.

use std::path::Path;

use crate::harness::TestApp;
use crate::seal::{Desk, certificate, concluded};

/// Prints for each file: intact and trusted, what the signature covers, how many there are.
const VALIDATE: &str = "\
import sys
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

context = ValidationContext(trust_roots=[load_cert_from_pemder('siegel.pem')], allow_fetching=False)
with open(sys.argv[1], 'rb') as file:
    signatures = PdfFileReader(file).embedded_signatures
    status = validate_pdf_signature(signatures[0], context)
    print(status.bottom_line, status.coverage.name, len(signatures), end='')
";

fn checker(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/pdf-checkers/bin")
        .join(name);
    assert!(path.exists(), "{name} is missing: ./dev setup fetches it");
    path.to_string_lossy().into_owned()
}

/// EV-05, LC-53: pyHanko accepts the seal over the entire file, and refuses it after any change, be
/// it a byte or something appended after the seal.
#[actix_web::test]
async fn pyhanko_believes_the_seal_and_no_changed_file() {
    let app = TestApp::start().await;
    let (pdf, _) = concluded(&app).await;
    let desk = Desk::new(&pdf);
    desk.put("siegel.pem", certificate(&app).as_bytes());
    desk.put("validate.py", VALIDATE.as_bytes());
    let python = checker("python");
    let said = |file: &str| {
        let output = desk.try_run(&format!("{python} validate.py {file}"));
        match output.status.success() {
            true => String::from_utf8_lossy(&output.stdout).into_owned(),
            false => String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    };
    assert_eq!(said("avv.pdf"), "True ENTIRE_FILE 1");

    // Near the beginning, inside, and after the digits of the signature.
    for place in [100, pdf.len() / 3, pdf.len() / 2, pdf.len() - 12] {
        let mut changed = pdf.clone();
        changed[place] ^= 1;
        desk.put("changed.pdf", &changed);
        let answer = said("changed.pdf");
        assert!(!answer.starts_with("True"), "byte {place}: {answer}");
    }
    let mut longer = pdf.clone();
    longer.extend_from_slice(b"\n% noch etwas\n");
    desk.put("longer.pdf", &longer);
    assert_ne!(said("longer.pdf"), "True ENTIRE_FILE 1");
}

/// LC-54: two programs find neither an error nor a warning in the tags of a concluded document, nor of
/// either language's sample with a sub-partner and every product. So the file may claim PDF/UA-1.
#[actix_web::test]
async fn lc54_pdfua_and_outloud_find_nothing_in_the_tags() {
    let app = TestApp::start().await;
    let (concluded, _) = concluded(&app).await;
    let desk = Desk::new(&concluded);
    let portal = env!("CARGO_BIN_EXE_avv-portal");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/contract/avv-1.0");
    for code in ["de", "en"] {
        desk.run(&format!(
            "{portal} contract render {source} --language {code} --out {code}.pdf"
        ));
    }
    let (pdfua, outloud) = (checker("pdfua"), checker("outloud"));
    for file in ["avv.pdf", "de.pdf", "en.pdf"] {
        for check in [
            format!("{pdfua} check --min-severity warning {file}"),
            format!("{outloud} --fail-on warning {file}"),
        ] {
            let output = desk.try_run(&check);
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let is_clean = output.status.success() && !said.contains("[WARN");
            assert!(is_clean, "{file}: {said}");
        }
    }
}
