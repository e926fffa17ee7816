//! Every address of the portal as a function. Mails need links as well, so this is not in `web`.

mod clients;
mod company;
mod issuers;
mod mails;
mod users;
mod webhooks;

use crate::domain::branding::{Accent, Logo};
use crate::domain::{
    AgreementId, AgreementImportId, AlertId, AnnouncementId, BulkRunId, CustomerNumber, FileId,
    ImportId, Language, NoticeId, ObjectionId, PartnerId, ProposalId, RollOutId, SubProcessorId,
    VersionId,
};
pub use clients::{API, CLIENTS, NEW_CLIENT, client, revoke_token};
pub use company::{
    COMPANY_USERS, COMPANY_USERS_SHEET, NEW_COMPANY_USER, company_user, company_user_page,
};
pub use issuers::{
    ASK_TO_PROVE_AT, BACK_FROM, CONNECT_WITH, INVITED_AT, OWN_ISSUER, PROVE_AT, SIGN_IN_AT,
    SIGN_OUT_AT, SIGNED_OUT_AT, ask_to_prove_at, back_from, connect_with, invited_at, is_of_issuer,
    own_issuer, prove_at, sign_in_at, sign_out_at,
};
pub use mails::{mail, mails_of, replies_of, reply, resend_contract, retry_mail};
pub use users::{
    confirm_user, disable_user, edit_user, enable_user, erase_user, invite_user, remove_passkey,
    reset_factor, user, user_sessions,
};
pub use webhooks::{NEW_WEBHOOK, WEBHOOKS, deliver_again, webhook, webhook_step};

