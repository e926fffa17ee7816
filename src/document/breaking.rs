//! Breaks words into lines: hyphenation, break points in addresses, and a last resort for
//! everything else.

use std::sync::OnceLock;

use hyphenation::{Hyphenator as _, Load as _, Standard};
use unicode_normalization::char::is_combining_mark;

use super::RenderError;
use super::fonts::{Face, Library};
use super::text::{Glyph, SOFT_HYPHEN, Token};
use crate::domain::Language;

/// A part of a line with one font and one link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) face: Face,
    pub(super) link: Option<usize>,
}

/// One line, ready to be placed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct SetLine {
    pub(super) runs: Vec<Run>,
    /// Width in points without a space at the end.
    pub(super) width: f32,
}

impl SetLine {
    /// Whether a word goes on in the next line: a page does not end there.
    pub(super) fn ends_in_hyphen(&self) -> bool {
        self.runs
            .last()
            .is_some_and(|run| run.text.ends_with(SOFT_HYPHEN))
    }
}

/// Hyphenation patterns of a language; loaded once.
pub(super) fn patterns(language: Language) -> Result<&'static Standard, RenderError> {
    static GERMAN: OnceLock<Result<Standard, String>> = OnceLock::new();
    static ENGLISH: OnceLock<Result<Standard, String>> = OnceLock::new();
    let (cell, name) = match language {
        Language::De => (&GERMAN, hyphenation::Language::German1996),
        Language::En => (&ENGLISH, hyphenation::Language::EnglishGB),
    };
    cell.get_or_init(|| Standard::from_embedded(name).map_err(|error| error.to_string()))
        .as_ref()
        .map_err(|error| RenderError::Hyphenation(error.clone()))
}

/// Sets text ragged right into a measure.
#[derive(Clone, Copy)]
pub(super) struct Setter {
    pub(super) library: &'static Library,
    pub(super) patterns: &'static Standard,
}

/// When to hyphenate a word that would fit on the next line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hyphens {
    /// If the line would otherwise be visibly short.
    Often,
    /// Never: headings.
    Never,
}

impl Hyphens {
    /// Share of the width from which a line counts as full; narrow columns are ragged anyway.
    fn full_enough(self, measure: f32) -> f32 {
        match self {
            Self::Often if measure > 250.0 => 0.86,
            Self::Often => 0.5,
            Self::Never => 0.0,
        }
    }
}

/// Width and font size for breaking lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// Width in points.
    pub(super) width: f32,
    /// Font size in points.
    pub(super) size: u8,
    pub(super) hyphens: Hyphens,
}

/// A place where a word can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Joint {
    /// Number of characters before it.
    at: usize,
    /// Whether a hyphen must be printed.
    hyphen: bool,
}

impl Setter {
    /// Width of some characters in points.
    pub(super) fn width(&self, glyphs: &[Glyph], size: u8) -> f32 {
        glyphs
            .iter()
            .map(|glyph| self.library.width(glyph.face, glyph.character, size))
            .sum()
    }

    /// Breaks words into lines no wider than the measure. Every character is kept.
    pub(super) fn lines(&self, tokens: &[Token], measure: Measure) -> Vec<SetLine> {
        let mut lines = Vec::new();
        let mut line = LineBuilder::default();
        for token in tokens {
            match token {
                Token::Break => lines.push(std::mem::take(&mut line).set(false)),
                Token::Word { glyphs, spaced } => {
                    line = self.add_word(glyphs, *spaced, measure, line, &mut lines);
                }
            }
        }
        if !line.glyphs.is_empty() {
            lines.push(line.set(false));
        }
        lines
    }

    fn add_word(
        &self,
        word: &[Glyph],
        spaced: bool,
        measure: Measure,
        mut line: LineBuilder,
        lines: &mut Vec<SetLine>,
    ) -> LineBuilder {
        let Measure {
            width: room,
            size,
            hyphens,
        } = measure;
        let full_enough = room * hyphens.full_enough(room);
        let mut rest = word;
        let mut spaced = spaced && !line.glyphs.is_empty();
        while !rest.is_empty() {
            let space = if spaced {
                space_before(rest, &line)
            } else {
                None
            };
            let used = line.width + space.map_or(0.0, |glyph| self.width(&[glyph], size));
            if used + self.width(rest, size) <= room + 0.01 {
                line.push(self, space, rest, size);
                return line;
            }
            let empty = line.glyphs.is_empty();
            let may_part = empty
                || self.width(rest, size) > room
                || (line.width < full_enough && line.hyphens < 2);
            let joint = if may_part {
                self.joint(rest, size, room - used)
            } else {
                None
            };
            let joint = joint.or_else(|| empty.then(|| self.force(rest, size, room)));
            if let Some(joint) = joint {
                let (head, tail) = rest.split_at(joint.at);
                line.push(self, space, head, size);
                if joint.hyphen {
                    line.hyphenate(self, size);
                }
                rest = tail;
            }
            let hyphens = if joint.is_some_and(|joint| joint.hyphen) {
                line.hyphens + 1
            } else {
                0
            };
            lines.push(std::mem::take(&mut line).set(joint.is_none() && spaced));
            line.hyphens = hyphens;
            spaced = false;
        }
        line
    }

