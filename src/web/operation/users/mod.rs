//! Users: who can sign in. [`list`] finds them, [`show`] is the page of one with what can be done, [`new`]
//! adds one by invitation, [`edit`] changes one; [`locking`] locks and unlocks, [`erasure`] takes the data of
//! a locked one, [`factor`] resets a second factor that was lost, [`confirmation`] confirms a new
//! administrator.

pub mod confirmation;
pub mod edit;
pub mod erasure;
pub mod factor;
pub mod list;
pub mod locking;
pub mod new;
pub mod show;

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::UserId;
use crate::domain::user::UserState;
use crate::storage::user_list::{UserLine, find_user};
use crate::web::kit::error::PageError;

/// A user who exists; `None` is answered with "not found".
async fn read(app: &App, user: UserId) -> Result<UserLine, PageError> {
    app.db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_user(conn, user)?) })
        .await?
        .ok_or(PageError::NotFound)
}

/// The same, as long as name and address are there.
async fn read_known(app: &App, user: UserId) -> Result<UserLine, PageError> {
    let line = read(app, user).await?;
    if line.state == UserState::Erased {
        return Err(PageError::NotFound);
    }
    Ok(line)
}
