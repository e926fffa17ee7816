//! The server around the table of routes: limits, layers, graceful stop.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App as Site, HttpServer, web};

use super::error::{PageError, error_pages};
use super::headers::headers;
use super::routes;
use crate::app::App;

/// Largest body of a request in bytes (S-89).
const LARGEST_BODY: usize = 1024 * 1024;
/// A client has this long for its request line and headers (S-89).
const HEADER_TIME: Duration = Duration::from_secs(10);
/// A stop waits this long for requests that are being answered, in seconds.
const STOP_TIME: u64 = 20;

/// Starts answering on `listener`. `workers` is the number of threads that do.
pub fn start(app: App, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        let rows = app.clone();
        Site::new()
            .app_data(web::Data::new(app.clone()))
            .app_data(web::PayloadConfig::new(LARGEST_BODY))
            // A number too long for its type, a key that is none: there is nothing of that name.
            .app_data(web::PathConfig::default().error_handler(|_, _| PageError::NotFound.into()))
            .configure(move |config| routes::configure(config, &rows))
            .wrap(from_fn(error_pages))
            .wrap(from_fn(headers))
    })
    .workers(workers)
    .client_request_timeout(HEADER_TIME)
    .shutdown_timeout(STOP_TIME)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}
