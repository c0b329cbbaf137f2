//! Files of one symbol as one series, for the audit: unchecked, as they are.

use std::collections::BTreeSet;

use crate::market::Columns;

/// The rows of all files by time, however the files were named. Bars that two files agree on are there
/// once, as `ingest` stores them; those that one file repeats, and those that two disagree on, stay.
/// Files that are not in order themselves follow each other as they are: the audit shows where.
pub fn one_series(mut files: Vec<Columns>) -> Columns {
    if files.len() <= 1 {
        return files.pop().unwrap_or_default();
    }
    files.sort_by_key(|columns| columns.ts.iter().min().copied());
    let are_in_order = files.iter().all(|columns| columns.ts.is_sorted());
    let of_file = files.iter().enumerate().flat_map(|(k, c)| std::iter::repeat_n(k, c.len()));
    let of_file: Vec<usize> = of_file.collect();
    let all = joined(&files);
    if !are_in_order {
        return all;
    }
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|&row| all.ts[row]);
    let mut kept: Vec<usize> = Vec::with_capacity(order.len());
    for row in order {
        let before = kept.iter().rev().take_while(|&&other| all.ts[other] == all.ts[row]);
        let mut others = before.filter(|&&other| of_file[other] != of_file[row]);
        if !others.any(|&other| agree(&all, other, row)) {
            kept.push(row);
        }
    }
    all.take(&kept)
}

/// One after the other; a column that a file lacks is missing there.
fn joined(files: &[Columns]) -> Columns {
    let names: BTreeSet<&String> = files.iter().flat_map(|columns| columns.extra.keys()).collect();
    let mut all = Columns::default();
    for columns in files {
        all.ts.extend(&columns.ts);
        all.open.extend(&columns.open);
        all.high.extend(&columns.high);
        all.low.extend(&columns.low);
        all.close.extend(&columns.close);
        all.volume.extend(&columns.volume);
        for name in &names {
            let into = all.extra.entry((*name).clone()).or_default();
            match columns.extra.get(*name) {
                Some(values) => into.extend(values),
                None => into.resize(into.len() + columns.len(), f64::NAN),
            }
        }
    }
    all
}

/// What is missing disagrees with nothing.
fn agree(columns: &Columns, a: usize, b: usize) -> bool {
    let same = |v: &[f64]| v[a] == v[b] || v[a].is_nan() || v[b].is_nan();
    columns.prices().iter().all(|(_, v)| same(v)) && columns.extra.values().all(|v| same(v))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ts;

    fn file(at: &[i64], close: f64) -> Columns {
        let of = |value: f64| vec![value; at.len()];
        Columns {
            ts: at.iter().map(|&t| Ts(t)).collect(),
            open: of(1.0),
            high: of(9.0),
            low: of(1.0),
            close: of(close),
            volume: of(0.0),
            extra: [].into(),
        }
    }

    fn times(files: &[Columns]) -> Vec<i64> {
        one_series(files.to_vec()).ts.iter().map(|t| t.0).collect()
    }

    #[test]
    fn what_files_agree_on_is_there_once_and_nothing_else_is_touched() {
        assert_eq!(times(&[file(&[3, 4], 2.0), file(&[1, 2, 3], 2.0)]), [1, 2, 3, 4]);
        assert_eq!(times(&[file(&[1, 2], 2.0), file(&[2, 3], 5.0)]), [1, 2, 2, 3]);
        assert_eq!(times(&[file(&[1, 1], 2.0), file(&[2], 2.0)]), [1, 1, 2]);
        assert_eq!(times(&[file(&[5, 4], 2.0), file(&[1], 2.0)]), [1, 5, 4]);
        let mut counted = file(&[2], 2.0);
        counted.extra.insert("count".into(), vec![7.0]);
        let all = one_series(vec![file(&[1], 2.0), counted]);
        assert!(all.extra["count"][0].is_nan() && all.extra["count"][1] == 7.0);
    }
}
