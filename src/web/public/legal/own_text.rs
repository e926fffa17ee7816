//! A text of the operator's in Markdown as HTML: headings, paragraphs, lists, emphasis and links. Nothing
//! else of Markdown is taken: HTML stays the words it is, pictures are left out, and links lead to
//! `https`, `mailto` and `tel` alone.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html};

/// The text as HTML that stands below the heading of the page.
pub fn html(text: &str) -> String {
    let mut links = Vec::new();
    let events =
        Parser::new_ext(text, Options::empty()).filter_map(|event| harmless(event, &mut links));
    let mut html = String::new();
    push_html(&mut html, events);
    html
}

/// The event as it may stand in the page; `links` remembers which of the open links are taken.
fn harmless<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Option<Event<'a>> {
    Some(match event {
        Event::Html(words) | Event::InlineHtml(words) => Event::Text(words),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
        Event::Start(Tag::Link { dest_url, .. }) => {
            let is_taken = leads_on(&dest_url);
            links.push(is_taken);
            if !is_taken {
                return None;
            }
            Event::Start(Tag::Link {
                link_type: pulldown_cmark::LinkType::Inline,
                dest_url,
                title: CowStr::Borrowed(""),
                id: CowStr::Borrowed(""),
            })
        }
        Event::End(TagEnd::Link) => {
            if !links.pop().unwrap_or_default() {
                return None;
            }
            Event::End(TagEnd::Link)
        }
        // The page has the first heading.
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: below(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        Event::SoftBreak => Event::HardBreak,
        other => other,
    })
}

fn leads_on(address: &str) -> bool {
    ["https://", "mailto:", "tel:", "/"]
        .iter()
        .any(|start| address.starts_with(start))
        && !address.starts_with("//")
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        _ => HeadingLevel::H4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s70_own_text_can_do_nothing_but_be_read() {
        for (text, expected) in [
            (
                "# Anbieter\n\nPlusnet GmbH",
                "<h2>Anbieter</h2>\n<p>Plusnet GmbH</p>\n",
            ),
            (
                "Straße 1\n50829 Köln",
                "<p>Straße 1<br />\n50829 Köln</p>\n",
            ),
            (
                "<script>alert(1)</script>",
                "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n",
            ),
            (
                "A <b onclick=x>fett</b>",
                "<p>A &lt;b onclick=x&gt;fett&lt;/b&gt;</p>\n",
            ),
            ("[x](javascript:alert(1))", "<p>x</p>\n"),
            ("[x](data:text/html,a)", "<p>x</p>\n"),
            ("[x](//elsewhere.example)", "<p>x</p>\n"),
            (
                "[x](https://a.example \"t\")",
                "<p><a href=\"https://a.example\">x</a></p>\n",
            ),
            (
                "<https://a.example>",
                "<p><a href=\"https://a.example\">https://a.example</a></p>\n",
            ),
            ("![Bild](https://a.example/b.png)", "<p>Bild</p>\n"),
            (
                "- eins\n- zwei",
                "<ul>\n<li>eins</li>\n<li>zwei</li>\n</ul>\n",
            ),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }
}
