//! Gives headings their ids and the blocks below them.

use super::parse::{Flat, Role};
use super::source::{Kind, Node};
use super::vocabulary::Generator;

type Report<'r> = dyn FnMut(usize, String) + 'r;

/// Names headings without an id after file and position, so that both languages get the same names,
/// and checks that the file has the headings its role demands.
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
            _ => {}
        }
        if id.is_empty() {
            *id = match (role, *level) {
                (Role::Annex, 1) => stem.to_owned(),
                _ => format!("{stem}-{count}"),
            };
        }
    }
    if count == 0 {
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
            // Product sections are sections of the annex, wherever in it they are asked for.
            Kind::Generated(Generator::Products) => Some(2),
            _ => None,
        };
        if let Some(level) = closes {
            while open.last().is_some_and(|last| depth(&last.node) >= level) {
                close(&mut open, &mut done);
            }
        }
        // Text after the end of a ::: block would silently vanish with the heading inside it.
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
