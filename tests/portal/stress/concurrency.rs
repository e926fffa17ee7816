//! Two and four processes of the real program on one database.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use avv_portal::clock::Clock;
use avv_portal::domain::working_time::Holidays;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::client::Client;
use super::people::{Town, customer, settle};
use super::program::Program;
use super::{NOON, assertions, seed, size};
use crate::harness::{PASSWORD, Person, SmtpStub, TestApp, days};

/// Runs `work` on a thread of its own.
fn aside(work: impl Future<Output = ()> + Send + 'static) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(work);
    })
}

/// Users work at any process: what one process has confirmed, every other one knows at once. Two
/// processes, then four.
#[actix_web::test]
async fn several_processes_are_one_portal() {
    let seed = seed("crowd");
    for processes in [2, 4] {
        let (app, sink) = (TestApp::start().await, SmtpStub::start());
        settle(&app, 16);
        let program = Program::new(Some(app.database_url()), &sink);
        let mut running = vec![program.serve()];
        running.extend((1..processes).map(|_| program.serve_beside()));
        let ports = running.iter().map(|process| process.port).collect();
        let town = Town::new(program.base(), ports, &sink);
        let mut random = StdRng::seed_from_u64(seed);
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let own = (0..16).filter(|at| at % 4 == worker).collect();
                town.employ(random.random(), own)
            })
            .collect();
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(5 * u64::try_from(size()).unwrap())
            || town.told().objected.values().sum::<usize>() < 4
        {
            assert!(
                since.elapsed() < Duration::from_secs(120),
                "{:?}",
                town.told()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        town.close();
        for worker in workers {
            worker.join().unwrap();
        }
        wait_for_mails(&app);
        for process in running {
            process.stop();
        }
        assertions::settle(&app, &town.told(), &sink, 16);
        assertions::chain(&program);
        assert!(
            sink.taken().len() as i64 == app.count("mails"),
            "without a crash every mail goes out once"
        );
    }
}

