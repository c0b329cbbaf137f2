//! Columns in codes of one byte: 0 is missing, the others count the cuts at or below the value.

use std::ops::Range;

use rayon::prelude::*;

use super::{GbdtFault, Matrix, Rows, sort};

/// Codes of a byte.
pub const MAX_BINS: usize = 256;

/// Columns that lie together: four codes of a row are one word, and the histograms of four columns
/// (8 KiB) stay in the nearest cache while a node's rows pass by.
pub(super) const LANES: usize = 4;

/// Four columns of all rows.
pub(super) type Strip = Vec<[u8; LANES]>;

/// Where each column is cut; fitted on training rows only, for quantiles of later rows are a leak.
///
/// Cuts lie midway between neighbouring values, so that bins hold about equally many rows; a value
/// that fills a bin alone gets one. Infinities count as the largest finite number on their side. A
/// column in which something is missing has a cut at its least value, so that "missing or not" is
/// a split too.
#[derive(Debug, Clone, PartialEq)]
pub struct Edges {
    names: Vec<String>,
    cuts: Vec<Vec<f32>>,
}

/// Rows × columns in codes, made once and shared by trainings.
#[derive(Debug, Clone)]
pub struct Binned {
    edges: Edges,
    n_rows: usize,
    strips: Vec<Strip>,
}

impl Edges {
    /// At most `max_bins` codes a column, one of which means "missing".
    pub fn fit(matrix: &Matrix<'_>, rows: &Rows<'_>, max_bins: usize) -> Result<Self, GbdtFault> {
        if !(3..=MAX_BINS).contains(&max_bins) {
            return Err(GbdtFault::MaxBins { got: max_bins });
        }
        let mut list = Vec::new();
        rows.write(&mut list, matrix.n_rows())?;
        if list.is_empty() {
            return Err(GbdtFault::NoRows);
        }
        let fit = |scratch: &mut Scratch, column: &&[f32]| cuts(column, &list, max_bins, scratch);
        let cuts = matrix.columns().par_iter().map_init(Scratch::default, fit).collect();
        Ok(Self { names: matrix.names().to_vec(), cuts })
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// A column's cuts, ascending: values below the first have code 1.
    pub fn cuts(&self, column: usize) -> &[f32] {
        &self.cuts[column]
    }

    /// The rows `range` of `matrix` in codes; row 0 of the result is the first of them.
    pub fn bin(&self, matrix: &Matrix<'_>, range: Range<usize>) -> Result<Binned, GbdtFault> {
        check_names(&self.names, matrix.names())?;
        if range.end > matrix.n_rows() || range.start > range.end {
            let row = range.end.saturating_sub(1) as u32;
            return Err(GbdtFault::RowOutside { row, rows: matrix.n_rows() });
        }
        let columns: Vec<(&[f32], &[f32])> = matrix
            .columns()
            .iter()
            .zip(&self.cuts)
            .map(|(column, cuts)| (&column[range.clone()], cuts.as_slice()))
            .collect();
        let strips = columns.par_chunks(LANES).map(|four| strip(four, range.len())).collect();
        Ok(Binned { edges: self.clone(), n_rows: range.len(), strips })
    }
}

impl Binned {
    pub fn edges(&self) -> &Edges {
        &self.edges
    }

    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub fn n_columns(&self) -> usize {
        self.edges.cuts.len()
    }

    /// 0 where the value is missing.
    pub fn code(&self, row: usize, column: usize) -> u8 {
        self.strips[column / LANES][row][column % LANES]
    }

