//! Where a tournament stands, and where its time goes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::optimize::Doing;

/// A clock that is switched from one kind of work to the next. What it shows goes to the log; no
/// result depends on it.
#[derive(Debug, Default)]
pub struct Watch(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    under_way: Option<(&'static str, Instant)>,
    spent: BTreeMap<&'static str, Duration>,
}

impl Watch {
    pub fn doing(&self, doing: Doing) {
        self.turn(match doing {
            Doing::Conditions => "conditions of all settings of a round",
            Doing::Screen => "settings by the screen",
            Doing::Search => "where champions are tried next",
            Doing::Engine => "settings by the engine",
        });
    }

    pub fn turn(&self, to: &'static str) {
        #[expect(clippy::disallowed_methods, reason = "a timing for the log")]
        let now = Instant::now();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((what, since)) = state.under_way.replace((to, now)) {
            *state.spent.entry(what).or_default() += now - since;
        }
    }

    /// Says where the time went, most first.
    pub fn tell(&self) {
        self.turn("the rest");
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut spent: Vec<(&&str, &Duration)> = state.spent.iter().collect();
        spent.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let whole: Duration = state.spent.values().sum();
        let share = |time: &Duration| 100.0 * time.as_secs_f64() / whole.as_secs_f64().max(1e-9);
        for (what, time) in spent {
            tracing::debug!("{:8.2} s {:3.0} % {what}", time.as_secs_f64(), share(time));
        }
        tracing::debug!("{:8.2} s in all", whole.as_secs_f64());
    }
}
