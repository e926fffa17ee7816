//! Changes that reach many customers: versions, roll-outs, announcements, the list of sub-processors.

pub mod announcements;
pub mod bulk_runs;
pub mod contract_imports;
pub mod contract_versions;
pub mod dissent_files;
pub mod notices;
pub mod roll_outs;
pub mod sub_processors;
