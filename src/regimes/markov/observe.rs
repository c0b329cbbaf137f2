//! Bars as numbers of mean 0 and spread 1, by what the training slice was.

use super::super::Unfit;
use super::super::motion::Motion;
use crate::stats;

/// One quote from elsewhere must not become a state of its own: standardised numbers end here.
const FURTHEST: f64 = 6.0;

/// Below this quantile of the training slice's positive ranges a range counts as that: a bar
/// without any has no log.
const SHORTEST_RANGE: f64 = 0.01;

/// What the training slice taught; index 0 is the log return, 1 the log of the range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    pub centre: [f64; 2],
    pub spread: [f64; 2],
    shortest: f64,
}

impl Scale {
    pub fn of(seen: &[Motion]) -> Result<Self, Unfit> {
        let ranges: Vec<f64> = seen.iter().map(|m| m.range).filter(|r| *r > 0.0).collect();
        let no_spread = |what: &'static str| move || Unfit::NoSpread { what };
        let shortest = stats::quantile(&ranges, SHORTEST_RANGE).ok_or_else(no_spread("range"))?;
        let raw: Vec<[f64; 2]> = seen.iter().map(|motion| numbers(motion, shortest)).collect();
        let column = |d: usize| raw.iter().map(|x| x[d]).collect::<Vec<f64>>();
        let spread = |d: usize, what: &'static str| {
            let values = column(d);
            let varies = values.iter().any(|x| *x != values[0]);
            let sd = stats::sd(&values).filter(|sd| varies && *sd > 0.0);
            sd.ok_or_else(no_spread(what))
        };
        let spread = [spread(0, "return")?, spread(1, "range")?];
        let centre = |d: usize| stats::mean(&column(d)).unwrap_or(0.0);
        Ok(Self { centre: [centre(0), centre(1)], spread, shortest })
    }

    pub fn apply(&self, motion: &Motion) -> [f64; 2] {
        let raw = numbers(motion, self.shortest);
        let standard = |d: usize| (raw[d] - self.centre[d]) / self.spread[d];
        [standard(0), standard(1)].map(|x| x.clamp(-FURTHEST, FURTHEST))
    }
}

fn numbers(motion: &Motion, shortest: f64) -> [f64; 2] {
    [motion.net, libm::log(motion.range.max(shortest))]
}
