//! The server around the table of routes: limits, layers, graceful stop.

use std::collections::HashSet;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App as Site, HttpServer, web};

use crate::app::App;
use crate::crowd::Crowd;
use crate::web::kit::connection::KEPT;
use crate::web::kit::error::PageError;
use crate::web::kit::error_pages::error_pages;
use crate::web::kit::headers::headers;
use crate::web::kit::limits;
use crate::web::kit::requests::{Gates, observe};
use crate::web::kit::route::Who;
use crate::web::routes;

/// How long a connection is still read, without using the data, if its body was not read to the
/// end: otherwise a browser that is still sending would not see the answer. The server measures
/// this from a time that is slightly old if a thread is busy, and never notices an end that has
/// passed already; so the time must be much longer than that.
const LINGER: Duration = Duration::from_secs(5);
/// How long a graceful stop waits for requests in progress, in seconds.
const STOP_TIME: u64 = 20;

/// Starts answering on `listener` with this number of `workers` (threads).
pub fn start(app: App, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let connections = app.config.web.limits.connections.div_ceil(workers.max(1));
    let head_time = app.config.web.limits.head_time;
    let (crowd, doorkeeper, counted) = (Crowd::default(), app.clone(), Crowd::default());
    let gates: Gates = routes::rows()
        .filter(|row| row.who == Who::Gate)
        .map(|row| row.path)
        .collect::<HashSet<_>>()
        .into();
    let server = HttpServer::new(move || {
        let gates = gates.clone();
        let (rows, crowd) = (app.clone(), crowd.clone());
        Site::new()
            .app_data(web::Data::new(app.clone()))
            // A number too long for its type, or an invalid key: nothing has that name.
            .app_data(web::PathConfig::default().error_handler(|_, _| PageError::NotFound.into()))
            .configure(move |config| routes::configure(config, &rows))
            .wrap(from_fn(error_pages))
            .wrap(from_fn(headers))
            .wrap(from_fn(move |request, next| {
                limits::guard(crowd.clone(), request, next)
            }))
            .wrap(from_fn(move |request, next| {
                observe(gates.clone(), request, next)
            }))
    })
    .on_connect(move |connection, kept| limits::admit(&doorkeeper, &counted, connection, kept))
    .max_connections(connections)
    .workers(workers)
    .client_request_timeout(head_time)
    .keep_alive(KEPT)
    .client_disconnect_timeout(LINGER)
    // The request of a client that closed the connection is dropped.
    .h1_allow_half_closed(false)
    .shutdown_timeout(STOP_TIME)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}

/// Most connections of the management listener.
const MANAGEMENT_CONNECTIONS: usize = 64;

/// Starts answering monitoring on a listener of its own: no pages, no session, no limits by source.
pub fn start_management(app: App, listener: TcpListener) -> std::io::Result<Server> {
    let head_time = app.config.web.limits.head_time;
    let (app, readings) = (
        web::Data::new(app),
        web::Data::new(routes::Readings::default()),
    );
    let server = HttpServer::new(move || {
        Site::new()
            .app_data(app.clone())
            .app_data(readings.clone())
            .configure(routes::configure_management)
    })
    .max_connections(MANAGEMENT_CONNECTIONS)
    .workers(1)
    .client_request_timeout(head_time)
    .keep_alive(KEPT)
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}
