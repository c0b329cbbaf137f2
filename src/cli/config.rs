//! `edgewalk config show | check | init`

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Global, print};
use crate::config::{Config, Loaded, PATH};
use crate::failure::Failure;
use crate::store::write_atomic;

/// Show, check or write the configuration
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print the configuration in effect: file, flags and defaults together
    Show,
    /// Check the configuration and report all its faults at once
    Check,
    /// Write a configuration file with every key, its default and its meaning
    Init {
        /// The file to write [default: that of --config, else config.yml]
        path: Option<PathBuf>,
        /// Replace the file if it is there
        #[arg(long)]
        force: bool,
    },
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    match &args.action {
        Action::Show => print(&load(global)?.config.to_yaml()),
        Action::Check => {
            let loaded =
                Loaded::check(global.config.as_deref(), &global.set).map_err(Failure::from)?;
            let keys = if loaded.n_set == 1 { "key" } else { "keys" };
            let file = loaded.file.map_or_else(
                || "built-in defaults".to_owned(),
                |file| format!("`{}`", file.display()),
            );
            let assumed = match loaded.assumed.as_slice() {
                [] => String::new(),
                names => format!(", if the bars have the columns {}", names.join(", ")),
            };
            let told = format!("{file}, {} {keys} set{assumed}", loaded.n_set);
            print(&match loaded.config.without_folds() {
                None => format!("ok: {told}\n"),
                Some(remark) => format!("{told}: no fault in it, but {remark}\n"),
            })
        }
        Action::Init { path, force } => {
            let path = path.as_deref().or(global.config.as_deref());
            init(path.unwrap_or(Path::new(PATH)), *force)
        }
    }
}

fn load(global: &Global) -> Result<Loaded, Failure> {
    Ok(Loaded::load(global.config.as_deref(), &global.set)?)
}

fn init(path: &Path, force: bool) -> Result<()> {
    if path.exists() && !force {
        let failure = Failure::user(format!("`{}` is there already", path.display()));
        return Err(failure.hint("`--force` replaces it").into());
    }
    write_atomic(path, Config::commented().as_bytes())?;
    print(&format!("wrote `{}`\n", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::exit_code;

    fn run(action: Action, global: &Global) -> Result<()> {
        execute(&Args { action }, global)
    }

    #[test]
    fn init_writes_what_check_accepts_and_never_overwrites() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.yml");
        let global = Global { config: Some(path.clone()), ..Global::default() };
        // Where `--config` says.
        let init = |force| run(Action::Init { path: None, force }, &global);
        init(false).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), Config::commented());
        run(Action::Check, &global).unwrap();
        run(Action::Show, &global).unwrap();
        let refusal = init(false).unwrap_err();
        assert_eq!(exit_code(&refusal), 2);
        assert!(refusal.to_string().ends_with("config.yml` is there already"), "{refusal}");
        init(true).unwrap();
        let other = folder.path().join("other.yml");
        run(Action::Init { path: Some(other.clone()), force: false }, &global).unwrap();
        assert!(other.is_file());
    }

    #[test]
    fn a_fault_ends_with_exit_code_two() {
        let global = Global { set: vec!["seed=x".to_owned()], ..Global::default() };
        for action in [Action::Check, Action::Show] {
            assert_eq!(exit_code(&run(action, &global).unwrap_err()), 2);
        }
    }
}
