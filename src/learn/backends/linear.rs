//! The honest baseline: elastic net (Zou & Hastie 2005), fitted by linfa; classification is its
//! logistic form by iteratively reweighted least squares (Friedman, Hastie & Tibshirani 2010,
//! "Regularization paths for generalized linear models via coordinate descent", §3).
//!
//! Columns are brought to weighted mean 0 and standard deviation 1 over the training rows; so is a
//! regression's target, which makes `penalty` mean the same at every scale. A missing value counts
//! as the training mean.

use libm::{exp, log};
use linfa::Dataset;
use linfa::traits::Fit as _;
use linfa_elasticnet::ElasticNet;
use ndarray::{Array1, Array2, ShapeBuilder};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Backend, LearnFault, boosting, dense};
use crate::learn::learner::{Fit, Fitted, Kind, Learner, Matrix, Sample, Scratch};

const NAME: &str = "linear";

pub(super) const BACKEND: Backend = Backend {
    name: NAME,
    about: "elastic net, for classification its logistic form: the honest baseline",
    check: |given| Ok(Box::new(Linear { params: params(given)? })),
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Params {
    /// Of coefficients of standardised columns. Default 0.01.
    penalty: f64,
    /// The penalty's share that is absolute, and so drops columns; the rest is squared. Default ½.
    l1_ratio: f64,
    /// Passes of coordinate descent at most. Default 500.
    max_passes: u32,
    /// Duality gap to stop at, as a share of the target's sum of squares. Default 1e-6.
    tolerance: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { penalty: 0.01, l1_ratio: 0.5, max_passes: 500, tolerance: 1e-6 }
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
    let Params { penalty, l1_ratio, max_passes, tolerance } = params;
    require((0.0..1e9).contains(&penalty), "penalty", penalty, "it must not be negative");
    require((0.0..=1.0).contains(&l1_ratio), "l1_ratio", l1_ratio, "it must be from 0 to 1");
    require(max_passes >= 1, "max_passes", f64::from(max_passes), "it must be at least 1");
    let fine = tolerance > 0.0 && tolerance < 1.0;
    require(fine, "tolerance", tolerance, "it must be between 0 and 1");
    if faults.is_empty() { Ok(params) } else { Err(LearnFault::Params(faults)) }
}

#[derive(Debug)]
struct Linear {
    params: Params,
}

impl Learner for Linear {
    fn name(&self) -> &'static str {
        NAME
    }

    fn load(&self, bytes: &[u8]) -> Result<Box<dyn Fitted>, LearnFault> {
        Ok(Box::new(Plane::read(bytes)?))
    }

    fn train(&self, sample: &Sample<'_>, _: &mut Scratch) -> Result<Fit, LearnFault> {
        if !sample.monotone.is_empty() {
            return Err(LearnFault::Unsupported { backend: NAME, what: "monotone constraints" });
        }
        let data = Standard::of(sample);
        let (coefficients, intercept) = match sample.job.kind {
            Kind::Regression => self.least_squares(&data)?,
            Kind::Classification => self.logistic(&data)?,
        };
        let names = sample.job.matrix.names().iter();
        let columns = names.zip(&data.scales).zip(&coefficients);
        let column = |((name, scale), coefficient): ((&String, &Scale), &f64)| Column {
            name: name.clone(),
            mean: scale.mean,
            scale: scale.scale,
            coefficient: *coefficient as f32,
        };
        let model = Plane {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind: sample.job.kind,
            intercept: intercept as f32,
            columns: columns.map(column).collect(),
        };
        Ok(Fit { model: Box::new(model.named()), losses: Vec::new(), rounds: None })
    }
}

/// Mean and standard deviation as the model keeps them; columns without spread have scale 0.
#[derive(Debug, Clone, Copy)]
struct Scale {
    mean: f32,
    scale: f32,
}

impl Scale {
    fn of(&self, value: f32) -> f64 {
        if value.is_nan() || self.scale == 0.0 {
            return 0.0;
        }
        (f64::from(dense::finite(value)) - f64::from(self.mean)) / f64::from(self.scale)
    }
}

/// Training rows, brought to one scale. Weights have mean 1.
struct Standard {
    scales: Vec<Scale>,
    columns: Vec<Vec<f64>>,
    targets: Vec<f64>,
    weights: Vec<f64>,
}

impl Standard {
    fn of(sample: &Sample<'_>) -> Self {
        let mut weights: Vec<f64> = sample.rows.iter().map(|row| sample.weight(*row)).collect();
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        weights.iter_mut().for_each(|weight| *weight /= mean);
        let (mut scales, mut columns) = (Vec::new(), Vec::new());
        for column in sample.job.matrix.columns() {
            let values: Vec<f32> = sample.rows.iter().map(|row| column[*row as usize]).collect();
            let scale = scale(&values, &weights);
            columns.push(values.iter().map(|value| scale.of(*value)).collect());
            scales.push(scale);
        }
        let targets = sample.rows.iter().map(|row| sample.target(*row)).collect();
        Self { scales, columns, targets, weights }
    }
}

