//! `contract check` and `contract render`: for authors of contract texts.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{Render, Result, say};
use crate::clock::Clock;
use crate::contract::check::{CheckKind, CheckResult, Finding, Severity, Version, checks};
use crate::contract::meta::Output;
use crate::contract::sample::sample_conclusion;
use crate::contract::tree::{Document, plain};
use crate::contract::{Contract, Values, html, sample_values, text};
use crate::document::seal::{Sealer, Signed, check as check_seal};
use crate::document::{self, Extras, Frame, Pdf};
use crate::domain::{Language, calendar};

/// Prints every finding; fails if one of them keeps the version from being published.
pub fn check(dir: &Path) -> Result<ExitCode> {
    must_be_folder(dir)?;
    let contract = read(dir)?;
    let mut pdfs = Vec::new();
    for language in &contract.meta.languages {
        let pdf = print(&contract, *language)?.1;
        pdfs.push((*language, document::lacking(&pdf.bytes)));
    }
    let findings = checks(&Version {
        pdfs: &pdfs,
        draws: Some(document::is_drawn),
        ..Version::of(&contract)
    });
    for finding in &findings {
        say(&line(finding));
    }
    let count = |wanted: fn(&Finding) -> bool| findings.iter().filter(|f| wanted(f)).count();
    let blocking = count(Finding::blocks);
    say(&format!(
        "{} checks: {blocking} keep it from being published, {} need a reason, {} to be confirmed by a person",
        findings.len(),
        count(Finding::failed) - blocking,
        count(|finding| finding.outcome == CheckResult::Confirm),
    ));
    Ok(if blocking == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn line(finding: &Finding) -> String {
    let outcome = match finding.outcome {
        CheckResult::Met => "in Ordnung",
        CheckResult::Violated => "zu beheben",
        CheckResult::Open => "nicht zugeordnet",
        CheckResult::Confirm if finding.kind == CheckKind::Assigned => "zugeordnet, zu bestätigen",
        CheckResult::Confirm => "Frage",
    };
    let severity = match finding.severity {
        Severity::Block => "B",
        Severity::Warn => "W",
    };
    let place = finding
        .place
        .as_ref()
        .map(|place| format!(" ({place})"))
        .unwrap_or_default();
    let (id, text) = (finding.id, &finding.explanation);
    format!("{id} {severity}  {outcome}: {text}{place}")
}

/// Writes a version with invented values as PDF and, if wanted, as HTML and text.
pub fn render(wanted: &Render) -> Result<()> {
    must_be_folder(&wanted.dir)?;
    let mut contract = read(&wanted.dir)?;
    if wanted.bilingual {
        contract.meta.bilingual = Output::OneAfterTheOther;
    }
    let (document, pdf) = match &wanted.seal {
        Some(path) => print_sealed(&contract, wanted.language, path)?,
        None => print(&contract, wanted.language)?,
    };
    write(&wanted.out, &pdf.bytes)?;
    if let Some(path) = &wanted.html {
        write(path, html::article(&document).as_bytes())?;
    }
    if let Some(path) = &wanted.text {
        write(path, text::plain(&document).as_bytes())?;
    }
    say(&format!("{} pages, SHA-256 {}", pdf.pages, pdf.sha256));
    Ok(())
}

/// Reads a folder; prints the errors line by line.
fn read(dir: &Path) -> Result<Contract> {
    Contract::read_dir(dir).map_err(|problems| {
        for problem in &problems {
            say(&problem.to_string());
        }
        anyhow!("the text cannot be read: {} problem(s)", problems.len())
    })
}

/// Checks whether documents can be made, by making one with invented values.
///
/// It is sealed at `now`, so that an invalid certificate stops the start, too.
pub fn probe(contract: &Contract, sealer: &Sealer, now: DateTime<Utc>) -> Result<()> {
    let (document, mut frame) = compose(contract, contract.meta.binding);
    frame.created = now;
    let extras = Extras {
        attachments: &[],
        sealer,
    };
    let pdf = document::render_sealed(&document, &frame, extras)?;
    let finding = check_seal(&pdf.bytes, &sealer.certificates());
    anyhow::ensure!(
        finding.seal().is_some_and(Signed::holds),
        "the seal of the test document does not hold"
    );
    Ok(())
}

fn print(contract: &Contract, language: Language) -> Result<(Document, Pdf)> {
    let (document, frame) = compose(contract, language);
    let pdf = document::render(&document, &frame)?;
    Ok((document, pdf))
}

fn print_sealed(contract: &Contract, language: Language, path: &Path) -> Result<(Document, Pdf)> {
    let pem = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let sealer = Sealer::from_pem(&pem, &pem).with_context(|| path.display().to_string())?;
    let (document, mut frame) = compose(contract, language);
    // Sealed now: the certificate may be younger than the date of the sample.
    frame.created = Clock::system().now();
    let extras = Extras {
        attachments: &[],
        sealer: &sealer,
    };
    let pdf = document::render_sealed(&document, &frame, extras)?;
    Ok((document, pdf))
}

fn compose(contract: &Contract, language: Language) -> (Document, Frame) {
    let draft = sample_values(language, true);
    let hash = text::hash(&contract.resolve(&draft, language));
    // A draft without a number is printed without the portal's additions.
    let concluded = !contract.meta.is_draft();
    let values = Values {
        conclusion: concluded.then(|| sample_conclusion(language, &hash)),
        ..draft
    };
    let document = contract.resolve(&values, language);
    let number = values
        .conclusion
        .as_ref()
        .map(|conclusion| conclusion.agreement_number.clone())
        .unwrap_or_default();
    let frame = Frame {
        number,
        version: document.version.clone(),
        date: document.date,
        customer_number: values.customer_number_or_nothing(),
        document_hash: if concluded { hash } else { String::new() },
        draft: false,
        language: document.language,
        // The same text must always give the same file.
        created: calendar::at(document.date, NaiveTime::MIN) + TimeDelta::hours(12),
        operator_name: values.operator.party.name,
        title: plain(&document.title),
        // It has no public address yet.
        online: String::new(),
        logo: None,
    };
    (document, frame)
}

fn must_be_folder(dir: &Path) -> Result<()> {
    anyhow::ensure!(dir.is_dir(), "there is no folder {}", dir.display());
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}
