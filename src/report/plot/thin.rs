//! Many points on few pixels, without lying: of each pixel column the first, lowest, highest and
//! last point stay, so every spike is still there and the line looks as if all had been drawn.

use super::scene::Point;

/// `points` in the order of their `x`, in pixels.
pub fn min_max(points: Vec<Point>) -> Vec<Point> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return points };
    let n_columns = (last.x - first.x).abs() as usize + 1;
    if points.len() <= 4 * n_columns {
        return points;
    }
    let columns = points.chunk_by(|a, b| a.x.floor() == b.x.floor());
    columns.flat_map(extremes).collect()
}

fn extremes(column: &[Point]) -> Vec<Point> {
    let by_y = |a: &&usize, b: &&usize| column[**a].y.total_cmp(&column[**b].y);
    let all: Vec<usize> = (0..column.len()).collect();
    let ends = [all.first(), all.iter().min_by(by_y), all.iter().max_by(by_y), all.last()];
    let mut kept: Vec<usize> = ends.into_iter().flatten().copied().collect();
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|i| column[i]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn few_points_stay_as_they_are() {
        let points: Vec<Point> = (0..9).map(|i| Point { x: f64::from(i), y: 1.0 }).collect();
        assert_eq!(min_max(points.clone()), points);
    }

    proptest! {
        #[test]
        fn every_column_keeps_its_lowest_and_highest_point_and_its_ends(
            ys in proptest::collection::vec(-1e6..1e6_f64, 2..2_000)
        ) {
            let px = |i: usize| i as f64 * 40.0 / ys.len() as f64;
            let all: Vec<Point> = ys.iter().enumerate().map(|(i, y)| Point { x: px(i), y: *y }).collect();
            let kept = min_max(all.clone());
            let is_few = kept.len() <= 41 * 4;
            prop_assert!(is_few);
            prop_assert!(kept.windows(2).all(|w| w[0].x <= w[1].x));
            let ends = |points: &[Point], column: f64| {
                let inside = || points.iter().filter(move |p| p.x.floor() == column).map(|p| p.y);
                (inside().fold(f64::MAX, f64::min), inside().fold(f64::MIN, f64::max), inside().next(), inside().next_back())
            };
            for column in 0..40 {
                prop_assert_eq!(ends(&all, f64::from(column)), ends(&kept, f64::from(column)));
            }
        }
    }
}
