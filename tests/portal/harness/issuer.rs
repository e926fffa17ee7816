//! An issuer of the suite's own (OpenID Connect): a server that signs real tokens, with a person who can be
//! changed and faults that can be asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use avv_portal::clock::Clock;
use avv_portal::config::IssuerConfig;
use avv_portal::domain::identity::{Audience, IssuerRules};
use avv_portal::domain::viewer::OperatorRole;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Duration;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

/// By what the issuer knows the portal.
pub const CLIENT: &str = "avv-portal";
const SECRET: &str = "only for the tests";
/// An RSA key of these tests alone.
const RSA: &[u8] = include_bytes!("issuer_rsa.der");

/// With what tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    Es256,
    Rs256,
    /// Not at all.
    Nothing,
    /// With the secret that both know.
    Secret,
    /// With a key the issuer does not publish, under the name of one that it does.
    Forged,
}

/// What may be wrong, and who is signed in.
#[derive(Clone)]
pub struct Behaviour {
    /// The person: every claim but those of the token itself.
    pub person: Map<String, Value>,
    /// Claims that stand in place of the right ones.
    pub instead: Map<String, Value>,
    /// Claims that stand only on the page with the person's details.
    pub details: Map<String, Value>,
    pub signs: Signs,
    /// How long ago the person proved to be it, in seconds; `None` leaves it out.
    pub proved_ago: Option<i64>,
    /// How long ago the token was made, in seconds.
    pub made_ago: i64,
    /// Whether refresh tokens are given out.
    pub refreshes: bool,
    /// Whether the person is still there.
    pub is_gone: bool,
    /// Whether every answer is a fault of the server.
    pub is_down: bool,
    /// What the issuer calls itself, if it is not its address.
    pub calls_itself: Option<String>,
    /// How often it was asked about somebody.
    pub asked: usize,
}

struct Given {
    nonce: Option<String>,
    challenge: String,
    redirect: String,
}

struct Keys {
    id: String,
    pair: EcdsaKeyPair,
}

struct Inside {
    mood: Behaviour,
    clock: Option<Clock>,
    codes: HashMap<String, Given>,
    refresh: Vec<String>,
    keys: Keys,
}

/// The issuer; its server stops with the test.
#[derive(Clone)]
pub struct Issuer {
    pub url: String,
    inside: Arc<Mutex<Inside>>,
}

fn new_keys(id: &str) -> Keys {
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random).expect("a key");
    Keys {
        id: id.to_owned(),
        pair,
    }
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Issuer {
    /// Starts one with a person whose address is verified.
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let person = json!({
            "sub": "person-1",
            "name": "Ida Konzern",
            "email": "ida@konzern.example",
            "email_verified": true,
        });
        let mood = Behaviour {
            person: person.as_object().expect("claims").clone(),
            instead: Map::new(),
            details: Map::new(),
            signs: Signs::Es256,
            proved_ago: Some(0),
            made_ago: 0,
            refreshes: true,
            is_gone: false,
            is_down: false,
            calls_itself: None,
            asked: 0,
        };
        let inside = Inside {
            mood,
            clock: None,
            codes: HashMap::new(),
            refresh: Vec::new(),
            keys: new_keys("first"),
        };
        let this = Self {
            url,
            inside: Arc::new(Mutex::new(inside)),
        };
        let own = this.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(own.clone()))
                .route(
                    "/.well-known/openid-configuration",
                    web::get().to(configuration),
                )
                .route("/keys", web::get().to(keys))
                .route("/authorize", web::get().to(authorize))
                .route("/token", web::post().to(token))
                .route("/userinfo", web::get().to(details))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .expect("a listener")
        .run();
        actix_web::rt::spawn(server);
        this
    }

    /// The settings of a portal whose people sign in here.
    pub fn config(&self, number: u8, audience: Audience) -> IssuerConfig {
        issuer_config(&self.url, number, audience)
    }

    /// From now on the time is that of the portal.
    pub fn keep_time(&self, clock: &Clock) {
        self.inside.lock().expect("the issuer").clock = Some(clock.clone());
    }

    /// Changes what is wrong, or who is signed in.
    pub fn mood<T>(&self, change: impl FnOnce(&mut Behaviour) -> T) -> T {
        change(&mut self.inside.lock().expect("the issuer").mood)
    }

    /// Sets a claim of the person, or takes it.
    pub fn claim(&self, name: &str, value: Value) {
        self.mood(|mood| match value {
            Value::Null => drop(mood.person.remove(name)),
            value => drop(mood.person.insert(name.to_owned(), value)),
        });
    }

    /// Signs with another key from now on, and forgets the one before.
    pub fn rotate(&self) {
        self.inside.lock().expect("the issuer").keys = new_keys("second");
    }

    /// What a person who is signed in here is sent back with: path and query of the portal.
    pub fn approve(&self, at: &str) -> String {
        let asked: HashMap<String, String> = Url::parse(at)
            .expect("an address")
            .query_pairs()
            .into_owned()
            .collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        assert!(!asked.contains_key("response_mode"), "no form_post");
        let code = uuid::Uuid::new_v4().simple().to_string();
        let given = Given {
            nonce: asked.get("nonce").cloned(),
            challenge: asked["code_challenge"].clone(),
            redirect: asked["redirect_uri"].clone(),
        };
        let mut inside = self.inside.lock().expect("the issuer");
        inside.codes.insert(code.clone(), given);
        let mut back = Url::parse(&asked["redirect_uri"]).expect("an address");
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &asked["state"])
            .append_pair("iss", &self.url);
        format!("{}?{}", back.path(), back.query().unwrap_or_default())
    }

    /// A token that says by itself that the person signed out.
    pub fn logout_token(&self, claims: &Value) -> String {
        let inside = self.inside.lock().expect("the issuer");
        let now = inside.clock.as_ref().expect("a clock").now().timestamp();
        let mut all = json!({
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": uuid::Uuid::new_v4().to_string(),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        for (name, value) in claims.as_object().expect("claims") {
            all[name] = value.clone();
        }
        inside.sign(&all)
    }

    fn name(&self, mood: &Behaviour) -> String {
        mood.calls_itself
            .clone()
            .unwrap_or_else(|| self.url.clone())
    }
}

