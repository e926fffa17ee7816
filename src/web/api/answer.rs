//! Answers: what there is, with its stamp, and what came of a write with everything that follows from
//! it. A write is done, tried out or repeated here and nowhere else.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::call::{Call, Caller};
use super::problem::{Code, Problem};
use crate::actions::Applied;
use crate::actions::customer_writes::Written;
use crate::domain::case::{Preview, status_of};
use crate::storage::db::DbError;
use crate::storage::external_ids::lock_key;
use crate::storage::idempotency::{Answered, add_answer, find_answer};
use crate::storage::{PgConnection, QueryError, catalogue};
use crate::web::kit::effects::{EffectKind, effects};

/// Header under which a POST is done once.
const KEY: &str = "idempotency-key";
/// Longest value of such a header.
const LONGEST: usize = 128;
/// What such a value looks like.
const FORM: &str = "1 to 128 printable ASCII characters.";

/// What came of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// It is there since now.
    Created,
    /// It is otherwise since now.
    Changed,
    /// It was so already.
    Unchanged,
    /// A newer version was taken before, so nothing was done.
    Stale,
}

/// Whether a mail goes to somebody because of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// At least one mail waits to be sent.
    Queued,
    /// No mail.
    None,
}

/// One thing that follows from a write, as the confirmation pages say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Effect")]
pub struct EffectBody {
    /// What it concerns: `master_data`, `status`, `agreement`, `link`, `mail` or `access`.
    pub kind: String,
    /// The day on which it takes effect; at once if there is none.
    pub on: Option<NaiveDate>,
    /// The sentence, in German.
    pub text: String,
}

/// The answer to a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "WriteAnswer")]
pub struct WriteAnswer {
    /// What came of it.
    pub result: Came,
    /// Whether it was only tried out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// How the customer's agreement stands after it; there is none for what is no customer's.
    pub status: Option<String>,
    /// Whether a mail waits because of it.
    pub mail: MailState,
    /// What follows from it.
    pub effects: Vec<EffectBody>,
}

/// The parameters of a write that takes no others.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WriteParameters {
    /// Whether only to answer what would follow.
    pub dry_run: bool,
}

/// The parameters of a write: what it takes beside this is its own.
pub trait Write: DeserializeOwned + Send + 'static {
    /// Whether only to answer what would follow.
    fn is_dry_run(&self) -> bool;
}

impl Write for WriteParameters {
    fn is_dry_run(&self) -> bool {
        self.dry_run
    }
}

impl WriteAnswer {
    /// For what is no customer's.
    pub fn plain(result: Came) -> Self {
        Self {
            result,
            dry_run: false,
            status: None,
            mail: MailState::None,
            effects: Vec::new(),
        }
    }

    /// For a change of a case.
    pub fn of(conn: &mut PgConnection, call: &Caller, written: Written) -> Result<Self, Problem> {
        let (result, applied) = match written {
            Written::Created(applied) => (Came::Created, *applied),
            Written::Changed(applied) => (Came::Changed, *applied),
            Written::Unchanged(case) => {
                return Ok(Self::still(
                    Came::Unchanged,
                    status_of(&case, call.now).status.key(),
                ));
            }
            Written::Stale(case) => {
                return Ok(Self::still(
                    Came::Stale,
                    status_of(&case, call.now).status.key(),
                ));
            }
        };
        let operator = catalogue::find_operator(conn)?.unwrap_or_default();
        let is_mailed = applied.changes.iter().any(|change| change.mail().is_some());
        let status = status_of(&applied.after, call.now).status.key().to_owned();
        let Applied {
            before,
            after,
            changes,
        } = applied;
        let preview = Preview {
            before,
            changes,
            after,
            now: call.now,
        };
        let effects = effects(&operator.short_name, &preview).into_iter();
        Ok(Self {
            result,
            dry_run: false,
            status: Some(status),
            mail: if is_mailed {
                MailState::Queued
            } else {
                MailState::None
            },
            effects: effects
                .map(|effect| EffectBody {
                    kind: kind_of(effect.kind).to_owned(),
                    on: effect.on,
                    text: effect.text,
                })
                .collect(),
        })
    }

    fn still(result: Came, status: &str) -> Self {
        Self {
            status: Some(status.to_owned()),
            ..Self::plain(result)
        }
    }

    fn status_code(&self) -> StatusCode {
        match self.result {
            Came::Created if !self.dry_run => StatusCode::CREATED,
            _ => StatusCode::OK,
        }
    }
}

fn kind_of(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::MasterData => "master_data",
        EffectKind::Status => "status",
        EffectKind::Agreement => "agreement",
        EffectKind::Link => "link",
        EffectKind::Mail => "mail",
        EffectKind::Access => "access",
    }
}

