//! For monitoring: whether the process is alive, and ready to work. Says no versions (S-90).

use std::time::Duration;

use actix_web::{HttpResponse, web};

use crate::app::App;

/// Monitoring gets an answer within this time, whatever the database does.
const PATIENCE: Duration = Duration::from_secs(2);
/// A disk with less free space than this is as good as full, in bytes.
const LEAST_SPACE: u64 = 50 * 1024 * 1024;

/// GET: the process answers.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// GET: the database answers as well, there is room on the disk, and the jobs run.
pub async fn readyz(app: web::Data<App>) -> HttpResponse {
    let answers = tokio::time::timeout(PATIENCE, app.db.ping()).await;
    let wrong = if !matches!(answers, Ok(Ok(()))) {
        Some("database unavailable\n".to_owned())
    } else if free_space(&app)
        .await
        .is_some_and(|free| free < LEAST_SPACE)
    {
        Some("disk full\n".to_owned())
    } else {
        app.pulse
            .silent()
            .map(|job| format!("job does not run: {job}\n"))
    };
    let mut answer = match &wrong {
        None => HttpResponse::Ok(),
        Some(_) => HttpResponse::ServiceUnavailable(),
    };
    answer
        .content_type("text/plain; charset=utf-8")
        .body(wrong.unwrap_or_else(|| "ready\n".to_owned()))
}

/// Free bytes on the disk of the data directory; `None` if there is no such directory.
async fn free_space(app: &App) -> Option<u64> {
    let dir = app.config.storage.data_dir.clone();
    let look = tokio::task::spawn_blocking(move || nix::sys::statvfs::statvfs(&dir).ok());
    let found = tokio::time::timeout(PATIENCE, look).await.ok()?.ok()??;
    Some(found.blocks_available() * found.fragment_size())
}

/// GET: tells search engines not to index anything.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("User-agent: *\nDisallow: /\n")
}
