//! Forward authentication: before every request to a module, a reverse proxy asks here whether to
//! let it through. The answer is decided anew each time, and no in case of doubt (5.2, S-56).
//!
//! The proxy names customer and module in the address of its question, or asks about the path of the
//! page itself, which begins with both: behind the address, or in `X-Forwarded-Uri`.

use actix_web::{HttpRequest, HttpResponse, web};
use percent_encoding::percent_decode_str;

use crate::app::App;
use crate::domain::CustomerNumber;
use crate::domain::case::Shut;
use crate::domain::viewer::Viewer;
use crate::paths;
use crate::storage::case_rows::{KnownGate, has_module};
use crate::storage::db::Conn;
use crate::web::kit::gate;

/// What proxies write the path of a page into.
const FORWARDED: &str = "x-forwarded-uri";

/// Encoded characters that one program takes for part of a name and another for a step in the path.
const UNCLEAR: [&str; 7] = ["%2e", "%2f", "%5c", "%25", "%3b", "%23", "%3f"];

/// Any method: some proxies ask with that of the request.
pub async fn ask(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let now = app.clock.now();
    let question = page(&request)
        .ok_or(Shut::UnclearPath)
        .and_then(|page| asked(&page));
    let number = question.as_ref().ok().map(|(number, _)| *number);
    let decide = move |conn: &mut Conn, viewer: &Viewer, known: Option<KnownGate>| {
        let module = match &question {
            Ok((_, module)) => module,
            Err(why) => return Ok(Err(*why)),
        };
        let Some(known) = known else {
            return Ok(Err(Shut::UnknownCustomer));
        };
        let decided = known.gate.enter(viewer.role, module, &known.catalogue, now);
        Ok(match decided {
            Err(Shut::NoBooking) if !has_module(conn, module)? => Err(Shut::UnknownModule),
            decided => decided,
        })
    };
    gate::decide(&app, &request, number, decide).await
}

/// The path that is asked about, from the customer's number on.
fn page(request: &HttpRequest) -> Option<String> {
    let behind = request.uri().path().strip_prefix(paths::GATE)?;
    if !behind.is_empty() {
        return Some(behind.to_owned());
    }
    let mut named = request.headers().get_all(FORWARDED);
    let (Some(one), None) = (named.next(), named.next()) else {
        return None;
    };
    Some(one.to_str().ok()?.split(['?', '#']).next()?.to_owned())
}

/// Customer and module of a path. What follows them is the product's own, but must not lead out of
/// it again, however the product reads it.
fn asked(path: &str) -> Result<(CustomerNumber, String), Shut> {
    let mut steps = path.strip_prefix('/').ok_or(Shut::UnclearPath)?.split('/');
    let (number, module) = (steps.next().unwrap_or(""), steps.next().unwrap_or(""));
    if !steps.all(is_clear) || !is_clear(module) {
        return Err(Shut::UnclearPath);
    }
    // The proxy passes on its own address: another spelling of the number may mean another customer
    // to the module behind it.
    let number = number.parse().map_err(|_| Shut::UnknownCustomer)?;
    Ok((number, module.to_owned()))
}

/// Whether every program reads a step of a path as the same name, and none as a step out of it.
fn is_clear(step: &str) -> bool {
    let lower = step.to_ascii_lowercase();
    let is_escaped =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    let are_escapes_whole = step.split('%').skip(1).all(is_escaped);
    let Ok(name) = percent_decode_str(step).decode_utf8() else {
        return false;
    };
    let first = name.split(';').next().map(str::trim);
    are_escapes_whole
        && !UNCLEAR.iter().any(|it| lower.contains(it))
        && !name.chars().any(|c| c == '\\' || c.is_control())
        && !matches!(first, Some("." | ".."))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn s56_a_path_names_one_customer_and_one_module_or_nothing() {
        for path in [
            "/4711/centraflex",
            "/4711/centraflex/",
            "/4711/centraflex/a%20b/c.d/...;x=..",
            "/4711/centraflex//x",
        ] {
            let (number, module) = asked(path).unwrap();
            assert_eq!(
                (number.to_string().as_str(), module.as_str()),
                ("4711", "centraflex")
            );
        }
        for path in [
            "",
            "4711/centraflex",
            "/4711/centraflex/../../4712/centraflex",
            "/4711/centraflex/..;/..;a=b/4712/centraflex",
            "/4711/centraflex/./x",
            "/4711/centraflex/%2E%2e/x",
            "/4711/centraflex/%2f..",
            "/4711/centraflex/%5c..%5C",
            "/4711/centraflex/..\\..",
            "/4711/centraflex/%252e%252e/x",
            "/4711/centraflex/..%3b/x",
            "/4711/centraflex/..%09/x",
            "/4711/centraflex/..%20/x",
            "/4711/centraflex/..%23/x",
            "/4711/centraflex/%c0%ae%c0%ae/x",
            "/4711/centraflex/%u002e%u002e/x",
            "/4711/centraflex/%",
        ] {
            assert_eq!(asked(path), Err(Shut::UnclearPath), "{path}");
        }
        for path in [
            "/",
            "//centraflex",
            "/%34711/centraflex",
            "/4711 /centraflex",
            "/ä/centraflex",
        ] {
            assert_eq!(asked(path), Err(Shut::UnknownCustomer), "{path}");
        }
    }
}