/// Whether a header can be what it is compared as.
fn is_token(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// The stamp of what is read.
fn etag(body: &str) -> String {
    format!("\"{}\"", &BASE64.encode(Sha256::digest(body))[..22])
}

/// Why a transaction of a write is rolled back.
enum Undone {
    Problem(Problem),
    /// It was only tried out.
    Tried(WriteAnswer),
    /// It was done before.
    Before(Answered),
}

impl From<Problem> for Undone {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<DbError> for Undone {
    fn from(error: DbError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<QueryError> for Undone {
    fn from(error: QueryError) -> Self {
        Self::Problem(error.into())
    }
}

impl Caller {
    /// Refuses a change of what is not any more as it was read.
    pub fn check_match<T: Serialize>(&self, body: &T) -> Result<(), Problem> {
        match &self.if_match {
            Some(wanted) if wanted != "*" && *wanted != etag(&text_of(body)?) => {
                Err(Code::PreconditionFailed.into())
            }
            _ => Ok(()),
        }
    }
}

fn text_of<T: Serialize>(body: &T) -> Result<String, Problem> {
    serde_json::to_string(body).map_err(|error| {
        tracing::error!(cause = %error, "an answer could not be written");
        Code::Fault.into()
    })
}

impl Call {
    /// Answers what there is, unless the client has it already.
    pub fn found<T: Serialize>(&self, body: &T) -> Result<HttpResponse, Problem> {
        let text = text_of(body)?;
        let stamp = etag(&text);
        let is_same = |known: &str| known.trim().trim_start_matches("W/") == stamp;
        let has = self
            .header("if-none-match")?
            .is_some_and(|known| known.split(',').any(is_same));
        let mut answer = match has {
            true => HttpResponse::NotModified(),
            false => HttpResponse::Ok(),
        };
        answer
            .insert_header((header::ETAG, stamp))
            .insert_header((header::CACHE_CONTROL, "no-cache"));
        Ok(match has {
            true => answer.finish(),
            false => answer.content_type("application/json").body(text),
        })
    }

    /// Refuses a comparison where nothing with an `ETag` is read, so that nobody relies on it.
    pub fn compares_nothing(&self) -> Result<(), Problem> {
        match self.who.if_match {
            Some(_) => Err(Problem::of_field(
                "If-Match",
                "unsupported",
                "There is no ETag to compare with.",
            )),
            None => Ok(()),
        }
    }

    /// Carries a write out in one transaction: `work` does it and says what came of it. With
    /// `?dry_run=true` it is done and rolled back, so that the answer is what it would be.
    pub async fn write<P, F>(self, work: F) -> Result<HttpResponse, Problem>
    where
        P: Write,
        F: FnOnce(&mut PgConnection, &Caller, &P) -> Result<WriteAnswer, Problem> + Send + 'static,
    {
        let parameters: P = self.parameters()?;
        self.carry_out(None, parameters, work).await
    }

    /// The same for what is no write of a whole thing and would be done twice if it were sent twice: it
    /// needs an `Idempotency-Key`, under which it is done once.
    pub async fn write_once<P, F>(self, work: F) -> Result<HttpResponse, Problem>
    where
        P: Write,
        F: FnOnce(&mut PgConnection, &Caller, &P) -> Result<WriteAnswer, Problem> + Send + 'static,
    {
        let parameters: P = self.parameters()?;
        let key = self
            .header(KEY)?
            .ok_or(Code::IdempotencyKeyMissing)?
            .to_owned();
        if !is_token(&key) {
            return Err(Problem::of_field("Idempotency-Key", "invalid", FORM));
        }
        let request = Sha256::new()
            .chain_update(self.request.method().as_str())
            .chain_update([0])
            .chain_update(self.request.uri().to_string())
            .finalize()
            .to_vec();
        let once = (!parameters.is_dry_run()).then_some((key, request));
        self.carry_out(once, parameters, work).await
    }

    async fn carry_out<P, F>(
        self,
        once: Option<(String, Vec<u8>)>,
        parameters: P,
        work: F,
    ) -> Result<HttpResponse, Problem>
    where
        P: Write,
        F: FnOnce(&mut PgConnection, &Caller, &P) -> Result<WriteAnswer, Problem> + Send + 'static,
    {
        if let Some(wanted) = self.header("if-match")?
            && !is_token(wanted)
        {
            return Err(Problem::of_field("If-Match", "invalid", FORM));
        }
        // Nobody relies on a condition that nothing asks for.
        if self.header("if-none-match")?.is_some() {
            let told = "A write asks for If-Match alone.";
            return Err(Problem::of_field("If-None-Match", "unsupported", told));
        }
        let who = self.who.clone();
        let done = self
            .who
            .app
            .db
            .transaction(move |conn| -> Result<WriteAnswer, Undone> {
                if let Some((key, request)) = &once {
                    // Whoever sends the same at once waits for the answer of the first.
                    lock_key(conn, &format!("once {}", who.client.id), key)?;
                    if let Some(before) = find_answer(conn, who.client.id, key)? {
                        return Err(match before.request == *request {
                            true => Undone::Before(before),
                            false => Undone::Problem(Code::IdempotencyKeyReused.into()),
                        });
                    }
                }
                let mut answer = work(conn, &who, &parameters)?;
                if parameters.is_dry_run() {
                    answer.dry_run = true;
                    return Err(Undone::Tried(answer));
                }
                if let Some((key, request)) = once {
                    let answered = Answered {
                        request,
                        status: i16::try_from(answer.status_code().as_u16()).unwrap_or(200),
                        answer: serde_json::to_value(&answer).unwrap_or(Value::Null),
                    };
                    if !add_answer(conn, who.client.id, &key, &answered, who.now)? {
                        return Err(Undone::Problem(Code::StillRunning.into()));
                    }
                }
                Ok(answer)
            })
            .await;
        match done {
            Ok(answer) | Err(Undone::Tried(answer)) => {
                Ok(HttpResponse::build(answer.status_code())
                    .insert_header((header::CACHE_CONTROL, "no-store"))
                    .json(&answer))
            }
            Err(Undone::Before(before)) => {
                let status = u16::try_from(before.status).ok();
                let status = status.and_then(|status| StatusCode::from_u16(status).ok());
                Ok(HttpResponse::build(status.unwrap_or(StatusCode::OK))
                    .insert_header((header::CACHE_CONTROL, "no-store"))
                    .json(&before.answer))
            }
            Err(Undone::Problem(problem)) => Err(problem),
        }
    }
}
