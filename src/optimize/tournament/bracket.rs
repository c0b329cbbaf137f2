//! How many are left after each round, and how much of the window each round sees.

/// One round as it is planned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The last share of the window.
    pub share: f64,
    pub entered: usize,
    pub left: usize,
}

/// Half are dropped in each round, and the others see twice as much in the next, until there are only
/// champions and they have been seen on the whole window (successive halving: Karnin, Koren &
/// Somekh 2013, "Almost optimal exploration in multi-armed bandits").
pub fn steps(candidates: usize, champions: usize, first_share: f64) -> Vec<Step> {
    let (mut steps, mut entered, mut share) = (Vec::new(), candidates, first_share.min(1.0));
    loop {
        let left = entered.div_ceil(2).max(champions).min(entered);
        steps.push(Step { share, entered, left });
        let is_last = share >= 1.0 && left <= champions;
        if is_last || entered == 0 || share.is_nan() || share <= 0.0 {
            return steps;
        }
        (entered, share) = (left, (2.0 * share).min(1.0));
    }
}

/// The best of them, best first: of equals the first, and those without a score last.
pub fn survivors(scores: &[Option<f64>], left: usize) -> Vec<usize> {
    let worth = |at: &usize| scores[*at].unwrap_or(f64::NEG_INFINITY);
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then(a.cmp(b)));
    order.truncate(left);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_are_dropped_and_the_others_see_twice_as_much() {
        let steps = steps(200, 5, 0.125);
        let shares: Vec<f64> = steps.iter().map(|step| step.share).collect();
        let left: Vec<usize> = steps.iter().map(|step| step.left).collect();
        assert_eq!(shares, [0.125, 0.25, 0.5, 1.0, 1.0, 1.0]);
        assert_eq!(left, [100, 50, 25, 13, 7, 5]);
        let chained = steps.windows(2).all(|pair| pair[0].left == pair[1].entered);
        assert!(chained && steps[0].entered == 200);
    }

    #[test]
    fn champions_have_been_seen_on_the_whole_window() {
        let few = steps(4, 4, 0.3);
        let few: Vec<(f64, usize)> = few.iter().map(|step| (step.share, step.left)).collect();
        assert_eq!(few, [(0.3, 4), (0.6, 4), (1.0, 4)]);
        let whole = steps(3, 2, 1.0);
        assert_eq!(whole, [Step { share: 1.0, entered: 3, left: 2 }]);
        assert_eq!(steps(1, 1, 1.0).len(), 1);
    }

    #[test]
    fn the_best_go_on_and_those_without_a_score_are_last() {
        let scores = [Some(0.5), None, Some(2.0), Some(-1.0), Some(2.0), None];
        assert_eq!(survivors(&scores, 3), [2, 4, 0]);
        assert_eq!(survivors(&scores, 5), [2, 4, 0, 3, 1]);
        assert_eq!(survivors(&scores[..1], 3), [0]);
    }
}
