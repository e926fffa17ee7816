//! Ports for servers that a test starts later, or again.

use std::net::TcpListener;

use rand::Rng as _;

/// A port that is not assigned by chance while the server that has it is being started again: below
/// those that the system gives by itself.
pub fn port() -> u16 {
    let mut random = rand::rng();
    std::iter::repeat_with(|| random.random_range(10_000..32_000))
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap()
}
