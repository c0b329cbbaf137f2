//! Wins and losses in a row.

/// The longest runs of wins and of losses, in the order the trades ended up in; one at zero ends
/// both.
pub fn longest_runs(nets: &[f64]) -> [u64; 2] {
    let (mut wins, mut losses, mut longest) = (0, 0, [0, 0]);
    for net in nets {
        wins = if *net > 0.0 { wins + 1 } else { 0 };
        losses = if *net < 0.0 { losses + 1 } else { 0 };
        longest = [wins.max(longest[0]), losses.max(longest[1])];
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trade_at_zero_ends_a_run() {
        assert_eq!(longest_runs(&[1.0, 2.0, 0.0, 3.0, -1.0, -1.0, -5.0, 1.0]), [2, 3]);
        assert_eq!(longest_runs(&[]), [0, 0]);
    }
}
