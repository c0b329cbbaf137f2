//! What the choosing was worth.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::rules::{refuse, standing};
use super::{Choice, Step, cannot};
use crate::failure::Failure;
use crate::optimize::{Arena, Days, Explored, Field, Plan};
use crate::report::selection::Selection;
use crate::report::selection::agreement::{Agreement, Informed, Scores};
use crate::report::selection::drift::Drift;
use crate::report::selection::grid::{Axis, Grid};
use crate::report::selection::transfer::{Transfer, Window};
use crate::search::{Dimension, Point, Space};
use crate::units::DAY_US;

/// Settings whose days are compared at most: all of them together are held in memory, and of a part
/// of them the luck would be told too small.
const MOST: usize = 10_000;

pub fn selection(
    (field, beforehand): (&Field<'_>, &[Point]),
    (found, tests, windows): (&Explored, &Explored, &[Step]),
    rows: Range<usize>,
) -> Result<Selection, Failure> {
    let days = if beforehand.len() > MOST { Vec::new() } else { days(field, beforehand, rows)? };
    Ok(Selection {
        transfer: Transfer::of(&windows.iter().filter_map(window).collect::<Vec<_>>()),
        informed: informed(found, tests),
        drift: drift(field.space, windows),
        ..standing(&days, field.seed)
    })
}

/// Daily returns of each setting, held fixed over all test windows.
fn days(field: &Field<'_>, points: &[Point], rows: Range<usize>) -> Result<Vec<Days>, Failure> {
    let mut days = Vec::with_capacity(points.len());
    for points in points.chunks(1024) {
        let plans = points.iter().map(|point| field.setup.plan(point));
        let plans = plans.collect::<Result<Vec<Plan>, _>>().map_err(|faults| refuse(&faults))?;
        let plans: Vec<&Plan> = plans.iter().collect();
        let arena = Arena::new((field.market, field.columns), field.conduct, &plans)
            .map_err(|fault| cannot(fault.into()))?;
        days.extend(arena.days(&plans, &rows).map_err(|fault| cannot(fault.into()))?);
    }
    Ok(days)
}

fn window(step: &Step) -> Option<Window> {
    let days = |span: &Range<crate::units::Ts>| (span.end.0 - span.start.0) as f64 / DAY_US as f64;
    let Choice { train, test, .. } = step.chosen.as_ref()?;
    Some(Window {
        inside_profit: train.net_return,
        inside_days: days(&step.train),
        outside_profit: test.net_return,
        outside_days: days(&step.test),
    })
}

/// By net return, which every setting has on every window, few trades or not.
fn informed(found: &Explored, tests: &Explored) -> Option<Informed> {
    let by_window = |of: &Explored| {
        let mut windows: BTreeMap<u32, BTreeMap<u32, f64>> = BTreeMap::new();
        let whole = of.tries.iter().filter(|tried| tried.share >= 1.0);
        whole.for_each(|tried| {
            windows.entry(tried.window).or_default().insert(tried.setting, tried.cell.net_return);
        });
        windows
    };
    // Settings go by the same numbers where all were tried on all windows.
    let same = found.settings.points == tests.settings.points;
    let (before, after) = (by_window(found), by_window(tests));
    let of = |(window, scores): (&u32, &BTreeMap<u32, f64>)| {
        let later = after.get(window)?;
        let inside: Vec<f64> = scores.values().copied().collect();
        let outside: Vec<f64> =
            scores.keys().map(|at| later.get(at).copied().unwrap_or(f64::NAN)).collect();
        Agreement::of(&Scores { inside: &inside, outside: &outside })
    };
    let known: Vec<Agreement> = before.iter().filter_map(of).collect();
    (same && !known.is_empty()).then(|| Informed::of(&known))
}

fn drift(space: &Space, windows: &[Step]) -> Option<Drift> {
    let axis = |dimension: &Dimension| {
        let n = dimension.n_values()? as usize;
        Some(if matches!(dimension, Dimension::Choice(_)) {
            Axis::Choice(n)
        } else {
            Axis::Steps(n)
        })
    };
    let axes: Option<Vec<Axis>> = space.axes().map(|(_, dimension)| axis(dimension)).collect();
    let grid = Grid::new(axes?)?;
    let number = |step: &Step| {
        let chosen = step.chosen.as_ref()?;
        space.axes().try_fold(0_usize, |number, (name, dimension)| {
            let at = dimension.index(chosen.point.get(name)?)? as usize;
            Some(number * dimension.n_values()? as usize + at)
        })
    };
    // Where regimes choose apart, the drift is that of the first.
    let first = windows.first()?.regime;
    let winners: Vec<usize> =
        windows.iter().filter(|step| step.regime == first).filter_map(number).collect();
    Drift::of(&grid, &winners)
}
