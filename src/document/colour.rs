//! The meaning of colour values: the `sRGB` profile that PDF/A requires in the file.

/// A tag's name and its data.
type Tag = ([u8; 4], Vec<u8>);

/// An ICC profile (version 2.1) of `sRGB` as IEC 61966-2-1 defines it, about 1.1 kB.
pub(super) fn srgb_profile() -> Vec<u8> {
    let curve = curve();
    let tags: [Tag; 9] = [
        (*b"desc", description("sRGB IEC61966-2.1")),
        (*b"cprt", text("No copyright, use freely")),
        // White and primaries, adapted to D50 (Bradford).
        (*b"wtpt", xyz([0.9642, 1.0, 0.8249])),
        (*b"rXYZ", xyz([0.436_07, 0.222_49, 0.013_92])),
        (*b"gXYZ", xyz([0.385_15, 0.716_87, 0.097_08])),
        (*b"bXYZ", xyz([0.143_07, 0.060_61, 0.714_10])),
        (*b"rTRC", curve.clone()),
        (*b"gTRC", curve.clone()),
        (*b"bTRC", curve),
    ];
    let mut table = be(tags.len());
    let mut data: Vec<u8> = Vec::new();
    let start = 128 + 4 + 12 * tags.len();
    let mut last: Option<(usize, Vec<u8>)> = None;
    for (name, content) in tags {
        // Equal tags share their data.
        let at = match &last {
            Some((at, same)) if *same == content => *at,
            _ => {
                let at = start + data.len();
                data.extend(&content);
                data.resize(data.len().next_multiple_of(4), 0);
                at
            }
        };
        table.extend(name);
        table.extend(be(at));
        table.extend(be(content.len()));
        last = Some((at, content));
    }
    let mut out = header(start + data.len());
    out.extend(table);
    out.extend(data);
    out
}

fn header(size: usize) -> Vec<u8> {
    let mut out = be(size);
    out.extend([0; 4]);
    out.extend([2, 0x10, 0, 0]);
    out.extend(b"mntrRGB XYZ ");
    // 1 January 2026, so that equal documents are equal bytes.
    for part in [2026_u16, 1, 1, 0, 0, 0] {
        out.extend(part.to_be_bytes());
    }
    out.extend(b"acsp");
    out.resize(68, 0);
    for value in [0.9642, 1.0, 0.8249] {
        out.extend(fixed(value));
    }
    out.resize(128, 0);
    out
}

fn be(number: usize) -> Vec<u8> {
    u32::try_from(number)
        .unwrap_or(u32::MAX)
        .to_be_bytes()
        .to_vec()
}

/// A number with sixteen binary places.
fn fixed(value: f64) -> [u8; 4] {
    ((value * 65_536.0).round() as i32).to_be_bytes()
}

fn xyz(values: [f64; 3]) -> Vec<u8> {
    let mut out = b"XYZ \0\0\0\0".to_vec();
    for value in values {
        out.extend(fixed(value));
    }
    out
}

fn text(words: &str) -> Vec<u8> {
    let mut out = b"text\0\0\0\0".to_vec();
    out.extend(words.as_bytes());
    out.push(0);
    out
}

fn description(words: &str) -> Vec<u8> {
    let mut out = b"desc\0\0\0\0".to_vec();
    out.extend(be(words.len() + 1));
    out.extend(words.as_bytes());
    // The end of the text, then the same in Unicode and for old Macintoshes, both empty.
    out.resize(out.len() + 1 + 8 + 3 + 67, 0);
    out
}

/// The curve from stored values to light, in 256 steps.
fn curve() -> Vec<u8> {
    let mut out = b"curv\0\0\0\0".to_vec();
    out.extend(be(256));
    for step in 0..256 {
        let value = f64::from(step) / 255.0;
        let light = if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        };
        out.extend(((light * 65_535.0).round() as u16).to_be_bytes());
    }
    out
}
