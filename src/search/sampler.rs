//! Which points to try next, behind one interface.

use serde::{Deserialize, Serialize};

use super::gp::{Gp, GpParams};
use super::grid::{Grid, GridParams};
use super::halton::Halton;
use super::history::{Batch, History};
use super::tpe::{Tpe, TpeParams};
use super::value::Point;
use crate::rng::Rng;

/// How points are chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SamplerParams {
    /// Every point alike.
    Random,
    /// Spread evenly: as random, without its lumps and holes.
    QuasiRandom,
    /// Every point of a grid, the last dimension by name changing fastest.
    Grid(GridParams),
    /// Tree-structured Parzen estimator: quick, good with many trials and choices.
    Tpe(TpeParams),
    /// Gaussian process: the fewest trials on smooth objectives; slow beyond a thousand.
    GaussianProcess(GpParams),
}

/// A sampler whose settings are possible. It holds no state: the next points are a function of seed
/// and history alone, so a resumed search goes on as if it had not been stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampler(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Random,
    QuasiRandom,
    Grid(Grid),
    Tpe(Tpe),
    Gp(Gp),
}

impl SamplerParams {
    /// Why it is impossible is one sentence for each fault.
    pub fn check(self) -> Result<Sampler, Vec<String>> {
        let kind = match self {
            Self::Random => Kind::Random,
            Self::QuasiRandom => Kind::QuasiRandom,
            Self::Grid(params) => Kind::Grid(params.check()?),
            Self::Tpe(params) => Kind::Tpe(params.check()?),
            Self::GaussianProcess(params) => Kind::Gp(params.check()?),
        };
        Ok(Sampler(kind))
    }
}

impl Sampler {
    /// The next `n` points, none of them tried before; fewer where no more are left.
    pub fn ask(&self, history: &History, seed: u64, n: usize) -> Vec<Point> {
        match &self.0 {
            Kind::Random => random(history, seed, n),
            Kind::QuasiRandom => quasi_random(history, seed, n),
            Kind::Grid(grid) => grid.ask(history, n),
            Kind::Tpe(tpe) => tpe.ask(history, seed, n),
            Kind::Gp(gp) => gp.ask(history, seed, n),
        }
    }
}

fn random(history: &History, seed: u64, n: usize) -> Vec<Point> {
    let mut batch = Batch::new(history);
    for number in history.next_number()..history.next_number() + n as u64 {
        let mut rng = Rng::stream(seed, "search random", &[number]);
        let mut draw = || {
            let mut cube: Vec<f64> = (0..history.space().n_axes()).map(|_| rng.uniform()).collect();
            history.space().snap(&mut cube);
            cube
        };
        // Drawn again while it was tried before: the next free point would not be uniform.
        let mut cube = draw();
        for _ in 0..REDRAWS {
            if batch.is_new(&cube) {
                break;
            }
            cube = draw();
        }
        if !batch.take(cube) {
            break;
        }
    }
    batch.points
}

/// Leaves one in a thousand to linear probing where nine tenths of all points were tried.
const REDRAWS: usize = 64;

pub(super) fn quasi_random(history: &History, seed: u64, n: usize) -> Vec<Point> {
    let halton = Halton::new(history.space().n_axes(), seed);
    let mut batch = Batch::new(history);
    for number in history.next_number()..history.next_number() + n as u64 {
        if !batch.take(halton.place(number)) {
            break;
        }
    }
    batch.points
}
