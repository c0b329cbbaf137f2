//! The smallest and the largest of many numbers, quickly.

const LANES: usize = 8;

/// Of none there is neither. The numbers must hold no NaN.
pub fn extremes(values: &[f64]) -> [Option<f64>; 2] {
    if values.is_empty() { [None; 2] } else { of_some(values).map(Some) }
}

/// In lanes, so that no comparison waits for the one before it; infinities of none.
pub fn of_some(values: &[f64]) -> [f64; 2] {
    let (rows, rest) = values.as_chunks::<LANES>();
    let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    for row in rows {
        for lane in 0..LANES {
            low[lane] = lower(row[lane], low[lane]);
            high[lane] = higher(row[lane], high[lane]);
        }
    }
    let ends = [low.into_iter().fold(low[0], lower), high.into_iter().fold(high[0], higher)];
    rest.iter().fold(ends, |[low, high], x| [lower(*x, low), higher(*x, high)])
}

/// One instruction for several lanes; `f64::min` asks for NaN first.
const fn lower(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

const fn higher(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_found_wherever_they_stand() {
        for at in 0..19 {
            let mut values = [1.0; 19];
            (values[at], values[18 - at]) = (-2.0, 7.0);
            values[9] = if at == 9 { -2.0 } else { 1.0 };
            let high = if at == 9 { 1.0 } else { 7.0 };
            assert_eq!(extremes(&values), [Some(-2.0), Some(high)], "{at}");
        }
        assert_eq!(extremes(&[]), [None, None]);
    }
}
