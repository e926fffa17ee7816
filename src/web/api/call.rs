//! A request of a client: who it is, whether it may, what it wants beside the body, and how it is
//! carried out.

use std::collections::HashSet;
use std::future::{Ready, ready};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::problem::{Code, Problem};
use crate::actions::clients::authenticate;
use crate::app::App;
use crate::config::Network;
use crate::domain::client::{Client, ClientScope, Token};
use crate::storage::PgConnection;
use crate::storage::clients::touch_client;
use crate::storage::db::DbError;
use crate::web::kit::client::remote_address;
use crate::web::kit::error::PageError;
use crate::web::kit::requests::Reference;
use crate::web::kit::session_store;

/// The scheme of a token, in capitals or not.
const BEARER: &str = "Bearer";

/// The client of this request, as the guard found it.
#[derive(Clone)]
struct Known(Client);

/// Lets a client with this scope in, and turns whatever goes wrong into a problem.
pub async fn guard(
    scope: ClientScope,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let http = request.request().clone();
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return Err(PageError::Fault.into());
    };
    let answered = match admit(&app, scope, &request).await {
        Ok(client) => {
            request.extensions_mut().insert(Known(client));
            next.call(request).await
        }
        Err(problem) => Err(problem.into()),
    };
    let problem = match answered {
        // What a handler refuses is an answer already, which lacks address and reference.
        Ok(answer) => match answer.response().error() {
            None => return Ok(answer.map_into_boxed_body()),
            Some(error) => problem_of(error),
        },
        Err(error) => problem_of(&error),
    };
    if problem.code != Code::Fault {
        tracing::info!(code = problem.code.key(), "refused: API");
    }
    let answer = answer_of(&app, &http, &problem);
    Ok(ServiceResponse::new(http, answer))
}

/// The answer that tells a problem, with the reference of its request.
pub fn answer_of(app: &App, request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let mut answer = problem.answer(app.base_url(), Some(Reference::of(request).0));
    answer.headers_mut().insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    answer
}

fn problem_of(error: &actix_web::Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    match error.as_response_error().status_code() {
        // A parameter of the path that no key looks like.
        StatusCode::NOT_FOUND => Code::NotFound.into(),
        status if status.is_client_error() => Code::Malformed.into(),
        _ => {
            tracing::error!(cause = %error, "API fault");
            Code::Fault.into()
        }
    }
}

/// The one token of a request.
fn token(headers: &header::HeaderMap) -> Result<Token, Problem> {
    let mut named = headers.get_all(header::AUTHORIZATION);
    let (Some(value), None) = (named.next(), named.next()) else {
        return Err(Code::Unauthenticated.into());
    };
    let token = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case(BEARER))
        .and_then(|(_, token)| token.trim().parse().ok());
    token.ok_or_else(|| Code::Unauthenticated.into())
}

/// The client with this token, and whether its last use is noted too long ago.
async fn client_with(
    app: &App,
    token: Token,
    now: DateTime<Utc>,
) -> Result<(Client, bool), Problem> {
    let read = app.db.read(move |conn| authenticate(conn, &token, now));
    read.await?.ok_or_else(|| Code::Unauthenticated.into())
}

async fn admit(app: &App, scope: ClientScope, request: &ServiceRequest) -> Result<Client, Problem> {
    let token = token(request.headers())?;
    if request.cookie(session_store::cookie_name(app)).is_some() {
        return Err(Code::TwoIdentities.into());
    }
    let now = app.clock.now();
    let (client, is_old) = client_with(app, token, now).await?;
    if !may_call_from(app, &client, request.request()) {
        return Err(Code::ForeignNetwork.into());
    }
    let most = u32::try_from(client.per_minute).unwrap_or(0);
    app.rates
        .count(&client.id.to_string(), most, now)
        .map_err(|seconds| Problem {
            wait: Some(seconds),
            ..Code::RateLimited.into()
        })?;
    if is_old {
        let id = client.id;
        let noted = app
            .db
            .transaction(move |conn| -> Result<_, DbError> { Ok(touch_client(conn, id, now)?) });
        noted.await?;
    }
    if !client.may(scope) {
        return Err(Problem::with(
            Code::ScopeMissing,
            format!("The scope {} is needed.", scope.key()),
        ));
    }
    if let Some(name) = unreadable(request.query_string()) {
        return Err(Problem::of_field(
            &name,
            "duplicate",
            "The parameter stands there twice, or cannot be read.",
        ));
    }
    Ok(client)
}

