//! Random forest (Breiman 2001) of regression trees, grown by smartcore; a classification's trees
//! average chances.
//!
//! A missing value counts as its column's median over the training rows, so that a split sends it
//! where the median goes, and a fitted forest is trees like any other: it is kept as XGBoost's
//! JSON, in which the leaves hold their share of the mean. Weights are the chances of being drawn.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use smartcore::ensemble::random_forest_regressor::{
    RandomForestRegressor, RandomForestRegressorParameters,
};
use smartcore::linalg::basic::matrix::DenseMatrix;

use super::{Backend, LearnFault, boosting, dense, gbdt};
use crate::gbdt::Model;
use crate::learn::learner::{Fit, Fitted, Kind, Learner, Matrix, Sample, Scratch};
use crate::rng::Rng;

const NAME: &str = "forest";

pub(super) const BACKEND: Backend = Backend {
    name: NAME,
    about: "random forest, the second baseline",
    check: |given| Ok(Box::new(Grower { params: params(given)? })),
};

/// Bounds keep a training within seconds: an exact tree is linear in rows, columns and depth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Params {
    /// Default 100; 1000 at most.
    trees: u32,
    /// Default 8; 16 at most.
    max_depth: u16,
    /// Rows a leaf holds at least. Default 20: returns are noise for the most part.
    min_leaf_rows: usize,
    /// Share of the columns each node tries. Default 1/3, as for regression (Breiman 2001, §11).
    column_share: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { trees: 100, max_depth: 8, min_leaf_rows: 20, column_share: 1.0 / 3.0 }
    }
}

fn params(given: &Value) -> Result<Params, LearnFault> {
    let mut faults = Vec::new();
    let params: Params = boosting::read(boosting::object(given)?, &mut faults);
    let mut require = |fine: bool, name: &str, value: f64, problem: &str| {
        if !fine {
            faults.push(boosting::bad(name, &Value::from(value), problem));
        }
    };
    let Params { trees, max_depth, min_leaf_rows, column_share } = params;
    let (some, depth) = ((1..=1000).contains(&trees), (1..=16).contains(&max_depth));
    require(some, "trees", f64::from(trees), "it must be from 1 to 1000");
    require(depth, "max_depth", f64::from(max_depth), "it must be from 1 to 16");
    require(min_leaf_rows > 0, "min_leaf_rows", min_leaf_rows as f64, "it must be at least 1");
    let fine = column_share > 0.0 && column_share <= 1.0;
    require(fine, "column_share", column_share, "it must be above 0 and at most 1");
    if faults.is_empty() { Ok(params) } else { Err(LearnFault::Params(faults)) }
}

#[derive(Debug)]
struct Grower {
    params: Params,
}

type Grown = RandomForestRegressor<f32, f64, DenseMatrix<f32>, Vec<f64>>;

/// Trees grown together from one seed. Fixed, so that threads cannot change the forest; a group
/// sorts all columns once.
const GROUP: u32 = 25;

impl Learner for Grower {
    fn name(&self) -> &'static str {
        NAME
    }

    fn load(&self, bytes: &[u8]) -> Result<Box<dyn Fitted>, LearnFault> {
        Ok(Box::new(Forest::read(bytes.to_vec())?))
    }

    fn train(&self, sample: &Sample<'_>, _: &mut Scratch) -> Result<Fit, LearnFault> {
        if !sample.monotone.is_empty() {
            return Err(LearnFault::Unsupported { backend: NAME, what: "monotone constraints" });
        }
        let data = Data::of(sample)?;
        let n_trees = self.params.trees;
        let firsts: Vec<u32> = (0..n_trees).step_by(GROUP as usize).collect();
        let group = |first: &u32| {
            let n = GROUP.min(n_trees - first);
            nodes(&self.grow(&data, n, group_seed(sample.job.seed, *first))?)
        };
        let groups: Result<Vec<Vec<Vec<Node>>>, LearnFault> = if sample.job.threads > 1 {
            firsts.par_iter().map(group).collect()
        } else {
            firsts.iter().map(group).collect()
        };
        let trees: Vec<Vec<Node>> = groups?.into_iter().flatten().collect();
        let trees: Vec<Value> = trees
            .iter()
            .enumerate()
            .map(|(id, nodes)| data.tree(id, nodes, 1.0 / f64::from(n_trees)))
            .collect();
        let file = file(sample, &trees);
        let model = Forest::read(file.to_string().into_bytes())?;
        Ok(Fit { model: Box::new(model), losses: Vec::new(), rounds: Some(n_trees as usize) })
    }
}

/// Streams of their own: forests of neighbouring seeds must not share trees.
fn group_seed(seed: u64, first: u32) -> u64 {
    Rng::stream(seed, "forest", &[u64::from(first)]).next_u64()
}

