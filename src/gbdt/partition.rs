//! A node's rows dealt out to its children.

use super::binning::LANES;

/// Which codes go left: those up to `bin`, and missing ones if `missing_left`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub lane: usize,
    pub bin: u8,
    pub missing_left: bool,
}

/// Puts the rows that go left first, both sides in their old order, and tells how many they are.
pub(super) fn partition(
    rows: &mut [u32],
    spare: &mut [u32],
    strip: &[[u8; LANES]],
    rule: Rule,
) -> usize {
    // Missing is code 0: as the least it goes left, as the greatest (0 − 1 wraps) it goes right.
    let shift = u8::from(!rule.missing_left);
    let last = rule.bin.wrapping_sub(shift);
    let lane = rule.lane % LANES;
    let spare = &mut spare[..rows.len()];
    let (mut n_left, mut n_right) = (0, 0);
    for at in 0..rows.len() {
        let row = rows[at];
        let goes_left = strip[row as usize][lane].wrapping_sub(shift) <= last;
        // Both are written and one is counted: a branch would be guessed wrong too often.
        rows[n_left] = row;
        spare[n_right] = row;
        n_left += usize::from(goes_left);
        n_right += usize::from(!goes_left);
    }
    rows[n_left..].copy_from_slice(&spare[..n_right]);
    n_left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_keep_their_order_and_missing_goes_where_it_is_told() {
        let strip: Vec<[u8; 4]> = [5, 0, 2, 3, 0, 1].map(|code| [9, code, 9, 9]).to_vec();
        let mut spare = [0; 6];
        for (missing_left, expected, n) in
            [(true, [1, 2, 3, 4, 5, 0], 5), (false, [2, 3, 5, 0, 1, 4], 3)]
        {
            let mut rows = [0, 1, 2, 3, 4, 5];
            let rule = Rule { lane: 1, bin: 3, missing_left };
            assert_eq!(partition(&mut rows, &mut spare, &strip, rule), n);
            assert_eq!(rows, expected);
        }
    }
}
