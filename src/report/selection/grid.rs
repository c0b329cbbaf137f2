//! Parameter sets by number.

use serde::Serialize;

/// One parameter of a grid, and how many values it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Values in their order: one step leads to the next.
    Steps(usize),
    /// Names without order: none is nearer to one than the others.
    Choice(usize),
}

impl Axis {
    pub const fn n(self) -> usize {
        match self {
            Self::Steps(n) | Self::Choice(n) => n,
        }
    }
}

/// All combinations of the axes' values, numbered with the last axis changing fastest, as
/// [`crate::search`] walks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    axes: Vec<Axis>,
    n: usize,
}

impl Grid {
    /// `None` where an axis has no value, or the combinations cannot be counted.
    pub fn new(axes: Vec<Axis>) -> Option<Self> {
        let n = axes.iter().try_fold(1_usize, |n, axis| n.checked_mul(axis.n()))?;
        (n > 0).then_some(Self { axes, n })
    }

    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    pub fn n_points(&self) -> usize {
        self.n
    }

    /// Which value each axis has at a point; `None` behind the last.
    pub fn values(&self, point: usize) -> Option<Vec<usize>> {
        let mut left = point;
        let mut values = vec![0; self.axes.len()];
        for (value, axis) in values.iter_mut().zip(&self.axes).rev() {
            (*value, left) = (left % axis.n(), left / axis.n());
        }
        (point < self.n).then_some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        Grid::new(vec![Axis::Steps(3), Axis::Choice(2), Axis::Steps(4)]).unwrap()
    }

    #[test]
    fn points_are_numbered_like_the_digits_of_a_number() {
        assert_eq!(grid().n_points(), 24);
        // 2 · 8 + 1 · 4 + 3
        assert_eq!(grid().values(23), Some(vec![2, 1, 3]));
        assert_eq!(grid().values(9), Some(vec![1, 0, 1]));
        assert_eq!(grid().values(24), None);
    }

    #[test]
    fn a_grid_without_values_is_none() {
        assert_eq!(Grid::new(vec![Axis::Steps(3), Axis::Choice(0)]), None);
        assert_eq!(Grid::new(vec![Axis::Steps(usize::MAX), Axis::Steps(2)]), None);
        assert_eq!(Grid::new(Vec::new()).map(|grid| grid.n_points()), Some(1));
    }
}
