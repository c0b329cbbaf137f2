//! What a user meets: the file, the report of its faults, flags.

mod bytes;
mod expressions;
mod faults;
mod flags;
mod files;
mod symbol_costs;

use super::load::Overrides;
use super::{Config, Faults, Loaded};

fn read(text: &str) -> Result<Config, Faults> {
    Config::from_text("config.yml", text, &[])
}

/// The whole report.
fn faults_of(text: &str) -> String {
    read(text).map(|config| config.to_yaml()).unwrap_err().to_string()
}

fn with_flags(flags: &[&str]) -> Result<Config, Faults> {
    let flags: Vec<String> = flags.iter().map(|&flag| flag.to_owned()).collect();
    Config::from_text("config.yml", "", &flags)
}

fn n_set(text: &str) -> usize {
    Loaded::of_bytes("config.yml", text.as_bytes(), &Overrides::default()).unwrap().n_set
}