/// Start page: redirects to the page of the user's role.
pub const HOME: &str = "/";
/// The sign-in page, also the target of its form.
pub const SIGN_IN: &str = "/anmelden";
/// The second step of the sign-in: a code.
pub const SIGN_IN_CODE: &str = "/anmelden/code";
/// Signing in with a passkey alone.
pub const SIGN_IN_PASSKEY: &str = "/anmelden/passkey";
/// What a page's script hands to the browser to be asked for a passkey: to sign in, or once more.
pub const ASK_PASSKEY: &str = "/anmelden/passkey/anfrage";
/// Sign-out (POST).
pub const SIGN_OUT: &str = "/abmelden";
/// How safe the own access is.
pub const SECURITY: &str = "/sicherheit";
/// Ends own sessions in other places (POST).
pub const OWN_SESSIONS: &str = "/sicherheit/sitzungen";
/// Sets up the own second factor, or another one in its place.
pub const SECOND_FACTOR: &str = "/sicherheit/zweiter-faktor";
/// A passkey gets its name.
pub const NAME_PASSKEY: &str = "/sicherheit/passkeys/neu";
/// The passkey of that name is made.
pub const MAKE_PASSKEY: &str = "/sicherheit/passkeys/anlegen";
/// What the page's script hands to the browser to have it made.
pub const ASK_NEW_PASSKEY: &str = "/sicherheit/passkeys/anfrage";
/// Pattern of removing a passkey.
pub const REMOVE_PASSKEY: &str = "/sicherheit/passkeys/{passkey}/entfernen";
/// Removes the own second factor.
pub const REMOVE_FACTOR: &str = "/sicherheit/zweiter-faktor/entfernen";
/// The own recovery codes.
pub const RECOVERY_CODES: &str = "/sicherheit/wiederherstellungscodes";
/// The own recovery codes were put away (POST).
pub const CODES_KEPT: &str = "/sicherheit/wiederherstellungscodes/aufbewahrt";
/// Ask for a link to set a password.
pub const FORGOT_PASSWORD: &str = "/passwort-vergessen";
/// The form "Zugang anfordern" for a login.
pub const ACCESS: &str = "/zugang";
/// The gate in front of the products, for a reverse proxy.
pub const GATE: &str = "/zugriff";
/// The customer list.
pub const CUSTOMERS: &str = "/kunden";
/// The customer list as CSV.
pub const CUSTOMERS_SHEET: &str = "/kunden.csv";
/// Operator: adds a customer. Not below the list, where every segment is a number.
pub const ADD_CUSTOMER: &str = "/betrieb/kunden/neu";
/// Operator: adds customers from a file.
pub const CUSTOMER_IMPORTS: &str = "/betrieb/kunden/import";
/// A table with the heads of all columns, to be filled.
pub const IMPORT_SAMPLE: &str = "/betrieb/kunden/import/muster.csv";
/// Operator: records agreements that were concluded outside the portal, from a file.
pub const AGREEMENT_IMPORTS: &str = "/betrieb/kunden/import/vertraege";
/// A table with the heads of its columns, to be filled.
pub const AGREEMENT_SAMPLE: &str = "/betrieb/kunden/import/vertraege/muster.csv";
/// The customer's own contract, and the operator's view of all of them.
pub const ADMINISTRATION: &str = "/administration/avv";
/// The evidence bundle of a customer's agreements, as ZIP.
pub const EVIDENCE: &str = "/administration/avv/nachweis.zip";
/// The page on which the customer objects.
pub const OBJECTION: &str = "/administration/avv/widerspruch";
/// Operator's start page.
pub const OPERATION: &str = "/betrieb";
/// Operator: details of the provider.
pub const OPERATOR: &str = "/betrieb/betreiber";
/// Operator: how the portal looks and what its legal pages say.
pub const BRANDING: &str = "/betrieb/erscheinungsbild";
/// Operator: users.
pub const USERS: &str = "/betrieb/benutzer";
/// Operator: users as CSV.
pub const USERS_SHEET: &str = "/betrieb/benutzer.csv";
/// Operator: the form for a new user.
pub const NEW_USER: &str = "/betrieb/benutzer/neu";
/// Operator: the outbox.
pub const MAILS: &str = "/betrieb/mails";
/// Operator: the outbox as CSV.
pub const MAILS_SHEET: &str = "/betrieb/mails.csv";
/// Operator: the replies of people to mails.
pub const REPLIES: &str = "/betrieb/antworten";
/// Operator: the replies as CSV.
pub const REPLIES_SHEET: &str = "/betrieb/antworten.csv";
/// Operator: proposals that wait for a second administrator.
pub const PROPOSALS: &str = "/betrieb/vorschlaege";
/// Operator: the proposals as CSV, open and answered.
pub const PROPOSALS_SHEET: &str = "/betrieb/vorschlaege.csv";
/// Operator: partners and their sub-partners.
pub const PARTNERS: &str = "/betrieb/partner";
/// Operator: partners as CSV.
pub const PARTNERS_SHEET: &str = "/betrieb/partner.csv";
/// A Mandant's own sub-partners.
pub const SUB_PARTNERS: &str = "/submandanten";
/// A Mandant's own Submandanten as CSV.
pub const SUB_PARTNERS_SHEET: &str = "/submandanten.csv";
/// Operator: customers that were deleted.
pub const DELETED: &str = "/betrieb/geloescht";
/// Operator: deleted customers as CSV.
pub const DELETED_SHEET: &str = "/betrieb/geloescht.csv";
/// Operator: the alerts.
pub const ALERTS: &str = "/betrieb/hinweise";
/// Operator: the alerts as CSV.
pub const ALERTS_SHEET: &str = "/betrieb/hinweise.csv";
/// Operator: the audit log.
pub const LOG: &str = "/betrieb/protokoll";
/// Operator: the audit log as CSV.
pub const LOG_SHEET: &str = "/betrieb/protokoll.csv";
/// Operator: the state of the periodic work.
pub const RUNS: &str = "/betrieb/hintergrundarbeit";
/// What there is to do before the first customer.
pub const SETUP: &str = "/betrieb/einrichtung";
/// Where on that page a person says that a test mail arrived.
pub const SETUP_MAIL: &str = "/betrieb/einrichtung#angekommen";
/// Where on that page a person says that a backup was put back.
pub const SETUP_BACKUP: &str = "/betrieb/einrichtung#probe";
/// Says that a test mail arrived.
pub const MAIL_ARRIVED: &str = "/betrieb/einrichtung/angekommen";
/// Operator: work over many customers.
pub const BULK_RUNS: &str = "/betrieb/laeufe";
/// Operator: all runs as CSV.
pub const BULK_RUNS_SHEET: &str = "/betrieb/laeufe.csv";
/// Operator: versions of the contract text.
pub const VERSIONS: &str = "/betrieb/vertragsfassungen";
/// The contract text in force, without sign-in (C-07).
pub const CONTRACT: &str = "/vertrag";
/// The help page.
pub const HELP: &str = "/hilfe";
/// The legal notice (Impressum).
pub const IMPRINT: &str = "/impressum";
/// The portal's privacy notice.
pub const PRIVACY: &str = "/datenschutz";
/// The accessibility statement.
pub const ACCESSIBILITY: &str = "/barrierefreiheit";
/// Comparing a document with those of the portal, without sign-in.
pub const CHECK: &str = "/pruefen";
/// The heads of the audit log, without sign-in.
pub const PUBLIC_LOG: &str = "/protokoll";
/// How to reach the operator.
pub const CONTACT: &str = "/kontakt";
/// The mails of the development transport.
pub const DEV_MAILBOX: &str = "/dev/postfach";

