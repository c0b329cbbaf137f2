//! Mean and standard deviation of many numbers, quickly.

use super::finite;

const LANES: usize = 8;

/// As [`crate::stats::mean`] and [`crate::stats::sd`] but for the order of the sums: in lanes, so
/// that none waits for the one before it.
pub fn mean_and_sd(values: &[f64]) -> Option<[f64; 2]> {
    let n = values.len() as f64;
    let mean = sum(values, |x| x) / n;
    let squares = sum(values, |x| (x - mean) * (x - mean));
    Some([finite(mean)?, finite((squares / (n - 1.0)).sqrt())?])
}

/// Σ `of` each.
pub fn sum(values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let (rows, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for row in rows {
        for lane in 0..LANES {
            sums[lane] += of(row[lane]);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|x| of(*x)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats;

    #[test]
    fn sums_in_lanes_are_the_same_sums() {
        let values: Vec<f64> = (0..27).map(|k| f64::from(k * k % 19) - 3.0).collect();
        let [mean, sd] = mean_and_sd(&values).unwrap();
        assert!((mean - stats::mean(&values).unwrap()).abs() < 1e-14);
        assert!((sd - stats::sd(&values).unwrap()).abs() < 1e-14);
        assert_eq!(mean_and_sd(&[1.0, 4.0]).map(|[mean, _]| mean), Some(2.5));
        assert_eq!((mean_and_sd(&[]), mean_and_sd(&[1.0])), (None, None));
    }
}
