//! Trained models: what was planted is found, what is noise is not.

use super::{Basis, Drift, Explainer, Prune, Slices, Stability, Verdict};
use crate::gbdt::{Edges, Matrix, Model, Params, Rows, Task, Workspace};
use crate::rng::Rng;

const N_COLUMNS: usize = 12;
const N_ROWS: u32 = 3000;
const TRAINING: std::ops::Range<u32> = 0..1500;
const EARLY_STOP: std::ops::Range<u32> = 1500..2000;

struct World {
    names: Vec<String>,
    columns: Vec<Vec<f32>>,
    targets: Vec<f64>,
}

/// y = 2 x₃ − x₇ + noise; the other columns are noise; from row 2000 on x₃ is nearly silent.
fn world(seed: u64) -> World {
    let mut rng = Rng::new(seed);
    let names = (0..N_COLUMNS).map(|at| format!("x{at}")).collect();
    let mut columns: Vec<Vec<f32>> = Vec::new();
    for column in 0..N_COLUMNS {
        let size = |row| if column == 3 && row >= EARLY_STOP.end { 0.1 } else { 1.0 };
        columns.push((0..N_ROWS).map(|row| (size(row) * rng.normal()) as f32).collect());
    }
    let target = |row: usize| 2.0 * f64::from(columns[3][row]) - f64::from(columns[7][row]);
    let targets = (0..N_ROWS as usize).map(|row| target(row) + rng.normal()).collect();
    World { names, columns, targets }
}

impl World {
    fn with_matrix<T>(&self, use_it: impl FnOnce(&Matrix<'_>) -> T) -> T {
        let columns: Vec<&[f32]> = self.columns.iter().map(Vec::as_slice).collect();
        use_it(&Matrix::new(&self.names, &columns).unwrap())
    }

    fn model(&self) -> Model {
        self.with_matrix(|matrix| {
            let edges = Edges::fit(matrix, &Rows::Range(TRAINING), 64).unwrap();
            let binned = edges.bin(matrix, 0..N_ROWS as usize).unwrap();
            let task = Task {
                binned: &binned,
                targets: &self.targets,
                weights: None,
                rows: Rows::Range(TRAINING),
                watched: None,
                start: None,
            };
            let params = Params { rounds: 30, max_depth: 4, ..Params::default() };
            params.check().unwrap().fit(&task, &mut Workspace::default()).unwrap().model
        })
    }
}

fn slices() -> Slices<'static> {
    Slices { training: Rows::Range(TRAINING), early_stop: Rows::Range(EARLY_STOP) }
}

#[test]
fn planted_columns_come_first_with_their_directions() {
    let world = world(1);
    let model = world.model();
    let found = world.with_matrix(|matrix| {
        let explained = Explainer::new(&model).unwrap().explain(matrix, &Rows::Range(TRAINING));
        explained.unwrap().importance(matrix).unwrap()
    });
    assert_eq!([found[0].column, found[1].column], [3, 7]);
    assert!(found[0].direction.unwrap() > 0.95 && found[1].direction.unwrap() < -0.95);
    assert!(found[0].share + found[1].share > 0.8, "{found:?}");
    let total: f64 = found.iter().map(|row| row.share).sum();
    assert!((total - 1.0).abs() < 1e-12);
}

#[test]
fn pruning_keeps_what_was_planted_and_sees_no_later_row() {
    let mut world = world(2);
    let model = world.model();
    let choose = |world: &World, prune: Prune| {
        world.with_matrix(|matrix| prune.choose(&model, matrix, &slices()).unwrap())
    };
    let watched = Prune { keep: 2, basis: Basis::EarlyStop };
    let fitted = Prune { keep: 2, basis: Basis::Training };
    let kept = [choose(&world, watched), choose(&world, fitted)];
    assert_eq!((&kept[0].columns, &kept[1].columns), (&vec![3, 7], &vec![3, 7]));
    assert!(kept[0].share > 0.8 && kept[0].share < 1.0);
    for column in &mut world.columns {
        column[EARLY_STOP.end as usize..].fill(1e6);
    }
    assert_eq!(kept, [choose(&world, watched), choose(&world, fitted)]);
    for column in &mut world.columns {
        column[TRAINING.start as usize..TRAINING.end as usize].fill(0.0);
    }
    assert_eq!(kept[0], choose(&world, watched), "the early-stop slice alone");
    assert_ne!(kept[1], choose(&world, fitted));
    let none = Prune { keep: 0, basis: Basis::Training };
    assert!(world.with_matrix(|matrix| none.choose(&model, matrix, &slices()).is_err()));
}

#[test]
fn folds_agree_on_what_was_planted() {
    let folds = (10..14).map(|seed| {
        let world = world(seed);
        let model = world.model();
        world.with_matrix(|matrix| {
            let explained = Explainer::new(&model).unwrap().explain(matrix, &Rows::Range(TRAINING));
            explained.unwrap().importance(matrix).unwrap()
        })
    });
    let stability = Stability::new(&folds.collect::<Vec<_>>(), 2);
    assert_eq!([&*stability.columns[0].name, &*stability.columns[1].name], ["x3", "x7"]);
    assert_eq!(stability.columns[1].top_share, 1.0);
    assert!(stability.columns[2].top_share < 0.5);
    // Two of twelve agree for sure, the other ten by chance.
    let concordance = stability.concordance.unwrap();
    assert!(concordance > 0.4 && concordance < 0.95, "{concordance}");
}

#[test]
fn a_column_that_falls_silent_drifts_farthest() {
    let world = world(3);
    let model = world.model();
    let drift = world.with_matrix(|matrix| {
        let explainer = Explainer::new(&model).unwrap();
        let window = |rows| explainer.explain(matrix, &Rows::Range(rows)).unwrap();
        let (then, now) = (window(0..2000), window(2000..N_ROWS));
        assert!(
            Drift::between(&window(0..1000), &window(1000..2000), 0.01)
                .unwrap()
                .drifted()
                .is_empty()
        );
        Drift::between(&then, &now, 0.01).unwrap()
    });
    let x3 = &drift.columns[3];
    assert_eq!((drift.drifted()[0].column, x3.verdict), (3, Verdict::Large));
    assert!(x3.mean_abs[1] < 0.3 * x3.mean_abs[0]);
    // The trees let columns work on each other, so that others move too, but far less.
    assert!(drift.drifted()[1..].iter().all(|other| other.psi < 0.3 * x3.psi), "{drift:?}");
}
