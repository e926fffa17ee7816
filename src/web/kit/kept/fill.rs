//! Puts typed values back into the form of a page: the page is made as usual, and the resulting
//! HTML is parsed as a browser would parse it. So no page has to support it.

use std::collections::BTreeMap;

use ego_tree::NodeId;
use scraper::node::{Node, Text};
use scraper::{ElementRef, Html, Selector};

use crate::storage::kept::KeptFile;

/// The values for a form.
#[derive(Debug)]
pub struct Filling<'a> {
    /// Path of the page.
    pub page: &'a str,
    /// The path the form is sent to.
    pub action: &'a str,
    /// The typed values by field; `None` if the page shows them already.
    pub fields: Option<&'a BTreeMap<String, String>>,
    /// Files that need not be chosen again.
    pub files: &'a [KeptFile],
    /// Further hidden fields for the form.
    pub more: &'a [(String, String)],
}

/// A change of an HTML node.
enum Edit {
    Set(&'static str, String),
    Unset(&'static str),
    Write(String),
    Note(String),
}

/// Fills the form; `None` if the page has no such form.
pub fn fill(page: &str, filling: &Filling<'_>) -> Option<String> {
    let mut html = Html::parse_document(page);
    let form = choose(&html, filling)?;
    let mut edits = Vec::new();
    for control in controls(&html, &form) {
        edit(&control, filling, &mut edits);
    }
    if filling.fields.is_some() {
        // Typed values must not be hidden in a closed `details` element.
        let folds = form.ancestors().filter_map(ElementRef::wrap);
        for fold in folds.filter(|fold| fold.value().name() == "details") {
            edits.push((fold.id(), Edit::Set("open", String::new())));
        }
    }
    let (form, hidden) = (form.id(), hidden(&form)?);
    for (id, edit) in edits {
        apply(&mut html, id, edit);
    }
    for (name, value) in filling.more {
        let mut hidden = hidden.clone();
        set(&mut hidden, "name", name);
        set(&mut hidden, "value", value);
        html.tree.get_mut(form)?.append(hidden);
    }
    Some(html.html())
}

/// Shows the typed values on a page that has no form for them any more, so that they can be copied.
pub fn show(page: &str, fields: &BTreeMap<String, String>) -> Option<String> {
    let mut html = Html::parse_document(page);
    let main = html.select(&selector("main")?).next()?.id();
    let typed = fields
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "stand" | "tun") && !value.is_empty());
    for (_, value) in typed {
        let line = element("<p class=\"note anywhere\">")?;
        let text = Node::Text(Text {
            text: value.as_str().into(),
        });
        let mut main = html.tree.get_mut(main)?;
        main.append(line).append(text);
    }
    Some(html.html())
}

/// The form that was sent: of the forms with its address, the one that has most of its fields, and
/// most of the values that users cannot type.
fn choose<'a>(html: &'a Html, filling: &Filling<'_>) -> Option<ElementRef<'a>> {
    let (any, buttons) = (selector("form[method]")?, selector("button[formaction]")?);
    let all = html.select(&any).filter(|form| {
        let action = form.attr("action").unwrap_or(filling.page);
        let mut ways = form
            .select(&buttons)
            .filter_map(|button| button.attr("formaction"));
        form.attr("method") == Some("post")
            && (path(action) == path(filling.action)
                || ways.any(|way| path(way) == path(filling.action)))
    });
    all.enumerate()
        .max_by_key(|(place, form)| (score(html, form, filling), std::cmp::Reverse(*place)))
        .map(|(_, form)| form)
}

fn score(html: &Html, form: &ElementRef<'_>, filling: &Filling<'_>) -> usize {
    let typed = |name: &str| filling.fields.and_then(|fields| fields.get(name));
    let points = |control: ElementRef<'_>| {
        let name = control.attr("name").unwrap_or_default();
        let is_file = control.attr("type") == Some("file");
        if is_file && filling.files.iter().any(|file| file.field == name) {
            return 4;
        }
        match typed(name) {
            None => 0,
            Some(value) if control.attr("value") == Some(value) => 3,
            Some(_) => 1,
        }
    };
    controls(html, form).into_iter().map(points).sum()
}