fn wait_for_mails(app: &TestApp) {
    let since = Instant::now();
    while app.count("mails WHERE state = 'queued'") > 0 {
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "mails wait: {}",
            app.text(
                "string_agg(concat_ws(' ', step, attempts, reply, next_attempt_at), '; ')
                 FROM mails WHERE state = 'queued'"
            )
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Conclusion, objection, booking, a further request and a change of the sub-partner happen to the
/// same customers at the same moment in different processes: the result is that of some order.
#[actix_web::test]
async fn what_meets_on_one_customer_happens_in_some_order() {
    let seed = seed("meeting");
    let customers = 6;
    let (app, sink) = (TestApp::start().await, SmtpStub::start());
    settle(&app, customers);
    let sub = app.companies().sub_partner.0.to_string();
    let program = Program::new(Some(app.database_url()), &sink);
    let running = [
        program.serve(),
        program.serve_beside(),
        program.serve_beside(),
    ];
    let ports: Vec<u16> = running.iter().map(|process| process.port).collect();
    let town = Town::new(program.base(), ports.clone(), &sink);
    let conclusions = Arc::new(AtomicUsize::new(0));
    for at in 0..customers {
        app.book(customer(at).0, "centraflex", false);
    }
    let until = Instant::now() + Duration::from_secs(8 * u64::try_from(size()).unwrap());
    let crowd: Vec<_> = (0..6_u64)
        .map(|who| {
            let (town, ports, sub) = (town.clone(), ports.clone(), sub.clone());
            let conclusions = Arc::clone(&conclusions);
            let mut random = StdRng::seed_from_u64(seed ^ who);
            aside(async move {
                let operator = Client::new(&town.base, ports[0]);
                // Six at once look like an attack on passwords (S-37).
                while operator.sign_in(Person::Operator.email()).await.is_none() {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                let mut holders: BTreeMap<i64, Client> = BTreeMap::new();
                while Instant::now() < until || conclusions.load(Ordering::SeqCst) < 5 {
                    if who > 2 {
                        // If the offer changed all the time, nothing could be concluded.
                        let pause = random.random_range(100..600);
                        tokio::time::sleep(Duration::from_millis(pause)).await;
                    }
                    let at = random.random_range(0..customers);
                    let (number, mail, login) = customer(at);
                    let port = ports[random.random_range(0..ports.len())];
                    let operator = operator.at(port);
                    let done = match who {
                        0 | 1 => {
                            let Some(link) = town.links_of(&mail).into_iter().next() else {
                                continue;
                            };
                            let anybody = Client::new(&town.base, port);
                            let Some(page) = town.heard("look", anybody.get(&link).await) else {
                                continue;
                            };
                            if page.attribute("input[name=gelesen]", "name").is_none() {
                                continue;
                            }
                            let fields = [
                                ("name", "Ayşe Özdemir"),
                                ("funktion", "Inhaberin"),
                                ("vertretung", "ja"),
                                ("gelesen", "ja"),
                            ];
                            let form = "main form[action^='/zustimmung/']";
                            let done = anybody.submit(&page, form, &fields).await;
                            let done = town.heard("conclude", done);
                            if done.is_some_and(|done| done.location().contains("/erfolg")) {
                                conclusions.fetch_add(1, Ordering::SeqCst);
                            }
                            continue;
                        }
                        2 => {
                            if let Entry::Vacant(place) = holders.entry(at) {
                                let holder = Client::new(&town.base, port);
                                holder.sign_in(&login).await.unwrap();
                                place.insert(holder);
                            }
                            let holder = holders[&at].at(port);
                            let page = holder.get("/administration/avv/widerspruch").await;
                            let Some(page) = town.heard("object", page) else {
                                continue;
                            };
                            if page.status != 200 {
                                continue;
                            }
                            let fields = [("passwort", PASSWORD)];
                            ("object", holder.submit(&page, "main form", &fields).await)
                        }
                        3 => {
                            let product =
                                ["centraflex", "sip-trunk:ums", "mehrstandort-sip-trunk:ums"]
                                    [random.random_range(0..3)];
                            let path = format!(
                                "/betrieb/kunden/{number}/buchung/bestaetigen?produkt={product}"
                            );
                            let Some(page) = town.heard("book", operator.get(&path).await) else {
                                continue;
                            };
                            let form = "main form[method=post]";
                            ("book", operator.submit(&page, form, &[]).await)
                        }
                        4 => {
                            let path = format!("/kunden/{number}/avv");
                            let Some(page) = town.heard("ask", operator.get(&path).await) else {
                                continue;
                            };
                            let form = format!("form[action='/kunden/{number}/avv/anforderung']");
                            if page.attribute(&form, "action").is_none() {
                                continue;
                            }
                            ("ask", operator.submit(&page, &form, &[]).await)
                        }
                        _ => {
                            let chosen = if random.random() { sub.as_str() } else { "" };
                            let path = format!("/kunden/{number}/submandant?submandant={chosen}");
                            let Some(page) = town.heard("name", operator.get(&path).await) else {
                                continue;
                            };
                            if page.status != 200
                                || page.attribute("main form[method=post]", "action").is_none()
                            {
                                continue;
                            }
                            (
                                "name",
                                operator.submit(&page, "main form[method=post]", &[]).await,
                            )
                        }
                    };
                    town.heard(done.0, done.1);
                }
            })
        })
        .collect();
    for one in crowd {
        one.join().unwrap();
    }
    town.close();
    wait_for_mails(&app);
    for process in running {
        process.stop();
    }
    let told = town.told();
    assert!(told.faults.is_empty(), "{:#?}", told.faults);
    eprintln!("  {:?}", told.answers);
    app.clock.set(Clock::system().now());
    for at in 0..customers {
        let number = customer(at).0;
        app.status_of(number);
        for agreement in &app.case(number).agreements {
            if let Some((ended, _)) = agreement.end {
                assert!(
                    ended >= agreement.concluded_at,
                    "over before it began: {agreement:?}"
                );
            }
        }
    }
    assertions::single_story(&app);
    assertions::chain(&program);
    let agreements = usize::try_from(app.count("agreements")).unwrap();
    let confirmed = conclusions.load(Ordering::SeqCst);
    // Two users may have been told of the same conclusion.
    assert!(
        agreements > 2 && agreements <= confirmed,
        "{agreements} of {confirmed}"
    );
    assert_eq!(
        app.count("audit_events WHERE kind = 'concluded'"),
        app.count("agreements")
    );
    assertions::mails(&app, &sink);
    assert_eq!(
        sink.taken().len() as i64,
        app.count("mails WHERE state = 'sent'")
    );
}

/// S-93: four runs of the jobs at once, and two processes beside them: no customer is reminded or
/// told twice.
#[actix_web::test]
async fn four_runs_of_the_jobs_at_once_take_each_step_once() {
    let customers = 40;
    let (app, sink) = (TestApp::start().await, SmtpStub::start());
    settle(&app, customers);
    for at in 0..customers {
        app.book(customer(at).0, "centraflex", false);
    }
    // An address that refuses mail: the operator and the partner are told once (row 8).
    sink.unknown(&customer(0).1, true);
    let nobody = app.add_customer(31_000, "Ohne Adresse GmbH", None);
    app.book(nobody, "centraflex", false);
    let program = Program::new(Some(app.database_url()), &sink);
    let serving = [program.serve(), program.serve_beside()];
    wait_for_mails(&app);
    for round in 1..=5 {
        // F10: on a working day. The next round is late enough even after some holidays.
        let noon = (app.now() + days(20 * round)).date_naive().and_time(NOON);
        let at = Holidays::Germany
            .opens(noon.and_utc())
            .format("%Y-%m-%dT%H:%M:%SZ")
            .to_string();
        let runs: Vec<Child> = (0..4)
            .map(|_| {
                let mut command = program.command(program.port, &["jobs", "run-once", "--at", &at]);
                command
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for run in runs {
            let output = run.wait_with_output().unwrap();
            let said = format!(
                "{} {}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(output.status.success(), "{said}");
        }
        program.run(&["jobs", "run-once", "--at", &at]);
        let links = app.count("links");
        assert_eq!(
            links,
            customers + (customers - 1) * round.min(3),
            "round {round}"
        );
        assert_eq!(
            app.count("mails WHERE kind ->> 'kind' = 'reminder'"),
            (customers - 1) * round.min(3),
            "round {round}"
        );
    }
    for process in serving {
        process.stop();
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for mail in sink.taken() {
        *seen.entry(mail.head("Message-ID")).or_default() += 1;
    }
    assert!(seen.values().all(|times| *times == 1), "{seen:?}");
    for (kind, times) in [("undeliverable", 1), ("no_address", 1)] {
        let alerts = app.count(&format!("mails WHERE kind ->> 'alert' = '{kind}'"));
        assert_eq!(alerts, times, "{kind}");
    }
    assert_eq!(
        app.count("audit_events WHERE kind = 'reminded'"),
        (customers - 1) * 3
    );
}

/// S-12 and S-13 count across processes.
#[actix_web::test]
async fn limits_hold_across_processes() {
    let (app, sink) = (TestApp::start().await, SmtpStub::start());
    settle(&app, 1);
    let (number, mail, _) = customer(0);
    // A link that expired long ago, of a round that needs nothing more from the scheduler.
    let begin = Clock::system().now() - days(110);
    app.at(&begin.format("%Y-%m-%d 12:00").to_string());
    app.book(number, "centraflex", false);
    for _ in 0..5 {
        app.clock.set(Holidays::Germany.opens(app.now()));
        app.jobs();
        app.clock.advance(days(16));
    }
    assert_eq!(app.status(number), "expired");
    let link = app.consent_link(&mail).replace(&app.url, "");
    let program = Program::new(Some(app.database_url()), &sink);
    let running = [program.serve(), program.serve_beside()];
    let clients: Vec<Client> = running
        .iter()
        .map(|process| Client::new(&program.base(), process.port))
        .collect();

    // S-13: many clicks at the same moment, one mail, always the same answer.
    let page = clients[0].get(&link).await.unwrap();
    page.assert_status(200);
    let presses = (0..12)
        .map(|press| clients[press % 2].submit(&page, "main form[action$='/neuer-link']", &[]));
    let answers = futures_util::future::join_all(presses).await;
    let words: Vec<String> = answers
        .into_iter()
        .map(|answer| answer.unwrap().words())
        .collect();
    assert!(words.iter().all(|one| one == &words[0]), "{words:#?}");
    assert_eq!(
        app.count(&format!("requests WHERE customer_number = '{number}'")),
        2
    );
    wait_for_mails(&app);
    assert_eq!(sink.taken().len(), 1);

    // S-12: after twenty unknown links at one process, the other one refuses as well.
    let mut statuses = Vec::new();
    for attempt in 0..30 {
        let unknown = format!("/zustimmung/{attempt:064}");
        let page = clients[attempt % 2].get(&unknown).await.unwrap();
        statuses.push(page.status.as_u16());
        if page.status == 429 {
            assert_ne!(page.header("retry-after"), "");
        }
    }
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert!((9..=11).contains(&refused), "{statuses:?}");
    assert!(
        statuses[21..].iter().all(|status| *status == 429),
        "{statuses:?}"
    );
}
