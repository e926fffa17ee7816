//! Every page in every state, checked by axe-core at two widths, for reflow and for focus
//! (requirements 4).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use avv_portal::actions::versions::imports;
use avv_portal::domain::version::ImportSource;
use avv_portal::paths::remove_passkey;
use avv_portal::web::routes::rows;

use crate::fixtures::{PASSKEY, Places, WITH_FACTOR, insert_fixtures};
use crate::harness::chromium::{Chromium, ENTER, Scripts, Window};
use crate::harness::{Browser, PASSWORD, Person, RECOVERY, TestApp, axe, minutes};
use crate::versions_life::begin;
use crate::walk::sign_in;

/// What is done on a page before it is checked.
enum Interaction {
    Click(&'static str),
    Fill(&'static str, &'static str),
    /// Presses Enter in the field that has the focus, which sends its form.
    Send,
}
use Interaction::{Click, Fill, Send};

/// A page in one state.
pub struct Stop {
    pub name: &'static str,
    pub path: String,
    interactions: Vec<Interaction>,
}

impl Stop {
    /// Whether its address is enough to open it.
    pub fn is_address_enough(&self) -> bool {
        self.interactions.is_empty()
    }
}

fn at(name: &'static str, path: impl Into<String>) -> Stop {
    Stop {
        name,
        path: path.into(),
        interactions: Vec::new(),
    }
}

fn after(name: &'static str, path: impl Into<String>, interactions: Vec<Interaction>) -> Stop {
    Stop {
        name,
        path: path.into(),
        interactions,
    }
}

pub fn public(places: &Places) -> Vec<Stop> {
    let p = places;
    vec![
        at("start", "/"),
        at("sign-in", "/anmelden"),
        after(
            "sign-in wrong",
            "/anmelden",
            vec![
                Fill("#email", "niemand@nirgends.example"),
                Fill("#passwort", "falsch"),
                Send,
            ],
        ),
        at("forgot password", "/passwort-vergessen"),
        after(
            "password mailed",
            "/passwort-vergessen",
            vec![Fill("#email", "niemand@nirgends.example"), Send],
        ),
        at("choose password", &p.password),
        after(
            "choose password wrong",
            &p.password,
            vec![
                Fill("#passwort", "kurz"),
                Fill("#wiederholung", "anders"),
                Send,
            ],
        ),
        at("password link unknown", "/passwort/unbekannt"),
        at("sign-in in English", "/anmelden?sprache=en"),
        at("request access", "/zugang"),
        after(
            "request access wrong",
            "/zugang",
            vec![Fill("#kundennummer", "keine"), Send],
        ),
        at("request access in English", "/zugang?sprache=en"),
        at("help", "/hilfe"),
        at("help in English", "/hilfe?sprache=en"),
        at("imprint", "/impressum"),
        at("privacy", "/datenschutz"),
        at("privacy in English", "/datenschutz?sprache=en"),
        at("accessibility", "/barrierefreiheit"),
        at("contact", "/kontakt"),
        at("check", "/pruefen"),
        at("public log", "/protokoll"),
        at("not found", "/gibt-es-nicht"),
        at("link unknown", "/zustimmung/unbekannt"),
        at("consent", &p.valid),
        at("consent in English", format!("{}?sprache=en", p.valid)),
        after("consent wrong", &p.valid, vec![Click("#abschluss button")]),
        at("consent to an amendment", &p.amendment),
        at("decline", format!("{}/ablehnen", p.valid)),
        at(
            "decline in English",
            format!("{}/ablehnen?sprache=en", p.valid),
        ),
        at("link expired", &p.expired),
        at(
            "link expired in English",
            format!("{}?sprache=en", p.expired),
        ),
        after("new link", &p.expired, vec![Click("form.actions button")]),
        at("link replaced", &p.replaced),
        at("concluded long ago", &p.over),
        at("success", format!("{}/erfolg", p.success)),
        at(
            "success in English",
            format!("{}/erfolg?sprache=en", p.success),
        ),
        after(
            "access by one click",
            format!("{}/erfolg", p.success),
            vec![Click("form[action$='/zugang'] button")],
        ),
        at("declined", &p.declined),
        at("objected", &p.objected),
        at(
            "announced change",
            format!("/aenderungsmitteilungen/{}", p.announced),
        ),
        at(
            "announced change in English",
            format!("/aenderungsmitteilungen/{}?sprache=en", p.announced),
        ),
        at("stops address", &p.stop),
        at("stops address in English", format!("{}?sprache=en", p.stop)),
        at("dissent", &p.dissent),
        at("dissent in English", format!("{}?sprache=en", p.dissent)),
        after(
            "dissent wrong",
            &p.dissent,
            vec![Click("main form .actions button")],
        ),
        at("dissented", &p.dissented),
        after(
            "dissents now",
            &p.dissent,
            vec![
                Fill("#name", "Ayşe Özdemir"),
                Click("#erklaerung"),
                Click("main form .actions button"),
            ],
        ),
        after(
            "stops address now",
            &p.stop,
            vec![Click("main form .actions button")],
        ),
        after(
            "declines now",
            format!("{}/ablehnen", p.valid),
            vec![Click("main form .actions button")],
        ),
    ]
}

pub fn partner(places: &Places) -> Vec<Stop> {
    let own_sub = |page: &str| format!("/submandanten/{}{page}", places.sub_partner);
    let own_user = |user: &str, page: &str| format!("/benutzer/{user}{page}");
    vec![
        at("partner list", "/kunden"),
        after(
            "partner list menu",
            "/kunden",
            vec![Click("#kundenliste details.menu summary")],
        ),
        after(
            "partner list reloaded",
            "/kunden?sort=nummer",
            vec![Click("a.reload")],
        ),
        at("partner list without result", "/kunden?suche=gibtesnicht"),
        at("partner profile", "/kunden/4711"),
        at("partner profile of a long name", "/kunden/6009"),
        at("partner module", "/kunden/4711/module/centraflex"),
        at("partner module refused", "/kunden/6009/module/centraflex"),
        at(
            "partner status concluded with amendment",
            "/kunden/4711/avv",
        ),
        at("partner status reminded", "/kunden/6001/avv"),
        at("partner status concluded", "/kunden/6002/avv"),
        at("partner status declined", "/kunden/6003/avv"),
        at("partner status without address", "/kunden/6007/avv"),
        at("partner status not required", "/kunden/6008/avv"),
        at("partner status of a long name", "/kunden/6009/avv"),
        after(
            "partner asked again",
            "/kunden/6001/avv",
            vec![Click("#tun ~ div button, [aria-labelledby=tun] button")],
        ),
        at(
            "partner names sub-partner",
            format!("/kunden/6009/submandant?submandant={}", places.sub_partner),
        ),
        at(
            "partner removes sub-partner",
            "/kunden/6005/submandant?submandant=",
        ),
        at("sub-partners", "/submandanten"),
        at(
            "sub-partners without result",
            "/submandanten?suche=gibtesnicht",
        ),
        at("adds sub-partner", "/submandanten/neu"),
        after(
            "adds sub-partner wrong",
            "/submandanten/neu",
            vec![Click("main form .actions button")],
        ),
        at("own sub-partner", own_sub("")),
        at("own sub-partner, data", own_sub("/daten")),
        at("own sub-partner, contract", own_sub("/vertrag")),
        at("deactivates sub-partner", own_sub("/deaktivierung")),
        at("partner changes address", "/kunden/6009/stammdaten/email"),
        at("own users", "/benutzer"),
        at("own users without result", "/benutzer?suche=gibtesnicht"),
        at("invites user", "/benutzer/neu"),
        after(
            "invites user wrong",
            "/benutzer/neu",
            vec![Click("main form .actions button")],
        ),
        at("own user invited", own_user(&places.invited_colleague, "")),
        after(
            "own user wrong",
            own_user(&places.invited_colleague, ""),
            vec![
                Click("label[for=benutzerverwaltung]"),
                Click("main form[novalidate] .actions button"),
            ],
        ),
        at(
            "locks own user",
            own_user(&places.invited_colleague, "/sperren"),
        ),
        after(
            "locks own user wrong",
            own_user(&places.invited_colleague, "/sperren"),
            vec![Click("main form .actions button")],
        ),
        at("own user locked", own_user(&places.locked_colleague, "")),
        at(
            "unlocks own user",
            own_user(&places.locked_colleague, "/entsperren"),
        ),
        at(
            "erases own user",
            own_user(&places.locked_colleague, "/loeschen"),
        ),
        at("partner is refused", "/administration/avv"),
        at("partner not found", "/kunden/9000"),
    ]
}

/// Pages of a user who has a second factor, after signing in with it.
fn with_factor() -> Vec<Stop> {
    vec![
        at("security with factor", "/sicherheit"),
        at("second factor replaced", "/sicherheit/zweiter-faktor"),
        after(
            "second factor replaced wrong",
            "/sicherheit/zweiter-faktor",
            vec![Click("main form .actions button")],
        ),
        after(
            "passkey named wrong",
            "/sicherheit/passkeys/neu",
            vec![Click("main form .actions button")],
        ),
        at(
            "passkey removed",
            remove_passkey(PASSKEY.parse().expect("a key")),
        ),
        after(
            "passkey removed wrong",
            remove_passkey(PASSKEY.parse().expect("a key")),
            vec![Click("main form .actions button")],
        ),
        at(
            "second factor removed",
            "/sicherheit/zweiter-faktor/entfernen",
        ),
        after(
            "second factor removed wrong",
            "/sicherheit/zweiter-faktor/entfernen",
            vec![Click("main form .actions button")],
        ),
        at(
            "recovery codes renewed",
            "/sicherheit/wiederherstellungscodes",
        ),
        after(
            "recovery codes wrong",
            "/sicherheit/wiederherstellungscodes",
            vec![Click("main form .actions button")],
        ),
        after(
            "recovery codes",
            "/sicherheit/wiederherstellungscodes",
            vec![Fill("#bestaetigungscode", RECOVERY), Send],
        ),
    ]
}

/// The second step of signing in; each begins with the first.
fn second_step() -> Vec<Stop> {
    let first = || {
        vec![
            Fill("#email", WITH_FACTOR),
            Fill("#passwort", PASSWORD),
            Send,
        ]
    };
    let mut wrong = first();
    wrong.extend([Fill("#bestaetigungscode", "000000"), Send]);
    vec![
        after("sign-in code", "/anmelden", first()),
        after("sign-in code in English", "/anmelden?sprache=en", first()),
        after("sign-in code wrong", "/anmelden", wrong),
    ]
}

pub fn customer(places: &Places) -> Vec<Stop> {
    let dissent = format!("/administration/avv/einspruch/{}", places.notice);
    vec![
        at("customer security", "/sicherheit"),
        after(
            "customer sets up second factor",
            "/sicherheit/zweiter-faktor",
            vec![Click("main form .actions button")],
        ),
        at("customer names passkey", "/sicherheit/passkeys/neu"),
        after(
            "customer makes passkey",
            "/sicherheit/passkeys/neu",
            vec![Fill("#name", "Telefon"), Click("main form .actions button")],
        ),
        at("customer dissents", &dissent),
        after(
            "customer dissents wrong",
            &dissent,
            vec![Click("main form .actions button")],
        ),
        at("customer contract", "/administration/avv"),
        at("customer objects", "/administration/avv/widerspruch"),
        after(
            "customer objects wrong",
            "/administration/avv/widerspruch",
            vec![Fill("#passwort", "falsch falsch falsch"), Send],
        ),
        at("customer help", "/hilfe"),
        at("customer help in English", "/hilfe?sprache=en"),
        at("customer contract in English", "/administration/avv"),
        at(
            "customer objects in English",
            "/administration/avv/widerspruch",
        ),
        at("customer's own users in English", "/benutzer"),
        at("customer invites in English", "/benutzer/neu"),
        after(
            "customer invites wrong in English",
            "/benutzer/neu",
            vec![Click("main form .actions button")],
        ),
        at(
            "customer's own user in English",
            format!("/benutzer/{}", places.user),
        ),
        at(
            "customer locks own user in English",
            format!("/benutzer/{}/sperren", places.user),
        ),
        at("customer help in German again", "/hilfe?sprache=de"),
        at("customer is refused", "/kunden"),
        at("customer security in English", "/sicherheit?sprache=en"),
        after(
            "customer sets up second factor in English",
            "/sicherheit/zweiter-faktor?sprache=en",
            vec![Click("main form .actions button")],
        ),
    ]
}

pub fn operator(places: &Places) -> Vec<Stop> {
    let mandant = |page: &str| format!("/betrieb/partner/{}{page}", places.mandant);
    let sub = |page: &str| format!("/betrieb/partner/{}{page}", places.sub_partner);
    let change = |id: &str, page: &str| format!("/betrieb/aenderungsmitteilungen/{id}{page}");
    let proposal = |id: &str| format!("/betrieb/vorschlaege/{id}");
    vec![
        at("operator start", "/betrieb"),
        at("operator list", "/kunden"),
        at("operator profile", "/kunden/6007"),
        at("operator status", "/kunden/6009/avv"),
        at("operator status objected", "/kunden/9000/avv"),
        at("operator books", "/betrieb/kunden/6009/buchung"),
        after(
            "operator books wrong",
            "/betrieb/kunden/6009/buchung",
            vec![Click("main form .actions button")],
        ),
        at(
            "operator confirms booking",
            "/betrieb/kunden/6009/buchung/bestaetigen?produkt=sip-trunk:ums",
        ),
        at(
            "operator cancels",
            "/betrieb/kunden/6009/buchungen/1/kuendigung",
        ),
        at(
            "operator cancels wrong",
            "/betrieb/kunden/6009/buchungen/1/kuendigung?ende=tag&tag=gestern",
        ),
        at(
            "operator confirms cancellation",
            "/betrieb/kunden/6002/buchungen/1/kuendigung?ende=tag&tag=2027-01-31",
        ),
        at(
            "operator confirms option",
            "/betrieb/kunden/6009/buchungen/2/optionen/ums/kuendigung?ende=tag&tag=2027-01-31",
        ),
        at(
            "operator switches option on",
            "/betrieb/kunden/6008/buchungen/1/optionen/ums",
        ),
        at(
            "operator cancels option",
            "/betrieb/kunden/6009/buchungen/2/optionen/ums/kuendigung",
        ),
        at("operator imports customers", "/betrieb/kunden/import"),
        after(
            "operator imports no file",
            "/betrieb/kunden/import",
            vec![Click("main form .actions button")],
        ),
        at("operator imports faulty file", &places.faulty_import),
        at("operator imports file", &places.import),
        at("operator imported quietly", &places.quiet_import),
        at(
            "operator imports agreements",
            "/betrieb/kunden/import/vertraege",
        ),
        after(
            "operator imports no agreements",
            "/betrieb/kunden/import/vertraege",
            vec![Click("main form .actions button")],
        ),
        at(
            "operator imports faulty agreements",
            &places.faulty_agreements,
        ),
        at("operator proposes agreements", &places.agreements),
        at("operator confirms agreements", &places.waiting_agreements),
        after(
            "operator rejects agreements for no reason",
            &places.waiting_agreements,
            vec![Click("#ablehnen button")],
        ),
        at("operator adds customer", "/betrieb/kunden/neu"),
        after(
            "operator adds customer wrong",
            "/betrieb/kunden/neu",
            vec![Fill("#nummer", "6009"), Send],
        ),
        after(
            "operator confirms customer",
            "/betrieb/kunden/neu",
            vec![
                Fill("#nummer", "K-20001"),
                Fill("#name", "Huber & Söhne GmbH"),
                Fill("#strasse", "Marktplatz 3"),
                Fill("#plz", "50667"),
                Fill("#email", "vertrag@huber-soehne.example"),
                Click("#produkt-1"),
                Fill("#ort", "Köln"),
                Send,
            ],
        ),
        at("operator master data", "/kunden/6009/stammdaten"),
        after(
            "operator master data wrong",
            "/kunden/6009/stammdaten",
            vec![Fill("#name", ""), Send],
        ),
        after(
            "operator corrects master data",
            "/kunden/6009/stammdaten",
            vec![Fill("#ort", "Bonn"), Send],
        ),
        at("operator reads the offer", "/betrieb/kunden/6009/angebot"),
        at("operator locks links", "/betrieb/kunden/6009/links"),
        at("operator confirms address", "/betrieb/kunden/6001/adresse"),
        at(
            "operator status with an address that waits",
            "/kunden/6001/avv",
        ),
        after(
            "operator locks links wrong",
            "/betrieb/kunden/6009/links",
            vec![Click("main form .actions button")],
        ),
        at("operator deletes", "/betrieb/kunden/6009/loeschen"),
        after(
            "operator deletes wrong",
            "/betrieb/kunden/6009/loeschen",
            vec![Click("main form .actions button")],
        ),
        at("operator deleted customers", "/betrieb/geloescht"),
        at("operator deleted customer", "/betrieb/geloescht/6099"),
        at("operator changes address", "/kunden/6009/stammdaten/email"),
        after(
            "operator changes address wrong",
            "/kunden/6009/stammdaten/email",
            vec![Fill("#email", "keine Adresse"), Send],
        ),
        at(
            "operator records objection",
            "/betrieb/kunden/6009/widerspruch",
        ),
        after(
            "operator records objection wrong",
            "/betrieb/kunden/6009/widerspruch",
            vec![Click("main form .actions button")],
        ),
        at("operator register", "/betrieb/unterauftragsverarbeiter"),
        at(
            "operator register entry",
            format!("/betrieb/unterauftragsverarbeiter/{}", places.entry),
        ),
        at("operator announcements", "/betrieb/aenderungsmitteilungen"),
        at("operator announcement", change(&places.announced, "")),
        at("operator draft", change(&places.drafted, "")),
        after(
            "operator draft wrong",
            change(&places.drafted, ""),
            vec![Fill("#grund", ""), Send],
        ),
        at("operator adds company", change(&places.drafted, "/eintrag")),
        after(
            "operator adds company wrong",
            change(&places.drafted, "/eintrag"),
            vec![Click("main form .actions button")],
        ),
        at(
            "operator previews announcement",
            change(&places.drafted, "/vorschau"),
        ),
        after(
            "operator previews announcement wrong",
            change(&places.drafted, "/vorschau"),
            vec![Click("main form .actions button")],
        ),
        at(
            "operator notice",
            format!("/betrieb/mitteilungen/{}", places.notice),
        ),
        after(
            "operator notice wrong",
            format!("/betrieb/mitteilungen/{}", places.notice),
            vec![Click("form[action$='/einspruch'] .actions button")],
        ),
        at(
            "operator dissent",
            format!("/betrieb/mitteilungen/{}", places.dissent_notice),
        ),
        after(
            "operator dissent wrong",
            format!("/betrieb/mitteilungen/{}", places.dissent_notice),
            vec![Click("form[action$='/ergebnis'] .actions button")],
        ),
        at("operator alerts", "/betrieb/hinweise"),
        after(
            "operator alert opened",
            "/betrieb/hinweise?welche=alle",
            vec![Click(".alerts details summary")],
        ),
        at(
            "operator alerts without result",
            "/betrieb/hinweise?welche=meine&art=dissent",
        ),
        at(
            "operator asks for a new conclusion",
            "/betrieb/kunden/6002/neuabschluss",
        ),
        after(
            "operator start with figures",
            "/betrieb",
            vec![Click("[aria-labelledby=verlauf] details summary")],
        ),
        at("operator mail refused", &places.refused),
        at("operator products", "/betrieb/produkte"),
        at("operator adds product", "/betrieb/produkte/neu"),
        after(
            "operator adds product wrong",
            "/betrieb/produkte/neu",
            vec![Click("main form .actions button")],
        ),
        at("operator product", "/betrieb/produkte/sip-trunk"),
        after(
            "operator product with another option",
            "/betrieb/produkte/sip-trunk",
            vec![Click("button[name=mehr]")],
        ),
        after(
            "operator product starts the need",
            "/betrieb/produkte/sip-trunk",
            vec![Click("#avv"), Click("main form .actions button")],
        ),
        at("operator runs", "/betrieb/laeufe"),
        at("operator run", "/betrieb/laeufe/1"),
        at("operator background work", "/betrieb/hintergrundarbeit"),
        at("operator set-up", "/betrieb/einrichtung"),
        after(
            "operator set-up wrong",
            "/betrieb/einrichtung",
            vec![Click("main form .actions button")],
        ),
        at("operator roll-outs", "/betrieb/umstellungen"),
        at(
            "operator plans roll-out",
            "/betrieb/umstellungen/neu?fassung=1.0",
        ),
        after(
            "operator plans roll-out wrong",
            "/betrieb/umstellungen/neu?fassung=1.0",
            vec![Click("main form .actions button")],
        ),
        after(
            "operator looks at roll-out",
            "/betrieb/umstellungen/neu?fassung=1.0",
            vec![Click("#art"), Click("main form .actions button")],
        ),
        after(
            "operator looks at roll-out with conclusion",
            "/betrieb/umstellungen/neu?fassung=1.0",
            vec![
                Click("#art-neuabschluss"),
                Fill("#nummern", "6001 6002"),
                Click("main form .actions button"),
            ],
        ),
        at("operator roll-out", "/betrieb/umstellungen/1"),
        at(
            "operator roll-out concluded",
            "/betrieb/umstellungen/1?stand=concluded",
        ),
        at(
            "operator roll-out skipped",
            "/betrieb/umstellungen/1?stand=skipped",
        ),
        at(
            "operator roll-out nobody",
            "/betrieb/umstellungen/1?stand=closed",
        ),
        at("versions compared", "/vertrag/0.9/vergleich/1.0"),
        at("same versions compared", "/vertrag/1.0/vergleich/1.0"),
        at(
            "operator reads declarations",
            "/betrieb/kunden/6011/erklaerungen",
        ),
        at(
            "operator proposes paper",
            "/betrieb/kunden/6005/papiervertrag",
        ),
        after(
            "operator proposes paper wrong",
            "/betrieb/kunden/6007/papiervertrag",
            vec![Click("main form .actions button")],
        ),
        at("operator proposes error", "/betrieb/kunden/6011/irrtum"),
        at("operator proposals", "/betrieb/vorschlaege"),
        at("operator answers", proposal(&places.proposal)),
        after(
            "operator confirms wrong",
            proposal(&places.proposal),
            vec![Click("#bestaetigen .actions button")],
        ),
        after(
            "operator rejects wrong",
            proposal(&places.proposal),
            vec![Click("#ablehnen .actions button")],
        ),
        at("operator withdraws", proposal(&places.own_proposal)),
        at("operator proposal confirmed", proposal("1")),
        at("operator status on paper", "/kunden/6010/avv"),
        at(
            "operator contract on paper",
            "/administration/avv?kunde=6010",
        ),
        at(
            "operator reads a reason",
            "/betrieb/kunden/6003/erklaerungen",
        ),
        at("contract versions", "/betrieb/vertragsfassungen"),
        at("contract version new", "/betrieb/vertragsfassungen/neu"),
        after(
            "contract version new wrong",
            "/betrieb/vertragsfassungen/neu",
            vec![Click("main section:last-of-type .actions button")],
        ),
        at("contract version", "/betrieb/vertragsfassungen/1"),
        after(
            "contract version begun",
            "/betrieb/vertragsfassungen/neu",
            vec![Click("main .actions button")],
        ),
        at("contract version draft", "/betrieb/vertragsfassungen/4"),
        at(
            "contract version import",
            "/betrieb/vertragsfassungen/3/uebernahme",
        ),
        at(
            "contract version text",
            "/betrieb/vertragsfassungen/4/text?teil=de/anlage-tom.dj&zeile=9",
        ),
        at(
            "contract version assignment",
            "/betrieb/vertragsfassungen/4/zuordnung",
        ),
        at(
            "contract version assignment place",
            "/betrieb/vertragsfassungen/4/zuordnung?thema=subject",
        ),
        at(
            "contract version facts",
            "/betrieb/vertragsfassungen/4/text?teil=contract.toml",
        ),
        after(
            "contract version facts wrong",
            "/betrieb/vertragsfassungen/4/text?teil=contract.toml",
            vec![
                Fill("#ankuendigung", "bald"),
                Click("main form .actions button"),
            ],
        ),
        at(
            "contract version clauses",
            "/betrieb/vertragsfassungen/4/klauseln?teil=vertrag",
        ),
        at(
            "contract version clause",
            "/betrieb/vertragsfassungen/4/klausel?teil=vertrag&klausel=weisungen",
        ),
        after(
            "contract version clause wrong",
            "/betrieb/vertragsfassungen/4/klausel?teil=vertrag&klausel=weisungen",
            vec![
                Fill("#ueberschrift_de", " "),
                Click("#v-klauselform .actions button"),
            ],
        ),
        at(
            "contract version history",
            "/betrieb/vertragsfassungen/4/verlauf",
        ),
        at(
            "contract version parts",
            "/betrieb/vertragsfassungen/4/teile",
        ),
        at(
            "contract version product annex",
            "/betrieb/vertragsfassungen/4/teile?produkt=centraflex",
        ),
        after(
            "contract version product annex wrong",
            "/betrieb/vertragsfassungen/4/teile?produkt=centraflex",
            vec![Click("main form .actions button")],
        ),
        at(
            "contract version compared",
            "/betrieb/vertragsfassungen/4/vergleich",
        ),
        at(
            "contract version submitted",
            "/betrieb/vertragsfassungen/4/vorlage",
        ),
        at(
            "contract version published",
            "/betrieb/vertragsfassungen/4/veroeffentlichung",
        ),
        at("contract text", "/vertrag"),
        at("contract text English", "/vertrag/1.0?sprache=en"),
        at("operator particulars", "/betrieb/betreiber"),
        at("operator branding", "/betrieb/erscheinungsbild"),
        after(
            "operator branding wrong",
            "/betrieb/erscheinungsbild",
            vec![Click("main form .actions button")],
        ),
        at("API clients", "/betrieb/schnittstellen"),
        at("API client to be added", "/betrieb/schnittstellen/neu"),
        after(
            "API client to be added wrong",
            "/betrieb/schnittstellen/neu",
            vec![Click("main form .actions button")],
        ),
        at(
            "API client",
            format!("/betrieb/schnittstellen/{}", places.client),
        ),
        at("API described", "/api"),
        at("operator webhooks", "/betrieb/webhooks"),
        at("operator adds webhook", "/betrieb/webhooks/neu"),
        after(
            "operator adds webhook wrong",
            "/betrieb/webhooks/neu",
            vec![Click("main form .actions button")],
        ),
        at(
            "operator webhook",
            format!("/betrieb/webhooks/{}", places.webhook),
        ),
        at(
            "operator rotates secret",
            format!("/betrieb/webhooks/{}/schluessel", places.webhook),
        ),
        at(
            "operator deletes webhook",
            format!("/betrieb/webhooks/{}/loeschen", places.webhook),
        ),
        at("operator users", "/betrieb/benutzer"),
        at("operator adds user", "/betrieb/benutzer/neu"),
        after(
            "operator adds user wrong",
            "/betrieb/benutzer/neu",
            vec![Click("main form .actions button")],
        ),
        at(
            "operator user",
            format!("/betrieb/benutzer/{}", places.user),
        ),
        at(
            "operator user locked",
            format!("/betrieb/benutzer/{}", places.locked),
        ),
        at(
            "operator edits user",
            format!("/betrieb/benutzer/{}/bearbeiten", places.administrator),
        ),
        after(
            "operator edits user wrong",
            format!("/betrieb/benutzer/{}/bearbeiten", places.user),
            vec![Fill("#email", ""), Click("main form .actions button")],
        ),
        at(
            "operator erases user",
            format!("/betrieb/benutzer/{}/loeschen", places.locked),
        ),
        at(
            "operator disables user",
            format!("/betrieb/benutzer/{}/sperren", places.user),
        ),
        at(
            "operator enables user",
            format!("/betrieb/benutzer/{}/entsperren", places.locked),
        ),
        at(
            "operator confirms administrator",
            format!("/betrieb/benutzer/{}/bestaetigung", places.administrator),
        ),
        at(
            "operator resets second factor",
            format!("/betrieb/benutzer/{}/zweiter-faktor", places.factor),
        ),
        after(
            "operator resets second factor wrong",
            format!("/betrieb/benutzer/{}/zweiter-faktor", places.factor),
            vec![Click("main form .actions button")],
        ),
        at("operator security", "/sicherheit"),
        at("operator connects issuer", "/sicherheit/anbieter/1"),
        after(
            "operator connects issuer wrong",
            "/sicherheit/anbieter/1",
            vec![Click("main form .actions button")],
        ),
        at(
            "operator proves at issuer",
            "/anmelden/anbieter/1/ausweisen?weiter=/sicherheit",
        ),
        at("operator mails", "/betrieb/mails"),
        at("operator mail", "/betrieb/mails/1"),
        at("operator replies", "/betrieb/antworten"),
        at("operator reply", "/betrieb/antworten/1"),
        at("operator mail test", "/betrieb/mails/test"),
        after(
            "operator mail test sent",
            "/betrieb/mails/test",
            vec![Click("main form .actions button")],
        ),
        at("operator log", "/betrieb/protokoll"),
        at(
            "operator log wrong",
            "/betrieb/protokoll?kunde=abc&von=gestern",
        ),
        at("operator looks for contract", "/administration/avv"),
        at(
            "operator looks for contract wrong",
            "/administration/avv?kunde=a/c",
        ),
        at("operator contract", "/administration/avv?kunde=4711"),
        at(
            "operator contract before conclusion",
            "/administration/avv?kunde=6009",
        ),
        at("partners", "/betrieb/partner"),
        at("partners searched", "/betrieb/partner?suche=nord"),
        at("adds partner", "/betrieb/partner/neu"),
        after(
            "adds partner wrong",
            "/betrieb/partner/neu",
            vec![Click("main form .actions button")],
        ),
        at("partner blocked", mandant("")),
        at("partner data", sub("/daten")),
        at("sub-partner", sub("")),
        at("partner contract", sub("/vertrag")),
        after(
            "partner contract wrong",
            sub("/vertrag"),
            vec![Click("main form .actions button")],
        ),
        at("blocks", sub("/sperre")),
        after(
            "blocks wrong",
            sub("/sperre"),
            vec![Click("main form .actions button")],
        ),
        at("unblocks", mandant("/freigabe")),
        at("operator deactivates", sub("/deaktivierung")),
        at("assigns", "/betrieb/kunden/4711/partner"),
        at(
            "assigns another",
            format!(
                "/betrieb/kunden/6009/partner?mandant={}",
                places.other_mandant
            ),
        ),
        at(
            "assigns nobody",
            "/betrieb/kunden/4711/partner?mandant=keiner",
        ),
        at("operator tombstone", "/betrieb/geloescht/6098"),
        at("operator is refused", "/administration/avv/widerspruch"),
    ]
}

/// Every page of the table of routes is checked.
#[test]
fn every_page_is_looked_at() {
    let link = |name: &str| format!("/zustimmung/{name}");
    let places = Places {
        valid: link("a"),
        success: link("b"),
        password: "/passwort/p".to_owned(),
        user: "1".to_owned(),
        locked: "1".to_owned(),
        factor: "1".to_owned(),
        administrator: "1".to_owned(),
        mandant: "1".to_owned(),
        sub_partner: "2".to_owned(),
        other_mandant: "3".to_owned(),
        announced: "4".to_owned(),
        drafted: "5".to_owned(),
        entry: "6".to_owned(),
        notice: "7".to_owned(),
        dissent: "/einspruch/d".to_owned(),
        stop: "/adresse/a".to_owned(),
        dissent_notice: "8".to_owned(),
        proposal: "1".to_owned(),
        invited_colleague: "3".to_owned(),
        locked_colleague: "4".to_owned(),
        client: "5".to_owned(),
        webhook: "6".to_owned(),
        import: "/betrieb/kunden/import/7".to_owned(),
        faulty_import: "8".to_owned(),
        quiet_import: "9".to_owned(),
        faulty_agreements: "/betrieb/kunden/import/vertraege/1".to_owned(),
        agreements: "10".to_owned(),
        waiting_agreements: "11".to_owned(),
        ..Places::default()
    };
    let stops = [
        public(&places),
        partner(&places),
        customer(&places),
        operator(&places),
        with_factor(),
        vec![
            at("sign-in code", "/anmelden/code"),
            at("passkey made", "/sicherheit/passkeys/anlegen"),
        ],
    ];
    let seen: Vec<&str> = stops
        .iter()
        .flatten()
        .map(|stop| stop.path.split('?').next().unwrap_or_default())
        .collect();
    let forgotten: Vec<&str> = rows()
        .filter(|row| row.method == "GET")
        .map(|row| row.path)
        .filter(|path| !is_no_page(path))
        .filter(|path| !seen.iter().any(|seen| fits(path, seen)))
        .collect();
    assert!(forgotten.is_empty(), "no stop for {forgotten:?}");
}

/// Files, answers for machines, and addresses that only redirect: a mail program may add a slash
/// (D7).
fn is_no_page(path: &str) -> bool {
    path.ends_with("}/")
        || path.ends_with(".pdf")
        || path.ends_with("/scan/{nummer}")
        || path.ends_with(".zip")
        || path.ends_with("{datei}")
        || path.ends_with("/datei")
        || path.ends_with(".csv")
        || path.ends_with(".json")
        || path.ends_with(".txt")
        // They lead to an issuer, or come from one.
        || (path.contains("/anbieter/{nummer}") && !path.ends_with("/ausweisen") && path != "/sicherheit/anbieter/{nummer}")
        || [
            "/static/",
            "/api/v1/",
            "/erscheinungsbild/",
            "/zugriff",
            "/healthz",
            "/readyz",
            "/dev/",
            "/protokoll/",
        ]
        .iter()
        .any(|p| path.starts_with(p))
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) =
        (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(p, s)| p == s || (p.starts_with('{') && !s.is_empty()))
}