/// All controls of a form, including those elsewhere on the page.
fn controls<'a>(html: &'a Html, form: &ElementRef<'a>) -> Vec<ElementRef<'a>> {
    let Some(any) = selector("input[name], textarea[name], select[name], button[name]") else {
        return Vec::new();
    };
    let id = form.attr("id");
    let inside = form.select(&any).filter(|one| one.attr("form").is_none());
    let outside = html
        .select(&any)
        .filter(|one| id.is_some() && one.attr("form") == id);
    inside.chain(outside).collect()
}

fn edit(control: &ElementRef<'_>, filling: &Filling<'_>, edits: &mut Vec<(NodeId, Edit)>) {
    let name = control.attr("name").unwrap_or_default();
    let kind = control.attr("type").unwrap_or("text");
    let id = control.id();
    if kind == "file" {
        let mine = || filling.files.iter().filter(|file| file.field == name);
        let names: Vec<String> = mine().map(|file| format!("„{}“", file.name)).collect();
        if !names.is_empty() {
            edits.push((id, Edit::Note(names.join(", "))));
        }
        return;
    }
    let Some(fields) = filling.fields else {
        return;
    };
    let typed = fields.get(name);
    match (control.value().name(), kind) {
        ("input", "checkbox" | "radio") => {
            let own = control.attr("value").unwrap_or("on");
            edits.push(match typed {
                Some(value) if value == own => (id, Edit::Set("checked", String::new())),
                _ => (id, Edit::Unset("checked")),
            });
        }
        ("input", "password") | ("button", _) => {}
        ("input", _) if name != "csrf" => {
            edits.extend(typed.map(|value| (id, Edit::Set("value", value.clone()))));
        }
        ("textarea", _) => edits.extend(typed.map(|value| (id, Edit::Write(value.clone())))),
        ("select", _) => {
            if let (Some(typed), Some(options)) = (typed, selector("option")) {
                for option in control.select(&options) {
                    let text = option.text().collect::<String>();
                    let own = option.attr("value").unwrap_or(&text);
                    edits.push(if own == typed {
                        (option.id(), Edit::Set("selected", String::new()))
                    } else {
                        (option.id(), Edit::Unset("selected"))
                    });
                }
            }
        }
        _ => {}
    }
}

fn apply(html: &mut Html, id: NodeId, edit: Edit) {
    let children: Vec<NodeId> = html
        .tree
        .get(id)
        .map(|node| node.children().map(|child| child.id()).collect())
        .unwrap_or_default();
    let text = |text: String| {
        Node::Text(Text {
            text: text.as_str().into(),
        })
    };
    match edit {
        Edit::Set(name, value) => {
            if let Some(mut node) = html.tree.get_mut(id) {
                set(node.value(), name, &value);
            }
        }
        Edit::Unset(name) => {
            if let Some(mut node) = html.tree.get_mut(id)
                && let Node::Element(element) = node.value()
            {
                element.attrs.retain(|(own, _)| &*own.local != name);
            }
        }
        Edit::Write(typed) => {
            for child in children {
                if let Some(mut child) = html.tree.get_mut(child) {
                    child.detach();
                }
            }
            // A parser drops the first line break of such a field.
            let typed = format!("\n{}", typed.replace("\r\n", "\n"));
            if let Some(mut node) = html.tree.get_mut(id) {
                node.append(text(typed));
            }
        }
        Edit::Note(names) => {
            let note = element("<p class=\"hint kept\">");
            if let (Some(mut node), Some(note)) = (html.tree.get_mut(id), note) {
                let words = format!(
                    "Schon gewählt: {names}. Die Datei wird mitgesendet. Wählen Sie nur dann etwas aus, wenn es eine andere sein soll."
                );
                node.insert_before(note).append(text(words));
            }
        }
    }
}

/// A copy of the form's hidden token field, as a template for other hidden fields.
fn hidden(form: &ElementRef<'_>) -> Option<Node> {
    let token = form.select(&selector("input[name=csrf]")?).next()?;
    Some(Node::Element(token.value().clone()))
}

