//! Which keys of `learn` a trial obeys: what a search may choose.

use super::learn::{Backend, Growth, Learn, Loss};
use super::nearest::nearest;
use super::search_space::SearchSpace;
use super::setting::{Reading, Setting, Spot};

/// What trials of a search can be, by the settings they begin with and those they may choose.
struct Reach {
    /// Boosted trees, of any of the three backends.
    boosts: bool,
    gbdt: bool,
    forest: bool,
    linear: bool,
    /// The early-stop slice tells boosted trees when to stop.
    stops: bool,
    huber: bool,
    leaf_wise: bool,
}

type Condition = fn(&Reach) -> bool;

/// A key, and where it does anything. Those that are not here change the data, or nothing.
const KEYS: [(&str, Condition); 22] = [
    ("backend", |_| true),
    ("target", |_| true),
    ("loss", |r| r.boosts),
    ("huber_bps", |r| r.boosts && r.huber),
    ("rounds", |r| r.boosts || r.forest),
    ("patience", |r| r.boosts && r.stops),
    ("stop_on", |r| r.gbdt && r.stops),
    ("learning_rate", |r| r.boosts),
    ("growth", |r| r.boosts),
    ("max_depth", |r| r.boosts || r.forest),
    ("max_leaves", |r| r.boosts && r.leaf_wise),
    ("max_bins", |r| r.boosts),
    ("l2", |r| r.boosts),
    ("l1", |r| r.boosts),
    ("min_child_weight", |r| r.boosts || r.forest),
    ("min_gain", |r| r.boosts),
    ("row_sampling", |r| r.boosts),
    ("column_sampling", |r| r.boosts || r.forest),
    ("node_column_sampling", |r| r.boosts),
    ("prune", |r| r.boosts || r.forest),
    ("penalty", |r| r.linear),
    ("penalty_l1_share", |r| r.linear),
];

/// Keys that no trial could obey, whatever else is set.
pub fn check_names(space: &SearchSpace, reading: &mut Reading) {
    check_fixed(space, reading);
    let mut items = Vec::new();
    Learn::default().list(&Spot::root(), &mut items);
    let known: Vec<&str> = items.iter().map(|item| item.path.as_str()).collect();
    for name in space.names().filter(|name| KEYS.iter().all(|(key, _)| key != name)) {
        reading.require(false, &[&place(name)], || {
            if known.contains(&name) {
                return format!("{}; {}", idle(name), those(|_| true));
            }
            let meant = nearest(name, &known);
            let meant = meant.map_or(String::new(), |key| format!("; did you mean `{key}`?"));
            format!("there is no `learn.{name}`{meant}")
        });
    }
}

/// One value is no search: it has its place in `learn`.
fn check_fixed(space: &SearchSpace, reading: &mut Reading) {
    for name in space.names().filter(|name| space.is_fixed(name)) {
        reading.require(false, &[&place(name)], || {
            format!("one value is nothing to search: set `learn.{name}` to it")
        });
    }
}

/// Keys that do nothing with these settings of `learn`, and backends that cannot be compared.
pub fn check_reach(space: &SearchSpace, learn: &Learn, reading: &mut Reading) {
    let reach = Reach::of(space, learn);
    for (name, condition) in KEYS.iter().filter(|(name, _)| space.names().any(|one| one == *name)) {
        reading.require(condition(&reach), &[&place(name)], || {
            let why = match *name {
                "patience" | "stop_on" if reach.boosts && !reach.stops => {
                    "no trial stops early while `learn.patience` is null".to_owned()
                }
                _ => format!("{} as `learn` is set", idle(name)),
            };
            format!("{why}; {}", those(|condition| condition(&reach)))
        });
    }
    let never = space.words("patience").unwrap_or_default().contains(&"null");
    reading.require(!never, &[&place("patience")], || {
        "a trial that never stops early learns from other rows than one that does: numbers only"
            .to_owned()
    });
    let is_mixed = reach.boosts && reach.stops && (reach.linear || reach.forest);
    reading.require(!is_mixed, &[&place("backend")], || {
        "with `learn.patience`, boosted trees learn from other rows than `linear` and `forest`, which \
         never stop early: null makes them comparable"
            .to_owned()
    });
}

fn place(name: &str) -> String {
    format!("tuning.space.{name}")
}

fn idle(name: &str) -> String {
    format!("`learn.{name}` changes nothing in a trial")
}

fn those(holds: impl Fn(Condition) -> bool) -> String {
    let names = KEYS.iter().filter(|(_, condition)| holds(*condition)).map(|(name, _)| *name);
    format!("what can be searched: {}", names.collect::<Vec<_>>().join(", "))
}

impl Reach {
    fn of(space: &SearchSpace, learn: &Learn) -> Self {
        let can_be = |name: &str, now: &'static str, word: &str| {
            space.words(name).map_or(now == word, |words| words.contains(&word))
        };
        let backend = |one: Backend| can_be("backend", learn.backend.name(), one.name());
        Self {
            boosts: [Backend::Gbdt, Backend::Hessboost, Backend::Xgboost].into_iter().any(backend),
            gbdt: backend(Backend::Gbdt),
            forest: backend(Backend::Forest),
            linear: backend(Backend::Linear),
            stops: learn.patience.is_some(),
            huber: can_be("loss", learn.loss.name(), Loss::Huber.name()),
            leaf_wise: can_be("growth", learn.growth.name(), Growth::Leaf.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::setting::Shown;
    use super::*;

    #[test]
    fn every_key_is_one_of_learn_and_those_left_out_are_known() {
        let mut items = Vec::new();
        Learn::default().list(&Spot::root(), &mut items);
        let is_key = |shown: &Option<Shown>| shown.is_some();
        let known: Vec<String> =
            items.into_iter().filter(|i| is_key(&i.shown)).map(|i| i.path).collect();
        assert!(KEYS.iter().all(|(key, _)| known.iter().any(|one| one == key)));
        let is_out = |name: &&String| KEYS.iter().all(|(key, _)| key != name);
        let out: Vec<&String> = known.iter().filter(is_out).collect();
        assert_eq!(out, ["price_levels", "monotone", "max_column_ic", "xgboost_library"]);
    }

    #[test]
    fn a_key_reaches_as_far_as_the_search_does() {
        let reached = |space: SearchSpace, learn: &Learn| {
            let reach = Reach::of(&space, learn);
            let keys = KEYS.iter().filter(|(_, condition)| condition(&reach));
            keys.map(|(name, _)| *name).collect::<Vec<_>>()
        };
        let plain = Learn::default();
        let keys = reached(SearchSpace::default(), &plain);
        for idle in ["patience", "stop_on", "huber_bps", "max_leaves", "penalty"] {
            assert!(!keys.contains(&idle), "{idle}");
        }
        assert!(
            reached(SearchSpace::from([("growth", "depth | leaf")]), &plain)
                .contains(&"max_leaves")
        );
        let linear = reached(SearchSpace::from([("backend", "linear | forest")]), &plain);
        assert!(linear.contains(&"penalty") && !linear.contains(&"learning_rate"));
        let stops = Learn { patience: Some(5), ..Learn::default() };
        assert!(reached(SearchSpace::default(), &stops).contains(&"patience"));
    }
}
