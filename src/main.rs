//! Parse, log, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use edgewalk::cli::{self, Cli};

/// Asks for large pages where there are any: the first touch of a table is then a few page faults
/// instead of thousands.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::start_log(&cli.global);
    cli::run(&cli).into()
}
