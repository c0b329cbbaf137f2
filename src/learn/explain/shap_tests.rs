//! Contributions are what their definition says, however they are computed.

use proptest::prelude::*;

use super::brute::shapley;
use super::trial::{Sketch, columns, model, slices, tree, value};
use super::{Contributions, ExplainFault, Explainer};
use crate::gbdt::{Matrix, Model, Rows};
use crate::rng::Rng;

fn explain(model: &Model, columns: &[Vec<f32>], rows: &Rows<'_>) -> Contributions {
    let columns = slices(columns);
    let matrix = Matrix::new(model.names(), &columns).unwrap();
    Explainer::new(model).unwrap().explain(&matrix, rows).unwrap()
}

fn all(columns: &[Vec<f32>]) -> Rows<'static> {
    Rows::Range(0..columns[0].len() as u32)
}

fn row(columns: &[Vec<f32>], at: usize) -> Vec<f32> {
    columns.iter().map(|column| column[at]).collect()
}

fn near(found: &[f64], expected: &[f64]) {
    let fine = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12 * (1.0 + b.abs());
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().zip(expected).all(fine), "{found:?}\nis not\n{expected:?}");
}

/// x0 < 1 (missing: left): then x1 < 2 (missing: right) → 10 (30 rows) or 20 (10 rows); else 40
/// (60 rows).
fn two_splits() -> Model {
    let leaf = |value, cover| Sketch::Leaf { value, cover };
    let tree = vec![
        Sketch::Split {
            column: 0,
            threshold: 1.0,
            missing_left: true,
            children: [1, 2],
            cover: 100.0,
        },
        Sketch::Split {
            column: 1,
            threshold: 2.0,
            missing_left: false,
            children: [3, 4],
            cover: 40.0,
        },
        leaf(40.0, 60.0),
        leaf(10.0, 30.0),
        leaf(20.0, 10.0),
    ];
    model(3, 0.5, &[tree])
}

#[test]
fn two_splits_by_hand() {
    // Nothing known: 0.4·12.5 + 0.6·40 = 29. Only x1 known to be small: 0.4·10 + 24 = 28; to be
    // large: 32. Only x0: 12.5 left, 40 right. Both: 10, 20 or 40.
    let nan = f32::NAN;
    let columns = [vec![0.0, 0.0, 5.0, nan, nan], vec![0.0, 3.0, 0.0, nan, 0.0], vec![7.0; 5]];
    let found = explain(&two_splits(), &columns, &all(&columns));
    assert!((found.bias() - 29.5).abs() < 1e-13);
    let halves = |a: [f64; 2], b: [f64; 2]| [(a[0] + a[1]) / 2.0, (b[0] + b[1]) / 2.0, 0.0];
    let small = halves([12.5 - 29.0, 10.0 - 28.0], [28.0 - 29.0, 10.0 - 12.5]);
    let large = halves([12.5 - 29.0, 20.0 - 32.0], [32.0 - 29.0, 20.0 - 12.5]);
    let right = halves([40.0 - 29.0, 40.0 - 28.0], [28.0 - 29.0, 0.0]);
    for (at, expected) in [small, large, right, large, small].iter().enumerate() {
        near(&found.row(at), expected);
    }
    near(&found.margins(), &[10.5, 20.5, 40.5, 20.5, 10.5]);
}

#[test]
fn a_model_without_splits_gives_its_bias_alone() {
    let found = model(2, 1.5, &[vec![Sketch::Leaf { value: 0.25, cover: 0.0 }]]);
    let columns = [vec![1.0; 3], vec![f32::NAN; 3]];
    let found = explain(&found, &columns, &all(&columns));
    assert_eq!(found.bias(), 1.75);
    assert_eq!(found.margins(), [1.75; 3]);
    let found = explain(&model(1, 2.0, &[]), &[vec![1.0]], &Rows::Range(0..1));
    assert_eq!((found.bias(), found.row(0)), (2.0, vec![0.0]));
}

