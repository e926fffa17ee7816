//! The list compared with the facts: after any sequence every row, filter and count agrees with the
//! rules, and the invariants of 5.6 hold in the database.

use std::collections::BTreeMap;

use avv_portal::actions::consent::{self, Signature};
use avv_portal::actions::objections::{self, Received};
use avv_portal::actions::{ActionError, bookings, customers, requests, sub_partners};
use avv_portal::domain::case::{Booking, Case, Channel, Status, enter, status_of};
use avv_portal::domain::viewer::{Role, Scope, Viewer};
use avv_portal::domain::{CustomerNumber, EmailAddress, Language, LinkId, PartnerId, calendar};
use avv_portal::storage::case_rows::{self, From, ListQuery, Sort};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::harness::{Person, SmtpStub, TestApp, days, hours, minutes};

const FIRST: u32 = 20_000;
const CUSTOMERS: u32 = 10;

/// Requirements 5.6 as queries; each must return nothing.
pub const BROKEN: &[&str] = &[
    // 5.6-1
    "(SELECT customer_number FROM agreements WHERE ended_at IS NULL GROUP BY 1 HAVING count(*) > 1) x",
    "(SELECT customer_number FROM requests WHERE closed_at IS NULL GROUP BY 1 HAVING count(*) > 1) x",
    // 5.6-3
    "links l WHERE (l.how IS NOT DISTINCT FROM 'used') <> (SELECT count(*) = 1 FROM agreements a WHERE a.link_id = l.id)",
    // 5.6-5
    "(SELECT request_id FROM links GROUP BY 1 HAVING count(*) > 4 OR count(*) <> count(DISTINCT number)) x",
    // a document for every agreement, of the same text
    "agreements a WHERE NOT EXISTS (SELECT 1 FROM agreement_documents d WHERE d.agreement_id = a.id)",
    // nothing waits for ever
    "mails WHERE state = 'queued' AND next_attempt_at IS NULL",
];

struct Story {
    app: TestApp,
    sink: SmtpStub,
    random: StdRng,
    operator: Viewer,
    partner: Viewer,
    subs: [PartnerId; 2],
    /// What was done, for the message of a failure.
    told: Vec<String>,
    /// How often each kind of action had an effect.
    done: BTreeMap<&'static str, usize>,
}

/// Whether it was done or refused by the rules; anything else is a failure.
#[track_caller]
fn settled<T>(result: Result<T, ActionError>) -> bool {
    match result {
        Ok(_) => true,
        Err(ActionError::Refused(_) | ActionError::NotFound) => false,
        Err(error) => panic!("{error}"),
    }
}

impl Story {
    async fn begin(seed: u64) -> Self {
        let sink = SmtpStub::start();
        let app = TestApp::start_with(sink.transport()).await;
        let companies = app.companies();
        for at in 0..CUSTOMERS {
            let partner = (at != 0).then_some(companies.partner);
            let address = (at != 1).then(|| format!("post@kunde{at}.example"));
            app.add_customer_of(
                partner,
                None,
                FIRST + at,
                &format!("Kunde {at} GmbH"),
                address.as_deref(),
                Language::De,
            );
        }
        Self {
            operator: app.viewer(Person::Operator),
            partner: app.viewer(Person::Partner),
            subs: [companies.sub_partner, companies.second_sub],
            random: StdRng::seed_from_u64(seed),
            told: Vec::new(),
            done: BTreeMap::new(),
            app,
            sink,
        }
    }

    /// Number of actions that had an effect so far.
    fn effects(&self) -> usize {
        self.done.values().sum()
    }

    fn pick(&mut self, below: usize) -> usize {
        self.random.random_range(0..below)
    }

    fn customer(&mut self) -> CustomerNumber {
        let at = self.random.random_range(0..i64::from(CUSTOMERS));
        CustomerNumber::from(FIRST + u32::try_from(at).unwrap())
    }

