//! What fewer trainings cost.

use super::estimates::{bars, series};
use super::{Draft, Material};
use crate::pipeline::diagnose::retraining::{Policy, PolicyIc, Retraining};
use crate::report::plot::{Estimate, GroupedBars, Titles};

pub fn drafts<'a>(of: &'a Material<'a>) -> Vec<Draft<'a>> {
    let compared = of.tables.retraining.as_ref().filter(|found| !found.policies.is_empty());
    let Some(found) = compared else { return Vec::new() };
    vec![Draft {
        name: "retraining",
        heading: "What fewer trainings cost",
        how_to_read: "The rank IC by fewer trainings less that by one for every window: whiskers that \
                      hold 0 lose nothing that shows; drift should lose less than fixed steps.",
        chart: Box::new(retraining(found, &of.subject)),
    }]
}

/// Every policy but the one that the others are told against.
fn retraining(found: &Retraining, subject: &str) -> GroupedBars {
    let told: Vec<&Policy> =
        found.policies.iter().filter(|one| one.ics.iter().any(|ic| ic.less.is_some())).collect();
    let value = |ic: &PolicyIc| Estimate {
        value: ic.less.unwrap_or(f64::NAN),
        interval: ic.less.zip(ic.se).map(|(less, se)| (less - 1.96 * se, less + 1.96 * se)),
    };
    let trainings =
        |n: u64| if n == 1 { "1 training".to_owned() } else { format!("{n} trainings") };
    let of = |policy: &&Policy| {
        let name = format!("{} ({})", policy.policy, trainings(policy.n_trainings));
        series(&name, policy.ics.iter().map(value).collect())
    };
    let horizons = told.first().map(|one| &one.ics[..]).unwrap_or_default();
    let finding = format!("{} for {} test windows.", trainings(found.n_trainings), found.n_windows);
    bars(
        Titles::new(format!("What fewer trainings cost. {subject}"), finding),
        ("bars ahead", "rank IC less that by schedule"),
        horizons.iter().map(|ic| ic.horizon.to_string()).collect(),
        (told.iter().map(of).collect(), "95 % of the mean over test windows"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_shown_against_the_schedule() {
        let ic = |less: Option<f64>| PolicyIc { horizon: 3, ic: Some(0.1), less, se: Some(0.5) };
        let policy = |name: &str, n_trainings, less| Policy {
            policy: name.to_owned(),
            n_trainings,
            ics: vec![ic(less)],
        };
        let found = Retraining {
            n_windows: 9,
            n_trainings: 2,
            policies: vec![
                policy("schedule", 9, None),
                policy("drift", 2, Some(0.0)),
                policy("once", 1, Some(-2.0)),
            ],
            drift_less_steps: Vec::new(),
        };
        let chart = retraining(&found, "X");
        let names: Vec<&str> = chart.series.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["drift (2 trainings)", "once (1 training)"]);
        let value = chart.series[0].values[0];
        assert_eq!((value.value, value.interval), (0.0, Some((-0.98, 0.98))));
        assert_eq!(chart.titles.finding, "2 trainings for 9 test windows.");
    }
}
