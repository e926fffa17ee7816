//! Converted texts keep their words: quotes, footnotes, ticks, code.

use super::*;
use crate::contract::{html, text};

/// All elements at once; the words of the outputs are compared elsewhere, the appearance here.
const MAIN: &str = "\
# Sicherheit

Die Fläche misst 12 m^2^, gemessen wird CO~2~[^luft]; Datei `robots.txt`, Wert x^neu^[^zwei], und{+
ergänzt+} ist {=markiert=}, [unterstrichen]{.underline} und{* fett*}.

---

> Wer misst, misst Mist.
>
> - auch zweimal

[^luft]: Nach DIN\\ 1946.

    Zweiter Absatz.

- [x] Alarmanlage
- [ ] Werkschutz

```
Musterhaus
Hof 3
```

::: contact
Muster GmbH
Hof 3

Tel.\\ 12
:::

| Name | Muster |
| Ort  | Hof    |

[^zwei]: Nur hier.
";

#[test]
fn no_word_is_lost_and_each_element_has_its_look() {
    let document = document(MAIN, &[]);
    let plain = text::plain(&document);
    let expected = "
1 Sicherheit

Die Fläche misst 12 m², gemessen wird CO₂¹; Datei robots.txt, Wert xneu², und ergänzt ist markiert, unterstrichen und fett.

Wer misst, misst Mist.

    • auch zweimal

¹ Nach DIN\u{a0}1946.

    Zweiter Absatz.

☒ Alarmanlage
☐ Werkschutz

Musterhaus
Hof 3

Muster GmbH
Hof 3

Tel.\u{a0}12


Name\tMuster
Ort\tHof

² Nur hier.
";
    assert!(plain.ends_with(expected), "{plain}");
    let page = html::article(&document);
    assert!(!page.contains("<thead>"), "a form has no head");
    assert!(page.contains("Muster GmbH<br>Hof 3"), "{page}");
}

#[test]
fn footnotes_are_counted_as_they_are_referred_to() {
    let document = document(
        "# A\n\nErst[^b], dann[^a], wieder[^b].\n\n[^a]: Zwei\n\n[^b]: Eins\n",
        &[],
    );
    let plain = text::plain(&document);
    assert!(plain.contains("Erst¹, dann², wieder¹."), "{plain}");
    assert!(
        plain.contains("² Zwei") && plain.contains("¹ Eins"),
        "{plain}"
    );
}

#[test]
fn a_table_that_paper_cannot_hold_is_named() {
    let row = |cell: &str| format!("|{}\n", format!("{cell}|").repeat(17));
    let main = format!("# A\n\n{}{}{}", row("a"), row("---"), row("1"));
    let found = contract(&main, &[]).unwrap_err();
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("de/vertrag.dj:3: Die Tabelle hat 17 Spalten")),
        "{lines:?}"
    );
}

#[test]
fn a_second_title_in_an_annex_is_one_problem() {
    let found = contract(
        "# A\n\nText\n",
        &[("de/anlage.dj", "# Eins\n\nText\n\n# Zwei\n\nText\n")],
    );
    let found = found.unwrap_err();
    assert_eq!(found.len(), 1, "{found:?}");
}
