//! The checks of every page: axe-core's rules, and checks that they lack.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::Value;

use super::chromium::{TAB, Window};

/// Width and height of a desktop and of a phone window.
const SIZES: [(u32, u32); 2] = [(1280, 900), (390, 844)];

/// WCAG 2.2 AA and axe's best practices.
const EVERYTHING: &str =
    "{ type: 'tag', values: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'] }";
/// Rules that may fail in another colour scheme.
const COLOURS: &str = "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }";

/// The source of axe-core, which only the tests use.
fn axe() -> &'static str {
    static AXE: OnceLock<String> = OnceLock::new();
    AXE.get_or_init(|| {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe/axe.min.js");
        fs::read_to_string(file).unwrap_or_else(|_| {
            panic!("axe-core is missing: ./dev setup fetches it to target/axe/axe.min.js for the accessibility tests")
        })
    })
}

/// Checks the open page at both sizes. Returns every fault as "where: rule: what".
///
/// With `AVV_SCREENSHOTS=folder` it also stores a screenshot of each.
pub async fn faults(window: &Window, page: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (width, height) in SIZES {
        window.resize(width, height).await;
        for fault in violations(window, EVERYTHING).await {
            found.insert(format!("{page} at {width} px: {fault}"));
        }
        let script = if width > 1000 { STRUCTURE } else { NARROW };
        for fault in texts(&window.run(script).await) {
            found.insert(format!("{page}: {fault}"));
        }
        keep_picture(window, page, &width.to_string()).await;
    }
    for width in [1280, 390, 320] {
        window.resize(width, 844).await;
        for fault in texts(&window.run(OVERFLOW).await) {
            found.insert(format!("{page} at {width} px: {fault}"));
        }
    }
    for fault in texts(&window.run(SPACED_OVERFLOW).await) {
        found.insert(format!("{page} at 320 px with wide text spacing: {fault}"));
    }
    // Text of twice the size (WCAG 1.4.4): set by the browser on a phone, and for the text alone on
    // a desktop, where the size of the window stays the same.
    window.resize(390, 844).await;
    window.text_size(32).await;
    for fault in texts(&window.run(OVERFLOW).await) {
        found.insert(format!("{page} at 390 px with large text: {fault}"));
    }
    window.text_size(16).await;
    window.resize(1280, 900).await;
    for fault in texts(&window.run(&format!("{LARGE_TEXT} {OVERFLOW}")).await) {
        found.insert(format!("{page} at 1280 px with large text: {fault}"));
    }
    window.run(NORMAL_TEXT).await;
    window.show("dark").await;
    for fault in violations(window, COLOURS).await {
        found.insert(format!("{page} in the dark: {fault}"));
    }
    keep_picture(window, page, "dark").await;
    window.show("light").await;
    found.extend(
        focus_faults(window)
            .await
            .into_iter()
            .map(|fault| format!("{page}: {fault}")),
    );
    found
}

async fn violations(window: &Window, rules: &str) -> Vec<String> {
    if window.run("return typeof axe").await == "undefined" {
        // The suffix keeps the end of the script from hiding what follows.
        window.run(&format!("{}\n;return true", axe())).await;
    }
    let script = format!(
        "const done = arguments[arguments.length - 1];
         axe.run(document, {{ runOnly: {rules}, resultTypes: ['violations'] }})
           .then(r => done(r.violations.flatMap(v => v.nodes.map(n =>
             v.id + ': ' + n.target.join(' ') + ': ' + n.failureSummary.replace(/\\s+/g, ' ').slice(0, 300)))))
           .catch(e => done(['axe failed: ' + e]));"
    );
    texts(
        &window
            .client
            .execute_async(&script, Vec::new())
            .await
            .unwrap_or_else(|e| panic!("axe: {e}")),
    )
}