fn element(tag: &str) -> Option<Node> {
    let html = Html::parse_fragment(tag);
    let found = html.select(&selector("p")?).next()?;
    Some(Node::Element(found.value().clone()))
}

fn set(node: &mut Node, name: &str, value: &str) {
    let Node::Element(element) = node else {
        return;
    };
    if let Some((_, own)) = element
        .attrs
        .iter_mut()
        .find(|(own, _)| &*own.local == name)
    {
        *own = value.into();
        return;
    }
    // The attribute's name as an HTML parser represents it is taken from a parsed element.
    let with_name = Html::parse_fragment(&format!("<p {name}=\"\">"));
    let attribute = selector("p")
        .and_then(|p| with_name.select(&p).next())
        .and_then(|p| p.value().attrs.first().cloned());
    if let Some((name, _)) = attribute {
        element.attrs.push((name, value.into()));
    }
}

fn path(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

fn selector(css: &str) -> Option<Selector> {
    Selector::parse(css).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    const PAGE: &str = "<!DOCTYPE html><html><body><main>\
        <form method=\"post\" action=\"/a\"><input type=hidden name=csrf value=t><input type=hidden name=tun value=x></form>\
        <details><form method=\"post\"><input type=\"hidden\" name=\"csrf\" value=\"t\"><input type=hidden name=stand value=1>\
        <input name=\"ort\" value=\"K&ouml;ln\"><input type=password name=passwort>\
        <input type=checkbox name=ja value=ja checked><input type=radio name=r value=1><input type=radio name=r value=2 checked>\
        <select name=s><option value=a selected>A<option value=b>B</select><textarea name=text>alt</textarea>\
        <input type=file name=datei></form></details></main></body></html>";

    fn typed(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn b2_every_kind_of_field_is_filled_and_no_password() {
        let fields = typed(&[
            ("ort", "\"><script>x"),
            ("stand", "9"),
            ("r", "1"),
            ("s", "b"),
            ("text", "\n<b>\r\nzwei"),
            ("passwort", "geheim"),
            ("csrf", "alt"),
        ]);
        let file = KeptFile {
            id: uuid::Uuid::nil(),
            field: "datei".to_owned(),
            name: "<scan>.pdf".to_owned(),
        };
        let filling = Filling {
            page: "/b",
            action: "/b",
            fields: Some(&fields),
            files: &[file],
            more: &[("eingaben".to_owned(), "7".to_owned())],
        };
        let out = fill(PAGE, &filling).unwrap();
        let html = Html::parse_document(&out);
        let value = |css: &str, name: &str| {
            let found = html.select(&Selector::parse(css).unwrap()).next();
            found.and_then(|one| one.attr(name).map(str::to_owned))
        };
        assert_eq!(value("[name=ort]", "value").unwrap(), "\"><script>x");
        assert_eq!(value("[name=stand]", "value").unwrap(), "9");
        assert_eq!(value("details [name=csrf]", "value").unwrap(), "t");
        assert_eq!(value("[name=eingaben]", "value").unwrap(), "7");
        assert_eq!(value("[name=passwort]", "value"), None);
        assert_eq!(value("[name=ja][checked]", "name"), None);
        assert_eq!(value("[name=r][checked]", "value").unwrap(), "1");
        assert_eq!(value("option[selected]", "value").unwrap(), "b");
        assert!(value("details[open]", "open").is_some());
        let text: String = html
            .select(&Selector::parse("textarea").unwrap())
            .next()
            .unwrap()
            .text()
            .collect();
        assert_eq!(text, "\n<b>\nzwei");
        assert!(out.contains("Schon gewählt: „&lt;scan&gt;.pdf“"), "{out}");
        assert!(!out.contains("geheim") && out.starts_with("<!DOCTYPE html>"));
        let other = Filling {
            action: "/c",
            ..filling
        };
        assert_eq!(fill(PAGE, &other), None);
        assert!(show(PAGE, &fields).unwrap().contains("zwei"));
    }
}