#[actix_web::test]
async fn public_pages_are_accessible() {
    let (app, places) = insert_fixtures().await;
    tour(&app, &[(None, public(&places))]).await;
}

#[actix_web::test]
async fn pages_of_partners_and_customers_are_accessible() {
    let (app, places) = insert_fixtures().await;
    tour(
        &app,
        &[
            (Some(Person::Partner), partner(&places)),
            (
                Some(Person::SubPartner),
                vec![
                    at("sub-partner list", "/kunden"),
                    at("sub-partner status", "/kunden/6005/avv"),
                ],
            ),
            (Some(Person::Customer), customer(&places)),
            (
                Some(Person::ForeignCustomer),
                vec![at("customer contract void", "/administration/avv")],
            ),
            (
                Some(Person::CustomerWithout),
                vec![at("customer without permission", "/hilfe")],
            ),
            (
                Some(Person::ForeignPartner),
                vec![
                    at("other partner list", "/kunden"),
                    at("other partner status objected", "/kunden/9000/avv"),
                ],
            ),
        ],
    )
    .await;
}

/// A draft from a text with lines whose role can only be guessed, and umlauts of an old encoding.
fn import_version(app: &TestApp) {
    let text = "Vertrag zur Auftragsverarbeitung\n\nGegenstand\n\nWir f\u{fc}hren Postf\u{e4}cher.\n\n1. Weisungen\n\nNur auf Weisung.\n";
    let source = ImportSource {
        name: "vertrag-der-donaudampfschifffahrtsgesellschaft.txt".to_owned(),
        encoding: None,
        bytes: text.chars().map(|c| c as u8).collect(),
    };
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    let sources = [source];
    let import = imports::read(&sources, &BTreeMap::new(), now.date_naive());
    let import = import.unwrap_or_else(|_| panic!("the text cannot be read"));
    app.write(|conn| imports::begin(conn, &viewer, (&sources, &import), None, now));
}

