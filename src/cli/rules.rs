//! What `optimize` and `tournament` share: the windows that rules are chosen on, and how both end.

use std::path::PathBuf;

use super::diagnose::{pictures, verdict};
use crate::config::Flag;
use crate::market::Symbol;
use crate::pipeline::Published;
use crate::report::verdict::Verdict;

#[derive(Debug, clap::Args)]
pub struct Windows {
    /// Weeks of each training window
    #[arg(long, value_name = "N", conflicts_with = "train_bars")]
    train_weeks: Option<u32>,
    /// Weeks of each test window
    #[arg(long, value_name = "N", conflicts_with = "test_bars")]
    test_weeks: Option<u32>,
    /// Bars of each training window, in place of weeks
    #[arg(long, value_name = "N")]
    train_bars: Option<u32>,
    /// Bars of each test window
    #[arg(long, value_name = "N")]
    test_bars: Option<u32>,
    /// Bars from one test window to the next [default: no bar is left out]
    #[arg(long, value_name = "N")]
    step_bars: Option<u32>,
    /// The symbol [default: the first of data.symbols]
    #[arg(long)]
    pub symbol: Option<Symbol>,
}

impl Windows {
    pub fn flags(&self) -> Vec<Flag> {
        numbers([
            ("--train-weeks", "walkforward.train_weeks", self.train_weeks),
            ("--test-weeks", "walkforward.test_weeks", self.test_weeks),
            ("--train-bars", "optimize.train_bars", self.train_bars),
            ("--test-bars", "optimize.test_bars", self.test_bars),
            ("--step-bars", "optimize.step_bars", self.step_bars),
        ])
    }
}

/// Those that are given.
pub fn numbers<const N: usize>(flags: [(&str, &'static str, Option<u32>); N]) -> Vec<Flag> {
    flags.into_iter().filter_map(|(flag, key, n)| Some(Flag::new(flag, key, &n?))).collect()
}

/// The verdict, and where it all is.
pub fn ending(of: &Verdict, published: &Published) -> String {
    format!(
        "\n{}{}wrote `{}`\n{}",
        verdict(of),
        tables(&published.files),
        published.page.display(),
        pictures(&published.exhibits)
    )
}

/// Many files in one place are one line.
fn tables(files: &[PathBuf]) -> String {
    let Some(first) = files.first() else { return String::new() };
    let name = first.file_name().map_or_else(String::new, |name| name.display().to_string());
    let folder = first.parent().map_or_else(String::new, |at| at.display().to_string());
    format!("wrote {} files to `{folder}`: begin with `{name}`\n", files.len())
}
