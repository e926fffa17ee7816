//! The program: reads the command line and gives it to [`avv_portal::cli`].

use std::process::ExitCode;

use clap::Parser as _;
use tikv_jemallocator::Jemalloc;

/// Of the whole process, but for what libpq and the TLS library ask the system for.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    avv_portal::cli::run(avv_portal::cli::Cli::parse())
}
