//! Rows sorted by prediction and cut into bins.

use super::Rows;

/// A bin, or a run of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub n_rows: usize,
    pub weight: f64,
    pub predicted: f64,
    pub outcome: f64,
}

impl Cell {
    /// Both as one, each mean by its weight.
    pub fn joined(self, other: Self) -> Self {
        let weight = self.weight + other.weight;
        let share = if weight > 0.0 { other.weight / weight } else { 0.5 };
        Self {
            n_rows: self.n_rows + other.n_rows,
            weight,
            predicted: self.predicted + share * (other.predicted - self.predicted),
            outcome: self.outcome + share * (other.outcome - self.outcome),
        }
    }
}

/// The rows of each bin by prediction: bins of equal counts; equal predictions are never parted,
/// so bins may be fewer and uneven. Each bin's rows are in one order whatever order they came in.
pub(super) fn bins_of(rows: &Rows<'_>, n_bins: usize) -> Vec<Vec<usize>> {
    let (xs, ys, ws) = (rows.predicted(), rows.outcome(), rows.weight());
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_unstable_by(|&a, &b| {
        (xs[a].total_cmp(&xs[b]).then(ys[a].total_cmp(&ys[b]))).then(ws[a].total_cmp(&ws[b]))
    });
    let mut bins: Vec<Vec<usize>> = Vec::with_capacity(n_bins);
    let (mut open, mut begun) = (0, 0);
    for tied in order.chunk_by(|&a, &b| xs[a] == xs[b]) {
        // A tie belongs to the bin that holds its middle.
        let bin = (begun + tied.len() / 2) * n_bins / rows.len();
        if bins.is_empty() || bin > open {
            bins.push(Vec::new());
            open = bin;
        }
        if let Some(last) = bins.last_mut() {
            last.extend_from_slice(tied);
        }
        begun += tied.len();
    }
    bins
}

/// The means of some rows, in the order given; `None` where they weigh nothing.
pub(super) fn cell_of(rows: &Rows<'_>, members: &[usize]) -> Option<Cell> {
    let (mut weight, mut predicted, mut outcome) = (0.0, 0.0, 0.0);
    for &i in members {
        weight += rows.weight()[i];
        predicted += rows.weight()[i] * rows.predicted()[i];
        outcome += rows.weight()[i] * rows.outcome()[i];
    }
    (weight > 0.0).then(|| Cell {
        n_rows: members.len(),
        weight,
        predicted: predicted / weight,
        outcome: outcome / weight,
    })
}

/// The bins of a slice with their means, empty ones left out.
pub(super) fn cells(rows: &Rows<'_>, n_bins: usize) -> Vec<Cell> {
    bins_of(rows, n_bins).iter().filter_map(|members| cell_of(rows, members)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_equal_counts_and_never_part_equals() {
        let xs = [5.0, 1.0, 3.0, 2.0, 4.0, 6.0];
        let rows = Rows::new(&xs, &xs, &[1.0; 6], 1).unwrap();
        assert_eq!(bins_of(&rows, 3), [vec![1, 3], vec![2, 4], vec![0, 5]]);
        let xs = [1.0, 2.0, 2.0, 2.0, 2.0, 3.0];
        let rows = Rows::new(&xs, &xs, &[1.0; 6], 1).unwrap();
        assert_eq!(bins_of(&rows, 3), [vec![0], vec![1, 2, 3, 4], vec![5]]);
    }

    #[test]
    fn a_cell_is_the_weighted_mean() {
        let rows = Rows::new(&[1.0, 4.0], &[10.0, 40.0], &[2.0, 1.0], 1).unwrap();
        let cell = cell_of(&rows, &[0, 1]).unwrap();
        assert_eq!((cell.predicted, cell.outcome, cell.weight, cell.n_rows), (2.0, 20.0, 3.0, 2));
    }
}
