//! Colours and whether they can be read: WCAG 2.2, success criterion 1.4.3 (C1).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Least contrast of text with what is behind it: 4.5 to 1.
pub const NEEDED: Contrast = Contrast(4.5);

/// A ratio of contrast, from 1 to 21.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Contrast(f64);

impl Contrast {
    /// How many times as light the one is as the other.
    pub fn ratio(self) -> f64 {
        self.0
    }

    fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }
}

/// An opaque colour of the screen (sRGB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color([u8; 3]);

/// Page and sheet in light colours, as `static/portal.css` has them.
const LIGHT: [Color; 2] = [Color([0xfb, 0xfa, 0xf7]), Color([0xff, 0xff, 0xff])];
/// Page and sheet in dark colours.
const DARK: [Color; 2] = [Color([0x17, 0x16, 0x14]), Color([0x1f, 0x1e, 0x1b])];
const WHITE: Color = Color([0xff; 3]);
const BLACK: Color = Color([0; 3]);

impl Color {
    /// Reads "#0b5567", with or without the sign.
    pub fn parse(typed: &str) -> Option<Self> {
        let digits = typed.trim();
        let digits = digits.strip_prefix('#').unwrap_or(digits);
        let mut bytes = [0; 3];
        base16ct::mixed::decode(digits, &mut bytes)
            .ok()
            .filter(|read| read.len() == 3)?;
        Some(Self(bytes))
    }

    /// This colour with `percent` of another.
    fn mixed(self, other: Self, percent: u32) -> Self {
        let part = |own: u8, other: u8| {
            let sum = u32::from(own) * (100 - percent) + u32::from(other) * percent;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        let ([a, b, c], [x, y, z]) = (self.0, other.0);
        Self([part(a, x), part(b, y), part(c, z)])
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|byte| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// How well one is seen on the other.
    pub fn contrast(self, other: Self) -> Contrast {
        let (one, two) = (self.luminance(), other.luminance());
        Contrast((one.max(two) + 0.05) / (one.min(two) + 0.05))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

impl TryFrom<String> for Color {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no colour")
    }
}

/// The colour of links and buttons, which can be read in light and in dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accent {
    /// On light pages, and with white text on it.
    pub light: Color,
    /// On dark pages, and with dark text on it.
    pub dark: Color,
}

impl Accent {
    /// The least contrast of `color` as text on light pages and below white text.
    pub fn contrast_in_light(color: Color) -> Contrast {
        Self::least(color, LIGHT, tint(color, LIGHT))
    }

    /// The least contrast of `color` as text on dark pages and below dark text.
    pub fn contrast_in_dark(color: Color) -> Contrast {
        Self::least(color, DARK, tint(color, DARK))
    }

    fn least(color: Color, behind: [Color; 2], tint: Color) -> Contrast {
        let [page, sheet] = behind.map(|one| color.contrast(one));
        page.min(sheet).min(color.contrast(tint))
    }

    /// A colour for dark pages that goes with the one for light pages: the same with as much white as
    /// it needs to be read.
    pub fn dark_of(light: Color) -> Color {
        (0..=100)
            .step_by(5)
            .map(|percent| light.mixed(WHITE, percent))
            .find(|color| Self::contrast_in_dark(*color) >= NEEDED)
            .unwrap_or(WHITE)
    }

    /// Both colours, if both can be read.
    pub fn new(light: Color, dark: Color) -> Option<Self> {
        let is_good =
            Self::contrast_in_light(light) >= NEEDED && Self::contrast_in_dark(dark) >= NEEDED;
        is_good.then_some(Self { light, dark })
    }

    /// Tells it from every other one, in an address.
    pub fn key(&self) -> String {
        let pair = format!("{}{}", self.light, self.dark);
        pair.replace('#', "")
    }

    /// The tokens of `portal.css` that follow from it, as a style sheet.
    pub fn style_sheet(&self) -> String {
        let Self { light, dark } = *self;
        let both = |name: &str, light: Color, dark: Color| {
            format!("--{name}: light-dark({light}, {dark});")
        };
        let hover = (light.mixed(BLACK, 30), dark.mixed(WHITE, 30));
        [
            "@layer tokens {",
            ":root {",
            &both("accent", light, dark),
            &both("accent-hover", hover.0, hover.1),
            &both("accent-soft", tint(light, LIGHT), tint(dark, DARK)),
            &both("on-accent", WHITE, DARK[0]),
            "}",
            "}",
            "",
        ]
        .join("\n")
    }
}

/// A surface with a little of the colour, for what is chosen.
fn tint(color: Color, [_, sheet]: [Color; 2]) -> Color {
    sheet.mixed(color, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        Color::parse(text).unwrap_or(BLACK)
    }

    #[test]
    fn the_contrast_is_that_of_wcag() {
        let is = |one: Color, other: Color, ratio: f64| {
            (one.contrast(other).ratio() - ratio).abs() < 0.001
        };
        assert!(is(WHITE, BLACK, 21.0) && is(BLACK, WHITE, 21.0) && is(WHITE, WHITE, 1.0));
        // The two greys between which the criterion draws its line on white.
        assert!(color("#767676").contrast(WHITE) >= NEEDED);
        assert!(color("#777777").contrast(WHITE) < NEEDED);
    }

    #[test]
    fn a_colour_is_read_as_it_is_written() {
        assert_eq!(color("0B5567").to_string(), "#0b5567");
        assert_eq!(color(" #0b5567 ").to_string(), "#0b5567");
        for bad in ["", "#", "#fff", "#0b55677", "#0b556g", "red", "#0b5567;}"] {
            assert_eq!(Color::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_readable_colour_has_one_for_dark_pages() {
        for light in [
            "#0b5567", "#000000", "#5b0000", "#00319c", "#6a006a", "#767676",
        ] {
            let light = color(light);
            let dark = Accent::dark_of(light);
            assert!(Accent::contrast_in_dark(dark) >= NEEDED, "{light} {dark}");
        }
        assert!(Accent::new(color("#0b5567"), color("#74c6d6")).is_some());
        assert!(Accent::new(color("#ffcc00"), color("#ffcc00")).is_none());
        assert!(Accent::new(color("#0b5567"), color("#0b5567")).is_none());
    }

    #[test]
    fn the_style_sheet_of_the_portal_has_the_surfaces_that_are_measured_with() {
        let css = include_str!("../../../static/portal.css");
        for (token, place) in [("paper", 0), ("sheet", 1)] {
            let line = format!("--{token}: light-dark({}, {})", LIGHT[place], DARK[place]);
            assert!(css.contains(&line), "{line}");
        }
    }
}
