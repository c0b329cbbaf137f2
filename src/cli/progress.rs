//! Long work shows where it stands: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{
    FormattedDuration, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};

use crate::ingest::feeds::Progress;

/// A progress bar on stderr.
pub struct Drawn(ProgressBar);

impl Drawn {
    /// A bar for work counted in `unit`; silent when asked to be, or when stderr is no terminal.
    pub fn new(title: &str, unit: &str, quiet: bool) -> Self {
        let counted = format!("{{pos}}/{{len}} {unit}{{left}}");
        Self::of(&format!("{title} {{wide_bar}} {counted} {{msg}}"), quiet)
    }

    /// As [`Self::new`], with what is said on a line of its own.
    pub fn with_line(title: &str, unit: &str, quiet: bool) -> Self {
        let counted = format!("{{pos}}/{{len}} {unit}{{left}}");
        Self::of(&format!("{title} {{wide_bar}} {counted}\n{{wide_msg}}"), quiet)
    }

    /// For work of which nobody knows how much is left.
    pub fn waiting(title: &str, quiet: bool) -> Self {
        Self::of(&format!("{{spinner}} {title}, {{elapsed}}"), quiet)
    }

    fn of(template: &str, quiet: bool) -> Self {
        let bar = ProgressBar::no_length();
        if quiet || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("left", left));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Shows what it is told: what is under way, how much of it, of how much.
    pub fn counting(&self) -> impl Fn(&str, usize, usize) + Sync + use<> {
        let bar = self.0.clone();
        let said = AtomicU64::new(0);
        move |what, done, all| {
            bar.set_message(what.to_owned());
            bar.set_length(all as u64);
            bar.set_position(done as u64);
            let now = bar.elapsed().as_secs();
            if bar.is_hidden() && now >= said.load(Ordering::Relaxed) + EVERY {
                said.store(now, Ordering::Relaxed);
                tracing::info!(
                    "{done} of {all} after {}, {what}",
                    FormattedDuration(bar.elapsed())
                );
            }
        }
    }
}

/// Seconds from line to line where no bar can be drawn.
const EVERY: u64 = 30;

/// Once something is done there is something to go by.
fn left(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    if state.pos() > 0 {
        // Nobody is there to read it where it cannot be written.
        let _ = write!(out, ", {:#} left", HumanDuration(state.eta()));
    }
}

impl Progress for Drawn {
    fn say(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    fn at(&self, position: u64, length: Option<u64>) {
        if let Some(length) = length {
            self.0.set_length(length);
        }
        self.0.set_position(position);
    }
}

impl Drop for Drawn {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