    /// Mostly the newest link, sometimes an old one.
    fn link(&mut self, customer: CustomerNumber) -> Option<LinkId> {
        let mut links: Vec<_> = self
            .app
            .case(customer)
            .requests
            .into_iter()
            .flat_map(|round| round.links)
            .collect();
        links.sort_by_key(|link| link.sent_at);
        let back = [0, 0, 0, 0, 1, 2, 4][self.pick(7)];
        links
            .iter()
            .rev()
            .nth(back.min(links.len().saturating_sub(1)))
            .map(|link| link.id)
    }

    fn wait(&mut self) {
        match self.pick(7) {
            0 => self.app.clock.advance(days(15)),
            1 => self.app.clock.advance(days(1)),
            2 => self.app.clock.advance(hours(7)),
            // To the last moment of the day, or just after it.
            3 => self
                .app
                .clock
                .set(calendar::end_of_day(calendar::day(self.app.now()))),
            4 => self.app.clock.advance(chrono::Duration::milliseconds(1)),
            _ => self.app.clock.advance(minutes(11)),
        }
    }

    /// Does something with a random customer.
    fn act(&mut self) -> CustomerNumber {
        let (customer, now) = (self.customer(), self.app.now());
        let kind = self.pick(22);
        let db = self.app.app.db.clone();
        let app = self.app.app.clone();
        let (name, did) = match kind {
            0..=3 => {
                let (product, option) = [
                    ("centraflex", None),
                    ("mehrstandort-sip-trunk", Some("ums")),
                    ("sip-trunk", Some("ums")),
                    ("sip-trunk", None),
                ][self.pick(4)];
                let options = option.into_iter().map(str::to_owned).collect();
                (
                    "book",
                    settled(db.transaction_blocking(|conn| {
                        bookings::book_by_command(conn, &app, customer, product, &options, now)
                    })),
                )
            }
            4..=5 => {
                let viewer = if self.pick(2) == 0 {
                    self.operator.clone()
                } else {
                    self.partner.clone()
                };
                (
                    "ask",
                    settled(db.transaction_blocking(|conn| {
                        requests::ask(conn, &app, &viewer, customer, now)
                    })),
                )
            }
            6..=7 => {
                match self.link(customer) {
                    Some(link) => {
                        let before = self.app.case(customer);
                        settled(db.transaction_blocking(|conn| {
                            requests::ask_by_link(conn, &app, link, now)
                        }));
                        ("ask by link", self.app.case(customer) != before)
                    }
                    None => ("ask by link", false),
                }
            }
            8..=11 => ("conclude", self.conclude(customer)),
            12 => match self.link(customer) {
                Some(link) => {
                    let before = self.app.case(customer);
                    settled(
                        db.transaction_blocking(|conn| consent::decline(conn, &app, link, "", now)),
                    );
                    ("decline", self.app.case(customer) != before)
                }
                None => ("decline", false),
            },
            13 => {
                let viewer = Viewer {
                    role: Role::Customer {
                        number: customer,
                        contracts: true,
                    },
                    ..self.operator.clone()
                };
                (
                    "object",
                    settled(
                        db.transaction_blocking(|conn| {
                            objections::object(conn, &app, &viewer, now)
                        }),
                    ),
                )
            }
            14 => {
                let received = Received {
                    channel: Channel::Phone,
                    on: calendar::day(now),
                    note: "Notiz".to_owned(),
                    proof: None,
                };
                (
                    "record",
                    settled(db.transaction_blocking(|conn| {
                        objections::record(conn, &app, &self.operator, customer, &received, now)
                    })),
                )
            }
            15..=16 => {
                let sub = [None, Some(self.subs[0]), Some(self.subs[1])][self.pick(3)];
                let viewer = self.operator.clone();
                (
                    "name",
                    settled(db.transaction_blocking(|conn| {
                        sub_partners::name(conn, &app, &viewer, customer, sub, now)
                    })),
                )
            }
            17 => {
                let email =
                    EmailAddress::parse(&format!("neu{}@kunde.example", self.pick(1000))).unwrap();
                (
                    "change email",
                    settled(db.transaction_blocking(|conn| {
                        customers::change_email(
                            conn,
                            &app,
                            &self.operator,
                            customer,
                            &email.into(),
                            now,
                        )
                    })),
                )
            }
            18 => {
                let address = self
                    .app
                    .case(customer)
                    .customer
                    .email()
                    .map(|email| email.as_str().to_owned());
                let is_unknown = self.pick(2) == 0;
                if let Some(address) = address {
                    self.sink.unknown(&address, is_unknown);
                }
                ("mailbox", false)
            }
            19 => {
                // There is no action that ends a booking in this way yet; provisioning would write
                // the fact and refresh the row.
                let ends = now + days([0, 3, 40][self.pick(3)]);
                self.app.sql(&format!(
                    "UPDATE bookings SET ends_at = '{}' WHERE customer_number = '{customer}' AND ends_at IS NULL
                     AND id = (SELECT min(id) FROM bookings WHERE customer_number = '{customer}' AND ends_at IS NULL)",
                    ends.to_rfc3339()
                )).unwrap();
                (
                    "end booking",
                    settled(
                        db.transaction_blocking(|conn| requests::refresh_row(conn, customer, now)),
                    ),
                )
            }
            _ => ("jobs", self.app.jobs().stepped > 0),
        };
        self.told.push(format!("{now} {customer} {name} {did}"));
        *self.done.entry(name).or_default() += usize::from(did);
        customer
    }

