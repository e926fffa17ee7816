//! Assigns headings their ids and the blocks below them, and tables their legends; limits the
//! depth.

use super::parse::{Flat, Role};
use super::source::{Kind, Node};
use super::vocabulary::Generator;

type Report<'r> = dyn FnMut(usize, String) + 'r;

/// Names headings without an id by file and position, so that both languages get the same names,
/// and checks that the file has the headings that its role requires.
pub(super) fn name_headings(
    mut blocks: Vec<Flat>,
    stem: &str,
    role: Role,
    report: &mut Report<'_>,
) -> Vec<Flat> {
    let mut count = 0;
    let mut titles = 0;
    for flat in &mut blocks {
        let line = flat.node.line;
        let Kind::Section { level, id, .. } = &mut flat.node.kind else {
            if count == 0 && role != Role::Main {
                report(
                    line,
                    "Vor der ersten Überschrift darf hier nichts stehen.".into(),
                );
            }
            continue;
        };
        count += 1;
        titles += usize::from(*level == 1);
        if *level > 4 {
            report(
                line,
                "Überschriften gibt es bis zur vierten Ebene (####).".into(),
            );
            *level = 4;
        }
        match role {
            Role::Annex if *level == 1 && titles > 1 => report(
                line,
                "Eine Anlage hat nur einen Titel (#). Verwenden Sie hier ##.".into(),
            ),
            Role::Annex if *level > 1 && titles == 0 => {
                report(line, "Eine Anlage beginnt mit ihrem Titel (#).".into());
            }
            Role::Product if *level == 1 => {
                report(
                    line,
                    "Eine Produktanlage beginnt mit ##, nicht mit #.".into(),
                );
                *level = 2;
            }
            Role::Measures if *level == 1 => {
                report(
                    line,
                    "Eine Gruppe von Maßnahmen beginnt mit ##, nicht mit #.".into(),
                );
                *level = 2;
            }
            _ => {}
        }
        if id.is_empty() {
            *id = match (role, *level) {
                (Role::Annex, 1) if titles == 1 => stem.to_owned(),
                _ => format!("{stem}-{count}"),
            };
        }
    }
    if count == 0 && role != Role::Main {
        report(1, "Die Datei hat keine Überschrift.".into());
    }
    blocks
}

/// Puts every block below the heading it belongs to.
pub(super) fn nest(blocks: Vec<Flat>, report: &mut Report<'_>) -> Vec<Node> {
    let mut done: Vec<Node> = Vec::new();
    let mut open: Vec<Flat> = Vec::new();
    for flat in blocks {
        let closes = match &flat.node.kind {
            Kind::Section { level, .. } => Some(*level),
            // Their sections are part of the annex, wherever in it they are inserted.
            Kind::Generated(Generator::Products | Generator::Measures) => Some(2),
            _ => None,
        };
        if let Some(level) = closes {
            while open.last().is_some_and(|last| depth(&last.node) >= level) {
                close(&mut open, &mut done);
            }
        }
        // Otherwise text after the end of a ::: block would silently vanish with the heading inside
        // it.
        if let Some(heading) = open.iter().find(|heading| {
            let outer = heading.node.conditions.get(..heading.outer);
            outer
                .unwrap_or_default()
                .iter()
                .any(|c| !flat.node.conditions.contains(c))
        }) {
            report(
                flat.node.line,
                format!(
                    "Dieser Block gehört zur Überschrift in Zeile {}, steht aber außerhalb ihres bedingten „:::“-Blocks. Ziehen Sie ihn hinein oder beginnen Sie eine neue Überschrift.",
                    heading.node.line
                ),
            );
        }
        if matches!(flat.node.kind, Kind::Section { .. }) {
            open.push(flat);
        } else {
            attach(flat.node, &mut open, &mut done);
        }
    }
    while !open.is_empty() {
        close(&mut open, &mut done);
    }
    done
}

fn depth(node: &Node) -> u8 {
    match &node.kind {
        Kind::Section { level, .. } => *level,
        _ => u8::MAX,
    }
}

fn close(open: &mut Vec<Flat>, done: &mut Vec<Node>) {
    if let Some(flat) = open.pop() {
        attach(flat.node, open, done);
    }
}

fn attach(node: Node, open: &mut [Flat], done: &mut Vec<Node>) {
    match open.last_mut() {
        Some(Flat {
            node:
                Node {
                    kind: Kind::Section { children, .. },
                    ..
                },
            ..
        }) => children.push(node),
        _ => done.push(node),
    }
}

/// Moves a `.legend` paragraph into the table before it.
pub(super) fn join_legends(blocks: Vec<Flat>, mut problem: impl FnMut(usize, &str)) -> Vec<Flat> {
    let mut out: Vec<Flat> = Vec::with_capacity(blocks.len());
    for mut flat in blocks {
        let is_legend = matches!(flat.node.kind, Kind::Paragraph(_))
            && flat.node.tags.iter().any(|tag| tag == "legend");
        if is_legend {
            flat.node.tags.retain(|tag| tag != "legend");
            if let Some(Flat {
                node:
                    Node {
                        kind: Kind::Table { legend, .. },
                        ..
                    },
                ..
            }) = out.last_mut()
                && let Kind::Paragraph(spans) = &mut flat.node.kind
                && legend.is_none()
            {
                *legend = Some(std::mem::take(spans));
                continue;
            }
            problem(
                flat.node.line,
                "„.legend“ steht nur an dem Absatz direkt nach einer Tabelle.",
            );
        }
        out.push(flat);
    }
    out
}

/// The first line that would overload the Djot parser, with what to do about it. It may nest blocks
/// so deeply that the parser, which is recursive, would overflow the stack: hundreds of marks, of
/// spaces before the text, of `:::` lines, or of lines after a `{` in their paragraph. Or it may
/// open so many brackets in one paragraph that looking for each end, up to the end of the
/// paragraph, would take minutes; or there are so many headings that finding a unique name for each
/// would.
pub(super) fn too_much(text: &str) -> Option<(usize, &'static str)> {
    const MARKS: usize = 32;
    const INDENT: usize = 200;
    const FENCES: usize = 400;
    const BEHIND_BRACE: usize = 400;
    const BRACKETS: usize = 5_000;
    const HEADINGS: usize = 1_500;
    let (mut fences, mut behind_brace, mut brackets, mut headings) = (0, 0, 0, 0);
    let mut wild = |line: &str| {
        let is_mark = |word: &&str| {
            word.len() <= 6 && word.ends_with(['-', '*', '+', '>', ':', '.', ')', '|'])
        };
        let bare = line.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
        let marks = line.split_whitespace().take_while(is_mark).count();
        let begins = bare.is_empty() || marks > 0 || bare.starts_with('|');
        if begins {
            (behind_brace, brackets) = (0, 0);
        }
        fences += usize::from(bare.starts_with(":::"));
        behind_brace += usize::from(behind_brace > 0 || line.contains('{'));
        brackets += line.matches('[').count();
        headings += usize::from(bare.contains('#'));
        if headings > HEADINGS {
            return Some("Der Text hat zu viele Überschriften. Teilen Sie ihn auf.");
        }
        let is_deep = line.len() - bare.len() > INDENT
            || fences > FENCES
            || behind_brace > BEHIND_BRACE
            || brackets > BRACKETS
            || marks > MARKS;
        is_deep.then_some("Der Text ist zu tief verschachtelt. Teilen Sie ihn auf.")
    };
    let mut lines = text.lines().zip(1..);
    lines.find_map(|(line, number)| wild(line).map(|what| (number, what)))
}
