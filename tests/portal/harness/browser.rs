//! A browser without JavaScript: cookies, pages, forms.

use super::people::PASSWORD;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use scraper::{ElementRef, Html, Selector};

/// The browser of one user.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    base: String,
}

/// An answer, read to its end.
pub struct Page {
    /// Status code of the answer.
    pub status: StatusCode,
    /// Headers of the answer.
    pub headers: reqwest::header::HeaderMap,
    /// Body as it was received.
    pub bytes: Vec<u8>,
    /// Path and query of the request.
    pub path: String,
}

/// Fields of a form with their values.
type Fields<'f> = &'f [(&'f str, &'f str)];
/// Fields of a form with the name and the bytes of a file.
type ChosenFiles<'f> = &'f [(&'f str, &'f str, &'f [u8])];

impl Browser {
    pub fn new(base: &str) -> Self {
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            .user_agent("portal tests")
            .no_proxy()
            // The server closes connections that are idle for longer, which a test that is busy
            // with its own work would not notice.
            .pool_idle_timeout(std::time::Duration::from_secs(2))
            .build()
            .expect("a client");
        Self {
            client,
            base: base.to_owned(),
        }
    }

    fn address(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> Page {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("a body").to_vec();
        Page {
            status,
            headers,
            bytes,
            path: path.to_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(self.client.get(self.address(path)), path).await
    }

    /// Any method without a body.
    pub async fn request(&self, method: Method, path: &str) -> Page {
        self.send(self.client.request(method, self.address(path)), path)
            .await
    }

    /// A GET with additional headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut request = self.client.get(self.address(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, path).await
    }

    /// A form, as a browser posts it from the portal's own page.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_with(
            path,
            fields,
            &[("origin", &self.base), ("sec-fetch-site", "same-origin")],
        )
        .await
    }

    /// A form with additional headers.
    pub async fn post_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Page {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut request = self
            .client
            .post(self.address(path))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, path).await
    }

    /// A form with files, as a browser posts it from the portal's own page. A file is the name of
    /// its field, its own name and its bytes.
    pub async fn upload(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Page {
        let own = [
            ("origin", self.base.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        self.upload_with(path, fields, files, &own).await
    }

    /// The same with additional headers.
    pub async fn upload_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
        headers: &[(&str, &str)],
    ) -> Page {
        self.upload_between(path, (fields, files, &[]), headers)
            .await
    }

    /// The same for a form that has fields before and behind its files.
    pub async fn upload_between(
        &self,
        path: &str,
        (fields, files, behind): (Fields<'_>, ChosenFiles<'_>, Fields<'_>),
        headers: &[(&str, &str)],
    ) -> Page {
        let head = |name: &str, more: &str| {
            format!("--grenze\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n")
        };
        let mut body = Vec::new();
        let add = |body: &mut Vec<u8>, (name, value): &(&str, &str)| {
            body.extend_from_slice(head(name, "").as_bytes());
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        };
        fields.iter().for_each(|field| add(&mut body, field));
        for (name, file, bytes) in files {
            body.extend_from_slice(head(name, &format!("; filename=\"{file}\"")).as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        behind.iter().for_each(|field| add(&mut body, field));
        body.extend_from_slice(b"--grenze--\r\n");
        let mut request = self
            .client
            .post(self.address(path))
            .header(CONTENT_TYPE, "multipart/form-data; boundary=grenze")
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, path).await
    }

    /// Follows a redirect.
    pub async fn follow(&self, page: &Page) -> Page {
        self.get(&page.location()).await
    }
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The page without the marks for hyphens, which are invisible.
    fn html(&self) -> Html {
        Html::parse_document(&self.text().replace("<i></i>", ""))
    }

    /// The text of `main` as a reader sees it, white space folded.
    pub fn words(&self) -> String {
        let html = self.html();
        let main = html.select(&selector("main")).next().map_or_else(
            || html.root_element().text().collect::<Vec<_>>().join(" "),
            |main| main.text().collect::<Vec<_>>().join(" "),
        );
        main.replace('\u{ad}', "")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The target of a redirect, without the fragment of the message; that one is checked in the
    /// header itself.
    pub fn location(&self) -> String {
        let to = self.header(LOCATION.as_str());
        to.strip_suffix("#meldung").unwrap_or(to).to_owned()
    }

    /// Attribute of the first element that matches a selector.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.text());
        html.select(&selector(css))
            .next()
            .and_then(|element| element.attr(name))
            .map(str::to_owned)
    }

    /// An attribute of all elements that match a selector.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&self.text());
        html.select(&selector(css))
            .filter_map(|element| element.attr(name).map(str::to_owned))
            .collect()
    }

    /// Texts of all elements that match a selector.
    pub fn all(&self, css: &str) -> Vec<String> {
        let html = self.html();
        html.select(&selector(css))
            .map(|element| folded(&element))
            .collect()
    }

    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}: {}",
            self.path,
            self.summary()
        );
        self
    }

    #[track_caller]
    pub fn assert_redirect(&self, to: &str) -> &Self {
        assert_eq!(
            self.status.as_u16(),
            303,
            "{}: {}",
            self.path,
            self.summary()
        );
        assert!(
            self.location().contains(to),
            "{} leads to {}, not to {to}",
            self.path,
            self.location()
        );
        self
    }

    #[track_caller]
    pub fn assert_says(&self, text: &str) -> &Self {
        assert!(
            self.words().contains(text),
            "{} does not say „{text}“: {}",
            self.path,
            self.summary()
        );
        self
    }

    #[track_caller]
    pub fn assert_silent_about(&self, text: &str) -> &Self {
        assert!(!self.text().contains(text), "{} says „{text}“", self.path);
        self
    }

    fn summary(&self) -> String {
        let words: String = self.words().chars().take(1500).collect();
        format!("{} {} {words}", self.status, self.location())
    }

    /// Submits a form of this page with its hidden fields, so that a broken form fails the test.
    /// `fields` are the values the user types and ticks; unticked boxes are not sent.
    #[track_caller]
    pub fn submit<'a>(
        &'a self,
        browser: &'a Browser,
        css: &str,
        fields: &'a [(&'a str, &'a str)],
    ) -> impl Future<Output = Page> + 'a {
        let (action, mut all) = self.form(css);
        let has_files = self.has_files(css);
        for (name, value) in fields {
            match all.iter_mut().find(|(known, _)| known == name) {
                Some(field) => field.1 = (*value).to_owned(),
                None => all.push(((*name).to_owned(), (*value).to_owned())),
            }
        }
        async move {
            let pairs: Vec<(&str, &str)> =
                all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            if has_files {
                browser.upload(&action, &pairs, &[]).await
            } else {
                browser.post(&action, &pairs).await
            }
        }
    }

    /// Whether a form is sent as one with files.
    fn has_files(&self, css: &str) -> bool {
        let html = Html::parse_document(&self.text());
        html.select(&selector(css))
            .any(|form| form.attr("enctype") == Some("multipart/form-data"))
    }

    /// Address and initial fields of a form: hidden and text inputs, chosen options.
    #[track_caller]
    pub fn form(&self, css: &str) -> (String, Vec<(String, String)>) {
        let html = Html::parse_document(&self.text());
        let form = html
            .select(&selector(css))
            .next()
            .unwrap_or_else(|| panic!("{}: no form {css}: {}", self.path, self.summary()));
        let action = form.attr("action").unwrap_or(&self.path).to_owned();
        let mut fields = Vec::new();
        for input in form.select(&selector("input[name], textarea[name], select[name]")) {
            let name = input.attr("name").unwrap_or_default().to_owned();
            let value = match (input.value().name(), input.attr("type")) {
                ("input", Some("file")) => continue,
                ("input", Some("checkbox" | "radio")) if input.attr("checked").is_none() => {
                    continue;
                }
                // Every user of the tests has this password, also when it is asked again.
                ("input", Some("password")) if name == "passwort" => PASSWORD.to_owned(),
                ("input", _) => input.attr("value").unwrap_or_default().to_owned(),
                ("textarea", _) => input.text().collect(),
                _ => chosen(&input),
            };
            fields.push((name, value));
        }
        (action, fields)
    }
}

fn chosen(select: &ElementRef<'_>) -> String {
    let options: Vec<ElementRef<'_>> = select.select(&selector("option")).collect();
    let option = options
        .iter()
        .find(|o| o.attr("selected").is_some())
        .or(options.first());
    option
        .map(|o| {
            o.attr("value")
                .map_or_else(|| o.text().collect(), str::to_owned)
        })
        .unwrap_or_default()
}

fn folded(element: &ElementRef<'_>) -> String {
    element
        .text()
        .collect::<String>()
        .replace('\u{ad}', "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a selector")
}