/// A block that cannot be read contains nobody.
fn may_call_from(app: &App, client: &Client, request: &HttpRequest) -> bool {
    client.networks.is_empty()
        || remote_address(app, request).is_some_and(|ip| {
            client
                .networks
                .iter()
                .filter_map(|block| block.parse::<Network>().ok())
                .any(|block| block.contains(ip))
        })
}

/// A parameter that is there twice, of which different readers take different ones (S-57), or that
/// contains what the database cannot store.
fn unreadable(query: &str) -> Option<String> {
    let mut names = HashSet::new();
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| value.contains('\0') || !names.insert(name.clone()))
        .map(|(name, _)| name.replace('\0', ""))
}

/// Who asks, and when: what is known of a request on the threads that work for it.
#[derive(Clone)]
pub struct Caller {
    /// The handles.
    pub app: App,
    /// The client.
    pub client: Client,
    /// The time of the request.
    pub now: DateTime<Utc>,
    /// The stamp that what is changed must have.
    pub(super) if_match: Option<String>,
}

/// A request that was let in.
pub struct Call {
    /// Who asks.
    pub who: Caller,
    pub(super) request: HttpRequest,
}

impl FromRequest for Call {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Known>().cloned();
        let app = request.app_data::<web::Data<App>>();
        let (Some(Known(client)), Some(app)) = (known, app) else {
            return ready(Err(Code::Unauthenticated.into()));
        };
        let who = Caller {
            app: app.get_ref().clone(),
            client,
            now: app.clock.now(),
            if_match: match once(request, "if-match") {
                Ok(value) => value.map(str::to_owned),
                Err(problem) => return ready(Err(problem)),
            },
        };
        ready(Ok(Self {
            who,
            request: request.clone(),
        }))
    }
}

/// A header, if it is there. One that cannot be read, or is there twice, is never taken for one that is
/// missing: it may be what keeps a change from being lost.
fn once<'r>(request: &'r HttpRequest, name: &str) -> Result<Option<&'r str>, Problem> {
    let mut all = request.headers().get_all(name);
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| unusable(name)),
        (Some(_), Some(_)) => Err(unusable(name)),
    }
}

fn unusable(name: &str) -> Problem {
    Problem::of_field(
        name,
        "invalid",
        "The header is there twice, or cannot be read.",
    )
}

impl Call {
    /// Fails if its client or token was revoked since the request came: it waited.
    pub(super) async fn authenticate_again(&self) -> Result<(), Problem> {
        let (app, token) = (&self.who.app, token(self.request.headers())?);
        client_with(app, token, app.clock.now()).await.map(drop)
    }

    /// The parameters of the address.
    pub fn parameters<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let query = form_urlencoded::parse(self.request.query_string().as_bytes());
        serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(query)).map_err(
            |error| {
                let (path, said) = (error.path().to_string(), error.inner().to_string());
                // One that is missing or unknown has no path, and is named in what is said.
                let named = said.split('`').nth(1).unwrap_or("query");
                let pointer = if path == "." { named } else { &path };
                Problem::of_field(pointer, "invalid", said.clone())
            },
        )
    }

    /// A header, if it is there.
    pub(super) fn header(&self, name: &str) -> Result<Option<&str>, Problem> {
        once(&self.request, name)
    }

    /// Reads.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: Fn(&mut PgConnection, &Caller) -> Result<T, Problem> + Send + 'static,
    {
        let who = self.who.clone();
        self.who.app.db.read(move |conn| work(conn, &who)).await
    }
}
