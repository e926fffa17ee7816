//! What a version changes, clause by clause, for people who read contracts.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Subject, asked, load};
use crate::actions::versions::review::{preview, review};
use crate::actions::{ActionError, versions};
use crate::app::App;
use crate::contract::diff::{Change, ChangeKind, Piece, diff};
use crate::domain::calendar::day;
use crate::domain::{Language, VersionId};
use crate::paths;
use crate::places::Kind;
use crate::storage::contract_versions::{Published, find_in_force, list_published};
use crate::web::contract::shortened;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};

#[derive(Template)]
#[template(path = "web/contract/versions/compare.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    /// Number of the version it is compared with; empty if there is none.
    with: String,
    /// Other versions: number, address, whether it is this one.
    others: Vec<(String, String, bool)>,
    /// Languages: word, address, whether it is this one.
    languages: Vec<(&'static str, String, bool)>,
    language: &'static str,
    /// `None` while one of the texts cannot be read.
    changes: Option<Vec<Clause>>,
}

struct Clause {
    heading: String,
    kind: &'static str,
    pieces: Vec<Piece>,
}

/// GET: the comparison.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    let (version, around) = load(&app, &me, *id).await?;
    let wanted = asked(&request, "sprache").and_then(|code| Language::from_code(&code));
    let with = asked(&request, "mit");
    let (own, today, number) = (
        app.clone(),
        day(app.clock.now()),
        version.head.number.clone(),
    );
    let (others, base) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let others = list_published(conn)?;
            let current = find_in_force(conn, today)?;
            let base = chosen(
                &others,
                with.as_deref(),
                number.as_deref(),
                current.as_deref(),
            );
            let base = match base {
                Some(base) => Some((base.clone(), versions::contract(conn, &own, &base.number)?)),
                None => None,
            };
            Ok((others, base))
        })
        .await?;
    let (own, files) = (app.clone(), version.files.clone());
    let base_contract = base.as_ref().map(|(_, contract)| contract.clone());
    let (language, changes, languages) = me
        .turn
        .take(&app, Kind::SignedIn, move || {
            let reviewed = review(&own, &files, &around, None, &[]);
            let Some((new, old)) = reviewed.contract.zip(base_contract) else {
                return (Language::De, None, vec![Language::De]);
            };
            let language = wanted
                .filter(|language| new.meta.languages.contains(language))
                .unwrap_or(new.meta.binding);
            let document = |contract| preview(contract, &around, language).1;
            let changes = diff(&document(&old), &document(&new));
            (language, Some(changes), new.meta.languages.clone())
        })
        .await?;
    let subject = Subject::of(&version, me.viewer.role);
    let with = base.map(|(base, _)| base.number).unwrap_or_default();
    let address = |number: &str, language: Language| {
        let number: String = url::form_urlencoded::byte_serialize(number.as_bytes()).collect();
        let page = subject.page("vergleich");
        format!("{page}?mit={number}&sprache={}", language.code())
    };
    html(&Page {
        others: others
            .iter()
            .filter(|one| one.id != version.head.id)
            .map(|one| {
                (
                    one.number.clone(),
                    address(&one.number, language),
                    one.number == with,
                )
            })
            .collect(),
        languages: languages
            .iter()
            .map(|one| {
                let word = if one.is_en() { "Englisch" } else { "Deutsch" };
                (word, address(&with, *one), *one == language)
            })
            .collect(),
        language: language.code(),
        changes: changes.map(|changes| changes.into_iter().map(clause).collect()),
        with,
        shell: Shell::load(&app, &me, paths::VERSIONS).await?,
        subject,
    })
}

/// The version asked for, else the one in force, else the newest one before this.
fn chosen<'p>(
    others: &'p [Published],
    with: Option<&str>,
    own: Option<&str>,
    current: Option<&str>,
) -> Option<&'p Published> {
    let named = |number: Option<&str>| {
        others
            .iter()
            .find(|one| Some(one.number.as_str()) == number)
    };
    named(with)
        .or_else(|| named(current).filter(|one| Some(one.number.as_str()) != own))
        .or_else(|| others.iter().find(|one| Some(one.number.as_str()) != own))
        .or_else(|| others.first())
}

fn clause(change: Change) -> Clause {
    Clause {
        heading: change.heading,
        kind: match change.kind {
            ChangeKind::Added => "neu",
            ChangeKind::Removed => "entfällt",
            ChangeKind::Changed => "geändert",
        },
        pieces: shortened(change.words),
    }
}

impl Page {
    /// Heading of the page: the versions that are compared.
    fn heading(&self) -> String {
        if self.with.is_empty() {
            format!("{}: Änderungen", self.subject.name)
        } else {
            format!("{} gegenüber Fassung {}", self.subject.name, self.with)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_from_a_change_is_cut() {
        let long: Vec<String> = (0..100).map(|at| at.to_string()).collect();
        let pieces = vec![
            Piece::Same(long.join(" ")),
            Piece::Added("neu".to_owned()),
            Piece::Same("kurz".to_owned()),
        ];
        let short = shortened(pieces);
        let Some(Piece::Same(first)) = short.first() else {
            panic!("{short:?}");
        };
        assert!(
            first.starts_with("[…] 86") && first.ends_with("99"),
            "{first}"
        );
        assert_eq!(short.get(2), Some(&Piece::Same("kurz".to_owned())));
    }
}