/// One h1, a language, headings without skipped levels, unique ids.
const STRUCTURE: &str = r"
    const faults = [];
    const h1 = document.querySelectorAll('h1').length;
    if (h1 !== 1) faults.push(h1 + ' h1');
    if (!['de', 'en'].includes(document.documentElement.lang)) faults.push('no language');
    const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
    for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push('id twice: ' + id);
    for (const a of document.querySelectorAll('a[href^=\'#\']'))
      if (!document.getElementById(decodeURIComponent(a.hash.slice(1)))) faults.push('link to nowhere: ' + a.hash);
    let last = 0;
    for (const h of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
      const level = Number(h.tagName[1]);
      if (last && level > last + 1) faults.push('heading jumps from ' + last + ' to ' + level + ': ' + h.textContent.trim());
      last = level;
    }
    for (const e of document.querySelectorAll('[style], script:not([src]), style')) faults.push('inline: ' + e.outerHTML.slice(0, 80));
    return [...new Set(faults)];";

/// Where tables are cards: each label has a value, and the keyboard does not stop at anything that
/// is clipped.
const NARROW: &str = r"
    const faults = [];
    for (const e of document.querySelectorAll('td[data-label]'))
      if (e.checkVisibility() && !e.innerText.trim()) faults.push('label without a value: ' + e.dataset.label);
    for (const e of document.querySelectorAll('a[href], button, input, select, textarea, summary'))
      if (!e.closest('.skip') && e.checkVisibility() && e.tabIndex >= 0) {
        let box = e;
        while (box && !(getComputedStyle(box).clipPath === 'inset(50%)')) box = box.parentElement;
        if (box) faults.push('a stop for the keyboard that nobody sees: ' + e.outerHTML.slice(0, 100));
      }
    return [...new Set(faults)];";

const LARGE_TEXT: &str = "document.documentElement.style.fontSize = '200%';";
const NORMAL_TEXT: &str = "document.documentElement.removeAttribute('style');";

/// Sideways scrolling, and the elements that cause it (WCAG 1.4.10).
const OVERFLOW: &str = r"
    const page = document.scrollingElement;
    if (page.scrollWidth <= innerWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
    return ['scrolls sideways (' + page.scrollWidth + ' px): ' +
      wide.slice(0, 3).map(e => e.tagName.toLowerCase() + '.' + e.className + ' „' + e.textContent.trim().slice(0, 30) + '“').join(', ')];";

/// The same with the spacing of WCAG 1.4.12, set without touching the page's own styles.
const SPACED_OVERFLOW: &str = r"
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }');
    document.adoptedStyleSheets = [sheet];
    const page = document.scrollingElement;
    const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
    const faults = page.scrollWidth <= innerWidth ? [] : ['scrolls sideways (' + page.scrollWidth + ' px): ' +
      wide.slice(0, 3).map(e => e.tagName.toLowerCase() + '.' + e.className + ' „' + e.textContent.trim().slice(0, 30) + '“').join(', ')];
    document.adoptedStyleSheets = [];
    return faults;";

/// Every element that takes the focus shows it with a line of at least 2 px (WCAG 2.4.7, 2.4.13).
async fn focus_faults(window: &Window) -> Vec<String> {
    // After a key press the browser treats every focus as one by keyboard.
    window.press(TAB).await;
    let script = r"
        const faults = [];
        const all = document.querySelectorAll('a[href], button, input:not([type=hidden]):not([hidden]), select, textarea, summary, [tabindex=\'0\']');
        for (const e of all) {
          if (!e.checkVisibility({ visibilityProperty: true }) || e.closest('details:not([open]) > :not(summary)')) continue;
          e.focus();
          if (document.activeElement !== e) continue;
          const shows = s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
          // The focus of a check box may be drawn by its parent.
          if (!shows(getComputedStyle(e)) && !shows(getComputedStyle(e.parentElement)))
            faults.push('no visible focus: ' + e.outerHTML.slice(0, 100));
          const box = e.getBoundingClientRect();
          if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0) faults.push('focus out of sight: ' + e.outerHTML.slice(0, 100));
        }
        return [...new Set(faults)].slice(0, 5);";
    texts(&window.run(script).await)
}

fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| v.as_str().expect("a text").to_owned())
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever starts the tests asks for pictures"
)]
async fn keep_picture(window: &Window, page: &str, kind: &str) {
    let Some(folder) = std::env::var_os("AVV_SCREENSHOTS") else {
        return;
    };
    let name: String = page
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    let folder = PathBuf::from(folder);
    fs::create_dir_all(&folder).expect("a folder for the pictures");
    fs::write(
        folder.join(format!("{name}-{kind}.png")),
        window.picture().await,
    )
    .expect("a picture is kept");
}