impl Grower {
    fn grow(&self, data: &Data, n_trees: u32, seed: u64) -> Result<Grown, LearnFault> {
        let tried = (data.medians.len() as f64 * self.params.column_share).ceil() as usize;
        let parameters = RandomForestRegressorParameters::default()
            .with_max_depth(self.params.max_depth)
            .with_min_samples_leaf(self.params.min_leaf_rows)
            .with_min_samples_split(2 * self.params.min_leaf_rows)
            .with_n_trees(n_trees as usize)
            .with_m(tried.max(1))
            .with_seed(seed);
        let (values, targets) = (&data.values, &data.targets);
        let grown = match &data.weights {
            Some(weights) => Grown::fit_with_weights(values, targets, weights, parameters),
            None => Grown::fit(values, targets, parameters),
        };
        grown.map_err(|fault| LearnFault::Backend { backend: NAME, why: fault.to_string() })
    }
}

/// Training rows with medians in the gaps.
struct Data {
    medians: Vec<f32>,
    values: DenseMatrix<f32>,
    rows: Vec<f32>,
    targets: Vec<f64>,
    weights: Option<Vec<f64>>,
}

impl Data {
    fn of(sample: &Sample<'_>) -> Result<Self, LearnFault> {
        let matrix = &sample.job.matrix;
        let mut rows = dense::rows(matrix, &sample.rows.iter().copied());
        let width = matrix.columns().len();
        let median = |column: usize| {
            let values = rows[column..].iter().step_by(width).copied();
            median(values.filter(|value| !value.is_nan()).collect())
        };
        let medians: Vec<f32> = (0..width).map(median).collect();
        for row in rows.chunks_mut(width) {
            let cells = row.iter_mut().zip(&medians).filter(|(value, _)| value.is_nan());
            cells.for_each(|(value, median)| *value = *median);
        }
        let values = DenseMatrix::new(sample.rows.len(), width, rows.clone(), false)
            .map_err(|fault| LearnFault::Backend { backend: NAME, why: fault.to_string() })?;
        let weigh = || sample.rows.iter().map(|row| sample.weight(*row)).collect();
        Ok(Self {
            medians,
            values,
            rows,
            targets: sample.rows.iter().map(|row| sample.target(*row)).collect(),
            weights: sample.job.weights.map(|_| weigh()),
        })
    }

    /// A tree in XGBoost's terms: `x < t` goes left, missing where the median goes, leaves are
    /// their share of the forest's mean, covers are training rows.
    fn tree(&self, id: usize, nodes: &[Node], share: f64) -> Value {
        let n = nodes.len();
        let covers = self.covers(nodes);
        let (mut left, mut right) = (vec![-1_i64; n], vec![-1_i64; n]);
        let mut parents = vec![i64::from(i32::MAX); n];
        let (mut conditions, mut gains) = (vec![0.0_f32; n], vec![0.0_f32; n]);
        let mut default_left = vec![0; n];
        for (at, node) in nodes.iter().enumerate() {
            let Some(split) = &node.split else {
                conditions[at] = (node.output * share) as f32;
                continue;
            };
            (left[at], right[at]) = (split.children[0] as i64, split.children[1] as i64);
            split.children.iter().for_each(|child| parents[*child] = at as i64);
            conditions[at] = split.threshold;
            gains[at] = (split.gain * share) as f32;
            default_left[at] = i32::from(self.medians[split.column] < split.threshold);
        }
        let columns: Vec<usize> =
            nodes.iter().map(|node| node.split.as_ref().map_or(0, |split| split.column)).collect();
        let weights: Vec<f32> = nodes.iter().map(|node| (node.output * share) as f32).collect();
        json!({
            "id": id,
            "base_weights": weights,
            "categories": [], "categories_nodes": [],
            "categories_segments": [], "categories_sizes": [],
            "default_left": default_left,
            "left_children": left, "right_children": right, "parents": parents,
            "loss_changes": gains, "sum_hessian": covers,
            "split_conditions": conditions, "split_indices": columns, "split_type": vec![0; n],
            "tree_param": {
                "num_deleted": "0", "num_feature": self.medians.len().to_string(),
                "num_nodes": n.to_string(), "size_leaf_vector": "1",
            },
        })
    }

    /// Training rows that pass each node.
    fn covers(&self, nodes: &[Node]) -> Vec<f32> {
        let mut counts = vec![0_u32; nodes.len()];
        for row in self.rows.chunks(self.medians.len()) {
            let mut at = 0;
            counts[at] += 1;
            while let Some(split) = &nodes[at].split {
                at = split.children[usize::from(row[split.column] >= split.threshold)];
                counts[at] += 1;
            }
        }
        counts.into_iter().map(|count| count as f32).collect()
    }
}

