//! A real browser: Debian's chromium, controlled by chromedriver.
//!
//! A test starts one [`Chromium`]; every [`Window`] of it is a separate user, with a fresh profile.
//! Nothing here depends on the portal: the methods are named after what users do (go, click, type,
//! press, read). Every wait is for something a user could see.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::NewSessionError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long something may take until it is visible. The machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// The chromedriver process, and the folder of its browsers' profiles.
pub struct Chromium {
    driver: Child,
    address: String,
    browser: PathBuf,
    home: TempDir,
}

/// Whether pages may run scripts (S-66: everything works without them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// One browser window with cookies of its own.
pub struct Window {
    pub client: Client,
    base: String,
}

/// A key on the keyboard, as `WebDriver` writes it.
pub const ENTER: &str = "\u{e007}";
pub const ESCAPE: &str = "\u{e00c}";
pub const TAB: &str = "\u{e004}";

/// A chromedriver, its port, and its further output.
fn start_driver(
    home: &Path,
) -> Option<(
    Child,
    String,
    impl Iterator<Item = std::io::Result<String>> + Send + 'static,
)> {
    let mut driver = Command::new(program("chromedriver"))
        .arg("--port=0")
        // Profile, crash reports and caches of this browser only.
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("XDG_CACHE_HOME", home)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("chromedriver starts");
    let mut lines = BufReader::new(driver.stdout.take().expect("its words")).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        Some(port.trim_end_matches('.').to_owned())
    });
    match port {
        Some(port) => Some((driver, port, lines)),
        None => {
            let _ = driver.wait();
            None
        }
    }
}

impl Chromium {
    /// Starts chromedriver on a port that it chooses itself.
    pub fn start() -> Self {
        let browser = program("chromium");
        let home = tempfile::tempdir().expect("a folder for the browser");
        // On a busy machine it sometimes ends before it has a port.
        let (driver, port, lines) = (0..3)
            .find_map(|_| start_driver(home.path()))
            .expect("chromedriver said no port before it ended");
        // Further output is dropped, or its pipe would fill up.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            driver,
            address: format!("http://127.0.0.1:{port}"),
            browser,
            home,
        }
    }

    /// Opens a window without cookies, 1280 × 900 pixels.
    pub async fn window(&self, base: &str, scripts: Scripts) -> Window {
        let mut client = self.open(scripts).await;
        // On a busy machine the browser is sometimes not there in time.
        for _ in 0..2 {
            if client.is_err() {
                client = self.open(scripts).await;
            }
        }
        let window = Window {
            client: client.expect("chromium starts"),
            base: base.to_owned(),
        };
        window.resize(1280, 900).await;
        window.show("light").await;
        window
    }

    /// A browser with a profile of its own.
    async fn open(&self, scripts: Scripts) -> Result<Client, NewSessionError> {
        let profile = tempfile::tempdir_in(self.home.path())
            .expect("a profile")
            .keep();
        let mut arguments = vec![
            "--headless=new".to_owned(),
            // Root must be able to run the tests, too; the only pages shown are our own.
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--no-proxy-server".to_owned(),
            "--lang=de-DE".to_owned(),
            "--accept-lang=de-DE,de".to_owned(),
            "--window-size=1280,900".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ];
        if scripts == Scripts::Off {
            arguments.push("--blink-settings=scriptEnabled=false".to_owned());
        }
        let wishes = json!({
            "browserName": "chrome",
            // The proxy of a test has a certificate of its own.
            "acceptInsecureCerts": true,
            "goog:chromeOptions": { "binary": self.browser, "args": arguments },
        });
        let Value::Object(wishes) = wishes else {
            unreachable!("an object")
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wishes).connect(&self.address).await
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The driver and its browsers are one process group.
        if let Ok(group) = i32::try_from(self.driver.id()) {
            let _ = nix::sys::signal::killpg(
                nix::unistd::Pid::from_raw(group),
                nix::sys::signal::Signal::SIGKILL,
            );
        }
        let _ = self.driver.wait();
    }
}

/// Finds a program, or says in one sentence what to do.
#[expect(
    clippy::disallowed_methods,
    reason = "only PATH knows where programs are"
)]
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| {
            panic!("{name} is not installed: the browser tests need Debian's chromium and chromium-driver (./dev setup)")
        })
}

