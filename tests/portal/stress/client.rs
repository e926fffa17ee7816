//! A user who works over HTTP. No answer is a valid result here.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HOST};
use reqwest::redirect::Policy;

use crate::harness::{PASSWORD, Page};

/// The browser of one user, which is connected to one of the processes.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// The beginning of links, whichever process answers.
    base: String,
    port: u16,
}

impl Client {
    /// `base` is the portal's public address; `port` is that of the process.
    pub fn new(base: &str, port: u16) -> Self {
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            .timeout(Duration::from_secs(30))
            // A process that was killed leaves connections that look alive.
            .pool_max_idle_per_host(1)
            .no_proxy()
            .build()
            .unwrap();
        Self {
            http,
            base: base.to_owned(),
            port,
        }
    }

    /// The same user at another process, with the same cookies.
    pub fn at(&self, port: u16) -> Self {
        Self {
            port,
            ..self.clone()
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> Option<Page> {
        let host = self.base.trim_start_matches("http://");
        let response = request.header(HOST, host).send().await.ok()?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.ok()?.to_vec();
        Some(Page {
            status,
            headers,
            bytes,
            path: path.to_owned(),
        })
    }

    fn address(&self, path: &str) -> String {
        let path = path.strip_prefix(&self.base).unwrap_or(path);
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub async fn get(&self, path: &str) -> Option<Page> {
        self.send(self.http.get(self.address(path)), path).await
    }

    /// Submits a form of a page with its hidden fields.
    pub async fn submit(&self, page: &Page, css: &str, fields: &[(&str, &str)]) -> Option<Page> {
        let (action, mut all) = page.form(css);
        for (name, value) in fields {
            match all.iter_mut().find(|(known, _)| known == name) {
                Some(field) => field.1 = (*value).to_owned(),
                None => all.push(((*name).to_owned(), (*value).to_owned())),
            }
        }
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&all)
            .finish();
        let request = self
            .http
            .post(self.address(&action))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("origin", &self.base)
            .header("sec-fetch-site", "same-origin")
            .body(body);
        self.send(request, &action).await
    }

    /// Signs in; `None` while no process answers.
    pub async fn sign_in(&self, email: &str) -> Option<()> {
        let page = self.get("/anmelden").await?;
        if page.status != 200 {
            return None;
        }
        let fields = [("email", email), ("passwort", PASSWORD)];
        let answer = self.submit(&page, "main form", &fields).await?;
        (answer.status == 303).then_some(())
    }
}
