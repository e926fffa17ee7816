//! What the contract text lacks: products it does not speak of, and checks it would not pass today.

use crate::actions::ActionError;
use crate::actions::products::find_annexes;
use crate::actions::versions::review::{InForce, in_force};
use crate::app::App;
use crate::domain::calendar::day;
use crate::paths;
use crate::storage::PgConnection;
use crate::storage::catalogue::list_products;
use crate::storage::products::{COUNT_CAP, count_affected};
use crate::web::kit::words::thousands;

/// What the page reads.
pub(super) struct Read {
    standing: Option<InForce>,
    is_published: bool,
    lacking: Vec<Lacking>,
}

/// A product whose annex is missing.
struct Lacking {
    code: String,
    name: String,
    files: Vec<String>,
    customers: i64,
}

/// What the page says of the text; it says nothing where nothing is wrong.
pub(super) struct Text {
    /// Number and page of the version in force; `None` while none is published.
    pub version: Option<(String, String)>,
    pub is_published: bool,
    /// Name, page, and what of the annex is missing for whom.
    pub lacking: Vec<(String, String, String)>,
    /// Check and sentence.
    pub outdated: Vec<(&'static str, String)>,
}

/// Reads the version in force with what it was checked against; constant work, whatever the number of
/// customers.
pub(super) fn read(
    conn: &mut PgConnection,
    app: &App,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Read, ActionError> {
    let products = list_products(conn)?;
    let annexes = find_annexes(conn, &products, now)?.in_force;
    let is_published = annexes.is_some();
    let (_, mut files) = annexes.unwrap_or_default();
    let mut lacking = Vec::new();
    for product in products.into_iter().filter(|_| is_published) {
        let files = files.remove(&product.code).unwrap_or_default();
        if files.is_empty() {
            continue;
        }
        let customers = count_affected(conn, &product.code, None, now)?;
        if customers > 0 || !product.retired {
            lacking.push(Lacking {
                code: product.code,
                name: product.name,
                files,
                customers,
            });
        }
    }
    Ok(Read {
        standing: in_force(conn, app, day(now))?,
        is_published,
        lacking,
    })
}

impl Text {
    /// Looks the version in force through. CPU work.
    pub(super) fn of(read: Read) -> Self {
        let found = read.standing.as_ref().map(InForce::outdated);
        let outdated = found.unwrap_or_default().into_iter();
        // What is missing of products has lines of its own.
        let outdated = outdated.filter(|finding| finding.id != "LC-49");
        Self {
            outdated: outdated
                .map(|finding| (finding.id, finding.explanation))
                .collect(),
            version: read
                .standing
                .map(|one| (one.number, paths::version(one.id, ""))),
            is_published: read.is_published,
            lacking: read.lacking.into_iter().map(line).collect(),
        }
    }

    /// Whether there is anything to say.
    pub(super) fn is_whole(&self) -> bool {
        self.is_published && self.lacking.is_empty() && self.outdated.is_empty()
    }
}

fn line(one: Lacking) -> (String, String, String) {
    let who = match one.customers {
        0 => "noch kein Kunde mit Vertriebspartner hat es".to_owned(),
        1 => "1 Kunde mit Vertriebspartner hat es".to_owned(),
        more if more > COUNT_CAP => {
            format!(
                "mehr als {} Kunden mit Vertriebspartner haben es",
                thousands(COUNT_CAP)
            )
        }
        more => format!("{} Kunden mit Vertriebspartner haben es", thousands(more)),
    };
    let what = format!("es fehlt {}; {who}", one.files.join(", "));
    (one.name, paths::product(&one.code), what)
}
