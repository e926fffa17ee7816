//! Bookings: adding one, its option, its end. Each begins with the page that says what it means.

pub mod cancellation;
pub mod choice;
pub mod confirmation;
mod plan;
