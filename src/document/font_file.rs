//! What a TrueType file says of itself without being parsed as a whole.

use std::ops::RangeInclusive;

/// The characters of the basic plane that a font may have, as its character map lists them; all of them if it has no
/// map of the usual kind (format 4).
pub(super) fn ranges(font: &[u8]) -> Vec<RangeInclusive<u16>> {
    listed(font).unwrap_or_else(|| vec![0..=u16::MAX])
}

fn listed(font: &[u8]) -> Option<Vec<RangeInclusive<u16>>> {
    let map = table(font, *b"cmap")?;
    let count = usize::from(short(map, 2)?);
    let format_4 = (0..count).find_map(|number| {
        let map = map.get(long(map, 4 + 8 * number + 4)?..)?;
        (short(map, 0)? == 4).then_some(map)
    })?;
    let segments = usize::from(short(format_4, 6)? / 2);
    // The ends of all ranges, two empty bytes, the beginnings.
    (0..segments)
        .map(|segment| {
            let (end, start) = (14 + 2 * segment, 16 + 2 * (segments + segment));
            Some(short(format_4, start)?..=short(format_4, end)?)
        })
        .collect()
}

/// The bytes from the beginning of a table on.
fn table(font: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    let count = usize::from(short(font, 4)?);
    (0..count).find_map(|number| {
        let entry = font.get(12 + 16 * number..)?;
        if entry.get(..4)? != name {
            return None;
        }
        font.get(long(entry, 8)?..)
    })
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at + 2)?;
    Some(u16::from_be_bytes(two.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at + 4)?;
    usize::try_from(u32::from_be_bytes(four.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::super::fonts::Face;
    use super::*;

    #[test]
    fn every_face_lists_what_it_has() {
        for face in Face::ALL {
            let ranges = ranges(face.bytes());
            let has = |c: char| ranges.iter().any(|range| range.contains(&(c as u16)));
            for character in "aZ09 äÖßŁżΔЖ€§→□–“”…".chars() {
                assert!(has(character), "{character} in {face:?}");
            }
            assert!(!has('漢'), "{face:?}");
            let listed: usize = ranges.iter().map(|range| range.len()).sum();
            assert!(listed < 8_000, "{listed} in {face:?}");
        }
    }

    #[test]
    fn another_file_lists_everything() {
        for other in [b"".as_slice(), b"%PDF-1.7", &[0; 40]] {
            assert_eq!(ranges(other), [0..=u16::MAX]);
        }
    }
}
