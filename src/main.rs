//! The program: reads the command line and gives it to [`avv_portal::cli`].

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    avv_portal::cli::run(avv_portal::cli::Cli::parse())
}
