//! What the config asks for, as the optimiser takes it.

use rayon::prelude::*;

use super::super::rules::{conduct, id, refuse, settled, told, windows};
use crate::backtest::Market;
use crate::config::{Config, LayerName, OptimizeMode, RegimesName};
use crate::failure::Failure;
use crate::features::Shape;
use crate::folds::Window;
use crate::market::{Bars, Columns};
use crate::optimize::{Bracket, Conduct, Field, How, Kind, Pick, Setup, Stretch, kinds};
use crate::regimes::{Markov, Method, Rules};
use crate::search::{
    GpParams, GridParams, History, Point, Sampler, SamplerParams, Space, SpaceParams, TpeParams,
};

/// All that is known before anything is tried.
pub struct Plans {
    pub setup: Setup,
    pub space: Space,
    pub how: How,
    /// Settings that no earning has chosen: the luck of the best of them can be told.
    pub beforehand: Vec<Point>,
    pub conduct: Conduct,
    pub windows: Vec<Window>,
    /// Windows, or the regimes of each.
    pub kinds: Vec<Kind>,
}

/// Settings are held in memory.
const MOST: u64 = 100_000;
/// Points that an adaptive search asks for at once: part of the algorithm.
const BATCH: usize = 10;
/// Regions that are refined, as seed users do, and how often.
const REGIONS: usize = 5;
const ROUNDS: usize = 4;
/// Of each round of halving one in so many goes on.
const KEEP_ONE_IN: usize = 3;

impl Plans {
    pub fn of(config: &Config, (bars, shape): (&Bars, Shape)) -> Result<Self, Failure> {
        let setup = setup(config)?;
        let space = space(config, &setup)?;
        let conduct = conduct(config, (bars, shape))?;
        let warm_up = settled(&[(setup.clone(), space.clone())], &conduct)?;
        let windows = windows(config, bars, warm_up)?;
        let kinds = apart(config, bars, &windows)?;
        let how = how(config, &space)?;
        let beforehand = beforehand((&space, config.seed), &how)?;
        Ok(Self { setup, space, how, beforehand, conduct, windows, kinds })
    }

    /// Where it all is tried; `windows`: what each chooses on.
    pub fn field<'a>(
        &'a self,
        config: &Config,
        (market, columns): (Market<'a>, &'a Columns),
        (windows, progress): (&'a [Stretch], &'a (dyn Fn(usize, usize) + Sync)),
    ) -> Field<'a> {
        let Self { conduct, setup, space, .. } = self;
        Field { market, columns, conduct, setup, space, seed: config.seed, windows, progress }
    }

    pub fn id(&self, config: &Config, bars: &Bars) -> String {
        let windows: Vec<_> = self
            .kinds
            .iter()
            .map(|kind| (kind.regime, &kind.train.rows, &kind.test.rows))
            .collect();
        let read = format!("{:?} {windows:?} {}", self.space, self.context(config));
        let names = self.setup.ensemble.members().iter().map(|member| member.strategy().name);
        id(&format!("optimize-{}", names.collect::<Vec<_>>().join("-")), bars, &read)
    }

    /// What a score depends on beside setting and bars.
    pub fn context(&self, config: &Config) -> String {
        format!("{:?} {} {}", config.optimize, told(&self.conduct), config.seed)
    }
}

fn setup(config: &Config) -> Result<Setup, Failure> {
    let asked = &config.optimize;
    Setup::spelt(&asked.strategy, &LayerName::each(&asked.layers), asked.exits_in)
        .map_err(|fault| refuse(&[fault]))
}

fn space(config: &Config, setup: &Setup) -> Result<Space, Failure> {
    let asked = &config.optimize;
    let most = match asked.mode {
        OptimizeMode::Grid => Some(u64::from(asked.max_settings)),
        _ => None,
    };
    let params: SpaceParams =
        setup.space(&asked.space.params(), most).map_err(|faults| refuse(&faults))?;
    params.check().map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::user(format!("`optimize.space`: {}", told.join("; ")))
            .hint("leave it empty to search the strategy's own parameters, stop and target")
    })
}

