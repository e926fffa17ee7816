//! The characters of a file. A mark at its beginning decides, and so does UTF-8, which other
//! encodings hardly are by chance; anything else is a guess that its author confirms. Which of the
//! old encodings of Western Europe it is, no program tells better than who reads the first lines.

use encoding_rs::{ISO_8859_15, MACINTOSH, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1252};

/// An encoding that a file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// Windows, Western Europe.
    Windows1252,
    /// Windows, Central Europe.
    Windows1250,
    /// Latin-9, with the euro sign.
    Latin9,
    /// Old Macintosh.
    Macintosh,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

impl Encoding {
    /// Those that an author can choose.
    pub const CHOICES: &'static [Self] = &[
        Self::Windows1252,
        Self::Latin9,
        Self::Windows1250,
        Self::Macintosh,
        Self::Utf16Le,
        Self::Utf16Be,
    ];

    /// Its key in forms and in storage.
    pub fn key(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1252 => "windows-1252",
            Self::Windows1250 => "windows-1250",
            Self::Latin9 => "iso-8859-15",
            Self::Macintosh => "macintosh",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    /// The encoding of a key.
    pub fn from_key(key: &str) -> Option<Self> {
        let all = Self::CHOICES.iter().chain(&[Self::Utf8]);
        all.copied().find(|one| one.key() == key)
    }

    /// Its name for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Windows1252 => "Windows-1252 (Westeuropa)",
            Self::Windows1250 => "Windows-1250 (Mitteleuropa)",
            Self::Latin9 => "ISO 8859-15",
            Self::Macintosh => "Macintosh",
            Self::Utf16Le => "UTF-16",
            Self::Utf16Be => "UTF-16, umgekehrt",
        }
    }

    fn read(self, bytes: &[u8]) -> String {
        let encoding = match self {
            Self::Utf8 => return String::from_utf8_lossy(bytes).into_owned(),
            Self::Windows1252 => WINDOWS_1252,
            Self::Windows1250 => WINDOWS_1250,
            Self::Latin9 => ISO_8859_15,
            Self::Macintosh => MACINTOSH,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
        };
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    }
}

/// A file as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Its characters.
    pub text: String,
    /// How they were read.
    pub encoding: Encoding,
    /// Whether that was guessed, so that its author has to confirm it.
    pub is_guess: bool,
}

impl Decoded {
    /// The first word with a letter that encodings disagree about.
    pub fn sample(&self) -> Option<&str> {
        let words = self.text.split_whitespace();
        words
            .into_iter()
            .find(|word| !word.is_ascii() && word.chars().count() > 3)
    }
}

/// Reads a file, in the encoding its author has chosen, if any.
pub fn decode(bytes: &[u8], chosen: Option<Encoding>) -> Decoded {
    let marks: [(&[u8], Encoding); 3] = [
        (&[0xef, 0xbb, 0xbf], Encoding::Utf8),
        (&[0xff, 0xfe], Encoding::Utf16Le),
        (&[0xfe, 0xff], Encoding::Utf16Be),
    ];
    for (mark, encoding) in marks {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return Decoded {
                text: encoding.read(rest),
                encoding,
                is_guess: false,
            };
        }
    }
    if let Some(encoding) = chosen {
        return Decoded {
            text: encoding.read(bytes),
            encoding,
            is_guess: false,
        };
    }
    let zeros = |odd: usize| {
        bytes
            .iter()
            .skip(odd)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let half = bytes.len() / 2;
    let encoding = match (zeros(0), zeros(1)) {
        (_, low) if half > 4 && low * 2 > half => Encoding::Utf16Le,
        (high, _) if half > 4 && high * 2 > half => Encoding::Utf16Be,
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => {
                return Decoded {
                    text: text.to_owned(),
                    encoding: Encoding::Utf8,
                    is_guess: false,
                };
            }
            Err(_) => Encoding::Windows1252,
        },
    };
    Decoded {
        text: encoding.read(bytes),
        encoding,
        is_guess: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t15_encodings_are_recognised_and_confirmed() {
        let text = "Größe über 3 € für „alle“";
        let (windows, _, _) = WINDOWS_1252.encode(text);
        let read = decode(&windows, None);
        assert_eq!(
            (read.text.as_str(), read.encoding, read.is_guess),
            (text, Encoding::Windows1252, true)
        );
        assert_eq!(read.sample(), Some("Größe"));
        let (latin, _, _) = ISO_8859_15.encode("Größe 3 €");
        assert_eq!(decode(&latin, Some(Encoding::Latin9)).text, "Größe 3 €");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let read = decode(&wide, None);
        assert_eq!((read.text.as_str(), read.is_guess), (text, true));
        let marked = [&[0xff, 0xfe], wide.as_slice()].concat();
        let read = decode(&marked, Some(Encoding::Windows1252));
        assert_eq!(
            (read.text.as_str(), read.encoding, read.is_guess),
            (text, Encoding::Utf16Le, false)
        );
        let big: Vec<u8> = [0xfe, 0xff]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        assert_eq!(decode(&big, None).text, text);
        assert_eq!(
            decode(text.as_bytes(), None),
            Decoded {
                text: text.to_owned(),
                encoding: Encoding::Utf8,
                is_guess: false
            }
        );
        assert!(
            Encoding::CHOICES
                .iter()
                .all(|one| Encoding::from_key(one.key()) == Some(*one))
        );
    }
}
