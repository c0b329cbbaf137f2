//! Rows of bars, or those of them that are of one kind.

use std::ops::Range;
use std::sync::Arc;

use crate::market::Columns;
use crate::regimes::{Method, Prices, Unfit};

/// A window, or what of it is of one regime: entries are decided on these bars alone, while positions
/// live through all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub rows: Range<usize>,
    /// A bit a bar, from the first bar of all; `None`: every bar counts.
    pub mask: Option<Arc<Vec<u64>>>,
}

/// A training window and the bars after it, of one kind.
#[derive(Debug, Clone)]
pub struct Kind {
    /// `None`: all bars.
    pub regime: Option<&'static str>,
    pub train: Stretch,
    pub test: Stretch,
}

impl Stretch {
    pub const fn whole(rows: Range<usize>) -> Self {
        Self { rows, mask: None }
    }

    /// Its last rows.
    #[must_use]
    pub fn last(&self, share: f64) -> Self {
        let n = (self.rows.len() as f64 * share).ceil() as usize;
        let rows = self.rows.end - n.clamp(1, self.rows.len().max(1))..self.rows.end;
        Self { rows, mask: self.mask.clone() }
    }

    pub fn counts(&self, row: usize) -> bool {
        self.mask
            .as_ref()
            .is_none_or(|mask| mask.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1))
    }
}

/// Train and test apart by regime: what tells regimes is fitted on the training rows alone, and takes
/// the bars after them one by one. Bars before a regime is known count for none.
pub fn kinds(
    columns: &Columns,
    (train, test): (Range<usize>, Range<usize>),
    method: Option<&Method>,
) -> Result<Vec<Kind>, Unfit> {
    let Some(method) = method else {
        let (train, test) = (Stretch::whole(train), Stretch::whole(test));
        return Ok(vec![Kind { regime: None, train, test }]);
    };
    let fitted = method.fit(&Prices::of(columns, train.clone()))?;
    let mut detector = fitted.detector;
    // What lies between the two is seen, too.
    let between = detector.run(&Prices::of(columns, train.end..test.start));
    let after = detector.run(&Prices::of(columns, test.clone()));
    let seen: Vec<Option<u8>> = fitted.training.into_iter().chain(between).chain(after).collect();
    let kind = |(number, name): (usize, &&'static str)| {
        let mut mask = vec![0_u64; test.end.div_ceil(64)];
        for (row, regime) in (train.start..test.end).zip(&seen) {
            if *regime == Some(number as u8) {
                mask[row / 64] |= 1 << (row % 64);
            }
        }
        let mask = Some(Arc::new(mask));
        let of = |rows: &Range<usize>| Stretch { rows: rows.clone(), mask: mask.clone() };
        Kind { regime: Some(*name), train: of(&train), test: of(&test) }
    };
    Ok(detector.names().iter().enumerate().map(kind).collect())
}