#[test]
fn leaves_too_deep_for_a_table_are_exact_too() {
    let mut rng = Rng::new(23);
    for _ in 0..6 {
        let deep = tree(&mut rng, 11, 14, 0.45);
        let chain = chain(&mut rng, 11);
        let model = model(11, 0.0, &[deep, chain]);
        let plan = super::plan::Plan::new(&model.trees()[1], 1).unwrap();
        assert!(!plan.deep.is_empty());
        let columns = columns(&mut rng, 11, 3);
        let found = explain(&model, &columns, &all(&columns));
        for at in 0..3 {
            near(&found.row(at), &shapley(&model, &row(&columns, at)).0);
        }
    }
}

/// Every split's left child is a leaf; columns come in turn, twice.
fn chain(rng: &mut Rng, n_columns: usize) -> Vec<Sketch> {
    let mut nodes = Vec::new();
    let (mut cover, n_splits) = (1e4, 2 * n_columns);
    for at in 0..n_splits {
        nodes.push(Sketch::Split {
            column: at % n_columns,
            threshold: rng.normal() - 2.0,
            missing_left: false,
            children: [2 * at + 1, 2 * at + 2],
            cover,
        });
        nodes.push(Sketch::Leaf { value: rng.normal(), cover: 0.1 * cover });
        cover *= 0.9;
    }
    nodes.push(Sketch::Leaf { value: 5.0, cover });
    nodes
}

#[test]
fn neither_threads_nor_neighbours_change_a_bit() {
    let mut rng = Rng::new(41);
    let mut trees: Vec<_> = (0..20).map(|_| tree(&mut rng, 12, 6, 0.1)).collect();
    trees.push(chain(&mut rng, 12));
    let model = model(12, 0.0, &trees);
    let columns = columns(&mut rng, 12, 700);
    let explained = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| explain(&model, &columns, &all(&columns)))
    };
    let one = explained(1);
    assert_eq!(one, explained(2));
    assert_eq!(one, explained(4));
    let explainer = Explainer::new(&model).unwrap();
    let list = [650, 3, 3, 299];
    let some = explain(&model, &columns, &Rows::List(&list));
    for (at, row_at) in list.iter().enumerate() {
        let alone = explainer.explain_row(&row(&columns, *row_at as usize)).unwrap();
        assert_eq!(alone, one.row(*row_at as usize));
        assert_eq!(alone, some.row(at));
    }
}

