//! The stored document of an agreement that was concluded outside the portal: its scan byte for byte, or
//! where none came with the file, a sheet that says what was recorded. The sheet never claims to be the
//! agreement.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::actions::ActionError;
use crate::actions::documents::{sha256, values};
use crate::contract::text;
use crate::contract::tree::{Block, Definition, Document, Inline};
use crate::contract::values::Values;
use crate::document::{Frame, render};
use crate::domain::agreement_import::ExistingAgreement;
use crate::domain::calendar::day;
use crate::domain::case::{Case, Refusal};
use crate::domain::proposal::PaperRecord;
use crate::domain::{Language, Operator, Party};
use crate::storage::agreements::NewDocument;
use crate::wording::agreement_import::sheet_words;
use crate::wording::dates::long_date;

/// What is recorded of an agreement.
pub(super) struct Recorded<'a> {
    /// What the file says.
    pub row: &'a ExistingAgreement,
    /// Who recorded it.
    pub record: &'a PaperRecord,
    /// The number that it gets.
    pub number: String,
    /// The processor.
    pub operator: &'a Operator,
    /// How long evidence is kept.
    pub retention_years: u8,
}

/// The document, still without the key of its agreement. CPU work if there is no scan.
pub(super) fn document(
    case: &Case,
    recorded: &Recorded<'_>,
    scan: Option<Vec<u8>>,
    now: DateTime<Utc>,
) -> Result<NewDocument, ActionError> {
    let offer = case.offer(now).ok_or(Refusal::NotNeeded)?;
    let values = Values {
        retention_years: recorded.retention_years,
        ..values(case, &offer, recorded.operator.clone())
    };
    let language = case.customer.language;
    let page = page(case, recorded, &values, language);
    let document_hash = text::hash(&page);
    let (pdf, pages) = match scan {
        // An uploaded PDF is never parsed here.
        Some(scan) => (scan, 0),
        None => {
            let frame = frame(case, recorded, &page, now);
            let pdf =
                render(&page, &frame).map_err(|error| ActionError::Document(error.to_string()))?;
            (pdf.bytes, i32::try_from(pdf.pages).unwrap_or_default())
        }
    };
    let unreadable = |error: serde_json::Error| ActionError::Document(error.to_string());
    let mut contents = serde_json::to_value(&values).map_err(unreadable)?;
    if let Some(fields) = contents.as_object_mut() {
        let paper = serde_json::to_value(recorded.record).map_err(unreadable)?;
        fields.insert(PaperRecord::KEY.to_owned(), paper);
    }
    Ok(NewDocument {
        agreement_id: Uuid::nil(),
        language: language.code().to_owned(),
        contents,
        plain_text: text::plain(&page),
        document_hash,
        pdf_hash: sha256(&pdf),
        pdf,
        pages,
        remote_address: String::new(),
        user_agent: String::new(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// The sheet as a document of one page.
fn page(case: &Case, recorded: &Recorded<'_>, values: &Values, language: Language) -> Document {
    let words = sheet_words(language);
    let (row, record) = (recorded.row, recorded.record);
    let company = |party: &Party| format!("{}, {}", party.name, party.address_line());
    let chain: Vec<String> = case.chain().map(|one| company(&one.party)).collect();
    let products: Vec<&str> = values
        .products
        .iter()
        .map(|one| match language {
            Language::De => one.name.as_str(),
            Language::En => one.name_en.as_str(),
        })
        .collect();
    let facts = [
        format!(
            "{} ({})",
            company(&case.customer.party),
            case.customer.number
        ),
        company(&recorded.operator.party),
        chain.join("; "),
        products.join(", "),
        row.version.clone(),
        long_date(row.concluded_on, language),
        format!("{}, {}", row.person, row.function),
        row.kept_at.clone(),
        record.recorded_by.clone(),
        record.confirmed_by.clone(),
        long_date(day(record.recorded_at), language),
    ];
    let line = |(label, fact): (&'static str, String)| Definition {
        term: vec![Inline::Text(label.to_owned())],
        blocks: vec![Block::Paragraph(vec![Inline::Text(fact)])],
    };
    let lines = words
        .labels
        .into_iter()
        .zip(facts)
        .filter(|(_, fact)| !fact.is_empty());
    Document {
        language,
        title: vec![Inline::Text(words.title.to_owned())],
        version: String::new(),
        date: day(record.recorded_at),
        sample: false,
        standing: String::new(),
        blocks: vec![
            Block::Paragraph(vec![Inline::Text(words.lead.to_owned())]),
            Block::Definitions(lines.map(line).collect()),
        ],
        translation: None,
    }
}

fn frame(case: &Case, recorded: &Recorded<'_>, page: &Document, now: DateTime<Utc>) -> Frame {
    Frame {
        number: recorded.number.clone(),
        // The number of a version is a fact on the sheet, and the sheet is none of its texts.
        version: String::new(),
        date: page.date,
        customer_number: case.customer.number.to_string(),
        document_hash: String::new(),
        draft: false,
        language: page.language,
        created: now,
        operator_name: recorded.operator.party.name.clone(),
        title: crate::contract::tree::plain(&page.title),
        online: String::new(),
        logo: None,
    }
}
