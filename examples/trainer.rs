//! Our side of bench/training.py and bench/interop.py: a process that trains when it is told to.
//!
//! Usage: trainer FOLDER THREADS
//!
//! FOLDER holds `names.json`, `x.f32` (columns one after another) and `y.f64` (horizons one after
//! another). Each line of standard input is an order, each line of standard output its answer, so
//! that the script can time us and our peers in turn.

#![expect(clippy::print_stdout, reason = "standard output is what the script reads")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use edgewalk::folds::RowSet;
use edgewalk::learn::backends::find;
use edgewalk::learn::learner::{Fitted, Job, Kind, Learner, Matrix};
use edgewalk::learn::many::{Errand, fit_many};
use edgewalk::learn::target::Target;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Order {
    /// One model a horizon, from the same rows.
    Fit {
        backend: String,
        params: Value,
        kind: Kind,
        first: u32,
        rows: u32,
        horizons: Vec<usize>,
        seed: u64,
    },
    /// What the models say of these rows, one after another, in single precision.
    Predict {
        first: usize,
        rows: usize,
        into: PathBuf,
    },
    Save {
        into: Vec<PathBuf>,
    },
    Load {
        backend: String,
        from: Vec<PathBuf>,
    },
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, threads] = args.as_slice() else { anyhow::bail!("usage: trainer FOLDER THREADS") };
    rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build_global()?;
    let data = Data::read(Path::new(folder))?;
    println!("{}", json!({ "sha256": data.hash }));
    let mut models = Vec::new();
    for line in std::io::stdin().lock().lines() {
        data.obey(serde_json::from_str(&line?)?, &mut models)?;
        println!("{}", json!({ "done": models.len() }));
    }
    Ok(())
}

struct Data {
    names: Vec<String>,
    x: Vec<f32>,
    y: Vec<f64>,
    n_rows: usize,
    /// Of the bytes of `x` and `y`.
    hash: String,
}

impl Data {
    fn read(folder: &Path) -> anyhow::Result<Self> {
        let names: Vec<String> = serde_json::from_slice(&fs::read(folder.join("names.json"))?)?;
        let mut hasher = Sha256::new();
        let x = numbers(&folder.join("x.f32"), &mut hasher, f32::from_le_bytes)?;
        let y = numbers(&folder.join("y.f64"), &mut hasher, f64::from_le_bytes)?;
        let hash = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let n_rows = x.len() / names.len().max(1);
        Ok(Self { names, x, y, n_rows, hash })
    }

    fn obey(&self, order: Order, models: &mut Vec<Box<dyn Fitted>>) -> anyhow::Result<()> {
        match order {
            Order::Fit { backend, params, kind, first, rows, horizons, seed } => {
                let learner = (find(&backend)?.check)(&params)?;
                let rows = RowSet::from(first..first + rows);
                *models = self.fit(&*learner, (kind, &rows, seed), &horizons)?;
            }
            Order::Predict { first, rows, into } => {
                let columns = self.columns(first, rows);
                let matrix = Matrix::new(&self.names, &columns)?;
                let mut bytes = Vec::new();
                for model in models.iter() {
                    bytes.extend(model.predict(&matrix)?.into_iter().flat_map(f32::to_le_bytes));
                }
                write(&into, &bytes)?;
            }
            Order::Save { into } => {
                for (model, path) in models.iter().zip(into) {
                    write(&path, &model.to_bytes()?)?;
                }
            }
            Order::Load { backend, from } => {
                let learner = (find(&backend)?.check)(&json!({}))?;
                models.clear();
                for path in from {
                    models.push(learner.load(&fs::read(path)?)?);
                }
            }
        }
        Ok(())
    }

    /// As `edgewalk train` does it: columns are prepared once, from training rows alone, and the
    /// horizons are trained side by side.
    fn fit(
        &self,
        learner: &dyn Learner,
        (kind, rows, seed): (Kind, &RowSet, u64),
        horizons: &[usize],
    ) -> anyhow::Result<Vec<Box<dyn Fitted>>> {
        let columns = self.columns(0, self.n_rows);
        let matrix = Matrix::new(&self.names, &columns)?;
        let prepared = learner.prepare(matrix, rows, None)?;
        let target = match kind {
            Kind::Regression => Target::ReturnBps,
            Kind::Classification => Target::Sign,
        };
        let labels = |horizon: &usize| &self.y[horizon * self.n_rows..][..self.n_rows];
        let targets: Vec<Vec<f64>> =
            horizons.iter().map(|horizon| target.of_labels(labels(horizon))).collect();
        let monotone = BTreeMap::new();
        let errand = |targets| {
            let (prepared, monotone) = (&prepared, &monotone);
            let (early_stop, weights, threads) = (None, None, 1);
            let job = Job {
                matrix,
                prepared,
                kind,
                rows,
                early_stop,
                targets,
                weights,
                monotone,
                seed,
                threads,
            };
            Errand { learner, job }
        };
        let errands: Vec<Errand<'_>> = targets.iter().map(|targets| errand(targets)).collect();
        let fits = fit_many(&errands, &|_| ());
        fits.into_iter().map(|fit| Ok(fit?.model)).collect()
    }

    fn columns(&self, first: usize, rows: usize) -> Vec<&[f32]> {
        self.x.chunks_exact(self.n_rows).map(|column| &column[first..first + rows]).collect()
    }
}

/// Piece by piece, so that memory holds the numbers alone and the peak is the training's.
fn numbers<T, const N: usize>(
    path: &Path,
    hasher: &mut Sha256,
    number: fn([u8; N]) -> T,
) -> anyhow::Result<Vec<T>> {
    let name = || path.display().to_string();
    let mut file = fs::File::open(path).with_context(name)?;
    let size = file.metadata()?.len() as usize;
    let (mut numbers, mut piece) = (Vec::with_capacity(size / N), vec![0; PIECE.min(size)]);
    while numbers.len() * N < size {
        let left = size - numbers.len() * N;
        let bytes = &mut piece[..left.min(PIECE)];
        file.read_exact(bytes).with_context(name)?;
        hasher.update(&*bytes);
        numbers.extend(bytes.as_chunks().0.iter().map(|bytes| number(*bytes)));
    }
    Ok(numbers)
}

const PIECE: usize = 1 << 16;

#[expect(clippy::disallowed_methods, reason = "the script reads it at once, and deletes it")]
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    fs::write(path, bytes)
}
