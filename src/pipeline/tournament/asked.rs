//! What the config asks for, as the tournament takes it.

use super::super::rules::{conduct, id, refuse, settled, told, windows};
use crate::config::{ChampionSampler, Config, LayerName};
use crate::failure::Failure;
use crate::features::Shape;
use crate::folds::Window;
use crate::market::Bars;
use crate::optimize::{BadSetup, Candidate, Conduct, Leaving, Setup, Terms};
use crate::rng::Rng;
use crate::search::{GpParams, SamplerParams, Space, TpeParams};
use crate::strategy::{self, Layer, Strategy};

/// All that is known before anything is tried.
pub struct Plans {
    pub candidates: Vec<Candidate>,
    pub terms: Terms,
    pub conduct: Conduct,
    pub windows: Vec<Window>,
}

impl Plans {
    pub fn of(config: &Config, (bars, shape): (&Bars, Shape)) -> Result<Self, Failure> {
        let strategies = strategies(config)?;
        let conduct = conduct(config, (bars, shape))?;
        let searched =
            strategies.iter().map(|s| searched(config, s)).collect::<Result<Vec<_>, _>>()?;
        let warm_up = settled(&searched, &conduct)?;
        let windows = windows(config, bars, warm_up)?;
        let (candidates, terms) = (candidates(config, &strategies)?, terms(config)?);
        Ok(Self { candidates, terms, conduct, windows })
    }

    pub fn id(&self, config: &Config, bars: &Bars) -> String {
        let windows: Vec<_> = self.windows.iter().map(|w| (&w.train, &w.test)).collect();
        let read = format!("{windows:?} {}", self.context(config));
        id("tournament", bars, &read)
    }

    /// What a score depends on beside setting and bars.
    pub fn context(&self, config: &Config) -> String {
        let optimize = &config.optimize;
        let shared = (optimize.exits_in, optimize.min_score);
        let (terms, conduct) = (&config.tournament, told(&self.conduct));
        format!("{shared:?} {terms:?} {conduct} {}", config.seed)
    }
}

/// Each once, in the order of the list.
fn strategies(config: &Config) -> Result<Vec<&'static Strategy>, Failure> {
    let named = &config.tournament.strategies;
    if named.is_empty() {
        return Ok(strategy::ALL.to_vec());
    }
    let mut asked: Vec<&'static Strategy> = Vec::new();
    for name in named {
        let found = strategy::find(name).map_err(|fault| refuse(&[BadSetup::Choice(fault)]))?;
        if !asked.contains(&found) {
            asked.push(found);
        }
    }
    if asked.len() < 2 {
        return Err(Failure::user(format!(
            "`tournament.strategies` names `{}` alone: an ensemble has two members at least",
            asked[0].name
        ))
        .hint("name more, leave it empty for all, or use `edgewalk optimize`"));
    }
    Ok(strategy::ALL.into_iter().filter(|strategy| asked.contains(strategy)).collect())
}

/// A strategy behind all layers with all parameters, for its look-backs.
fn searched(config: &Config, strategy: &Strategy) -> Result<(Setup, Space), Failure> {
    let leaving = leaving(config);
    let refused = |fault| refuse(&[fault]);
    let setup = Setup::spelt(strategy.name, &layer_names(config), leaving.unit).map_err(refused)?;
    let whole = Candidate::new(setup.ensemble.clone(), leaving).map_err(refused)?;
    Ok((setup, whole.space().clone()))
}

fn leaving(config: &Config) -> Leaving {
    Leaving { unit: config.optimize.exits_in, in_parts: config.tournament.partial_targets }
}

fn layer_names(config: &Config) -> Vec<&'static str> {
    LayerName::each(&config.tournament.layers)
}

fn candidates(
    config: &Config,
    strategies: &[&'static Strategy],
) -> Result<Vec<Candidate>, Failure> {
    let asked = &config.tournament;
    let seed = Rng::stream(config.seed, "tournament candidates", &[]).next_u64();
    let layers = layer_names(config).into_iter().map(Layer::find).collect::<Result<Vec<_>, _>>();
    let layers = layers.map_err(|fault| refuse(&[BadSetup::Choice(fault)]))?;
    let drawn = strategy::draw((strategies, &layers), asked.candidates as usize, seed);
    if drawn.len() < asked.champions as usize {
        return Err(Failure::user(format!(
            "there are {} different ensembles of these strategies, and {} champions are asked for",
            drawn.len(),
            asked.champions
        ))
        .hint("more strategies in `tournament.strategies`, or fewer champions"));
    }
    if drawn.len() < asked.candidates as usize {
        let (n, asked) = (drawn.len(), asked.candidates);
        tracing::warn!("{n} different ensembles of {asked} were found: they are all candidates");
    }
    let candidate =
        |ensemble| Candidate::new(ensemble, leaving(config)).map_err(|bad| refuse(&[bad]));
    drawn.into_iter().map(candidate).collect()
}

fn terms(config: &Config) -> Result<Terms, Failure> {
    let asked = &config.tournament;
    let checked =
        |sampler: SamplerParams| sampler.check().map_err(|faults| Failure::user(faults.join("; ")));
    let sampler = match asked.sampler {
        ChampionSampler::GaussianProcess => SamplerParams::GaussianProcess(GpParams::default()),
        ChampionSampler::Tpe => SamplerParams::Tpe(TpeParams::default()),
    };
    Ok(Terms {
        champions: asked.champions as usize,
        samples: asked.samples as usize,
        first_share: asked.first_share,
        bayes_trials: asked.bayes_trials as usize,
        sampler: checked(sampler)?,
        random: checked(SamplerParams::Random)?,
        seed: config.seed,
    })
}
