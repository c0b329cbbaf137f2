//! Many trainings side by side: horizons × folds × trials over the threads of the pool.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::backends::LearnFault;
use super::learner::{Fit, Job, Learner, Scratch};

/// A training and who does it.
#[derive(Debug, Clone)]
pub struct Errand<'a> {
    pub learner: &'a dyn Learner,
    /// Its `threads` are chosen by [`fit_many`].
    pub job: Job<'a>,
}

/// One result an errand, in their order; the same bytes at any thread count, as no errand knows of
/// another. `on_done` is told how many are done whenever one is, by the thread that did it.
///
/// Runs in the pool it is called in.
pub fn fit_many(
    errands: &[Errand<'_>],
    on_done: &(dyn Fn(usize) + Sync),
) -> Vec<Result<Fit, LearnFault>> {
    let n_done = AtomicUsize::new(0);
    let n_threads = rayon::current_num_threads();
    let run = |scratch: &mut Scratch, errand: &Errand<'_>| {
        let threads = threads_each(errands.len(), n_threads);
        let job = Job { threads, ..errand.job.clone() };
        let fit = errand.learner.fit(&job, scratch);
        on_done(n_done.fetch_add(1, Ordering::Relaxed) + 1);
        fit
    };
    // One at a time to whoever is free: neighbours differ in cost, and none is short.
    errands.par_iter().with_max_len(1).map_init(Scratch::default, run).collect()
}

/// Threads one of `n_jobs` trainings gets of `n_threads`: one, while there are trainings for all.
///
/// Size does not matter. Measured with our own trainer (53 columns, depth 6, two cores): four models
/// side by side on one thread each are 1.4 times as fast as one after another on two threads at
/// 24,000 rows, at 100,000 and at 1,000,000; and one model alone is 1.3 to 1.4 times as fast on two
/// threads as on one at each of them.
pub fn threads_each(n_jobs: usize, n_threads: usize) -> usize {
    n_threads.div_ceil(n_jobs.max(1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;
    use crate::folds::RowSet;
    use crate::learn::backends::find;
    use crate::learn::learner::{Kind, Matrix};
    use crate::rng::Rng;

    const N_ROWS: usize = 300;

    /// The bytes, or the fault, of two learners on four horizons each; one horizon has no labels.
    fn results(threads: usize) -> Vec<Result<Vec<u8>, LearnFault>> {
        let mut rng = Rng::stream(1, "many", &[]);
        let columns: Vec<Vec<f32>> =
            (0..5).map(|_| (0..N_ROWS).map(|_| rng.normal() as f32).collect()).collect();
        let columns: Vec<&[f32]> = columns.iter().map(Vec::as_slice).collect();
        let names: Vec<String> = (0..5).map(|i| format!("x{i}")).collect();
        let matrix = Matrix::new(&names, &columns).unwrap();
        let mut targets: Vec<Vec<f64>> = (0..4)
            .map(|h: usize| columns[h].iter().map(|x| f64::from(*x) * 3.0).collect())
            .collect();
        targets[2].fill(f64::NAN);
        let learner = |rounds: u32| {
            (find("gbdt").unwrap().check)(&json!({ "rounds": rounds, "row_sample": 0.7 })).unwrap()
        };
        let learners = [learner(3), learner(9)];
        let (rows, monotone) = (RowSet::from(10..290), BTreeMap::new());
        // One preparation serves all trials and horizons.
        let prepared = learners[0].prepare(matrix, &rows, None).unwrap();
        let mut errands = Vec::new();
        for learner in &learners {
            errands.extend(targets.iter().map(|targets| Errand {
                learner: learner.as_ref(),
                job: Job {
                    matrix,
                    prepared: &prepared,
                    kind: Kind::Regression,
                    rows: &rows,
                    early_stop: None,
                    targets,
                    weights: None,
                    monotone: &monotone,
                    seed: 3,
                    threads: 1,
                },
            }));
        }
        let told = Mutex::new(Vec::new());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let fits = pool.install(|| fit_many(&errands, &|done| told.lock().unwrap().push(done)));
        let mut told = told.into_inner().unwrap();
        told.sort_unstable();
        assert_eq!(told, [1, 2, 3, 4, 5, 6, 7, 8]);
        fits.into_iter().map(|fit| fit?.model.to_bytes()).collect()
    }

    #[test]
    fn results_stand_in_the_order_of_their_errands_at_any_thread_count() {
        let alone = results(1);
        for (at, result) in alone.iter().enumerate() {
            match result {
                Err(fault) => {
                    assert_eq!((at % 4, fault), (2, &LearnFault::NoLabels { rows: 280 }));
                }
                Ok(bytes) => {
                    let model = find("gbdt").unwrap();
                    let model = (model.check)(&json!({})).unwrap().load(bytes).unwrap();
                    let trees = model.trees().unwrap().trees().len();
                    assert_eq!(trees, if at < 4 { 3 } else { 9 });
                    let best = model.importance();
                    assert!(best.iter().all(|gain| *gain <= best[at % 4]), "{best:?}");
                }
            }
        }
        for threads in [2, 4] {
            assert!(results(threads) == alone, "{threads} threads");
        }
    }

    #[test]
    fn threads_are_shared_where_there_are_more_than_models() {
        let each = |n_jobs| threads_each(n_jobs, 8);
        assert_eq!([0, 1, 4, 5, 8, 64].map(each), [8, 8, 2, 2, 1, 1]);
    }
}
