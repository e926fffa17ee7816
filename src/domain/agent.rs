//! Which browser a session began in: its family and its system, and nothing else of what a browser says
//! about itself, which would tell one person from another.

use std::fmt;
use std::str::FromStr;

/// A browser by its family and the system it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agent {
    /// The browser's family; `None` for one that is not known.
    pub browser: Option<Browser>,
    /// The system; `None` for one that is not known.
    pub system: Option<System>,
}

/// Families of browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Browser {
    /// Mozilla's.
    Firefox,
    /// Microsoft's.
    Edge,
    /// Opera.
    Opera,
    /// Samsung's, on its phones.
    Samsung,
    /// Google's, and whatever calls itself by its name.
    Chrome,
    /// Apple's.
    Safari,
}

/// Systems that browsers run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum System {
    /// Windows.
    Windows,
    /// Android.
    Android,
    /// iOS and iPadOS.
    Ios,
    /// macOS.
    Macos,
    /// Linux.
    Linux,
}

impl Agent {
    /// Read from the header `User-Agent`. Browsers name those whose pages they want to be given, so the order
    /// decides.
    pub fn of_header(header: &str) -> Self {
        let first = |table: &[(&str, Self)]| {
            let found = table.iter().find(|(word, _)| header.contains(word));
            found.map(|(_, agent)| *agent).unwrap_or_default()
        };
        let browser = |browser| Self {
            browser: Some(browser),
            system: None,
        };
        let system = |system| Self {
            browser: None,
            system: Some(system),
        };
        let family = first(&[
            ("Edg", browser(Browser::Edge)),
            ("OPR/", browser(Browser::Opera)),
            ("SamsungBrowser/", browser(Browser::Samsung)),
            ("Firefox/", browser(Browser::Firefox)),
            ("FxiOS/", browser(Browser::Firefox)),
            ("Chrome/", browser(Browser::Chrome)),
            ("CriOS/", browser(Browser::Chrome)),
            ("Safari/", browser(Browser::Safari)),
        ]);
        let runs_on = first(&[
            ("Windows", system(System::Windows)),
            ("Android", system(System::Android)),
            ("iPhone", system(System::Ios)),
            ("iPad", system(System::Ios)),
            ("Macintosh", system(System::Macos)),
            ("Linux", system(System::Linux)),
            ("X11", system(System::Linux)),
        ]);
        Self {
            browser: family.browser,
            system: runs_on.system,
        }
    }
}

/// As it is stored: "firefox/windows".
impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        write!(
            f,
            "{}/{}",
            word(self.browser.map(|one| one.to_string())),
            word(self.system.map(|one| one.to_string()))
        )
    }
}

/// Reads what is stored; what cannot be read is not known.
impl From<&str> for Agent {
    fn from(text: &str) -> Self {
        let (browser, system) = text.split_once('/').unwrap_or_default();
        Self {
            browser: Browser::from_str(browser).ok(),
            system: System::from_str(system).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s34_a_browser_is_known_by_family_and_system_only() {
        for (header, stored) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
                "firefox/windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.70",
                "edge/windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
                "chrome/linux",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                "samsung/android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
                "chrome/ios",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "safari/macos",
            ),
            ("curl/8.5.0", "-/-"),
            ("<script>Windows", "-/windows"),
            ("", "-/-"),
        ] {
            let agent = Agent::of_header(header);
            assert_eq!(agent.to_string(), stored, "{header}");
            assert_eq!(Agent::from(stored), agent);
        }
        assert_eq!(Agent::from("nonsense"), Agent::default());
    }
}