fn scale(values: &[f32], weights: &[f64]) -> Scale {
    let present = || {
        let pairs = values.iter().zip(weights).filter(|(value, _)| !value.is_nan());
        pairs.map(|(value, weight)| (f64::from(dense::finite(*value)), *weight))
    };
    let total: f64 = present().map(|(_, weight)| weight).sum();
    if total == 0.0 {
        return Scale { mean: 0.0, scale: 0.0 };
    }
    let mean = present().map(|(value, weight)| value * weight).sum::<f64>() / total;
    let square = present().map(|(value, weight)| (value - mean) * (value - mean) * weight);
    let deviation = (square.sum::<f64>() / total).sqrt() as f32;
    // Below this a "spread" is rounding: single precision has 24 bits.
    let flat = f64::from(deviation) <= mean.abs() * f64::from(f32::EPSILON);
    Scale { mean: mean as f32, scale: if flat || !deviation.is_finite() { 0.0 } else { deviation } }
}

impl Linear {
    fn least_squares(&self, data: &Standard) -> Result<(Vec<f64>, f64), LearnFault> {
        let Centred { mean, spread, .. } = Centred::of(&data.targets, &data.weights);
        let targets: Vec<f64> = data.targets.iter().map(|y| (y - mean) / spread).collect();
        let (coefficients, intercept) = self.solve(&data.columns, &targets, &data.weights)?;
        Ok((coefficients.iter().map(|c| c * spread).collect(), mean + intercept * spread))
    }

    /// Newton steps of the penalised likelihood, each a weighted least squares of its own.
    fn logistic(&self, data: &Standard) -> Result<(Vec<f64>, f64), LearnFault> {
        let start = Centred::of(&data.targets, &data.weights).mean;
        let mut coefficients = vec![0.0; data.columns.len()];
        let mut intercept = log(start / (1.0 - start));
        for _ in 0..MAX_STEPS {
            let margins = margins(&data.columns, &coefficients, intercept);
            let (mut targets, mut weights) = (Vec::new(), Vec::new());
            let rows = margins.iter().zip(&data.targets).zip(&data.weights);
            for ((margin, target), weight) in rows {
                let chance = sigmoid(*margin);
                let curve = (chance * (1.0 - chance)).max(MIN_CURVE);
                targets.push(margin + (target - chance) / curve);
                weights.push(weight * curve);
            }
            let (new, level) = self.solve(&data.columns, &targets, &weights)?;
            let moved = new.iter().zip(&coefficients).map(|(a, b)| (a - b).abs());
            let moved = moved.fold((level - intercept).abs(), f64::max);
            (coefficients, intercept) = (new, level);
            if moved < STEP_TOLERANCE {
                return Ok((coefficients, intercept));
            }
        }
        let why = format!("no optimum in {MAX_STEPS} steps: a larger `penalty` has one");
        Err(LearnFault::Backend { backend: NAME, why })
    }

    /// Coefficients and intercept of the weighted elastic net: rows are centred by their weights
    /// and multiplied by the root of them, after which linfa's unweighted one is the same problem.
    fn solve(
        &self,
        columns: &[Vec<f64>],
        targets: &[f64],
        weights: &[f64],
    ) -> Result<(Vec<f64>, f64), LearnFault> {
        let roots: Vec<f64> = weights.iter().map(|weight| weight.sqrt()).collect();
        let mut means = Vec::with_capacity(columns.len());
        let mut values = Vec::with_capacity(columns.len() * targets.len());
        for column in columns {
            let mean = Centred::of(column, weights).mean;
            means.push(mean);
            values.extend(column.iter().zip(&roots).map(|(value, root)| (value - mean) * root));
        }
        let level = Centred::of(targets, weights).mean;
        let targets: Array1<f64> =
            targets.iter().zip(&roots).map(|(target, root)| (target - level) * root).collect();
        let failed = |why: String| LearnFault::Backend { backend: NAME, why };
        let shape = (targets.len(), columns.len()).f();
        let matrix = Array2::from_shape_vec(shape, values).map_err(|e| failed(e.to_string()))?;
        let fitted = ElasticNet::params()
            .penalty(self.params.penalty)
            .l1_ratio(self.params.l1_ratio)
            .with_intercept(false)
            .tolerance(self.params.tolerance)
            .max_iterations(self.params.max_passes)
            .fit(&Dataset::new(matrix, targets))
            .map_err(|fault| failed(fault.to_string()))?;
        let coefficients = fitted.hyperplane().to_vec();
        if coefficients.iter().any(|coefficient| !coefficient.is_finite()) {
            return Err(failed("coordinate descent did not converge".to_owned()));
        }
        let shift: f64 = coefficients.iter().zip(&means).map(|(c, mean)| c * mean).sum();
        Ok((coefficients, level - shift))
    }
}

