//! The harness: an application of its own for every test, and people who use it.
//!
//! ```text
//! let app = TestApp::start().await;              server, schema, clock at 23.11.2026 10:00 in Berlin
//! let partner = app.sign_in(Role…).await;        a browser with a session (see `people`)
//! app.book(CUSTOMER, "centraflex", false).await;  through the same action as the page
//! app.deliver();                                  the mails go into `app.mails()`
//! let page = app.visitor().get(&link).await;      a browser without cookies
//! page.submit("form#abschluss", &[("name", "…")]).await
//! app.clock.advance(days(15)); app.run_jobs();
//! ```

mod acts;
mod app;
pub mod axe;
pub mod bare;
mod browser;
pub mod chromium;
mod cluster;
mod device;
mod dovecot;
mod issuer;
mod log;
mod people;
mod ports;
mod receiver;
mod smtp;
mod tokens;

pub use app::{TestApp, database, days, deliver, hours, minutes};
pub use browser::{Browser, Page};
pub use cluster::Cluster;
pub use device::Device;
pub use dovecot::{Dovecot, PASSWORD as PASSWORD_OF_MAILBOX};
pub use issuer::{Issuer, Signs, issuer_config};
pub use log::Log;
pub use people::{
    CUSTOMER, Companies, FOREIGN_CUSTOMER, PASSWORD, Person, RECOVERY, party, products,
};
pub use ports::port;
pub use receiver::{Manner, Pushed, Receiver};
pub use smtp::{Behaviour, Fault, SmtpStub, Stage, Taken};
pub use tokens::{MAILBOX, SECRET, TokenEndpoint};

/// A contract, letter or mail on paper as it is uploaded: one empty page that every PDF reader
/// opens.
pub const SCAN: &[u8] = b"%PDF-1.4\n\
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
xref\n\
0 4\n\
0000000000 65535 f \n\
0000000009 00000 n \n\
0000000052 00000 n \n\
0000000101 00000 n \n\
trailer<</Size 4/Root 1 0 R>>\n\
startxref\n\
164\n\
%%EOF\n";