#[actix_web::test]
async fn pages_of_the_operator_are_accessible() {
    let (app, places) = insert_fixtures().await;
    import_version(&app);
    tour(&app, &[(Some(Person::Operator), operator(&places))]).await;
}

#[actix_web::test]
async fn s36_pages_of_the_second_factor_are_accessible() {
    let (app, _) = insert_fixtures().await;
    tour(&app, &[(None, second_step())]).await;
    app.clock.advance(minutes(20));
    let chromium = Chromium::start();
    let window = chromium.window(&app.url, Scripts::On).await;
    window.go("/anmelden").await;
    window.fill("#email", WITH_FACTOR).await;
    window.fill("#passwort", PASSWORD).await;
    window.press(ENTER).await;
    window.fill("#bestaetigungscode", &"B".repeat(16)).await;
    window.press(ENTER).await;
    window.find(".account").await;
    look_at(&window, &with_factor()).await;
}

/// C2: what came of a form has the focus, also where no script runs.
#[actix_web::test]
async fn c2_what_came_of_a_form_has_the_focus() {
    let (app, p) = insert_fixtures().await;
    let (visitor, operator) = (app.visitor(), app.sign_in(Person::Operator).await);
    let sent = async |browser: &Browser, path: &str, fields: &[(&str, &str)]| {
        let form = browser.get(path).await;
        let answer = form.submit(browser, "main form", fields).await;
        match answer.status.as_u16() {
            303 => browser.follow(&answer).await,
            _ => answer,
        }
    };
    let number = [("kundennummer", "4711")];
    let email = [("email", "info@oezdemir.example")];
    let said = [("name", "Ayşe Özdemir"), ("erklaerung", "ja")];
    let sure = [("bestaetigung", "ja")];
    let facts = format!("{}/text?teil=contract.toml", begin(&operator).await);
    let plan = "/betrieb/umstellungen/neu?fassung=1.0";
    let answers = [
        sent(&visitor, "/zugang", &number).await,
        sent(&visitor, "/passwort-vergessen", &email).await,
        sent(&visitor, &format!("{}/ablehnen", p.valid), &sure).await,
        sent(&visitor, &p.expired, &[]).await,
        sent(&visitor, &p.dissent, &said).await,
        sent(&visitor, &p.stop, &[]).await,
        visitor
            .get("/anmelden?weiter=/kunden&hinweis=abgelaufen")
            .await,
        visitor.get(&p.replaced).await,
        sent(&operator, "/betrieb/mails/test", &email).await,
        sent(&operator, &facts, &[("tun", "pruefen")]).await,
        sent(&operator, plan, &[("art", "inform")]).await,
        sent(&operator, "/kunden/6009/stammdaten", &[("ort", "Bonn")]).await,
    ];
    for answer in answers {
        let focused = answer.all("main [autofocus][tabindex='-1']");
        assert_eq!(focused.len(), 1, "{}", answer.words());
        assert!(answer.all(".errors").is_empty(), "{}", answer.words());
    }
}

