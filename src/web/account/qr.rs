//! A QR code as a drawing inside the page: no picture that is fetched, and no style of its own.

use qrcodegen::{QrCode, QrCodeEcc};

/// A QR code as one path of an SVG; every module is one unit wide.
pub struct Drawing {
    /// Width and height with the quiet zone.
    pub size: i32,
    /// The dark modules.
    pub path: String,
}

/// Modules that stay light around it, as readers expect.
const QUIET: i32 = 4;

/// Draws a text; `None` if it is too long for a QR code, and then it has to be typed.
pub fn draw(text: &str) -> Option<Drawing> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let from = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            let wide = x - from;
            if wide > 0 {
                path.push_str(&format!(
                    "M{} {}h{wide}v1h-{wide}z",
                    from + QUIET,
                    y + QUIET
                ));
            }
            x += 1;
        }
    }
    Some(Drawing {
        size: code.size() + 2 * QUIET,
        path,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn s36_every_dark_module_is_drawn_once() {
        let text = "otpauth://totp/Muster%20AVV:a%40b%2Eexample?secret=GEZDGNBVGY3TQOJQ";
        let (code, drawing) = (
            QrCode::encode_text(text, QrCodeEcc::Medium).unwrap(),
            draw(text).unwrap(),
        );
        let dark = (0..code.size())
            .flat_map(|y| (0..code.size()).map(move |x| (x, y)))
            .filter(|(x, y)| code.get_module(*x, *y))
            .count();
        let drawn: usize = drawing
            .path
            .split('h')
            .filter_map(|part| part.split_once('v'))
            .filter_map(|(wide, _)| wide.parse::<usize>().ok())
            .sum();
        assert_eq!(drawn, dark);
        assert_eq!(drawing.size, code.size() + 8);
        assert!(draw(&"x".repeat(5_000)).is_none());
    }
}
