//! From a file and flags to a checked [`Config`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Config;
use super::expressions::compile;
use super::fault::{Fault, Faults, Place};
use super::flag::{Flag, parse_set};
use super::setting::{Reading, Setting, Spot};
use super::tree::{Node, parse};
use crate::failure::Failure;

/// Where the configuration is looked for.
pub const PATH: &str = "config.yml";

/// A configuration, and what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub config: Config,
    /// How many keys the file and the flags set.
    pub n_set: usize,
    /// `None`: the built-in defaults.
    pub file: Option<PathBuf>,
    /// Columns that expressions use and nothing but the bars can bring; where they were compiled.
    pub assumed: Vec<String>,
}

impl Loaded {
    /// See [`Config::load`].
    pub fn load(path: Option<&Path>, sets: &[String]) -> Result<Self, Faults> {
        Self::of_file(path, &Overrides { sets, ..Overrides::default() })
    }

    /// As [`Self::load`], and all that single commands would refuse, in the same report, expressions
    /// that do not compile among it: what needs no bars to be found wrong is found now. Columns that only the bars can tell of are in `assumed`.
    pub fn check(path: Option<&Path>, sets: &[String]) -> Result<Self, Faults> {
        Self::of_file(path, &Overrides { sets, checks_stages: true, ..Overrides::default() })
    }

    fn of_file(path: Option<&Path>, overrides: &Overrides<'_>) -> Result<Self, Faults> {
        let file = path.map(Path::to_owned).or_else(|| {
            let usual = PathBuf::from(PATH);
            usual.exists().then_some(usual)
        });
        let Some(file) = file else { return Self::of_bytes("defaults", b"", overrides) };
        let name = file.display().to_string();
        let text = std::fs::read(&file).map_err(|error| {
            Faults::Unreadable(if error.kind() == std::io::ErrorKind::NotFound {
                Failure::user(format!("there is no config file `{name}`")).hint(format!(
                    "`edgewalk config init {name}` writes one with every key explained"
                ))
            } else {
                Failure::io("read", &file, &error)
            })
        })?;
        let loaded = Self::of_bytes(&name, &text, overrides)?;
        Ok(Self { file: Some(file), ..loaded })
    }

    pub(super) fn of_bytes(
        name: &str,
        text: &[u8],
        overrides: &Overrides<'_>,
    ) -> Result<Self, Faults> {
        let mut config = Config::default();
        let mut reading = Reading::new(config.keys()).with_words(config.words());
        let mut is_whole = true;
        let trees = std::iter::once(parse_bytes(text, &name.into()))
            .chain(overrides.sets.iter().map(|set| parse_set(set)))
            .chain(overrides.flags.iter().map(Flag::tree));
        for tree in trees {
            match tree {
                Ok(node) => config.read(&node, &Spot::root(), &mut reading),
                Err(fault) => {
                    is_whole = false;
                    reading.push(*fault);
                }
            }
        }
        // What a broken tree would have said is unknown: rules between keys could only mislead.
        if is_whole {
            config.cross(&mut reading);
        }
        let assumed = if is_whole && overrides.checks_stages {
            config.check_stages(&mut reading);
            compile(&config, &mut reading)
        } else {
            Vec::new()
        };
        let n_set = reading.n_set();
        let faults = reading.into_faults();
        if faults.is_empty() {
            Ok(Self { config, n_set, file: None, assumed })
        } else {
            Err(Faults::new(faults))
        }
    }
}

/// What goes over a file, and how closely all of it is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Overrides<'a> {
    /// Each `a.b=c`, in their order …
    pub sets: &'a [String],
    /// … then these.
    pub flags: &'a [Flag],
    /// What single commands would refuse is refused, expressions that do not compile among it.
    pub checks_stages: bool,
}

impl Config {
    /// The file at `path`; `None`: `./config.yml` where there is one, else the built-in defaults.
    /// Then `sets`, each `a.b=c`, in their order.
    pub fn load(path: Option<&Path>, sets: &[String]) -> Result<Self, Faults> {
        Self::load_with(path, sets, &[])
    }

    /// As [`Config::load`], and then a command's own flags.
    pub fn load_with(path: Option<&Path>, sets: &[String], flags: &[Flag]) -> Result<Self, Faults> {
        let overrides = Overrides { sets, flags, checks_stages: false };
        Loaded::of_file(path, &overrides).map(|loaded| loaded.config)
    }

    /// As [`Config::load`] of a file `name` that holds `text`.
    pub fn from_text(name: &str, text: &str, sets: &[String]) -> Result<Self, Faults> {
        Self::from_bytes(name, text.as_bytes(), sets)
    }

    /// As [`Config::from_text`], for what may not be text.
    pub fn from_bytes(name: &str, bytes: &[u8], sets: &[String]) -> Result<Self, Faults> {
        let overrides = Overrides { sets, ..Overrides::default() };
        Loaded::of_bytes(name, bytes, &overrides).map(|loaded| loaded.config)
    }
}

fn parse_bytes(bytes: &[u8], source: &Arc<str>) -> Result<Node, Box<Fault>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
        let line = good.matches('\n').count() + 1;
        let column = good.chars().rev().take_while(|&c| c != '\n').count() + 1;
        let place = Place { source: source.clone(), line, column };
        let message = "this is not text: a byte that UTF-8 does not know".to_owned();
        Box::new(Fault { place, key: String::new(), message, hint: None })
    })?;
    parse(text.strip_prefix('\u{feff}').unwrap_or(text), source)
}