/// Visits every stop in one window per user and fails with all faults at once.
async fn tour(app: &TestApp, groups: &[(Option<Person>, Vec<Stop>)]) {
    let chromium = Chromium::start();
    let mut faults = BTreeSet::new();
    for (person, stops) in groups {
        let window = match person {
            Some(person) => sign_in(app, &chromium, *person, Scripts::On).await,
            None => chromium.window(&app.url, Scripts::On).await,
        };
        faults.append(&mut faults_of(&window, stops).await);
    }
    assert_none(faults);
}

/// Visits every stop in a window that is signed in already.
async fn look_at(window: &Window, stops: &[Stop]) {
    assert_none(faults_of(window, stops).await);
}

async fn faults_of(window: &Window, stops: &[Stop]) -> BTreeSet<String> {
    let mut faults = BTreeSet::new();
    let mut titles: BTreeMap<String, String> = BTreeMap::new();
    for stop in stops {
        visit(window, stop).await;
        if !stop.interactions.is_empty() && is_focus_lost(window).await {
            faults.insert(format!("{}: nothing has the focus (C2)", stop.name));
        }
        faults.append(&mut axe::faults(window, stop.name).await);
        let (title, page) = (window.title().await, page_of(&window.path().await));
        if is_dead_end(stop.name) {
            continue;
        }
        // The same page in two states may have one title; two pages may not (WCAG 2.4.2).
        let other = titles.entry(title).or_insert_with(|| page.clone());
        if *other != page {
            faults.insert(format!("{}: has the title of {other}", stop.name));
        }
    }
    faults
}