/// A published version of the contract text, without sign-in (C-07).
pub fn contract(number: &str) -> String {
    format!("{CONTRACT}/{}", segment(number))
}

/// Two published versions of the contract text side by side, without sign-in.
pub fn comparison(old: &str, new: &str) -> String {
    format!("{CONTRACT}/{}/vergleich/{}", segment(old), segment(new))
}

/// Encodes a text as one segment or value of an address.
fn segment(text: &str) -> String {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    let out = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    out.replace("%2E", ".")
        .replace("%2D", "-")
        .replace("%5F", "_")
}

/// Operator: roll-outs of contract versions.
pub const ROLL_OUTS: &str = "/betrieb/umstellungen";

/// Operator: one file with customers.
pub fn customer_import(id: ImportId) -> String {
    format!("{CUSTOMER_IMPORTS}/{id}")
}

/// What is wrong with the lines of a file, as CSV.
pub fn import_faults(id: ImportId) -> String {
    format!("{CUSTOMER_IMPORTS}/{id}/fehler.csv")
}

/// Asks the customers of a file that were not asked when they were added (POST).
pub fn import_requests(id: ImportId) -> String {
    format!("{CUSTOMER_IMPORTS}/{id}/anforderungen")
}

/// Throws a file away that was not started (POST).
pub fn drop_import(id: ImportId) -> String {
    format!("{CUSTOMER_IMPORTS}/{id}/verwerfen")
}

/// Operator: one file with existing agreements.
pub fn agreement_import(id: AgreementImportId) -> String {
    format!("{AGREEMENT_IMPORTS}/{id}")
}

/// What is wrong with its lines and scans, as CSV.
pub fn agreement_faults(id: AgreementImportId) -> String {
    format!("{AGREEMENT_IMPORTS}/{id}/fehler.csv")
}

/// The scan that a file has for a customer.
pub fn agreement_scan(id: AgreementImportId, number: CustomerNumber) -> String {
    format!("{AGREEMENT_IMPORTS}/{id}/scan/{number}")
}

/// Operator: one run over many customers.
pub fn bulk_run(id: BulkRunId) -> String {
    format!("{BULK_RUNS}/{id}")
}

/// Operator: how far a roll-out has come.
pub fn roll_out(id: RollOutId) -> String {
    format!("{ROLL_OUTS}/{id}")
}

/// Operator: plan a roll-out of a version.
pub fn new_roll_out(version: &str) -> String {
    format!("{ROLL_OUTS}/neu?fassung={}", segment(version))
}

/// [`contract`] in one language, whatever the reader's browser prefers.
pub fn contract_in(number: &str, language: Language) -> String {
    format!("{}?sprache={}", contract(number), language.code())
}

/// Operator: one version of the contract text, or a page below it.
pub fn version(id: VersionId, page: &str) -> String {
    let slash = if page.is_empty() { "" } else { "/" };
    format!("{VERSIONS}/{id}{slash}{page}")
}

/// Operator: the editor of one file of a version.
pub fn version_text(id: VersionId, file: &str) -> String {
    format!("{VERSIONS}/{id}/text?teil={file}")
}

/// Operator: the clauses of a part of a version.
pub fn version_clauses(id: VersionId, part: &str) -> String {
    format!("{VERSIONS}/{id}/klauseln?teil={}", segment(part))
}

/// Operator: the form of one clause.
pub fn version_clause(id: VersionId, part: &str, clause: &str) -> String {
    let (part, clause) = (segment(part), segment(clause));
    format!("{VERSIONS}/{id}/klausel?teil={part}&klausel={clause}")
}

/// Operator: the form of the clause that has a line of a file.
pub fn version_clause_at(id: VersionId, file: &str, line: usize) -> String {
    format!("{VERSIONS}/{id}/klausel?teil={file}&zeile={line}")
}

/// A customer's profile with its modules.
pub fn customer(number: CustomerNumber) -> String {
    format!("/kunden/{number}")
}

/// The evidence bundle of a customer, for the operator.
pub fn evidence_of(number: CustomerNumber) -> String {
    format!("{EVIDENCE}?kunde={number}")
}

/// The status page of a customer.
pub fn status(number: CustomerNumber) -> String {
    format!("/kunden/{number}/avv")
}

