//! `demo`.
use super::Result;
use crate::config::Config;
/// Options of the command.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How many customers; sixty have a played history, the others are made in bulk
    #[arg(long, default_value_t = 60)]
    customers: u32,
}
/// x
pub fn demo(_config: Config, _options: &Options) -> Result<()> {
    Ok(())
}
