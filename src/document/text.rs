//! Inlines of the contract tree as words of single characters.

use unicode_normalization::UnicodeNormalization;

use super::fonts::Face;
use crate::contract::citations::Joiner;
use crate::contract::is_composed;
use crate::contract::tree::Inline;

/// Marks where the renderer broke a word: printed as a hyphen, but not copied as one.
pub(super) const SOFT_HYPHEN: char = '\u{AD}';

/// The target of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// An address outside the document.
    Address(String),
    /// A section, item or annex of this document.
    Inside(String),
}

/// One character with its font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph {
    pub(super) character: char,
    pub(super) face: Face,
    /// Number of the link it belongs to, see [`InlineWords::targets`].
    pub(super) link: Option<usize>,
}

/// Part of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Characters without a space among them that could break the line.
    Word {
        glyphs: Vec<Glyph>,
        /// Whether there is a space before it.
        spaced: bool,
    },
    /// The line ends here.
    Break,
}

/// Collects words from inlines.
pub(super) struct InlineWords<'a> {
    tokens: Vec<Token>,
    word: Vec<Glyph>,
    spaced: bool,
    targets: &'a mut Vec<Target>,
}

impl<'a> InlineWords<'a> {
    /// The words of some inlines; links are appended to `targets`.
    pub(super) fn of(inlines: &[Inline], base: Face, targets: &'a mut Vec<Target>) -> Vec<Token> {
        let mut words = Self {
            tokens: Vec::new(),
            word: Vec::new(),
            spaced: false,
            targets,
        };
        words.add(inlines, base.is_bold(), base.is_italic(), None);
        words.end_word();
        join_short(words.tokens)
    }

    fn add(&mut self, inlines: &[Inline], bold: bool, italic: bool, link: Option<usize>) {
        for inline in inlines {
            match inline {
                Inline::Text(text) => self.text(text, Face::of(bold, italic), link),
                Inline::Strong(content) => self.add(content, true, italic, link),
                // Emphasis in slanted text is upright, as usual in print.
                Inline::Emphasis(content) => self.add(content, bold, !italic, link),
                Inline::Link { target, content } => {
                    let link = self.target(Target::Address(target.clone()));
                    self.add(content, bold, italic, Some(link));
                }
                Inline::Reference { id, text } => {
                    let link = self.target(Target::Inside(id.clone()));
                    self.text(text, Face::of(bold, italic), Some(link));
                }
                Inline::Break => {
                    self.end_word();
                    self.spaced = false;
                    self.tokens.push(Token::Break);
                }
            }
        }
    }

    fn target(&mut self, target: Target) -> usize {
        self.targets.push(target);
        self.targets.len() - 1
    }

    fn text(&mut self, text: &str, face: Face, link: Option<usize>) {
        for character in clean(text).chars() {
            if breaks_line(character) {
                self.end_word();
                self.spaced = true;
            } else {
                self.word.push(Glyph {
                    character,
                    face,
                    link,
                });
            }
        }
    }

    fn end_word(&mut self) {
        if !self.word.is_empty() {
            self.tokens.push(Token::Word {
                glyphs: std::mem::take(&mut self.word),
                spaced: std::mem::take(&mut self.spaced),
            });
        }
    }
}

/// Whether a character is a space at which a line may end.
fn breaks_line(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{A0}' | '\u{202F}' | '\u{2007}')
}

/// Text as it may be printed: in composed form, without control, direction and zero-width
/// characters.
///
/// The tree guarantees most of this already (S-73); but if the renderer relied on it, it could be
/// made to print something other than it was given.
pub(super) fn clean(text: &str) -> String {
    if is_composed(text) {
        return text.to_owned();
    }
    text.nfc()
        .filter_map(|character| match character {
            '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' => None,
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => None,
            '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}' => None,
            other if other.is_control() => None,
            other => Some(other),
        })
        .collect()
}

/// Joins the words of citations with a non-breaking space (T-14).
fn join_short(tokens: Vec<Token>) -> Vec<Token> {
    let mut joiner = Joiner::default();
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let Token::Word { glyphs, spaced } = token else {
            joiner.stop();
            out.push(token);
            continue;
        };
        let word: String = glyphs.iter().map(|glyph| glyph.character).collect();
        let holds = joiner.holds(&word) && spaced;
        match out.last_mut() {
            Some(Token::Word { glyphs: before, .. }) if holds => {
                before.push(Glyph {
                    character: ' ',
                    face: glyphs.first().map_or(Face::Regular, |glyph| glyph.face),
                    link: before.last().and_then(|glyph| glyph.link),
                });
                before.extend(glyphs);
            }
            _ => out.push(Token::Word { glyphs, spaced }),
        }
    }
    out
}
