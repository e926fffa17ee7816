//! The contract as HTML: the article, its table of contents, its counts. All text of the tree is
//! escaped here, whatever its origin.

mod table;

use std::fmt::Write;

use super::citations::held_together;
use super::text;
use super::tree::{
    Block, Definition, Document, Inline, Item, List, ListStyle, Section, Translation, plain,
};
use crate::domain::Language;
use crate::domain::calendar::long_date;

/// The article with the whole contract: `<article class="contract">`, heading levels 3 to 6.
pub fn article(document: &Document) -> String {
    let mut out = String::with_capacity(64 * 1024);
    let _ = write!(
        out,
        "<article class=\"contract\" lang=\"{}\" aria-labelledby=\"vertragstitel\">\
         <h3 class=\"title\" id=\"vertragstitel\">{}</h3>",
        document.language.code(),
        heading(&document.title, document.language),
    );
    let number = match document.language {
        Language::De => format!("Dokument {}", text::document_number(document)),
        Language::En => format!("Document {}", text::document_number(document)),
    };
    meta(document, &number, &mut out);
    let mut page = Page {
        language: document.language,
        tables: 0,
        out,
    };
    page.blocks(&document.blocks);
    if let Some(second) = &document.translation {
        page.translation(second, document.language);
    }
    page.out.push_str("</article>");
    page.out
}

/// The lines below the title: edition, date, document number; and which language version it is.
fn meta(document: &Document, number: &str, out: &mut String) {
    if !document.version.is_empty() {
        let words = super::wording::edition(&document.version, document.language);
        let _ = write!(
            out,
            "<p class=\"meta\">{}<time datetime=\"{}\">{}</time>",
            escape(&words),
            document.date,
            escape(&long_date(document.date, document.language)),
        );
        if !number.is_empty() {
            let _ = write!(out, "<span> · {}</span>", escape(number));
        }
        out.push_str("</p>");
    }
    if !document.standing.is_empty() {
        let _ = write!(
            out,
            "<p class=\"standing\">{}</p>",
            escape(&document.standing)
        );
    }
}

/// The table of contents: clauses, then annexes.
pub fn toc(document: &Document) -> String {
    toc_ending_with(document, &[])
}

/// [`toc`] with further entries at its end: places on the page outside the contract, as anchor and
/// label (C11).
pub fn toc_ending_with(document: &Document, more: &[(&str, &str)]) -> String {
    let title = match document.language {
        Language::De => "Inhalt des Vertrags",
        Language::En => "Contents of the agreement",
    };
    let mut out = format!(
        "<nav class=\"toc\" lang=\"{}\" aria-labelledby=\"verzeichnis\"><p id=\"verzeichnis\">{title}</p>",
        document.language.code()
    );
    for (annexes, open) in [(false, "<ol>"), (true, "<ol class=\"annexes\">")] {
        let mut entries = top_sections(document)
            .filter(|s| s.annex == annexes)
            .peekable();
        if entries.peek().is_none() {
            continue;
        }
        out.push_str(open);
        for section in entries {
            let _ = write!(
                out,
                "<li><a href=\"#{}\"><span>{}</span> <span>{}</span></a></li>",
                anchor(&section.id),
                escape(section.label.as_deref().unwrap_or_default()),
                // Plain text, because a link in a heading would be a link inside this one.
                hyphenated(&escape(&plain(&section.title)), document.language),
            );
        }
        out.push_str("</ol>");
    }
    if let Some(second) = &document.translation {
        let _ = write!(
            out,
            "<ol><li><a href=\"#{}\"><span></span> <span>{}</span></a></li></ol>",
            escape(&second.id),
            hyphenated(&escape(&second.name), document.language),
        );
    }
    if !more.is_empty() {
        out.push_str("<ol class=\"places\">");
        for (anchor, words) in more {
            let (anchor, words) = (escape(anchor), escape(words));
            let _ = write!(out, "<li><a href=\"#{anchor}\">{words}</a></li>");
        }
        out.push_str("</ol>");
    }
    out.push_str("</nav>");
    out
}

