//! Damages good files at random, as a fuzzer does, but with the stable compiler.
//!
//! A run without settings does the same every time. `AVV_FUZZ=100` makes a hundred times as many
//! cases from a new seed, and prints the seed of a failure; `AVV_FUZZ=1:88` begins with that one.

use std::time::{Duration, Instant};

/// A source of random damage.
pub(crate) struct Mutator {
    state: u64,
    /// Pieces of a file of this kind, to be inserted where they do not belong.
    tokens: &'static [&'static str],
}

impl Mutator {
    /// Runs a test on as many cases as there is time for; it gets a mutator for each case.
    #[expect(
        clippy::print_stderr,
        reason = "whoever reads the test's result needs the seed"
    )]
    pub(crate) fn run(usual: u64, tokens: &'static [&'static str], test: impl Fn(&mut Self)) {
        let wanted = crate::config::fuzz();
        let (factor, first) = match wanted {
            None => (1, 1),
            Some((factor, seed)) => (factor, seed.unwrap_or_else(|| rand::random::<u32>().into())),
        };
        if wanted.is_some() {
            // Printed first, because a fault that ends the whole process prints nothing.
            eprintln!("seeds from {first}");
        }
        for case in 0..usual * factor {
            let seed = first + case;
            let begun = Instant::now();
            let told = std::panic::AssertUnwindSafe(|| {
                // Mixed, so that neighbouring seeds give independent cases.
                let state = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                test(&mut Self { state, tokens });
            });
            if let Err(cause) = std::panic::catch_unwind(told) {
                eprintln!("failed with seed {seed}");
                std::panic::resume_unwind(cause);
            }
            let took = begun.elapsed();
            assert!(took < Duration::from_secs(60), "seed {seed} took {took:?}");
        }
    }

    /// A number below `end`; 0 if there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let number = usize::try_from(self.state >> 16).unwrap_or_default();
        number.checked_rem(end).unwrap_or_default()
    }

    /// A random element.
    pub(crate) fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A random range within `length`, mostly a short one.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length);
        let most = *self.one(&[1, 4, 16, 64, 512, 8_192]);
        from..(from + 1 + self.below(most)).min(length)
    }

    /// The file with one to four damages; `other` may be mixed in.
    pub(crate) fn damaged(&mut self, file: &[u8], other: &[u8]) -> Vec<u8> {
        let mut file = file.to_vec();
        for _ in 0..=self.below(4) {
            self.damage(&mut file, other);
        }
        file
    }

    /// The same for a text; invalid bytes become replacement characters.
    pub(crate) fn damaged_text(&mut self, text: &str, other: &str) -> String {
        let bytes = self.damaged(text.as_bytes(), other.as_bytes());
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn damage(&mut self, file: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(file.len() + 1);
        let range = self.range(file.len());
        match self.below(11) {
            // A flipped bit, another byte.
            0 if !file.is_empty() => {
                let place = self.below(file.len());
                file[place] ^= 1 << self.below(8);
            }
            1 if !file.is_empty() => {
                let place = self.below(file.len());
                file[place] = *self.one(b"\0\t\n\r !\"#$%&'()*+-./:<=>?[]^_`{|}~\x7f\x80\xff0a");
            }
            // Cut off, removed, repeated, moved.
            2 => file.truncate(at),
            3 => drop(file.drain(range)),
            4 => {
                let times = *self.one(&[1, 2, 10, 60]);
                // Repeating more than a reader accepts would test nothing new.
                let part = &file[range.start..range.end.min(range.start + 20_000 / times)];
                let part = part.repeat(times);
                file.splice(at..at, part);
            }
            5 => {
                let part: Vec<u8> = file.drain(range).collect();
                let at = self.below(file.len() + 1);
                file.splice(at..at, part);
            }
            // A piece of another file.
            6 => {
                let piece = self.range(other.len());
                let piece = other[piece].to_vec();
                file.splice(at..at, piece);
            }
            7 | 8 => {
                let token = self.one(self.tokens).as_bytes();
                file.splice(at..at, token.iter().copied());
            }
            // The same thing nested deeply, or very long.
            9 => {
                let times = *self.one(&[8, 40, 400, 3_000]);
                let token = self.one(self.tokens).repeat(times);
                file.splice(at..at, token.into_bytes());
            }
            // An unexpected number.
            _ => self.inflate(file),
        }
    }

    /// Makes one number huge, negative or empty.
    fn inflate(&mut self, file: &mut Vec<u8>) {
        let from = self.below(file.len());
        let is_digit = |at: &usize| file.get(*at).is_some_and(u8::is_ascii_digit);
        let Some(start) = (from..file.len()).find(is_digit) else {
            return;
        };
        let end = (start..file.len()).find(|at| !is_digit(at));
        let number = *self.one(&[
            "0",
            "-1",
            "",
            "2147483648",
            "4294967295",
            "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999999999999999999999999",
            "1e308",
        ]);
        file.splice(start..end.unwrap_or(file.len()), number.bytes());
    }
}
