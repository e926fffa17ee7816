//! Bookings: adding one, its option, its end. Each begins with a page that shows the consequences.

pub mod cancellation;
pub mod choice;
pub mod confirmation;
mod plan;