    fn conclude(&mut self, customer: CustomerNumber) -> bool {
        let Some(link) = self.link(customer) else {
            return false;
        };
        let (app, now) = (self.app.app.clone(), self.app.now());
        let mut signature = Signature {
            person: "Ayşe Özdemir".to_owned(),
            function: "Inhaberin".to_owned(),
            declarations: vec!["a".to_owned()],
            shown: String::new(),
            language: Language::De,
            remote_address: "127.0.0.1".to_owned(),
            user_agent: "test".to_owned(),
        };
        let read = app.db.read_blocking(|conn| {
            let case = consent::find_by_link(conn, &app, link)?;
            let draft =
                avv_portal::actions::documents::draft(conn, &app, &case, Language::De, now)?;
            signature_checked(conn, &app, link, &signature, &draft.hash, now)
        });
        let (case, draft) = match read {
            Ok(read) => read,
            Err(ActionError::Refused(_)) => return false,
            Err(error) => panic!("{error}"),
        };
        signature.shown.clone_from(&draft.hash);
        let prepared = consent::prepare(&app.sealer, &case, draft, link, &signature, now).unwrap();
        settled(
            app.db.transaction_blocking(|conn| {
                consent::conclude(conn, &app, link, &signature, prepared)
            }),
        )
    }

    /// Compares rows, filters and counts with the rules.
    fn compare(&self) {
        let now = self.app.now();
        let all: Vec<CustomerNumber> = (FIRST..FIRST + CUSTOMERS)
            .map(CustomerNumber::from)
            .chain([CustomerNumber::from(4711), CustomerNumber::from(9000)])
            .collect();
        let mut expected: BTreeMap<Status, Vec<CustomerNumber>> = BTreeMap::new();
        for customer in &all {
            let case = self.app.case(*customer);
            let agrees = self
                .app
                .read(|conn| Ok(case_rows::row_agrees(conn, &case, now)?));
            assert!(
                agrees,
                "row of {customer} at {now}: {:?}, not {} after {:#?}\n{case:#?}",
                status_of(&case, now),
                self.app.text(&format!(
                    "to_jsonb(r) FROM case_rows r WHERE number = '{customer}'"
                )),
                self.told
            );
            self.compare_gate(&case);
            expected
                .entry(status_of(&case, now).status)
                .or_default()
                .push(*customer);
        }
        let counts = self
            .app
            .read(|conn| Ok(case_rows::count_statuses(conn, Scope::All, now)?));
        for (status, count) in counts {
            let mut wanted = expected.remove(&status).unwrap_or_default();
            wanted.sort();
            let query = ListQuery {
                scope: Scope::All,
                status: Some(status),
                search: None,
                sort: Sort {
                    by: case_rows::SortBy::Number,
                    descending: false,
                },
                from: From::Start,
                limit: case_rows::PAGE,
                sees_address: false,
            };
            let page = self
                .app
                .read(|conn| Ok(case_rows::list_rows(conn, &query, now)?));
            let listed: Vec<CustomerNumber> = page.rows.iter().map(|row| row.number).collect();
            assert_eq!(listed, wanted, "{status:?} at {now} after {:#?}", self.told);
            assert!(page.rows.iter().all(|row| row.case_status.status == status));
            assert_eq!(
                usize::try_from(count).unwrap(),
                wanted.len(),
                "count of {status:?} at {now}"
            );
        }
    }

