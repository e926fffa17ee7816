//! What users do in a stress test, round after round, and what the portal told them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use avv_portal::actions::documents::sha256;
use avv_portal::actions::{Actor, passwords, users};
use avv_portal::clock::Clock;
use avv_portal::domain::viewer::Role;
use avv_portal::domain::{CustomerNumber, EmailAddress};
use avv_portal::storage::users::NewUser;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::client::Client;
use crate::harness::{PASSWORD, Page, Person, SmtpStub, TestApp};

/// What the portal has confirmed. Everything in here must be found in the database afterwards.
#[derive(Debug, Default)]
pub struct Told {
    /// Number of conclusions by customer.
    pub concluded: BTreeMap<CustomerNumber, usize>,
    /// Number of objections by customer.
    pub objected: BTreeMap<CustomerNumber, usize>,
    /// Number of requests by a user, by customer.
    pub asked: BTreeMap<CustomerNumber, usize>,
    /// SHA-256 of every contract that was downloaded.
    pub documents: Vec<(CustomerNumber, String)>,
    /// How often each action was answered with each status; 0 means no answer.
    pub answers: BTreeMap<(&'static str, u16), usize>,
    /// Things that must never happen.
    pub faults: Vec<String>,
}

/// All users and what they share.
#[derive(Clone)]
pub struct Town {
    /// The beginning of links.
    pub base: String,
    /// The ports of the processes.
    pub ports: Vec<u16>,
    pub sink: SmtpStub,
    told: Arc<Mutex<Told>>,
    links: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
    stop: Arc<AtomicBool>,
}

/// Number, address for mails, and login of the customer `at` of the test.
pub fn customer(at: i64) -> (CustomerNumber, String, String) {
    (
        CustomerNumber::from(30_000 + u32::try_from(at).unwrap()),
        format!("post@k{at}.example"),
        format!("chef@k{at}.example"),
    )
}

/// Customers of the Mandant, each with a user who may object. From now on the test's portal has the
/// time of the processes.
pub fn settle(app: &TestApp, count: i64) {
    app.clock.set(Clock::system().now());
    let hash = passwords::hash(PASSWORD).unwrap();
    for at in 0..count {
        let (number, mail, login) = customer(at);
        app.add_customer(number, &format!("Sturmkunde {at} GmbH"), Some(&mail));
        let new = NewUser {
            email: EmailAddress::parse(&login).unwrap(),
            name: format!("Chefin {at}"),
            role: Role::Customer {
                number,
                contracts: true,
            },
            manages_users: false,
            password_hash: Some(hash.clone()),
        };
        let now = app.now();
        app.write(|conn| users::add(conn, &app.app, Actor::Command, &new, now));
    }
}

impl Town {
    pub fn new(base: String, ports: Vec<u16>, sink: &SmtpStub) -> Self {
        let town = Self {
            base,
            ports,
            sink: sink.clone(),
            told: Arc::default(),
            links: Arc::default(),
            stop: Arc::default(),
        };
        let own = town.clone();
        std::thread::spawn(move || own.read_mails());
        town
    }