/// The settings of an issuer, whether there is one or not.
pub fn issuer_config(url: &str, number: u8, audience: Audience) -> IssuerConfig {
    let meanings = [
        ("avv-admin", OperatorRole::Administrator),
        ("avv-support", OperatorRole::Support),
        ("avv-audit", OperatorRole::Auditor),
    ];
    let meanings = meanings.map(|(name, role)| (name.to_owned(), role));
    let is_operator = audience == Audience::Operator;
    IssuerConfig {
        number,
        url: url.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.into(),
        label: "Konzern-Konto".to_owned(),
        scopes: vec!["email".to_owned(), "profile".to_owned()],
        recheck: Duration::seconds(60),
        is_only_way: true,
        rules: IssuerRules {
            audience,
            roles: is_operator.then(|| ("groups".to_owned(), meanings.into())),
            partner: (!is_operator).then(|| "partner".to_owned()),
            factors: vec!["mfa".to_owned()],
        },
    }
}

impl Inside {
    fn sign(&self, claims: &Value) -> String {
        let (algorithm, kid) = match self.mood.signs {
            Signs::Es256 | Signs::Forged => ("ES256", self.keys.id.as_str()),
            Signs::Rs256 => ("RS256", "rsa"),
            Signs::Nothing => ("none", ""),
            Signs::Secret => ("HS256", ""),
        };
        let mut header = json!({"alg": algorithm, "typ": "JWT"});
        if !kid.is_empty() {
            header["kid"] = kid.into();
        }
        let signed = format!(
            "{}.{}",
            encoded(header.to_string()),
            encoded(claims.to_string())
        );
        let random = SystemRandom::new();
        let signature = match self.mood.signs {
            Signs::Es256 => {
                let made = self.keys.pair.sign(&random, signed.as_bytes());
                made.expect("a signature").as_ref().to_vec()
            }
            Signs::Forged => {
                let made = new_keys("other").pair.sign(&random, signed.as_bytes());
                made.expect("a signature").as_ref().to_vec()
            }
            Signs::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(RSA).expect("a key");
                let mut made = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut made)
                    .expect("a signature");
                made
            }
            Signs::Nothing => Vec::new(),
            Signs::Secret => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
                ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
        };
        format!("{signed}.{}", encoded(signature))
    }

    /// What the token endpoint gives.
    fn answer(&mut self, issuer: &str, nonce: Option<&str>) -> Value {
        let now = self.clock.as_ref().expect("a clock").now().timestamp();
        let made = now - self.mood.made_ago;
        let access = uuid::Uuid::new_v4().simple().to_string();
        let mut claims = Value::Object(self.mood.person.clone());
        claims["iss"] = issuer.into();
        claims["aud"] = CLIENT.into();
        claims["iat"] = made.into();
        claims["exp"] = (made + 300).into();
        claims["sid"] = "session-1".into();
        claims["at_hash"] = encoded(&Sha256::digest(access.as_bytes())[..16]).into();
        if let Some(ago) = self.mood.proved_ago {
            claims["auth_time"] = (now - ago).into();
        }
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        for (name, value) in &self.mood.instead {
            claims[name] = value.clone();
        }
        let mut answer = json!({
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.sign(&claims),
        });
        if self.mood.refreshes {
            let refresh = uuid::Uuid::new_v4().simple().to_string();
            // Each is good once.
            self.refresh.push(refresh.clone());
            answer["refresh_token"] = refresh.into();
        }
        answer
    }
}

