//! The draft's `contract.toml`: facts that can be read from the text are filled in, the rest stays
//! empty and is asked for by the checks.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::write::Written;
use crate::domain::Language;

/// Writes the file.
pub(super) fn draft(
    written: &[(Language, Written)],
    binding: Language,
    source: &str,
    today: NaiveDate,
) -> String {
    let languages: Vec<String> = written.iter().map(|(l, _)| quoted(l.code())).collect();
    let count = written.first().map_or(0, |(_, text)| text.annexes.len());
    let annexes: Vec<String> = (1..=count)
        .map(|n| quoted(&format!("anlage-{n}")))
        .collect();
    let mut out = format!(
        "# Entwurf, übernommen aus {}. Füllen Sie aus, was leer ist; „avv-portal contract check“\n\
         # nennt, was fehlt. Wie der Text geschrieben wird, steht in src/contract/source.rs.\n\n\
         # Nummer der Fassung, zum Beispiel \"1.0\". Solange sie leer ist, ist es ein Entwurf.\n\
         number = \"\"\n\
         # Stand des Textes und der Tag, ab dem er angeboten wird.\n\
         date = {today}\nvalid_from = {today}\n\n\
         languages = [{}]\nbinding = {}\n\n\
         # Art. 28 Abs. 2 DSGVO: \"general\" (Änderungen werden angekündigt) oder \"specific\" (jeder\n\
         # weitere Auftragsverarbeiter wird einzeln genehmigt), mit den Fristen in Tagen.\n\
         authorisation = \"\"\nnotice_days = 0\n# objection_days = 14\n# breach_hours = 24\n# deletion_days = 30\n\n\
         annexes = [{}]\n",
        quoted(source),
        languages.join(", "),
        quoted(binding.code()),
        annexes.join(", "),
    );
    let _ = writeln!(out, "\n# Überschrift des Vertrags.\n[title]");
    for (language, text) in written {
        let _ = writeln!(out, "{} = {}", language.code(), quoted(&text.title));
    }
    let _ = writeln!(out, "\n# Was neu ist, in einfachen Worten.\n[change_note]");
    for (language, _) in written {
        let _ = writeln!(out, "{} = \"\"", language.code());
    }
    for (language, text) in written {
        let [sections, annexes] = &text.samples;
        let _ = writeln!(
            out,
            "\n# Wie Überschriften gezählt werden, je Ebene ein Muster.\n[numbering.{}]\nsections = [{}]\nannexes = [{}]",
            language.code(),
            list(sections),
            list(annexes)
        );
    }
    out
}

fn list(samples: &[String]) -> String {
    let quoted: Vec<String> = samples.iter().map(|sample| quoted(sample)).collect();
    quoted.join(", ")
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