/// Sends the request mail (POST).
pub fn ask(number: CustomerNumber) -> String {
    format!("/kunden/{number}/avv/anforderung")
}

/// Names the sub-partner (GET: confirmation, POST: do it).
pub fn sub_partner(number: CustomerNumber) -> String {
    format!("/kunden/{number}/submandant")
}

/// A module of a customer.
pub fn module(number: CustomerNumber, module: &str) -> String {
    format!("/kunden/{number}/module/{module}")
}

/// Adds a booking (operator).
pub fn booking(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/buchung")
}

/// What the booking means, before it is saved (operator).
pub fn confirm_booking(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/buchung/bestaetigen")
}

/// Cancels a booking or takes that back (operator); `place` counts from 1.
pub fn cancel_booking(number: CustomerNumber, place: usize) -> String {
    format!("/betrieb/kunden/{number}/buchungen/{place}/kuendigung")
}

/// Cancels an option of a booking (operator); `place` counts from 1.
pub fn cancel_option(number: CustomerNumber, place: usize, option: &str) -> String {
    format!("/betrieb/kunden/{number}/buchungen/{place}/optionen/{option}/kuendigung")
}

/// Switches an option of a booking on (operator); `place` counts from 1.
pub fn booking_option(number: CustomerNumber, place: usize, option: &str) -> String {
    format!("/betrieb/kunden/{number}/buchungen/{place}/optionen/{option}")
}

/// The catalogue (operator).
pub const PRODUCTS: &str = "/betrieb/produkte";
/// Operator: the catalogue as CSV.
pub const PRODUCTS_SHEET: &str = "/betrieb/produkte.csv";

/// Adds a product (operator).
pub const NEW_PRODUCT: &str = "/betrieb/produkte/neu";

/// One product of the catalogue (operator).
pub fn product(code: &str) -> String {
    format!("{PRODUCTS}/{code}")
}

/// The master data (operator).
pub fn master_data(number: CustomerNumber) -> String {
    format!("/kunden/{number}/stammdaten")
}

/// Changes the master-data address (operator and Mandant).
pub fn email(number: CustomerNumber) -> String {
    format!("/kunden/{number}/stammdaten/email")
}

/// Locks every link that was mailed (operator).
pub fn lock_links(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/links")
}

/// Asks for a new conclusion while the agreement in force stays valid (operator).
pub fn renewal(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/neuabschluss")
}

/// Deletes the customer (operator).
pub fn delete_customer(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/loeschen")
}

/// A deleted customer, for reading (operator).
pub fn deleted_customer(number: CustomerNumber) -> String {
    format!("{DELETED}/{number}")
}

/// Records an objection (operator).
pub fn record_objection(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/widerspruch")
}

/// Objections and declines of the customer (operator).
pub fn declarations(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/erklaerungen")
}

/// Adds the proof of an objection (operator).
pub fn add_proof(number: CustomerNumber, objection: ObjectionId) -> String {
    format!("/betrieb/kunden/{number}/erklaerungen/{objection}/nachweis")
}

/// The proof of an objection as a file (operator).
pub fn proof(number: CustomerNumber, file: FileId) -> String {
    format!("/betrieb/kunden/{number}/nachweis/{file}")
}

/// Proposes that an objection was recorded in error (operator).
pub fn propose_error(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/irrtum")
}

/// Proposes a contract that was signed on paper (operator).
pub fn propose_paper(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/papiervertrag")
}

/// A proposal, to be confirmed, rejected or withdrawn (operator).
pub fn proposal(id: ProposalId) -> String {
    format!("/betrieb/vorschlaege/{id}")
}

/// Assigns the customer to a Mandant (operator; GET: choice and confirmation, POST: do it).
pub fn assign_partner(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/partner")
}

/// A partner as the operator sees it.
pub fn partner(partner: PartnerId) -> String {
    format!("{PARTNERS}/{partner}")
}

/// A sub-partner as its Mandant sees it.
pub fn own_sub_partner(partner: PartnerId) -> String {
    format!("{SUB_PARTNERS}/{partner}")
}

/// A customer's contract as the operator sees it.
pub fn operator_contract(number: CustomerNumber) -> String {
    format!("/administration/avv?kunde={number}")
}

/// The concluded contract as PDF.
pub fn contract_pdf(agreement: AgreementId) -> String {
    format!("/administration/avv/{agreement}.pdf")
}

/// Operator: the test mail.
pub const MAIL_TEST: &str = "/betrieb/mails/test";

/// Takes an alert (POST).
pub fn take_alert(alert: AlertId) -> String {
    format!("{ALERTS}/{alert}/uebernehmen")
}

