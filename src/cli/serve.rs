//! `serve`: the web server and the periodic work until the process is told to stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::notify::{READY, STOPPING, ServiceManager};
use super::{Result, contract, handles, open, say};
use crate::actions::versions::review;
use crate::actions::{ActionError, versions};
use crate::app::App;
use crate::config::Config;
use crate::contract::Contract;
use crate::domain::calendar::day;
use crate::{jobs, web};

/// How long jobs and threads may still work after the time for requests has passed.
const LAST_WORK: Duration = Duration::from_secs(3);
/// A process that was told to stop has ended after this time; twenty seconds of it are for
/// requests.
const LIMIT: Duration = Duration::from_secs(45);

/// Runs until SIGTERM or SIGINT, then finishes the work in progress.
pub fn serve(mut config: Config) -> Result<()> {
    config.web.limits.connections = handles::raise();
    let (clock, transport) = (open::clock(&config), open::transport(&config)?);
    // Before opening the database, so that a second start on the same port fails at once.
    let listen = config.web.listen;
    let listener = TcpListener::bind(listen)
        .with_context(|| format!("AVV_LISTEN: {listen} cannot be listened on"))?;
    let management = config.web.management.map(bind_management).transpose()?;
    let opened = open::open(config, clock, transport)?;
    // A portal that cannot make documents must not accept conclusions (S-88).
    let app = &opened.app;
    let text = text(app)?;
    contract::probe(&text, &app.sealer, app.clock.now())
        .context("the test document cannot be made")?;
    warn_of_text(app)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no threads to be had")?;
    let result = runtime.block_on(run(opened.app.clone(), listener, management));
    // Threads that wait for a database that hangs would wait for ever.
    runtime.shutdown_timeout(LAST_WORK);
    opened.close();
    tracing::info!("stopped");
    result
}

fn bind_management(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .with_context(|| format!("AVV_MANAGEMENT_LISTEN: {address} cannot be listened on"))
}

/// Facts outside the text (catalogue, register, the operator's details) may be others than when it was
/// published: its page and the start page say so whenever they are opened, an alert within minutes, the log
/// at every start.
fn warn_of_text(app: &App) -> Result<()> {
    let today = day(app.clock.now());
    let found = app
        .db
        .read_blocking(|conn| review::in_force(conn, app, today))
        .context("the contract version in force cannot be checked")?;
    let Some(in_force) = found else {
        return Ok(());
    };
    for finding in in_force.outdated() {
        tracing::warn!(
            check = finding.id,
            version = in_force.number,
            "the contract version in force would not be published today: {}",
            finding.explanation
        );
    }
    Ok(())
}

/// The contract version that is offered now, or the one that comes with the program while there is none.
fn text(app: &App) -> Result<Arc<Contract>> {
    let now = app.clock.now();
    let offered = app
        .db
        .read_blocking(|conn| versions::offered(conn, app, now));
    match offered {
        Err(ActionError::NotFound) => {
            tracing::warn!("no contract version is published: nothing is requested or concluded");
            Contract::embedded()
                .map(Arc::new)
                .map_err(|_| anyhow!("the contract that comes with the program cannot be read"))
        }
        offered => offered.context("the contract version in force cannot be read"),
    }
}

async fn run(app: App, listener: TcpListener, management: Option<TcpListener>) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let address = listener.local_addr()?;
    let server = web::server::start(app.clone(), listener, workers)?;
    let handle = server.handle();
    // Answers to the end, so that monitoring sees a stop that takes its time.
    let _watched = management
        .map(|listener| -> Result<_> {
            let address = listener.local_addr()?;
            let server = web::server::start_management(app.clone(), listener)?;
            tracing::info!(%address, "monitoring is answered");
            Ok(tokio::spawn(server))
        })
        .transpose()?;
    let work = jobs::start(&app);
    say(&format!("AVV portal: {}/", app.base_url()));
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "ready");
    let manager = ServiceManager::of_process();
    manager.tell(READY);
    manager.live();
    let mut serving = tokio::spawn(server);
    let ended = tokio::select! {
        () = asked(&mut terminate, &mut interrupt) => None,
        ended = &mut serving => Some(ended),
    };
    tracing::info!("stopping");
    manager.tell(STOPPING);
    end_in_any_case();
    work.tell_to_stop();
    if ended.is_none() {
        tokio::select! {
            () = handle.stop(true) => {}
            // At a second signal, open requests are not waited for any more.
            () = asked(&mut terminate, &mut interrupt) => handle.stop(false).await,
        }
    }
    if tokio::time::timeout(LAST_WORK, work.wait()).await.is_err() {
        tracing::warn!("a job does not leave off and is left behind; what it began is undone");
    }
    match ended {
        None => Ok(()),
        Some(result) => result
            .context("the web server ended")?
            .context("the web server ended"),
    }
}

/// Ends the process after a limit, whatever it is still waiting for.
fn end_in_any_case() {
    std::thread::spawn(|| {
        std::thread::sleep(LIMIT);
        tracing::error!("the end was not reached in time; leaving at once");
        std::process::exit(1);
    });
}

async fn asked(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
