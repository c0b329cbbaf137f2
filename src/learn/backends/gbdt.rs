//! Our own trainer, the default.

use std::ops::Range;

use super::{Backend, LearnFault, boosting};
use crate::gbdt::{Binned, Edges, Model, Objective, Params, Rows, Task, Workspace};
use crate::learn::learner::{Fit, Fitted, Kind, Learner, Matrix, Ready, Sample, Scratch, Slice};

const NAME: &str = "gbdt";

pub(super) const BACKEND: Backend = Backend {
    name: NAME,
    about: "our own boosted trees, made for many trainings on nearly the same rows",
    check: |given| Ok(Box::new(Gbdt { params: boosting::params(given, &[])? })),
};

#[derive(Debug)]
struct Gbdt {
    params: Params,
}

/// Rows in codes; row 0 is the first of `span`.
struct Shared {
    binned: Binned,
    span: Range<usize>,
}

impl Learner for Gbdt {
    fn name(&self) -> &'static str {
        NAME
    }

    fn key(&self) -> String {
        format!("{NAME} with {} bins", self.params.max_bins)
    }

    fn load(&self, bytes: &[u8]) -> Result<Box<dyn Fitted>, LearnFault> {
        Ok(Box::new(Trees(model(NAME, bytes)?)))
    }

    fn ready(&self, slice: &Slice<'_>) -> Result<Ready, LearnFault> {
        let edges = Edges::fit(&slice.matrix, &Rows::List(&slice.rows), self.params.max_bins)
            .map_err(LearnFault::of_gbdt)?;
        let span = slice.span.clone();
        let binned = edges.bin(&slice.matrix, span.clone()).map_err(LearnFault::of_gbdt)?;
        Ok(Box::new(Shared { binned, span }))
    }

    fn train(&self, sample: &Sample<'_>, scratch: &mut Scratch) -> Result<Fit, LearnFault> {
        let job = sample.job;
        let Shared { binned, span } = job.prepared.data()?;
        let first = span.start as u32;
        let from_span = |rows: &[u32]| rows.iter().map(|row| row - first).collect::<Vec<u32>>();
        let rows = from_span(&sample.rows);
        let stops = self.params.patience > 0 && !sample.early_stop.is_empty();
        let watched = stops.then(|| from_span(&sample.early_stop));
        let params = Params {
            objective: boosting::objective(&self.params, job.kind),
            seed: job.seed,
            threads: job.threads.max(1),
            monotone: sample.monotone.clone(),
            ..self.params.clone()
        };
        let booster = params.check().map_err(|faults| {
            let why = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            LearnFault::Backend { backend: NAME, why }
        })?;
        let task = Task {
            binned,
            targets: &job.targets[span.clone()],
            weights: job.weights.map(|weights| &weights[span.clone()]),
            rows: Rows::List(&rows),
            watched: watched.as_deref().map(Rows::List),
            start: None,
        };
        let fit = booster.fit(&task, scratch.of::<Workspace>()).map_err(LearnFault::of_gbdt)?;
        let rounds = Some(fit.best_rounds);
        Ok(Fit { model: Box::new(Trees(fit.model)), losses: fit.losses, rounds })
    }
}

/// A model in XGBoost's JSON, whoever wrote it.
pub(super) fn model(backend: &'static str, bytes: &[u8]) -> Result<Model, LearnFault> {
    let corrupt =
        |fault: crate::gbdt::GbdtFault| LearnFault::Corrupt { backend, why: fault.to_string() };
    Model::from_xgboost_json(bytes).map_err(corrupt)
}

#[derive(Debug)]
struct Trees(Model);

impl Fitted for Trees {
    fn names(&self) -> &[String] {
        self.0.names()
    }

    fn kind(&self) -> Kind {
        match self.0.objective() {
            Objective::Logistic => Kind::Classification,
            _ => Kind::Regression,
        }
    }

    fn to_bytes(&self) -> Result<Vec<u8>, LearnFault> {
        Ok(self.0.to_xgboost_json().into_bytes())
    }

    fn importance(&self) -> Vec<f64> {
        self.0.importance().into_iter().map(|column| column.total_gain).collect()
    }

    fn trees(&self) -> Option<Model> {
        Some(self.0.clone())
    }

    fn score(&self, matrix: &Matrix<'_>) -> Result<Vec<f32>, LearnFault> {
        self.0.predict(matrix).map_err(LearnFault::of_gbdt)
    }
}