/// Each window's regimes apart, where they are asked for.
pub fn apart(config: &Config, bars: &Bars, windows: &[Window]) -> Result<Vec<Kind>, Failure> {
    let asked = &config.optimize;
    let window = asked.regime_bars as usize;
    let method = match asked.regimes {
        RegimesName::Off => None,
        RegimesName::Rules => Some(Method::Rules(Rules { window, ..Rules::default() })),
        RegimesName::Markov => {
            let n_states = asked.n_states as usize;
            let markov = Markov { n_states, window, seed: config.seed, ..Markov::default() };
            Some(Method::Markov(markov))
        }
    };
    let of = |w: &Window| {
        kinds(bars.columns(), (w.train.clone(), w.test.clone()), method.as_ref()).map_err(|fault| {
            Failure::user(format!("regimes of the window from `{}`: {fault}", bars.ts()[w.train.start]))
                .hint("longer training windows, a smaller `optimize.regime_bars`, or `optimize.regimes: none`")
        })
    };
    let apart: Vec<Result<Vec<Kind>, Failure>> = windows.par_iter().map(of).collect();
    Ok(apart.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

fn how(config: &Config, space: &Space) -> Result<How, Failure> {
    let asked = &config.optimize;
    if asked.pick == Pick::Plateau {
        stepped(space, "a plateau", "optimize.pick")?;
    }
    let trials = asked.trials as usize;
    let random = |n: usize| points(space, SamplerParams::Random, (config.seed, n));
    Ok(match asked.mode {
        OptimizeMode::Grid => {
            let n = grid_size(space)?;
            How::All(points(space, SamplerParams::Grid(GridParams::default()), (0, n as usize))?)
        }
        OptimizeMode::Random => How::All(random(trials)?),
        OptimizeMode::TwoStage => {
            let coarse = points(space, SamplerParams::QuasiRandom, (config.seed, trials))?;
            How::TwoStage { coarse, regions: REGIONS, rounds: ROUNDS }
        }
        OptimizeMode::Tpe => adaptive(SamplerParams::Tpe(TpeParams::default()), trials)?,
        OptimizeMode::GaussianProcess => {
            adaptive(SamplerParams::GaussianProcess(GpParams::default()), trials)?
        }
        OptimizeMode::Halving => How::Brackets(vec![bracket(random(trials)?, 2)]),
        OptimizeMode::Hyperband => {
            // As many bars are walked by each: 1/9 of 9 parts, 1/3 of 5, all of 3 (Li et al. 2018).
            let part = trials.div_ceil(17);
            let all = random(17 * part)?;
            let cut = |from: usize, n: usize| {
                all[(from * part).min(all.len())..((from + n) * part).min(all.len())].to_vec()
            };
            How::Brackets(vec![
                bracket(cut(0, 9), 2),
                bracket(cut(9, 5), 1),
                bracket(cut(14, 3), 0),
            ])
        }
    })
}

/// What a search goes on to has seen the test windows of earlier ones: in its place as many points,
/// evenly spread.
fn beforehand((space, seed): (&Space, u64), how: &How) -> Result<Vec<Point>, Failure> {
    Ok(match how {
        How::All(points) => points.clone(),
        How::These(wanted) => wanted.iter().map(|(point, _)| point.clone()).collect(),
        How::TwoStage { coarse, .. } => coarse.clone(),
        How::Adaptive { trials, .. } => points(space, SamplerParams::QuasiRandom, (seed, *trials))?,
        How::Brackets(brackets) => brackets.iter().flat_map(|b| b.points.clone()).collect(),
    })
}

fn bracket(points: Vec<Point>, rounds: u32) -> Bracket {
    let share = 1.0 / KEEP_ONE_IN.pow(rounds) as f64;
    Bracket { points, share, keep_one_in: KEEP_ONE_IN }
}

fn adaptive(sampler: SamplerParams, trials: usize) -> Result<How, Failure> {
    Ok(How::Adaptive { sampler: checked(sampler)?, trials, batch: BATCH })
}

fn points(
    space: &Space,
    sampler: SamplerParams,
    (seed, n): (u64, usize),
) -> Result<Vec<Point>, Failure> {
    Ok(checked(sampler)?.ask(&History::new(space), seed, n))
}

fn checked(sampler: SamplerParams) -> Result<Sampler, Failure> {
    sampler.check().map_err(|faults| Failure::user(faults.join("; ")))
}

/// `what` needs a space with steps.
fn stepped(space: &Space, what: &str, hint: &str) -> Result<(), Failure> {
    let endless = space.axes().find(|(_, dimension)| dimension.n_values().is_none());
    endless.map_or(Ok(()), |(name, _)| {
        let told = format!("`optimize.space.{name}` has no step, which {what} needs");
        Err(Failure::user(told).hint(format!("`1.0..3.0 step 0.5`, or another `{hint}`")))
    })
}

fn grid_size(space: &Space) -> Result<u64, Failure> {
    stepped(space, "a grid", "optimize.mode")?;
    let n = space.n_points().filter(|n| *n <= MOST);
    n.ok_or_else(|| {
        let sizes: Vec<String> =
            space.axes().map(|(_, d)| d.n_values().unwrap_or(0).to_string()).collect();
        let told = format!("the grid has {} settings, and {MOST} can be tried", sizes.join(" × "));
        Failure::user(told).hint("wider steps, fewer parameters, or `--mode two-stage`")
    })
}