    /// The last joint whose first part fits into `room` points.
    fn joint(&self, word: &[Glyph], size: u8, room: f32) -> Option<Joint> {
        if room < f32::from(size) {
            return None;
        }
        let mut reach = 0.0;
        let widths: Vec<f32> = std::iter::once(0.0)
            .chain(word.iter().map(|glyph| {
                reach += self.library.width(glyph.face, glyph.character, size);
                reach
            }))
            .collect();
        self.joints(word).into_iter().rfind(|joint| {
            let face = word
                .get(joint.at.saturating_sub(1))
                .map_or(Face::Regular, |g| g.face);
            let hyphen = if joint.hyphen {
                self.library.width(face, SOFT_HYPHEN, size)
            } else {
                0.0
            };
            widths
                .get(joint.at)
                .is_some_and(|width| width + hyphen <= room)
        })
    }

    /// Joints of a word in order: after its own hyphens and slashes, and by the patterns.
    fn joints(&self, word: &[Glyph]) -> Vec<Joint> {
        let characters: Vec<char> = word.iter().map(|glyph| glyph.character).collect();
        if is_address(&characters) {
            return characters
                .iter()
                .enumerate()
                .filter(|(at, c)| *at + 1 < characters.len() && "/.-_?&=@:#%+,;".contains(**c))
                .map(|(at, _)| Joint {
                    at: at + 1,
                    hyphen: false,
                })
                .collect();
        }
        let mut joints = Vec::new();
        let mut start = 0;
        for (at, character) in characters.iter().enumerate() {
            if !character.is_alphabetic() {
                self.hyphenate(&characters, start, at, &mut joints);
                start = at + 1;
                let next = characters.get(at + 1);
                if "-–/\u{2010}".contains(*character)
                    && at > 1
                    && next.is_some_and(|c| c.is_alphabetic())
                {
                    joints.push(Joint {
                        at: at + 1,
                        hyphen: false,
                    });
                }
            }
        }
        self.hyphenate(&characters, start, characters.len(), &mut joints);
        joints
    }

    fn hyphenate(&self, characters: &[char], start: usize, end: usize, joints: &mut Vec<Joint>) {
        let part = characters.get(start..end).unwrap_or_default();
        // Abbreviations in capitals have no syllables; very long rows are cut anywhere.
        let capitals = part.iter().filter(|c| c.is_uppercase()).count();
        if !(6..=400).contains(&part.len()) || capitals * 2 > part.len() {
            return;
        }
        let text: String = part.iter().collect();
        for offset in self.patterns.hyphenate(&text).breaks {
            let at = text.get(..offset).map_or(0, |head| head.chars().count());
            if at >= 3 && part.len() >= at + 3 {
                joints.push(Joint {
                    at: start + at,
                    hyphen: true,
                });
            }
        }
    }

    /// Breaks a word at any character, because nothing better fits; at least one character is
    /// taken.
    fn force(&self, word: &[Glyph], size: u8, measure: f32) -> Joint {
        let letters = word.iter().all(|glyph| glyph.character.is_alphabetic());
        let mut room = measure;
        if letters {
            room -= self.library.width(Face::BoldItalic, SOFT_HYPHEN, size);
        }
        let mut at = 0;
        let mut reach = 0.0;
        for (index, glyph) in word.iter().enumerate() {
            reach += self.library.width(glyph.face, glyph.character, size);
            if reach > room {
                break;
            }
            let next = word.get(index + 1).map(|next| next.character);
            if !next.is_some_and(is_combining_mark) {
                at = index + 1;
            }
        }
        let at = at.clamp(1, word.len());
        Joint {
            at,
            hyphen: letters && at < word.len(),
        }
    }
}

/// Whether it is a web or mail address, a path or a file name, in which a hyphen would be read as
/// part of it.
fn is_address(characters: &[char]) -> bool {
    let text: String = characters.iter().collect();
    text.contains("://")
        || text.contains('@')
        || text.starts_with("www.")
        || text.matches(['/', '_', '\\']).count() > 2
}

/// The space before a word; it belongs to a link only if both neighbours do.
fn space_before(word: &[Glyph], line: &LineBuilder) -> Option<Glyph> {
    let next = word.first()?;
    let last = line.glyphs.last()?;
    Some(Glyph {
        character: ' ',
        face: next.face,
        link: if next.link == last.link {
            next.link
        } else {
            None
        },
    })
}

/// A line under construction.
#[derive(Default)]
struct LineBuilder {
    glyphs: Vec<Glyph>,
    width: f32,
    /// Lines directly above that end in a hyphen.
    hyphens: usize,
}

impl LineBuilder {
    fn push(&mut self, setter: &Setter, space: Option<Glyph>, word: &[Glyph], size: u8) {
        self.glyphs.extend(space);
        self.glyphs.extend_from_slice(word);
        self.width +=
            space.map_or(0.0, |glyph| setter.width(&[glyph], size)) + setter.width(word, size);
    }

    fn hyphenate(&mut self, setter: &Setter, size: u8) {
        if let Some(last) = self.glyphs.last().copied() {
            let hyphen = Glyph {
                character: SOFT_HYPHEN,
                ..last
            };
            self.glyphs.push(hyphen);
            self.width += setter.width(&[hyphen], size);
        }
    }

    /// Groups the characters into runs; `spaced` keeps the space at which the line ended.
    fn set(self, spaced: bool) -> SetLine {
        let mut runs: Vec<Run> = Vec::new();
        for glyph in self.glyphs {
            match runs.last_mut() {
                Some(run) if run.face == glyph.face && run.link == glyph.link => {
                    run.text.push(glyph.character);
                }
                _ => runs.push(Run {
                    text: glyph.character.to_string(),
                    face: glyph.face,
                    link: glyph.link,
                }),
            }
        }
        if spaced && let Some(run) = runs.last_mut() {
            run.text.push(' ');
        }
        SetLine {
            runs,
            width: self.width,
        }
    }
}