/// Newton steps; a dozen is more than a penalised fit ever needs.
const MAX_STEPS: usize = 25;
const STEP_TOLERANCE: f64 = 1e-6;
/// A row that is all but certain keeps a weight (glmnet's 1e-5).
const MIN_CURVE: f64 = 1e-5;

struct Centred {
    mean: f64,
    spread: f64,
}

impl Centred {
    fn of(values: &[f64], weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let mean = values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / total;
        let square = values.iter().zip(weights).map(|(v, w)| (v - mean) * (v - mean) * w);
        let spread = (square.sum::<f64>() / total).sqrt();
        Self { mean, spread: if spread > 0.0 { spread } else { 1.0 } }
    }
}

fn margins(columns: &[Vec<f64>], coefficients: &[f64], intercept: f64) -> Vec<f64> {
    let mut margins = vec![intercept; columns.first().map_or(0, Vec::len)];
    for (column, coefficient) in columns.iter().zip(coefficients) {
        margins.iter_mut().zip(column).for_each(|(margin, value)| *margin += coefficient * value);
    }
    margins
}

fn sigmoid(margin: f64) -> f64 {
    1.0 / (1.0 + exp(-margin))
}

const FORMAT: &str = "edgewalk linear";
const VERSION: u32 = 1;

/// The model and its file. Numbers are of single precision, which JSON carries without loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plane {
    format: String,
    version: u32,
    kind: Kind,
    intercept: f32,
    columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    name: String,
    mean: f32,
    /// 0: the column had no spread and is not looked at.
    scale: f32,
    /// Of the standardised column.
    coefficient: f32,
}

#[derive(Debug)]
struct Named {
    plane: Plane,
    names: Vec<String>,
}

impl Plane {
    fn named(self) -> Named {
        let names = self.columns.iter().map(|column| column.name.clone()).collect();
        Named { plane: self, names }
    }

    fn read(bytes: &[u8]) -> Result<Named, LearnFault> {
        let corrupt = |why: String| LearnFault::Corrupt { backend: NAME, why };
        let plane: Self = serde_json::from_slice(bytes).map_err(|e| corrupt(e.to_string()))?;
        if plane.format != FORMAT || plane.version != VERSION {
            return Err(corrupt(format!("it is `{:.40}` {}", plane.format, plane.version)));
        }
        let is_sound = |column: &Column| {
            let finite = [column.mean, column.scale, column.coefficient];
            finite.iter().all(|value| value.is_finite()) && column.scale >= 0.0
        };
        let wrong = plane.columns.iter().find(|column| !is_sound(column));
        if let Some(column) = wrong {
            return Err(corrupt(format!("column `{:.40}` has impossible numbers", column.name)));
        }
        if plane.columns.is_empty() || !plane.intercept.is_finite() {
            return Err(corrupt("it has no columns, or no finite intercept".to_owned()));
        }
        Ok(plane.named())
    }
}

impl Fitted for Named {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn kind(&self) -> Kind {
        self.plane.kind
    }

    fn to_bytes(&self) -> Result<Vec<u8>, LearnFault> {
        let failed =
            |why: serde_json::Error| LearnFault::Backend { backend: NAME, why: why.to_string() };
        serde_json::to_vec(&self.plane).map_err(failed)
    }

    fn importance(&self) -> Vec<f64> {
        self.plane.columns.iter().map(|column| f64::from(column.coefficient.abs())).collect()
    }

    fn score(&self, matrix: &Matrix<'_>) -> Result<Vec<f32>, LearnFault> {
        let mut margins = vec![f64::from(self.plane.intercept); matrix.n_rows()];
        for (column, values) in self.plane.columns.iter().zip(matrix.columns()) {
            let scale = Scale { mean: column.mean, scale: column.scale };
            let coefficient = f64::from(column.coefficient);
            let rows = margins.iter_mut().zip(*values);
            rows.for_each(|(margin, value)| *margin += coefficient * scale.of(*value));
        }
        let score = |margin: f64| match self.plane.kind {
            Kind::Regression => margin as f32,
            Kind::Classification => sigmoid(margin) as f32,
        };
        Ok(margins.into_iter().map(score).collect())
    }
}

#[cfg(test)]
#[path = "linear_tests.rs"]
mod tests;
