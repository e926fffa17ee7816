//! The program: parses the command line and passes it to [`avv_portal::cli`].

use std::process::ExitCode;

use clap::Parser as _;
use tikv_jemallocator::Jemalloc;

/// For the whole process, except for allocations of libpq and the TLS library.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    avv_portal::cli::run(avv_portal::cli::Cli::parse())
}