    pub fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Ends the work of all users after their present action.
    pub fn close(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Collects the consent links from the mails as they arrive.
    fn read_mails(&self) {
        let (mut seen, prefix) = (0, format!("{}/zustimmung/", self.base));
        while !self.is_over() {
            let news = self.sink.taken_since(seen);
            seen += news.len();
            for mail in news {
                let text = mail.raw.replace("=\r\n", "").replace("=3D", "=");
                let Some(start) = text.find(&prefix) else {
                    continue;
                };
                let token: String = text[start + prefix.len()..]
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                    .collect();
                assert_eq!(token.len(), 65, "a link was cut: {token}");
                let mut links = self.links.lock().unwrap();
                let of = links.entry(mail.to).or_default();
                let link = format!("/zustimmung/{token}");
                if !of.contains(&link) {
                    of.push(link);
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Links that were sent to an address, newest first.
    pub fn links_of(&self, mail: &str) -> Vec<String> {
        let links = self.links.lock().unwrap();
        let mut of = links.get(mail).cloned().unwrap_or_default();
        of.reverse();
        of
    }

    /// Notes an answer; `Some` if the action can go on with it.
    pub fn heard(&self, act: &'static str, page: Option<Page>) -> Option<Page> {
        let status = page.as_ref().map_or(0, |page| page.status.as_u16());
        let mut told = self.told();
        *told.answers.entry((act, status)).or_default() += 1;
        match status {
            0 | 429 => None,
            503 => {
                let page = page?;
                // Only forward authentication answers without text; everything else shows a
                // message.
                if !page.words().contains("nicht erreichbar")
                    && !page.words().contains("not available")
                {
                    told.faults
                        .push(format!("503 without a sentence: {act} {}", page.words()));
                }
                None
            }
            status if status >= 500 => {
                let words = page?.words();
                told.faults.push(format!("{status} at {act}: {words}"));
                None
            }
            _ => page,
        }
    }

    pub fn fault(&self, what: String) {
        self.told().faults.push(what);
    }

    /// A thread of work on some customers that no other thread uses.
    pub fn employ(&self, seed: u64, customers: Vec<i64>) -> JoinHandle<()> {
        let town = self.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(Worker::new(town, seed).work(customers));
        })
    }
}

/// The state of a customer's contract for its partners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Book,
    Conclude,
    Object,
    Ask,
}

struct Worker {
    town: Town,
    random: StdRng,
    operator: Client,
    partner: Client,
    holders: BTreeMap<i64, Client>,
    is_signed_in: bool,
}

impl Worker {
    fn new(town: Town, seed: u64) -> Self {
        let client = || Client::new(&town.base, town.ports[0]);
        Self {
            random: StdRng::seed_from_u64(seed),
            operator: client(),
            partner: client(),
            holders: BTreeMap::new(),
            is_signed_in: false,
            town,
        }
    }

    async fn work(mut self, customers: Vec<i64>) {
        let mut next: BTreeMap<i64, Next> = customers.iter().map(|at| (*at, Next::Book)).collect();
        while !self.town.is_over() {
            if !self.is_signed_in {
                self.is_signed_in = self.sign_in().await.is_some();
            }
            let at = customers[self.random.random_range(0..customers.len())];
            let done = match (self.is_signed_in, next[&at]) {
                (false, _) => None,
                (_, Next::Book) => self.book(at).await,
                (_, Next::Conclude) => self.conclude(at).await,
                (_, Next::Object) => self.object(at).await,
                (_, Next::Ask) => self.ask(at).await,
            };
            match done {
                Some(then) => drop(next.insert(at, then)),
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// A client for a random process.
    fn somewhere(&mut self, client: &Client) -> Client {
        let at = self.random.random_range(0..self.town.ports.len());
        client.at(self.town.ports[at])
    }

    async fn sign_in(&mut self) -> Option<()> {
        self.operator.sign_in(Person::Operator.email()).await?;
        self.partner.sign_in(Person::Partner.email()).await
    }

    async fn book(&mut self, at: i64) -> Option<Next> {
        let (number, ..) = customer(at);
        let operator = self.somewhere(&self.operator.clone());
        let path = format!("/betrieb/kunden/{number}/buchung/bestaetigen?produkt=centraflex");
        let page = self.town.heard("book", operator.get(&path).await)?;
        let operator = self.somewhere(&operator);
        let done = operator.submit(&page, "main form[method=post]", &[]).await;
        let done = self.town.heard("book", done)?;
        self.expect(&done, 303, "book");
        Some(Next::Conclude)
    }

    async fn conclude(&mut self, at: i64) -> Option<Next> {
        let (number, mail, _) = customer(at);
        let link = self.town.links_of(&mail).into_iter().next()?;
        let anybody = self.somewhere(&Client::new(&self.town.base, self.town.ports[0]));
        let page = self.town.heard("look", anybody.get(&link).await)?;
        let done = if page.status == 303 {
            // It was concluded a moment ago, but the answer was lost.
            page
        } else {
            page.attribute("input[name=gelesen]", "name")?;
            let anybody = self.somewhere(&anybody);
            let fields = [
                ("name", "Ayşe Özdemir"),
                ("funktion", "Inhaberin"),
                ("vertretung", "ja"),
                ("gelesen", "ja"),
            ];
            let form = "main form[action^='/zustimmung/']";
            let done = anybody.submit(&page, form, &fields).await;
            self.town.heard("conclude", done)?
        };
        if done.status != 303 || !done.location().contains("/erfolg") {
            return None;
        }
        *self.town.told().concluded.entry(number).or_default() += 1;
        self.look_at_gate(number, 204).await;
        let pdf = anybody.get(&format!("{link}/avv.pdf")).await;
        if let Some(pdf) = self.town.heard("download", pdf) {
            self.expect(&pdf, 200, "download");
            let hash = sha256(&pdf.bytes);
            self.town.told().documents.push((number, hash));
        }
        Some(Next::Object)
    }

    async fn object(&mut self, at: i64) -> Option<Next> {
        let (number, _, login) = customer(at);
        if !self.holders.contains_key(&at) {
            let holder = Client::new(&self.town.base, self.town.ports[0]);
            holder.sign_in(&login).await?;
            self.holders.insert(at, holder);
        }
        let holder = self.somewhere(&self.holders[&at].clone());
        let page = holder.get("/administration/avv/widerspruch").await;
        let page = self.town.heard("object", page)?;
        let done = if page.status == 303 {
            // Nothing to object to: it was done, but the answer was lost.
            page
        } else {
            let fields = [("passwort", PASSWORD)];
            let done = holder.submit(&page, "main form", &fields).await;
            self.town.heard("object", done)?
        };
        self.expect(&done, 303, "object");
        if !done.location().contains("/administration/avv") {
            return None;
        }
        *self.town.told().objected.entry(number).or_default() += 1;
        // 5.6-8: whichever process is asked next.
        self.look_at_gate(number, 403).await;
        Some(Next::Ask)
    }

    async fn ask(&mut self, at: i64) -> Option<Next> {
        let (number, ..) = customer(at);
        let operator = self.somewhere(&self.operator.clone());
        let path = format!("/kunden/{number}/avv");
        let page = self.town.heard("ask", operator.get(&path).await)?;
        let form = format!("form[action='/kunden/{number}/avv/anforderung']");
        page.attribute(&form, "action")?;
        let done = operator.submit(&page, &form, &[]).await;
        let done = self.town.heard("ask", done)?;
        self.expect(&done, 303, "ask");
        *self.town.told().asked.entry(number).or_default() += 1;
        Some(Next::Conclude)
    }

    async fn look_at_gate(&mut self, number: CustomerNumber, wanted: u16) {
        let partner = self.somewhere(&self.partner.clone());
        let answer = partner.get(&format!("/zugriff/{number}/centraflex")).await;
        let Some(answer) = answer else {
            return;
        };
        // Closed in case of doubt: without its database, forward authentication answers 403 as
        // well.
        let status = answer.status.as_u16();
        let is_closed_in_doubt = wanted == 204 && matches!(status, 403 | 503);
        *self
            .town
            .told()
            .answers
            .entry(("gate", status))
            .or_default() += 1;
        if status != wanted && !is_closed_in_doubt && status != 503 {
            self.town
                .fault(format!("gate of {number}: {status}, not {wanted}"));
        }
    }

    fn expect(&self, page: &Page, status: u16, act: &str) {
        if page.status != status {
            let words: String = page.words().chars().take(300).collect();
            self.town.fault(format!(
                "{act}: {} {} {words}",
                page.status,
                page.location()
            ));
        }
    }
}