fn assert_none(faults: BTreeSet<String>) {
    let list: Vec<String> = faults.into_iter().collect();
    assert!(
        list.is_empty(),
        "{} faults:\n{}",
        list.len(),
        list.join("\n")
    );
}

/// Whether nothing has the focus on the page after an interaction. Waits a moment, as the browser
/// needs some time.
async fn is_focus_lost(window: &Window) -> bool {
    for _ in 0..20 {
        let lost = window.run("return document.activeElement === document.body");
        if lost.await != true {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    true
}

/// The page an address leads to: all links of a kind lead to the same one.
fn page_of(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let links = ["/zustimmung/", "/einspruch/"];
    let found = links.iter().find_map(|kind| {
        let rest = path.strip_prefix(kind)?;
        let page = rest.split_once('/').map_or("", |(_, page)| page);
        Some(format!("{kind}…/{page}"))
    });
    found.unwrap_or_else(|| path.to_owned())
}

/// Pages that all say that there is nothing.
fn is_dead_end(name: &str) -> bool {
    ["refused", "not found", "unknown"]
        .iter()
        .any(|end| name.ends_with(end))
}

async fn visit(window: &Window, stop: &Stop) {
    window.go(&stop.path).await;
    for interaction in &stop.interactions {
        match interaction {
            Click(css) => window.click(css).await,
            Fill(css, text) => window.fill(css, text).await,
            Send => window.press(ENTER).await,
        }
    }
}