fn down() -> HttpResponse {
    HttpResponse::ServiceUnavailable().finish()
}

async fn configuration(issuer: web::Data<Issuer>) -> HttpResponse {
    let inside = issuer.inside.lock().expect("the issuer");
    if inside.mood.is_down {
        return down();
    }
    let url = &issuer.url;
    HttpResponse::Ok().json(json!({
        "issuer": issuer.name(&inside.mood),
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "end_session_endpoint": format!("{url}/logout"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }))
}

async fn keys(issuer: web::Data<Issuer>) -> HttpResponse {
    let inside = issuer.inside.lock().expect("the issuer");
    let point = inside.keys.pair.public_key().as_ref();
    let rsa = RsaKeyPair::from_pkcs8(RSA).expect("a key");
    let rsa = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(rsa.public());
    HttpResponse::Ok().json(json!({"keys": [
        {
            "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": inside.keys.id,
            "x": encoded(&point[1..33]), "y": encoded(&point[33..65]),
        },
        {
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "rsa",
            "n": encoded(&rsa.n), "e": encoded(&rsa.e),
        },
    ]}))
}

/// The page on which a person signs in; here everybody is signed in already.
async fn authorize(issuer: web::Data<Issuer>, request: HttpRequest) -> HttpResponse {
    let at = format!("{}{}", issuer.url, request.uri());
    let asked: HashMap<String, String> = Url::parse(&at)
        .expect("an address")
        .query_pairs()
        .into_owned()
        .collect();
    let home = Url::parse(&asked["redirect_uri"]).expect("an address");
    let back = home.join(&issuer.approve(&at)).expect("an address");
    HttpResponse::SeeOther()
        .insert_header(("location", back.as_str()))
        .finish()
}

async fn token(
    issuer: web::Data<Issuer>,
    request: HttpRequest,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let name = issuer.name(&issuer.mood(|mood| mood.clone()));
    let mut inside = issuer.inside.lock().expect("the issuer");
    if inside.mood.is_down {
        return down();
    }
    let refused = |error: &str| HttpResponse::BadRequest().json(json!({"error": error}));
    let secret = format!("{CLIENT}:{}", SECRET.replace(' ', "+"));
    let given = request.headers().get("authorization");
    if given.and_then(|given| given.to_str().ok())
        != Some(&format!("Basic {}", STANDARD.encode(secret)))
    {
        return refused("invalid_client");
    }
    match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => {
            // Each code is good once.
            let Some(open) = inside.codes.remove(&form["code"]) else {
                return refused("invalid_grant");
            };
            let verifier = form.get("code_verifier").cloned().unwrap_or_default();
            if encoded(Sha256::digest(verifier.as_bytes())) != open.challenge
                || form["redirect_uri"] != open.redirect
            {
                return refused("invalid_grant");
            }
            let answer = inside.answer(&name, open.nonce.as_deref());
            HttpResponse::Ok().json(answer)
        }
        Some("refresh_token") => {
            inside.mood.asked += 1;
            let known = inside.refresh.len();
            inside.refresh.retain(|one| *one != form["refresh_token"]);
            if inside.mood.is_gone || inside.refresh.len() == known {
                return refused("invalid_grant");
            }
            let answer = inside.answer(&name, None);
            HttpResponse::Ok().json(answer)
        }
        _ => refused("unsupported_grant_type"),
    }
}

async fn details(issuer: web::Data<Issuer>) -> HttpResponse {
    let mut inside = issuer.inside.lock().expect("the issuer");
    inside.mood.asked += 1;
    if inside.mood.is_down {
        return down();
    }
    if inside.mood.is_gone {
        return HttpResponse::Unauthorized().finish();
    }
    let mut all = inside.mood.person.clone();
    all.extend(inside.mood.details.clone());
    HttpResponse::Ok().json(all)
}