/// The lower of the two in the middle: a value that is there. 0 for an empty column, which no tree
/// can split.
fn median(mut values: Vec<f32>) -> f32 {
    let Some(middle) = values.len().checked_sub(1).map(|last| last / 2) else { return 0.0 };
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

struct Node {
    output: f64,
    split: Option<Split>,
}

struct Split {
    column: usize,
    /// Values below go to the first child.
    threshold: f32,
    gain: f64,
    children: [usize; 2],
}

/// smartcore shows its trees to serde alone.
fn nodes(grown: &Grown) -> Result<Vec<Vec<Node>>, LearnFault> {
    let failed = |why: &str| LearnFault::Backend { backend: NAME, why: why.to_owned() };
    let shown = serde_json::to_value(grown).map_err(|fault| failed(&fault.to_string()))?;
    let trees = shown.pointer("/forest_regressor/trees").and_then(Value::as_array);
    let trees = trees.ok_or_else(|| failed("its trees are not where they were"))?;
    let tree =
        |tree: &Value| tree["nodes"].as_array()?.iter().map(node).collect::<Option<Vec<_>>>();
    let read = trees.iter().map(tree).collect::<Option<Vec<_>>>();
    read.ok_or_else(|| failed("its nodes are not as they were"))
}

fn node(shown: &Value) -> Option<Node> {
    let output = shown["output"].as_f64()?;
    if shown["true_child"].is_null() {
        return Some(Node { output, split: None });
    }
    let index = |key: &str| Some(shown[key].as_u64()? as usize);
    Some(Node {
        output,
        split: Some(Split {
            column: index("split_feature")?,
            threshold: above(shown["split_value"].as_f64()?),
            gain: shown["split_score"].as_f64().unwrap_or(0.0).max(0.0),
            children: [index("true_child")?, index("false_child")?],
        }),
    })
}

/// The least number of single precision above `value`: x ≤ value exactly if x < it.
fn above(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value { near } else { near.next_up() }
}

const KIND: &str = "edgewalk_kind";
const FORMAT: &str = "edgewalk_format";
const VERSION: &str = "forest 1";

fn file(sample: &Sample<'_>, trees: &[Value]) -> Value {
    let names = sample.job.matrix.names();
    let kind = match sample.job.kind {
        Kind::Regression => "regression",
        Kind::Classification => "classification",
    };
    json!({
        "learner": {
            "attributes": { FORMAT: VERSION, KIND: kind },
            "feature_names": names,
            "feature_types": vec!["float"; names.len()],
            "gradient_booster": {
                "model": {
                    "cats": { "enc": [], "feature_segments": [], "sorted_idx": [] },
                    "gbtree_model_param": {
                        "num_parallel_tree": "1", "num_trees": trees.len().to_string(),
                    },
                    "iteration_indptr": (0..=trees.len()).collect::<Vec<_>>(),
                    "tree_info": vec![0; trees.len()],
                    "trees": trees,
                },
                "name": "gbtree",
            },
            "learner_model_param": {
                "base_score": "[0E0]", "boost_from_average": "0", "num_class": "0",
                "num_feature": names.len().to_string(), "num_target": "1",
            },
            "objective": {
                "name": "reg:squarederror", "reg_loss_param": { "scale_pos_weight": "1" },
            },
        },
        "version": [3, 2, 0],
    })
}

#[derive(Debug)]
struct Forest {
    model: Model,
    kind: Kind,
    bytes: Vec<u8>,
}

impl Forest {
    fn read(bytes: Vec<u8>) -> Result<Self, LearnFault> {
        let model = gbdt::model(NAME, &bytes)?;
        let corrupt = |why: String| LearnFault::Corrupt { backend: NAME, why };
        let file: Value = serde_json::from_slice(&bytes).map_err(|e| corrupt(e.to_string()))?;
        let attributes = &file["learner"]["attributes"];
        let kind = match (attributes[FORMAT].as_str(), attributes[KIND].as_str()) {
            (Some(VERSION), Some("regression")) => Kind::Regression,
            (Some(VERSION), Some("classification")) => Kind::Classification,
            _ => return Err(corrupt("it does not say what forest it is".to_owned())),
        };
        Ok(Self { model, kind, bytes })
    }
}

impl Fitted for Forest {
    fn names(&self) -> &[String] {
        self.model.names()
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn to_bytes(&self) -> Result<Vec<u8>, LearnFault> {
        Ok(self.bytes.clone())
    }

    fn importance(&self) -> Vec<f64> {
        self.model.importance().into_iter().map(|column| column.total_gain).collect()
    }

    fn trees(&self) -> Option<Model> {
        Some(self.model.clone())
    }

    fn score(&self, matrix: &Matrix<'_>) -> Result<Vec<f32>, LearnFault> {
        let mut scores = self.model.predict(matrix).map_err(LearnFault::of_gbdt)?;
        if self.kind == Kind::Classification {
            // A sum of shares can miss 0 or 1 by its rounding.
            scores.iter_mut().for_each(|score| *score = score.clamp(0.0, 1.0));
        }
        Ok(scores)
    }
}

#[cfg(test)]
#[path = "forest_tests.rs"]
mod tests;