/// How many clauses and annexes there are: "13 Abschnitte und 4 Anlagen".
pub fn stats(document: &Document) -> (usize, usize) {
    let annexes = top_sections(document)
        .filter(|section| section.annex)
        .count();
    (top_sections(document).count() - annexes, annexes)
}

fn top_sections(document: &Document) -> impl Iterator<Item = &Section> {
    document.blocks.iter().filter_map(|block| match block {
        Block::Section(section) => Some(section),
        _ => None,
    })
}

/// Escapes text for element content and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
    out
}

/// Ids that the surrounding pages use themselves get a prefix, here and in every link.
fn anchor(id: &str) -> String {
    const TAKEN: &[&str] = &[
        "abschluss",
        "ablehnung",
        "email",
        "erklaerung",
        "fehler",
        "finden",
        "folgen",
        "funktion",
        "gelesen",
        "grund",
        "hilfe",
        "inhalt",
        "kette",
        "kurz",
        "name",
        "produkte",
        "stand",
        "tun",
        "verlauf",
        "versand",
        "vertragstitel",
        "vertretung",
        "verzeichnis",
        "weiter",
        "widerspruch",
        "wortlaut",
        "worum",
    ];
    if TAKEN.contains(&id) {
        format!("vertrag-{id}")
    } else {
        escape(id)
    }
}

/// The HTML of a heading with its plain parts hyphenated; addresses and link texts are not.
fn heading(title: &[Inline], language: Language) -> String {
    let mut out = String::new();
    for inline in title {
        match inline {
            Inline::Text(text) => {
                out.push_str(&hyphenated(&escape(&held_together(text)), language));
            }
            other => out.push_str(&inlines(std::slice::from_ref(other))),
        }
    }
    out
}

/// Adds soft hyphens to long words that are common in contracts, because pages do not hyphenate
/// headings themselves.
fn hyphenated(html: &str, language: Language) -> String {
    match language {
        Language::De => html
            .replace("uftragsverarbeit", "uftrags&shy;verarbeit")
            .replace("nterauftrags", "nter&shy;auftrags")
            .replace("atenschutzverletzung", "atenschutz&shy;verletzung"),
        Language::En => html.to_owned(),
    }
}

fn inlines(list: &[Inline]) -> String {
    let mut out = String::new();
    for inline in list {
        let _ = match inline {
            Inline::Text(text) => write!(out, "{}", escape(&held_together(text))),
            Inline::Strong(content) => write!(out, "<strong>{}</strong>", inlines(content)),
            Inline::Emphasis(content) => write!(out, "<em>{}</em>", inlines(content)),
            Inline::Link { target, content } => {
                write!(
                    out,
                    "<a href=\"{}\">{}</a>",
                    escape(target),
                    inlines(content)
                )
            }
            Inline::Reference { id, text } => {
                let text = escape(&held_together(text));
                write!(out, "<a href=\"#{}\">{text}</a>", anchor(id))
            }
            Inline::Break => write!(out, "<br>"),
        };
    }
    out
}

struct Page {
    language: Language,
    tables: usize,
    out: String,
}

