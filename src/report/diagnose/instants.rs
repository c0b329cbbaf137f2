//! What happens at one instant, of all symbols together.

/// The sum of each instant's values, those of instants without any being 0.
pub(super) fn by_time(time: &[u32], values: impl Iterator<Item = f64>) -> Vec<f64> {
    let (Some(first), Some(last)) = (time.first(), time.last()) else { return Vec::new() };
    let mut sums = vec![0.0; (last - first) as usize + 1];
    for (time, value) in time.iter().zip(values) {
        sums[(time - first) as usize] += value;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_by_time_leave_no_instant_out() {
        assert_eq!(by_time(&[3, 3, 5], [1.0, 2.0, 4.0].into_iter()), [3.0, 0.0, 4.0]);
        assert_eq!(by_time(&[], [].into_iter()), [0.0; 0]);
    }
}