    pub(super) fn strips(&self) -> &[Strip] {
        &self.strips
    }
}

/// The first difference between the columns a model or edges know and those at hand.
pub(super) fn check_names(expected: &[String], found: &[String]) -> Result<(), GbdtFault> {
    if expected.len() != found.len() {
        return Err(GbdtFault::OtherWidth { expected: expected.len(), found: found.len() });
    }
    match expected.iter().zip(found).position(|(a, b)| a != b) {
        None => Ok(()),
        Some(index) => Err(GbdtFault::OtherColumn {
            index,
            expected: expected[index].clone(),
            found: found[index].clone(),
        }),
    }
}

#[derive(Default)]
struct Scratch {
    values: Vec<f32>,
    keys: Vec<u32>,
    spare: Vec<u32>,
    distinct: Vec<(f32, u32)>,
}

fn cuts(column: &[f32], rows: &[u32], max_bins: usize, scratch: &mut Scratch) -> Vec<f32> {
    let Scratch { values, keys, spare, distinct } = scratch;
    values.clear();
    let present = rows.iter().map(|row| column[*row as usize]).filter(|value| !value.is_nan());
    values.extend(present.map(|value| value.clamp(f32::MIN, f32::MAX)));
    let Some(_) = values.first() else { return Vec::new() };
    let some_missing = values.len() < rows.len();
    sort::sort(values, keys, spare);
    distinct.clear();
    distinct.extend(values.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)));
    // `n` cuts make n + 1 codes besides "missing"; the cut at the least value is one of them.
    let n_bins = max_bins - 1 - usize::from(some_missing);
    let mut cuts = Vec::with_capacity(max_bins);
    if some_missing {
        cuts.push(distinct[0].0);
    }
    fill_bins(distinct, n_bins, &mut cuts);
    cuts
}

/// Closes a bin as soon as it holds its share of the rows that are left, or before a value that
/// alone fills one.
fn fill_bins(distinct: &[(f32, u32)], n_bins: usize, cuts: &mut Vec<f32>) {
    let mut bins_left = n_bins;
    let mut rows_left: u64 = distinct.iter().map(|(_, count)| u64::from(*count)).sum();
    let mut held = 0_u64;
    for (at, pair) in distinct.windows(2).enumerate() {
        let ((value, count), (next, next_count)) = (pair[0], pair[1]);
        held += u64::from(count);
        let fills = |n: u64| n * bins_left as u64 >= rows_left;
        let all_fit = distinct.len() - at <= bins_left;
        let overflows = fills(u64::from(next_count)) && 2 * held * bins_left as u64 >= rows_left;
        if bins_left > 1 && (all_fit || fills(held) || overflows) {
            cuts.push(midway(value, next));
            rows_left -= held;
            held = 0;
            bins_left -= 1;
        }
    }
}

/// Above `low` and at most `high`, which is above it too.
fn midway(low: f32, high: f32) -> f32 {
    let middle = low / 2.0 + high / 2.0;
    if middle > low && middle <= high { middle } else { high }
}

fn strip(columns: &[(&[f32], &[f32])], n_rows: usize) -> Strip {
    let mut strip = vec![[0; LANES]; n_rows];
    for (lane, (column, cuts)) in columns.iter().enumerate() {
        let search = Search::new(cuts);
        for (codes, value) in strip.iter_mut().zip(*column) {
            codes[lane] = search.code(*value);
        }
    }
    strip
}

/// The cuts, filled up to a power of two so that the search needs no branch.
struct Search([f32; MAX_BINS]);

impl Search {
    fn new(cuts: &[f32]) -> Self {
        let mut padded = [f32::NAN; MAX_BINS];
        padded[..cuts.len()].copy_from_slice(cuts);
        Self(padded)
    }

