//! Parse, log, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use edgewalk::cli::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::start_log(&cli.global);
    cli::run(&cli).into()
}