/// A command of the browser's own protocol, for what `WebDriver` lacks.
#[derive(Debug)]
struct Devtools(&'static str, Value);

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (reqwest::Method, Option<String>) {
        (
            reqwest::Method::POST,
            Some(json!({ "cmd": self.0, "params": self.1 }).to_string()),
        )
    }
}

/// A command about authenticators, which `WebDriver` has for passkeys: its path below the session's.
#[derive(Debug)]
struct Authenticator(String, Value);

impl WebDriverCompatibleCommand for Authenticator {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!(
            "session/{session}/webauthn/authenticator{}",
            self.0
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(self.1.to_string()))
    }
}

impl Window {
    /// Gives the browser a device that keeps passkeys and always knows its person; gives its id.
    pub async fn add_authenticator(&self) -> String {
        let kind = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true,
        });
        let id = self
            .client
            .issue_cmd(Authenticator(String::new(), kind))
            .await
            .unwrap_or_else(|e| panic!("no authenticator: {e}"));
        id.as_str().expect("an id").to_owned()
    }

    /// Whether the device refuses to know its person, as when somebody takes the wrong finger.
    pub async fn refuse(&self, device: &str, refuses: bool) {
        let verified = json!({ "isUserVerified": !refuses });
        self.client
            .issue_cmd(Authenticator(format!("/{device}/uv"), verified))
            .await
            .unwrap_or_else(|e| panic!("no authenticator: {e}"));
    }

    async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        self.client
            .issue_cmd(Devtools(command, parameters))
            .await
            .unwrap_or_else(|e| panic!("{command}: {e}"))
    }

    /// Sets the size of the page. A real phone would zoom out over a page that is too wide and hide
    /// the fault; this does not.
    pub async fn resize(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Sets the text size, as users do in their browser; 16 is the usual default.
    pub async fn text_size(&self, pixels: u32) {
        let sizes = json!({ "fontSizes": { "standard": pixels, "fixed": pixels } });
        self.devtools("Page.setFontSizes", sizes).await;
    }

    /// Shows the page "light" or "dark". Motion is always reduced: a colour in transition and a
    /// page that is still scrolling cannot be checked.
    pub async fn show(&self, scheme: &str) {
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// A screenshot of the whole page as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        use base64::Engine as _;
        let size =
            self.devtools("Page.getLayoutMetrics", json!({})).await["cssContentSize"].clone();
        // A contract on a phone is too long for most image viewers.
        let height = size["height"].as_f64().unwrap_or(900.0).min(6000.0);
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1 });
        let wish = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let answer = self.devtools("Page.captureScreenshot", wish).await;
        let data = answer["data"].as_str().expect("a picture");
        base64::engine::general_purpose::STANDARD
            .decode(data)
            .expect("a picture")
    }

    /// Opens a path of the portal, or an address from a mail.
    pub async fn go(&self, address: &str) {
        let address = if address.starts_with("http") {
            address.to_owned()
        } else {
            format!("{}{address}", self.base)
        };
        self.client
            .goto(&address)
            .await
            .unwrap_or_else(|e| panic!("{address}: {e}"));
    }

    /// Path and query of the page that is open.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url.query().map_or_else(
            || url.path().to_owned(),
            |query| format!("{}?{query}", url.path()),
        )
    }

    /// Checks that this page is open, or becomes so after a click.
    pub async fn assert_path(&self, expected: &str) {
        let begin = Instant::now();
        while self.path().await != expected {
            assert!(
                begin.elapsed() < PATIENCE,
                "{} is open, not {expected}:\n{}",
                self.path().await,
                self.words().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn title(&self) -> String {
        self.client.title().await.expect("a title")
    }

    /// The first element that matches a selector, once there is one.
    pub async fn find(&self, css: &str) -> Element {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await;
        match found {
            Ok(element) => element,
            Err(e) => panic!(
                "{}: no {css}: {e}\n{}",
                self.path().await,
                self.words().await
            ),
        }
    }

    pub async fn has(&self, css: &str) -> bool {
        !self
            .client
            .find_all(Locator::Css(css))
            .await
            .expect("a search")
            .is_empty()
    }

    pub async fn click(&self, css: &str) {
        loop {
            match self.find(css).await.click().await {
                Ok(()) => break,
                Err(e) if is_of_left_page(&e) => {}
                Err(e) => panic!("cannot click {css}: {e}"),
            }
        }
    }

    /// Clicks a button or link by its text.
    pub async fn click_words(&self, words: &str) {
        let path = format!(
            "//*[(self::a or self::button or self::summary) and normalize-space(translate(., '\u{ad}', ''))='{words}']"
        );
        loop {
            let found = self
                .client
                .wait()
                .at_most(PATIENCE)
                .for_element(Locator::XPath(&path))
                .await;
            let Ok(element) = found else {
                panic!(
                    "{}: nothing says „{words}“:\n{}",
                    self.path().await,
                    self.words().await
                )
            };
            match element.click().await {
                Ok(()) => break,
                Err(e) if is_of_left_page(&e) => {}
                Err(e) => panic!("cannot click „{words}“: {e}"),
            }
        }
    }

    /// Replaces the value of a field by typing.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field
            .clear()
            .await
            .unwrap_or_else(|e| panic!("cannot clear {css}: {e}"));
        field
            .send_keys(text)
            .await
            .unwrap_or_else(|e| panic!("cannot type into {css}: {e}"));
    }

    /// Ticks every question of the page on which a version is submitted, and says why where that is wanted;
    /// other notes are folded. How many there were.
    pub async fn confirm_all(&self) -> u64 {
        let count = "return document.querySelectorAll('main input[type=checkbox]').length";
        let questions = self.run(count).await.as_u64().expect("a number");
        for at in 0..questions {
            self.click(&format!("label[for=ja-{at}]")).await;
            let label = self.text(&format!("label[for=wort-{at}]")).await;
            if !label.is_empty() && !label.starts_with("Anmerkung") {
                self.fill(&format!("#wort-{at}"), "Geprüft, VVT-7").await;
            }
        }
        questions
    }

    /// Presses keys at the element with the focus.
    pub async fn press(&self, keys: &str) {
        let focus = self.client.active_element().await.expect("a focus");
        focus
            .send_keys(keys)
            .await
            .unwrap_or_else(|e| panic!("cannot press {keys:?}: {e}"));
    }

    /// The visible text of the first element that matches a selector. If the page is left
    /// meanwhile, the next one is read.
    pub async fn text(&self, css: &str) -> String {
        loop {
            match self.find(css).await.text().await {
                Ok(text) => break one_line(&text),
                Err(e) if is_of_left_page(&e) => {}
                Err(e) => panic!("{css}: {e}"),
            }
        }
    }

    /// Checks that the first element that matches a selector has exactly this text, on this page or
    /// on the next one after a click.
    pub async fn assert_text(&self, css: &str, expected: &str) {
        let begin = Instant::now();
        loop {
            let text = self.text(css).await;
            if text == expected {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "{}: {css} says „{text}“, not „{expected}“:\n{}",
                self.path().await,
                self.words().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The visible text of `main`.
    pub async fn words(&self) -> String {
        match self.client.find(Locator::Css("main")).await {
            Ok(main) => main.text().await.unwrap_or_default().replace('\u{ad}', ""),
            Err(_) => self.client.source().await.unwrap_or_default(),
        }
    }

    pub async fn assert_says(&self, text: &str) {
        let begin = Instant::now();
        loop {
            let words = one_line(&self.words().await);
            if words.contains(text) {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "{} does not say „{text}“:\n{words}",
                self.path().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn assert_silent_about(&self, text: &str) {
        let words = self.words().await;
        assert!(!words.contains(text), "{} says „{text}“", self.path().await);
    }

    /// Runs a script in the page from outside, so that the page's CSP does not apply.
    pub async fn run(&self, script: &str) -> Value {
        self.client
            .execute(script, Vec::new())
            .await
            .unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Waits until an expression of the page is true.
    pub async fn until(&self, expression: &str) {
        let begin = Instant::now();
        while self.run(&format!("return Boolean({expression})")).await != Value::Bool(true) {
            assert!(
                begin.elapsed() < PATIENCE,
                "{}: never became true: {expression}",
                self.path().await
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}

/// A text without soft hyphens, its white space as single spaces.
fn one_line(text: &str) -> String {
    text.replace('\u{ad}', "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether an element belongs to a page that was left meanwhile: the standard error, or that of the
/// inspector, which occurs while the next page is being loaded.
fn is_of_left_page(error: &fantoccini::error::CmdError) -> bool {
    error.is_stale_element_reference()
        || error
            .to_string()
            .contains("does not belong to the document")
}
