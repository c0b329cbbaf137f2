//! Which rows and columns a tree sees.

use crate::rng::Rng;

/// Deals `rows` out: those the tree grows on to `chosen`, the others to `left_out`, each in their
/// order. A row is chosen with probability `share` (to 2⁻³²), independently; if that chooses
/// none, all are.
pub(super) fn deal_rows(
    rng: &mut Rng,
    share: f64,
    rows: &[u32],
    (chosen, left_out): (&mut Vec<u32>, &mut Vec<u32>),
) {
    chosen.clear();
    left_out.clear();
    if share >= 1.0 {
        chosen.extend_from_slice(rows);
        return;
    }
    chosen.resize(rows.len(), 0);
    left_out.resize(rows.len(), 0);
    let bound = (share * TWO_32) as u64;
    let (mut n_chosen, mut n_out) = (0, 0);
    for two in rows.chunks(2) {
        let mut bits = rng.next_u64();
        for &row in two {
            let is_chosen = (bits & u64::from(u32::MAX)) < bound;
            bits >>= 32;
            // Both are written and one is counted: a branch would be guessed wrong too often.
            chosen[n_chosen] = row;
            left_out[n_out] = row;
            n_chosen += usize::from(is_chosen);
            n_out += usize::from(!is_chosen);
        }
    }
    chosen.truncate(n_chosen);
    left_out.truncate(n_out);
    if chosen.is_empty() {
        std::mem::swap(chosen, left_out);
    }
}

/// `share` of the columns `from`, rounded, at least one; ascending.
pub(super) fn draw_columns(rng: &mut Rng, share: f64, from: &[u32]) -> Vec<u32> {
    if share >= 1.0 {
        return from.to_vec();
    }
    let wanted = (share * from.len() as f64).round().max(1.0) as usize;
    rng.sample(from.len(), wanted).into_iter().map(|at| from[at]).collect()
}

const TWO_32: f64 = (1_u64 << 32) as f64;

#[cfg(test)]
mod tests {
    use super::*;

    fn deal(share: f64, n: u32) -> (Vec<u32>, Vec<u32>) {
        let (mut chosen, mut out) = (Vec::new(), Vec::new());
        let rows: Vec<u32> = (0..n).collect();
        deal_rows(&mut Rng::new(1), share, &rows, (&mut chosen, &mut out));
        (chosen, out)
    }

    #[test]
    fn every_row_goes_to_one_side_in_order() {
        let (chosen, out) = deal(0.8, 10_001);
        assert!((7_800..8_200).contains(&chosen.len()));
        assert!(chosen.is_sorted() && out.is_sorted());
        let mut all = [chosen, out].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..10_001));
    }

    #[test]
    fn a_share_too_small_for_any_row_takes_all() {
        assert_eq!(deal(1e-12, 5), (vec![0, 1, 2, 3, 4], vec![]));
        assert_eq!(deal(1.0, 2), (vec![0, 1], vec![]));
    }

    #[test]
    fn columns_are_a_rounded_share() {
        let from: Vec<u32> = (10..63).collect();
        let drawn = draw_columns(&mut Rng::new(1), 0.8, &from);
        assert_eq!(drawn.len(), 42);
        assert!(drawn.is_sorted() && drawn.iter().all(|column| from.contains(column)));
        assert_eq!(draw_columns(&mut Rng::new(1), 0.01, &from).len(), 1);
    }
}