    /// 1 + the number of cuts at or below `value`; 0 for NaN. There are at most 254 cuts; a
    /// comparison with the filling is false.
    #[inline]
    fn code(&self, value: f32) -> u8 {
        let mut below = 0_usize;
        for step in [128, 64, 32, 16, 8, 4, 2, 1] {
            below += step * usize::from(self.0[(below + step - 1) % MAX_BINS] <= value);
        }
        ((below + 1) * usize::from(!value.is_nan())) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(columns: &[&[f32]], rows: &Rows<'_>, max_bins: usize) -> Result<Edges, GbdtFault> {
        let names: Vec<String> = (0..columns.len()).map(|i| format!("c{i}")).collect();
        Edges::fit(&Matrix::new(&names, columns)?, rows, max_bins)
    }

    fn codes(column: &[f32], edges: &Edges) -> Vec<u8> {
        let names = edges.names().to_vec();
        let columns = [column];
        let matrix = Matrix::new(&names, &columns).unwrap();
        let binned = edges.bin(&matrix, 0..column.len()).unwrap();
        (0..column.len()).map(|row| binned.code(row, 0)).collect()
    }

    #[test]
    fn few_values_get_a_bin_each_with_cuts_midway() {
        let column = [3.0, 1.0, 2.0, 2.0, 1.0];
        let edges = fit(&[&column], &Rows::Range(0..5), 256).unwrap();
        assert_eq!(edges.cuts(0), [1.5, 2.5]);
        assert_eq!(codes(&column, &edges), [3, 1, 2, 2, 1]);
        let new = [0.0, 1.5, f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
        assert_eq!(codes(&new, &edges), [1, 2, 0, 3, 1]);
    }

    #[test]
    fn many_values_are_cut_at_their_quantiles() {
        let column: Vec<f32> = (0..1000).map(|i| i as f32).collect();
        let edges = fit(&[&column], &Rows::Range(0..1000), 5).unwrap();
        assert_eq!(edges.cuts(0), [249.5, 499.5, 749.5]);
        let full = fit(&[&column], &Rows::Range(0..1000), 256).unwrap();
        assert_eq!(full.cuts(0).len(), 254);
        let codes = codes(&column, &full);
        let most = (1..=255).map(|c| codes.iter().filter(|x| **x == c).count()).max();
        assert_eq!((codes[999], most), (255, Some(4)));
    }

    #[test]
    fn a_frequent_value_has_its_own_bin() {
        let mut column = vec![5.0_f32; 700];
        column.extend((0..300).map(|i| i as f32 / 100.0));
        let edges = fit(&[&column], &Rows::Range(0..1000), 5).unwrap();
        assert_eq!(edges.cuts(0).last(), Some(&midway(2.99, 5.0)));
        assert_eq!(edges.cuts(0).len(), 3);
    }

    #[test]
    fn missing_values_make_a_cut_below_all_others() {
        let column = [f32::NAN, 1.0, 2.0, f32::NAN];
        let edges = fit(&[&column], &Rows::Range(0..4), 256).unwrap();
        assert_eq!(edges.cuts(0), [1.0, 1.5]);
        assert_eq!(codes(&column, &edges), [0, 2, 3, 0]);
    }

    #[test]
    fn constant_and_missing_columns_have_no_cuts() {
        let (constant, missing) = ([7.0; 3], [f32::NAN; 3]);
        let edges = fit(&[&constant, &missing], &Rows::Range(0..3), 256).unwrap();
        assert!(edges.cuts(0).is_empty() && edges.cuts(1).is_empty());
    }

    #[test]
    fn infinities_count_as_the_largest_numbers() {
        let column = [f32::NEG_INFINITY, 0.0, f32::INFINITY, f32::MAX];
        let edges = fit(&[&column], &Rows::Range(0..4), 256).unwrap();
        assert!(edges.cuts(0).iter().all(|cut| cut.is_finite()));
        assert_eq!(codes(&column, &edges), [1, 2, 3, 3]);
    }

    #[test]
    fn edges_know_only_the_rows_they_were_fitted_on() {
        let column = [1.0, 2.0, 900.0, 800.0];
        assert_eq!(fit(&[&column], &Rows::Range(0..2), 256).unwrap().cuts(0), [1.5]);
        assert_eq!(fit(&[&column], &Rows::List(&[3, 0]), 256).unwrap().cuts(0), [400.5]);
    }

    #[test]
    fn what_cannot_be_binned_is_refused() {
        assert_eq!(fit(&[], &Rows::Range(0..0), 256), Err(GbdtFault::NoColumns));
        assert_eq!(fit(&[&[1.0]], &Rows::Range(0..0), 256), Err(GbdtFault::NoRows));
        assert_eq!(fit(&[&[1.0]], &Rows::Range(0..1), 2), Err(GbdtFault::MaxBins { got: 2 }));
        let outside = GbdtFault::RowOutside { row: 1, rows: 1 };
        assert_eq!(fit(&[&[1.0]], &Rows::List(&[0, 1]), 9), Err(outside));
        let ragged = GbdtFault::Ragged { name: "c1".to_owned(), expected: 1, got: 2 };
        assert_eq!(fit(&[&[1.0], &[1.0, 2.0]], &Rows::Range(0..1), 9), Err(ragged));
    }
}