    /// S-56: the row that the gate reads decides as the rules do over the case: now, after every end
    /// that is known, and for everybody who may ask.
    fn compare_gate(&self, case: &Case) {
        let (now, number) = (self.app.now(), case.customer.number);
        let known = self
            .app
            .read(|conn| Ok(case_rows::find_gate(conn, number)?))
            .unwrap();
        let partners = [self.partner.role.partner().unwrap()];
        let roles = partners
            .into_iter()
            .map(Role::Partner)
            .chain(self.subs.map(Role::SubPartner))
            .chain([
                self.operator.role,
                customer_of(number),
                customer_of(CustomerNumber::from(4711)),
            ]);
        let roles: Vec<Role> = roles.collect();
        let ends = case.bookings.iter().flat_map(Booking::ends);
        let later = ends.filter(|end| *end > now).chain([now + days(40)]);
        for at in [now].into_iter().chain(later) {
            for (role, module) in roles.iter().flat_map(|role| {
                ["centraflex", "sip-trunk", "ums", "gibt-es-nicht"].map(|module| (*role, module))
            }) {
                let decided = known.gate.enter(role, module, &known.catalogue, at);
                let ruled = enter(case, role, module, at);
                assert_eq!(
                    decided.ok(),
                    ruled.ok(),
                    "{role:?} {module} of {number} at {at} ({decided:?}, {ruled:?}) after {:#?}",
                    self.told
                );
            }
        }
    }

    /// Requirements 5.6 as queries; each must return nothing.
    fn holds(&self) {
        let questions = BROKEN;
        let all: Vec<String> = questions
            .iter()
            .map(|one| format!("SELECT 1 FROM {one}"))
            .collect();
        let broken = self
            .app
            .count(&format!("({}) AS broken", all.join(" UNION ALL ")));
        assert_eq!(broken, 0, "one of {questions:#?}\nafter {:#?}", self.told);
    }
}

fn customer_of(number: CustomerNumber) -> Role {
    Role::Customer {
        number,
        contracts: false,
    }
}

/// [`consent::check`] for a text that was shown a moment ago.
fn signature_checked(
    conn: &mut avv_portal::storage::PgConnection,
    app: &avv_portal::app::App,
    link: LinkId,
    signature: &Signature,
    shown: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<
    (
        avv_portal::domain::case::Case,
        avv_portal::actions::documents::Draft,
    ),
    ActionError,
> {
    let signature = Signature {
        shown: shown.to_owned(),
        ..signature.clone()
    };
    consent::check(conn, app, link, &signature, now)
}

#[actix_web::test]
async fn whatever_happens_list_and_facts_say_the_same() {
    let mut story = Story::begin(2026).await;
    for _ in 0..200 {
        let (events, before) = (story.app.count("audit_events"), story.effects());
        let customer = story.act();
        if story.effects() > before && !story.told.last().unwrap().contains("end booking") {
            assert!(
                story.app.count("audit_events") > events,
                "5.6-9: {}",
                story.told.last().unwrap()
            );
        }
        story.app.status_of(customer);
        story.holds();
        story.wait();
        // Time alone has changed something, and no job has run yet.
        story.compare();
    }
    // The end of a booking and a reminder can be due on the same morning; then nothing else is.
    story.app.jobs();
    story.app.jobs();
    let again = story.app.jobs();
    assert_eq!(
        (again.stepped, again.refreshed, again.delivered),
        (0, 0, 0),
        "5.6-10"
    );
    story.compare();
    // A sequence in which nothing happens proves nothing.
    for name in [
        "book",
        "ask",
        "ask by link",
        "conclude",
        "decline",
        "object",
        "record",
        "name",
        "change email",
        "end booking",
        "jobs",
    ] {
        assert!(
            story.done.get(name).is_some_and(|times| *times > 0),
            "never: {name} in {:?}",
            story.done
        );
    }
}