impl Page {
    /// The other language, which is announced in the language of the text before it (T-10).
    fn translation(&mut self, second: &Translation, before: Language) {
        let (document, id) = (&second.document, escape(&second.id));
        let _ = write!(
            self.out,
            "<section class=\"translation\" id=\"{id}\" lang=\"{}\" aria-labelledby=\"{id}-h\">\
             <p class=\"standing\" lang=\"{}\">{}</p><h3 class=\"title\" id=\"{id}-h\">{}</h3>",
            document.language.code(),
            before.code(),
            escape(&second.standing),
            heading(&document.title, document.language),
        );
        self.language = document.language;
        meta(document, "", &mut self.out);
        self.blocks(&document.blocks);
        self.out.push_str("</section>");
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Section(section) if section.level == 1 => self.section(section),
                Block::Section(section) => self.subsection(section),
                Block::Paragraph(content) => {
                    let _ = write!(self.out, "<p>{}</p>", inlines(content));
                }
                Block::Contact(lines) => {
                    let _ = write!(self.out, "<address>{}</address>", inlines(lines));
                }
                Block::List(list) => self.list(list),
                Block::Table(table) => {
                    self.tables += 1;
                    table::write(table, self.tables, self.language, &mut self.out)
                }
                Block::Definitions(definitions) => self.definitions(definitions),
            }
        }
    }

    fn section(&mut self, section: &Section) {
        let id = anchor(&section.id);
        let class = if section.annex {
            " class=\"annex\""
        } else {
            ""
        };
        let label = escape(section.label.as_deref().unwrap_or_default());
        let title = heading(&section.title, self.language);
        let _ = write!(
            self.out,
            "<section{class} id=\"{id}\" aria-labelledby=\"{id}-h\"><h4 id=\"{id}-h\">"
        );
        let _ = if section.annex {
            write!(self.out, "<span>{label}</span> {title}</h4>")
        } else {
            write!(self.out, "<span>{label}</span> <span>{title}</span></h4>")
        };
        self.blocks(&section.blocks);
        self.out.push_str("</section>");
    }

    /// Lower headings are part of the flow of their section, as the style sheet expects.
    fn subsection(&mut self, section: &Section) {
        let tag = if section.level == 2 { "h5" } else { "h6" };
        let label = section
            .label
            .as_deref()
            .map(|l| format!("{} ", escape(l)))
            .unwrap_or_default();
        let _ = write!(
            self.out,
            "<{tag} id=\"{}\">{label}{}</{tag}>",
            anchor(&section.id),
            heading(&section.title, self.language)
        );
        self.blocks(&section.blocks);
    }

    fn list(&mut self, list: &List) {
        let (open, close) = match list.style {
            ListStyle::Paragraphs => ("<ol class=\"paras\" role=\"list\">", "</ol>"),
            ListStyle::Decimal => ("<ol class=\"numbers\" role=\"list\">", "</ol>"),
            ListStyle::Letters => ("<ol class=\"letters\" role=\"list\">", "</ol>"),
            ListStyle::Roman => ("<ol class=\"romans\" role=\"list\">", "</ol>"),
            ListStyle::Bullets => ("<ul>", "</ul>"),
            ListStyle::Dashes => ("<ul class=\"dashes\">", "</ul>"),
            ListStyle::Plain => ("<ul class=\"plain-list\" role=\"list\">", "</ul>"),
        };
        self.out.push_str(open);
        for item in &list.items {
            self.item(item);
        }
        self.out.push_str(close);
    }

    /// Numbers and letters are part of the contract's text: they are written as text, so that they
    /// are copied, read aloud and searched.
    fn item(&mut self, item: &Item) {
        self.out.push_str("<li");
        if let Some(id) = &item.id {
            let _ = write!(self.out, " id=\"{}\"", anchor(id));
        }
        self.out.push('>');
        if item.is_numbered() {
            let label = escape(&item.label);
            let _ = write!(self.out, "<span class=\"mark\">{label}</span> ");
        }
        self.led_by_text(&item.blocks);
        self.out.push_str("</li>");
    }

    /// The first paragraph without `<p>`, so that it is on one line with its mark or term.
    fn led_by_text(&mut self, blocks: &[Block]) {
        if let Some((Block::Paragraph(first), rest)) = blocks.split_first() {
            self.out.push_str(&inlines(first));
            self.blocks(rest);
        } else {
            self.blocks(blocks);
        }
    }

    fn definitions(&mut self, definitions: &[Definition]) {
        self.out.push_str("<dl class=\"parties\">");
        for definition in definitions {
            let _ = write!(self.out, "<dt>{}</dt><dd>", inlines(&definition.term));
            self.led_by_text(&definition.blocks);
            self.out.push_str("</dd>");
        }
        self.out.push_str("</dl>");
    }
}