#[test]
fn what_cannot_be_explained_is_refused() {
    let leaf = Sketch::Leaf { value: 1.0, cover: 0.0 };
    let split = |cover, children| Sketch::Split {
        column: 0,
        threshold: 0.0,
        missing_left: true,
        children,
        cover,
    };
    let bare = model(1, 0.0, &[vec![leaf], vec![split(0.0, [1, 2]), leaf, leaf]]);
    let fault = Explainer::new(&bare).unwrap_err();
    assert_eq!(fault, ExplainFault::NoCover { tree: 1, node: 0 });
    let debt = Sketch::Leaf { value: 1.0, cover: -1.0 };
    let fault = Explainer::new(&model(1, 0.0, &[vec![split(1.0, [1, 2]), leaf, debt]]));
    assert_eq!(fault.unwrap_err(), ExplainFault::NoCover { tree: 0, node: 2 });
    let mut tower: Vec<Sketch> = Vec::new();
    for at in 0..600 {
        tower.extend([split(1.0, [2 * at + 1, 2 * at + 2]), leaf]);
    }
    tower.push(Sketch::Leaf { value: 1.0, cover: 1.0 });
    let fault = Explainer::new(&model(1, 0.0, &[tower])).unwrap_err().to_string();
    assert_eq!(fault, "tree 0 is 600 splits deep, but 512 can be explained at most");
    let explainer = Explainer::new(&two_splits()).unwrap();
    let names = ["f0", "f1", "g"].map(str::to_owned);
    let columns: [&[f32]; 3] = [&[1.0], &[1.0], &[1.0]];
    let other = Matrix::new(&names, &columns).unwrap();
    let refusal = explainer.explain(&other, &Rows::Range(0..1)).unwrap_err().to_string();
    assert_eq!(refusal, "column 2 is `g`, but the model was trained on `f2`");
    let matrix = Matrix::new(explainer.names(), &columns).unwrap();
    assert!(explainer.explain(&matrix, &Rows::Range(0..2)).is_err());
    let none = explainer.explain(&matrix, &Rows::Range(0..0)).unwrap_err();
    assert_eq!(none, ExplainFault::NoRows);
    assert!(explainer.explain_row(&[1.0]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn contributions_are_shapley_values(
        seed: u64, n_columns in 1..7usize, depth in 1..9usize, stop in 0.0..0.6f64,
    ) {
        let mut rng = Rng::new(seed);
        let trees: Vec<_> = (0..3).map(|_| tree(&mut rng, n_columns, depth, stop)).collect();
        let model = model(n_columns, 0.25, &trees);
        // Enough rows for tables and for their lack.
        let columns = columns(&mut rng, n_columns, 40);
        let found = explain(&model, &columns, &all(&columns));
        for at in [0, 17, 39] {
            let (values, bias) = shapley(&model, &row(&columns, at));
            near(&found.row(at), &values);
            near(&[found.bias()], &[bias]);
        }
    }

    #[test]
    fn contributions_and_bias_add_up_to_the_margin(
        seed: u64, n_columns in 1..20usize, depth in 1..12usize, n_rows in 1..600usize,
    ) {
        let mut rng = Rng::new(seed);
        let trees: Vec<_> = (0..5).map(|_| tree(&mut rng, n_columns, depth, 0.2)).collect();
        let model = model(n_columns, -3.0, &trees);
        let columns = columns(&mut rng, n_columns, n_rows);
        let margins = explain(&model, &columns, &all(&columns)).margins();
        let slices = slices(&columns);
        let matrix = Matrix::new(model.names(), &slices).unwrap();
        for (found, expected) in margins.iter().zip(model.predict_margin(&matrix).unwrap()) {
            let expected = f64::from(expected);
            prop_assert!((found - expected).abs() <= 1e-5 * (1.0 + expected.abs()));
        }
    }

    #[test]
    fn a_column_no_tree_asks_for_contributes_nothing(seed: u64, depth in 1..8usize) {
        let mut rng = Rng::new(seed);
        let trees: Vec<_> = (0..3).map(|_| tree(&mut rng, 4, depth, 0.1)).collect();
        let columns = columns(&mut rng, 6, 30);
        let found = explain(&model(6, 0.0, &trees), &columns, &all(&columns));
        prop_assert!(found.column(4).iter().chain(found.column(5)).all(|value| *value == 0.0));
    }

    /// Two columns that are asked alike and hold alike contribute alike.
    #[test]
    fn twins_contribute_alike(seed: u64, depth in 1..7usize) {
        let mut rng = Rng::new(seed);
        let one = tree(&mut rng, 4, depth, 0.1);
        let swap = |node: &Sketch| match *node {
            Sketch::Split { column, threshold, missing_left, children, cover } => {
                let column = [1, 0, 2, 3][column];
                Sketch::Split { column, threshold, missing_left, children, cover }
            }
            leaf => leaf,
        };
        let other: Vec<Sketch> = one.iter().map(swap).collect();
        let model = model(4, 0.0, &[one, other]);
        let twin: Vec<f32> = (0..20).map(|_| value(&mut rng)).collect();
        let mut columns = columns(&mut rng, 4, 20);
        columns[0].clone_from(&twin);
        columns[1] = twin;
        let found = explain(&model, &columns, &all(&columns));
        near(found.column(0), found.column(1));
    }

    /// A model of all trees is the sum of models of one.
    #[test]
    fn contributions_of_trees_add_up(seed: u64) {
        let mut rng = Rng::new(seed);
        let trees: Vec<_> = (0..3).map(|_| tree(&mut rng, 5, 6, 0.2)).collect();
        let columns = columns(&mut rng, 5, 50);
        let together = explain(&model(5, 0.0, &trees), &columns, &all(&columns));
        let apart = trees.iter().map(|tree| {
            explain(&model(5, 0.0, std::slice::from_ref(tree)), &columns, &all(&columns))
        });
        let apart: Vec<Contributions> = apart.collect();
        for column in 0..5 {
            let sum = |at: usize| apart.iter().map(|one| one.column(column)[at]).sum();
            near(together.column(column), &(0..50).map(sum).collect::<Vec<f64>>());
        }
    }
}
