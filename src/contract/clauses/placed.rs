//! Blocks that the program writes, placed at the end of a clause's own text and taken out again.

use jotdown::{AttributeKind, Container};

use super::Names;
use super::blocks;
use super::source::Source;
use super::tree::{Knot, tree};
use crate::contract::vocabulary::Generator;

/// The source of a block.
pub fn source_of(generator: Generator) -> String {
    format!("{{generate={}}}\n:::\n:::\n", generator.word())
}

/// The blocks in the text of a clause, in their order.
pub fn placed(source: &str) -> Vec<Generator> {
    let body = Source::of(source).body;
    let all = blocks::read(body, &Names::default());
    let texts = all.into_iter().map(|one| body.get(one.range));
    texts
        .filter_map(|text| generator(text.unwrap_or_default()))
        .collect()
}

/// The generator of a text that is nothing but its block.
fn generator(text: &str) -> Option<Generator> {
    let knots = tree(text);
    let mut blocks = knots
        .iter()
        .filter(|knot| matches!(knot, Knot::Holder { .. }));
    let Some(Knot::Holder {
        container: Container::Div { .. },
        attributes,
        inside,
        ..
    }) = blocks.next()
    else {
        return None;
    };
    let is_empty = inside.iter().all(|knot| matches!(knot, Knot::Leaf(..)));
    let mut all = attributes.iter();
    let (Some((AttributeKind::Pair { key }, value)), None) = (all.next(), all.next()) else {
        return None;
    };
    let alone = is_empty && blocks.next().is_none() && *key == *"generate";
    alone.then(|| value.to_string().parse().ok()).flatten()
}

/// The clause with a block at the end of its own text.
pub fn with(source: &str, generator: Generator) -> String {
    let text = source.trim_end();
    let end = source.get(text.len()..).unwrap_or_default();
    // Between the block and the next heading is an empty line, as before.
    let end = end.strip_prefix('\n').unwrap_or(end);
    let gap = if text.is_empty() { "" } else { "\n\n" };
    format!("{text}{gap}{}{end}", source_of(generator))
}

/// The clause without the first block of this kind; `None` if it has none.
pub fn without(source: &str, gone: Generator) -> Option<String> {
    let parts = Source::of(source);
    let all = blocks::read(parts.body, &Names::default());
    let mut ranges = all.into_iter().map(|one| one.range);
    let range = ranges.find(|range| {
        let text = parts.body.get(range.clone()).unwrap_or_default();
        generator(text) == Some(gone)
    })?;
    let start = source.len() - parts.body.len();
    let before = source.get(..start + range.start)?.trim_end();
    let after = source.get(start + range.end..)?;
    let behind = after.trim_start_matches(['\n', '\r']);
    Some(match (before.is_empty(), behind.is_empty()) {
        (true, _) => behind.to_owned(),
        (false, true) if after.is_empty() => format!("{before}\n"),
        (false, true) => format!("{before}{after}"),
        (false, false) => format!("{before}\n\n{behind}"),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn t09_a_block_is_placed_at_the_end_of_a_clause_and_taken_out_again() {
        for source in [
            "{number=\"§ 1\"}\n# Parteien\n\n- a\n\n- b\n\n",
            "# Parteien\n\nEin Satz.\n",
            "# Parteien\n\n…\n\n",
            "Vor der ersten Überschrift.\n\n",
        ] {
            assert!(placed(source).is_empty(), "{source}");
            let with = with(source, Generator::Parties);
            assert_eq!(placed(&with), [Generator::Parties], "{with}");
            assert_eq!(without(&with, Generator::Chain), None);
            let again = without(&with, Generator::Parties).unwrap();
            assert_eq!(again, source, "{with}");
        }
    }

    #[test]
    fn t09_only_a_block_that_stands_for_itself_is_taken_out() {
        let source = "# A\n\n{generate=chain if=has-sub-partner}\n:::\n:::\n\n```\n{generate=parties}\n:::\n:::\n```\n\n{generate=contacts}\n:::\n:::\n\nDanach.\n";
        assert_eq!(placed(source), [Generator::Contacts]);
        let gone = without(source, Generator::Contacts).unwrap();
        assert!(gone.ends_with("```\n\nDanach.\n"), "{gone}");
        assert!(gone.contains("{generate=chain"), "{gone}");
    }
}