/// Finishes an alert (POST).
pub fn finish_alert(alert: AlertId) -> String {
    format!("{ALERTS}/{alert}/erledigt")
}

/// The forward authentication of a reverse proxy for a module.
pub fn gate(number: CustomerNumber, module: &str) -> String {
    format!("{GATE}/{number}/{module}")
}

/// The customer list narrowed to a partner.
pub fn customers_of(partner: PartnerId) -> String {
    format!("/kunden?mandant={partner}")
}

/// The page of a consent link.
pub fn consent(token: &str) -> String {
    format!("/zustimmung/{token}")
}

/// The draft of a consent link as PDF.
pub fn consent_draft(token: &str) -> String {
    format!("/zustimmung/{token}/entwurf.pdf")
}

/// The success page of a consent link.
pub fn consent_success(token: &str) -> String {
    format!("/zustimmung/{token}/erfolg")
}

/// The concluded contract of a consent link.
pub fn consent_pdf(token: &str) -> String {
    format!("/zustimmung/{token}/avv.pdf")
}

/// Declines by a consent link (GET: confirmation, POST: do it).
pub fn consent_decline(token: &str) -> String {
    format!("/zustimmung/{token}/ablehnen")
}

/// A new link for an old one (POST).
pub fn consent_new_link(token: &str) -> String {
    format!("/zustimmung/{token}/neuer-link")
}

/// Asks for a login after a conclusion by link (POST).
pub fn consent_access(token: &str) -> String {
    format!("/zustimmung/{token}/zugang")
}

/// Mails the concluded contract once more (POST).
pub fn consent_copy(token: &str) -> String {
    format!("/zustimmung/{token}/vertrag")
}

/// Sets a password by mailed link.
pub fn set_password(token: &str) -> String {
    format!("/passwort/{token}")
}

/// Operator: the list of general sub-processors.
pub const SUB_PROCESSORS: &str = "/betrieb/unterauftragsverarbeiter";
/// Operator: announced changes of that list.
pub const ANNOUNCEMENTS: &str = "/betrieb/aenderungsmitteilungen";

/// Operator: one entry of that list.
pub fn sub_processor(entry: SubProcessorId) -> String {
    format!("{SUB_PROCESSORS}/{entry}")
}

/// Operator: one announcement.
pub fn announcement(announcement: AnnouncementId) -> String {
    format!("{ANNOUNCEMENTS}/{announcement}")
}

/// Operator: an announcement as customers will see it.
pub fn announcement_preview(announcement: AnnouncementId) -> String {
    format!("{ANNOUNCEMENTS}/{announcement}/vorschau")
}

/// Operator: the notice of an announcement to one customer.
pub fn notice(notice: NoticeId) -> String {
    format!("/betrieb/mitteilungen/{notice}")
}

/// The letter or mail a dissent came in, as a file (operator).
pub fn dissent_proof(notice: NoticeId, file: FileId) -> String {
    format!("/betrieb/mitteilungen/{notice}/nachweis/{file}")
}

/// Adds the file of a dissent that was recorded without one (operator).
pub fn add_dissent_proof(notice: NoticeId) -> String {
    format!("/betrieb/mitteilungen/{notice}/nachweis")
}

/// The public page of an announcement.
pub fn public_announcement(announcement: AnnouncementId) -> String {
    format!("/aenderungsmitteilungen/{announcement}")
}

/// Dissent by the link in the mail (GET: page, POST: declare it).
pub fn dissent(token: &str) -> String {
    format!("/einspruch/{token}")
}

/// The former address stops one that a partner entered (GET: page, POST: stop it).
pub fn stop_address(token: &str) -> String {
    format!("/adresse/{token}")
}

/// Operator: decides about an address that a partner entered (GET: page, POST: decide).
pub fn entered_address(number: CustomerNumber) -> String {
    format!("/betrieb/kunden/{number}/adresse")
}

/// Dissent in the portal (GET: page, POST: declare it).
pub fn own_dissent(notice: NoticeId) -> String {
    format!("/administration/avv/einspruch/{notice}")
}

/// The provider's logo; another one has another address.
pub fn logo(logo: &Logo) -> String {
    let stand = logo.sha256.get(..16).unwrap_or_default();
    format!("/erscheinungsbild/{stand}/logo")
}

/// The provider's colour as a style sheet; another one has another address.
pub fn colors(accent: &Accent) -> String {
    format!("/erscheinungsbild/{}/farben.css", accent.key())
}
