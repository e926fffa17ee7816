//! The smallest contract in two languages that passes every check.

/// The files of that contract.
pub const FILES: &[(&str, &str)] = &[
    (
        "contract.toml",
        r##"number = "1.0"
date = 2026-10-01
valid_from = 2026-10-01
languages = ["de", "en"]
binding = "de"
authorisation = "general"
notice_days = 14
breach_hours = 24
deletion_days = 30
annexes = ["anlage-produkte", "anlage-tom", "anlage-unterauftragsverarbeiter", "anlage-ansprechpersonen"]
change_note = { de = "Erste Fassung.", en = "First version." }

[title]
de = "Vertrag zur Auftragsverarbeitung nach Art. 28 DSGVO"
en = "Data processing agreement under Art. 28 GDPR"
"##,
    ),
    (
        "de/vertrag.dj",
        r##"{generate=parties}
:::
:::

{#gegenstand .subject .duration .nature .purpose .special-categories .controller-duties}
# Gegenstand

(1) Für :products:, siehe [](#anlage-produkte). Keine Daten nach Art.\ 9 DSGVO.

{#weisungen .instructions .unlawful-instruction .authorised-persons .confidentiality .telecom-secrecy}
# Weisungen

(1) Nur auf dokumentierte Weisung; rechtswidrige werden ausgesetzt.

(2) Alle sind zur Vertraulichkeit und nach §\ 3 TDDDG verpflichtet.

{#sicherheit .tom-change .place .third-country}
# Sicherheit

Es gilt [](#anlage-tom). Das Niveau sinkt nicht. Ort ist die Union; sonst gilt Art.\ 44 DSGVO.

{#weitere .sub-processors .flow-down .further-outsourcing .delimitation}
# Weitere Auftragsverarbeiter

Sie sind genehmigt und gleich gebunden; für sie wird gehaftet.

{#einspruch .sub-processor-notice}
# Einspruch

(1) {#frist}
    Neue werden 14\ Tage vorher per E-Mail angekündigt.

(2) Nach einem Einspruch wird die Änderung nicht vorgenommen.

{#hilfe .assist-rights .assist-security .authority}
# Unterstützung

Bei Anfragen und nach Art.\ 32 bis 36 DSGVO.

{#verletzung .breach}
# Verletzung

Meldung unverzüglich, spätestens nach 24\ Stunden.

{#pruefung .audit .audit-conditions}
# Prüfung

Auch durch Inspektionen.

{#loeschung .deletion}
# Löschung

Nach Wahl des Auftraggebers in 30\ Tagen.

{#haftung .liability .precedence .termination}
# Haftung

Nach Art.\ 82 DSGVO. Dieser Vertrag geht vor und kann gekündigt werden.

{#ende .conclusion .objection .change}
# Abschluss

Er wird elektronisch geschlossen. Nach einem Widerspruch ist er nichtig. Neues wird angeboten.
"##,
    ),
    (
        "en/vertrag.dj",
        r##"{generate=parties}
:::
:::

{#gegenstand .subject .duration .nature .purpose .special-categories .controller-duties}
# Subject matter

(1) For :products:, see [](#anlage-produkte). No data under Art.\ 9 GDPR.

{#weisungen .instructions .unlawful-instruction .authorised-persons .confidentiality .telecom-secrecy}
# Instructions

(1) Only on documented instructions; unlawful ones are suspended.

(2) All are bound to confidentiality and to §\ 3 TDDDG.

{#sicherheit .tom-change .place .third-country}
# Security

[](#anlage-tom) applies. The level does not fall. The place is the Union; otherwise Art.\ 44 GDPR applies.

{#weitere .sub-processors .flow-down .further-outsourcing .delimitation}
# Further processors

They are authorised and bound alike, with full liability for them.

{#einspruch .sub-processor-notice}
# Dissent

(1) {#frist}
    New ones are announced 14\ days before by e-mail.

(2) After dissent the change will not be made.

{#hilfe .assist-rights .assist-security .authority}
# Assistance

With requests and under Art.\ 32 to 36 GDPR.

{#verletzung .breach}
# Breach

Notice without undue delay, within 24\ hours.

{#pruefung .audit .audit-conditions}
# Audit

Including inspections.

{#loeschung .deletion}
# Deletion

At the customer's choice within 30\ days.

{#haftung .liability .precedence .termination}
# Liability

Under Art.\ 82 GDPR. This contract prevails and may be terminated.

{#ende .conclusion .objection .change}
# Conclusion

It is concluded electronically. After an objection it is void. News are offered.
"##,
    ),
    (
        "de/anlage-tom.dj",
        r##"# Maßnahmen

{.tom-encryption .tom-pseudonymisation .tom-confidentiality .tom-integrity .tom-availability .tom-restoration .tom-testing .tom-access .tom-transmission .tom-storage .tom-physical .tom-logging .tom-configuration .tom-governance .tom-certification .tom-minimisation .tom-quality .tom-retention .tom-accountability .tom-erasure}
## Alle

- Daten werden verschlüsselt, getrennt, gesichert, wiederhergestellt und geprüft; Zugriffe werden nach Rollen vergeben und aufgezeichnet.
- Systeme werden aktuell gehalten, Beschäftigte geschult, Wege und Gebäude gesichert.
"##,
    ),
    (
        "en/anlage-tom.dj",
        r##"# Measures

{.tom-encryption .tom-pseudonymisation .tom-confidentiality .tom-integrity .tom-availability .tom-restoration .tom-testing .tom-access .tom-transmission .tom-storage .tom-physical .tom-logging .tom-configuration .tom-governance .tom-certification .tom-minimisation .tom-quality .tom-retention .tom-accountability .tom-erasure}
## All

- Data are encrypted, separated, backed up, restored and tested; access follows roles and is logged.
- Systems are kept up to date, staff are trained, lines and buildings are secured.
"##,
    ),
    (
        "de/anlage-produkte.dj",
        r##"# Produkte

{generate=products}
:::
:::
"##,
    ),
    (
        "en/anlage-produkte.dj",
        r##"# Products

{generate=products}
:::
:::
"##,
    ),
    (
        "de/anlage-unterauftragsverarbeiter.dj",
        r##"# Weitere Auftragsverarbeiter

{generate=sub-processors}
:::
:::
"##,
    ),
    (
        "en/anlage-unterauftragsverarbeiter.dj",
        r##"# Further processors

{generate=sub-processors}
:::
:::
"##,
    ),
    (
        "de/anlage-ansprechpersonen.dj",
        r##"# Ansprechpersonen

{generate=contacts}
:::
:::
"##,
    ),
    (
        "en/anlage-ansprechpersonen.dj",
        r##"# Contacts

{generate=contacts}
:::
:::
"##,
    ),
    (
        "de/produkte/centraflex.dj",
        r##"## Tengo Centraflex

{.data-types}
| Art | Zweck |
|---|---|
| Namen | Einrichten |
^ Daten bei Tengo Centraflex

{.data-subjects}
Betroffen sind Beschäftigte.
"##,
    ),
    (
        "en/produkte/centraflex.dj",
        r##"## Tengo Centraflex

{.data-types}
| Kind | Purpose |
|---|---|
| Names | Set-up |
^ Data of Tengo Centraflex

{.data-subjects}
Data subjects are employees.
"##,
    ),
];
