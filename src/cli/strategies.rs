//! `edgewalk strategies`: the rule strategies, their parameters, layers and exits.

use anyhow::Result;
use serde_json::{Value as Json, json};

use super::{Global, print, table_of};
use crate::failure::Failure;
use crate::strategy::{
    ALL, BadChoice, CONFIRM_BARS, Frame, Gate, LAYERS, Layer, Member, Outline, Param, Point, Range,
    Sides, Strategy, Unit, find,
};

/// List the rule strategies, or show one with its parameters and conditions
///
/// A strategy says in two expressions of the feature language when it enters, long and short; the
/// numbers in them are its parameters. Layers are gates that any strategy can stand behind.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Strategies, layers, or `exits`
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Prints JSON
    #[arg(long)]
    json: bool,
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load()?;
    let frame = Frame::new(config.data.timeframe, None).map_err(failure)?;
    let shown = match args.names.as_slice() {
        [] if args.json => everything(&frame)?.to_string(),
        [] => list(),
        names => {
            let one = |name: &String| one(name, &frame, args.json);
            let shown = names.iter().map(one).collect::<Result<Vec<_>>>()?;
            match args.json && names.len() > 1 {
                true => format!("[{}]", shown.join(",")),
                false => shown.join("\n"),
            }
        }
    };
    print(&shown)
}

fn one(name: &str, frame: &Frame, as_json: bool) -> Result<String> {
    Ok(match name {
        "exits" if as_json => exits_json().to_string(),
        "exits" => exits(),
        name => match Shown::named(name, frame)? {
            shown if as_json => shown.json().to_string(),
            shown => shown.text(),
        },
    })
}

/// As layers call it.
const STRENGTH: &str = "strength";
const WHAT_STRENGTH_IS: &str =
    "how strong the strategy says its entry is, 0 to 1; 1 where it does not say";

/// What a strategy and a layer have to show.
struct Shown {
    facts: Json,
    title: String,
    params: &'static [Param],
    /// At the defaults.
    conditions: Sides<String>,
    outline: Outline,
    /// What follows its conditions.
    notes: String,
}

impl Shown {
    fn named(name: &str, frame: &Frame) -> Result<Self> {
        let unknown = match find(name) {
            Ok(strategy) => return Self::strategy(strategy, frame),
            Err(unknown) => unknown,
        };
        match Layer::find(name) {
            Ok(layer) => Self::layer(layer, frame),
            // The nearer of both spellings, if either is near.
            Err(no_layer) if unknown.nearest().is_none() && no_layer.nearest().is_some() => {
                Err(failure(no_layer).into())
            }
            Err(_) => Err(failure(unknown).into()),
        }
    }

    fn strategy(strategy: &'static Strategy, frame: &Frame) -> Result<Self> {
        let member = Member::new(strategy, &Point::new()).map_err(first)?;
        let layers: Vec<&str> = LAYERS.iter().map(|layer| layer.name).collect();
        let graded =
            member.strength_outline(frame).map_or_else(String::new, |Sides { long, short }| {
                format!(
                    "strength, for the layer `confidence`\n    long {long}\n    short {short}\n"
                )
            });
        let mut facts = serde_json::to_value(strategy)?;
        facts["strength"] = json!(member.strength(frame));
        Ok(Self {
            facts,
            title: format!("{}: {} ({})", strategy.name, strategy.help, strategy.source),
            params: strategy.params,
            conditions: member.entry(frame),
            outline: member.outline(frame),
            notes: format!("{graded}\nlayers it can stand behind: {}\n", layers.join(", ")),
        })
    }

    fn layer(layer: &'static Layer, frame: &Frame) -> Result<Self> {
        let gate = Gate::new(layer, &Point::new()).map_err(first)?;
        let name = || STRENGTH.to_owned();
        let conditions = gate.conditions(&Sides { long: name(), short: name() }, frame);
        let mut outline = gate.outline(frame);
        let mut facts = serde_json::to_value(layer)?;
        if outline.conditions.long.contains(STRENGTH) {
            outline.parts.push((STRENGTH, WHAT_STRENGTH_IS.to_owned()));
            facts["where"] = json!({ STRENGTH: WHAT_STRENGTH_IS });
        }
        let notes = if conditions.long.contains("tf(") {
            format!("\nlonger bars: {}, as the bars are of {}\n", frame.higher(), frame.bars())
        } else {
            String::new()
        };
        Ok(Self {
            facts,
            title: format!("{}: {}", layer.name, layer.help),
            params: layer.params,
            conditions,
            outline,
            notes,
        })
    }

    fn text(&self) -> String {
        let Outline { parts, conditions: Sides { long, short } } = &self.outline;
        let params = params_table(self.params);
        let parts: String =
            parts.iter().map(|(name, part)| format!("    {name} = {part}\n")).collect();
        let parts = if parts.is_empty() { parts } else { format!("where\n{parts}") };
        let conditions = format!("long\n    {long}\nshort\n    {short}\n{parts}");
        format!("{}\n\n{params}\n{conditions}{}", self.title, self.notes)
    }

    fn json(&self) -> Json {
        let mut facts = self.facts.clone();
        facts["conditions"] = json!(self.conditions);
        facts
    }
}

fn everything(frame: &Frame) -> Result<Json> {
    let strategies = ALL.into_iter().map(|strategy| Ok(Shown::strategy(strategy, frame)?.json()));
    let layers = LAYERS.into_iter().map(|layer| Ok(Shown::layer(layer, frame)?.json()));
    Ok(json!({
        "strategies": strategies.collect::<Result<Vec<Json>>>()?,
        "layers": layers.collect::<Result<Vec<Json>>>()?,
        "exits": exits_json(),
        "ensemble": [CONFIRM_BARS],
    }))
}

fn exits_json() -> Json {
    json!({ "atr": Unit::Atr.params(), "bps": Unit::Bps.params() })
}

fn list() -> String {
    let strategies = ALL.iter().map(|s| row(s.name, s.params, s.help));
    let layers = LAYERS.iter().map(|l| row(l.name, l.params, l.help));
    let strategies = table_of(&["strategy", "parameters", "what it does"], "lll", strategies);
    let layers = table_of(&["layer", "parameters", "what it lets pass"], "lll", layers);
    let more = "`edgewalk strategies NAME` shows one of them, `edgewalk strategies exits` the exits.\n\
                An ensemble of some is a strategy, too: `edgewalk optimize --strategy 'all of rsi + macd'`, 'any \
                of rsi + macd', '2 of rsi + macd + mfi'.\n";
    format!("{strategies}\n{layers}\n{more}")
}

fn row(name: &str, params: &[Param], help: &str) -> Vec<String> {
    let names: Vec<&str> = params.iter().map(|param| param.name).collect();
    vec![name.to_owned(), names.join(", "), help.to_owned()]
}

fn exits() -> String {
    let of = |title: &str, unit: Unit| format!("{title}\n\n{}", params_table(unit.params()));
    let atr = of("exits in average true ranges at the decision", Unit::Atr);
    format!("{atr}\n{}", of("exits in bps of the close at the decision", Unit::Bps))
}

fn params_table(params: &[Param]) -> String {
    let row = |param: &Param| {
        let [low, high, step] = match param.range {
            Range::Int { low, high, step, .. } => [low, high, step].map(|n| n.to_string()),
            Range::Float { low, high, step, .. } => [low, high, step].map(|x| x.to_string()),
            Range::Choice { choices, .. } => [choices.first(), choices.last(), None]
                .map(|c| c.map_or("–", |word| word).to_owned()),
        };
        let default = param.default().to_string();
        let help = match param.range {
            Range::Choice { choices, .. } => format!("{}: {}", param.help, choices.join(", ")),
            _ => param.help.to_owned(),
        };
        vec![param.name.to_owned(), default, low, high, step, help]
    };
    let header = ["parameter", "default", "from", "to", "step", "what it is"];
    table_of(&header, "lrrrrl", params.iter().map(row))
}

fn failure(bad: BadChoice) -> Failure {
    let hint = match (&bad, bad.nearest()) {
        (_, Some(nearest)) => format!("did you mean `{nearest}`?"),
        (BadChoice::Param { known, .. }, None) => format!("it has {}", known.join(", ")),
        (_, None) => "`edgewalk strategies` lists them".to_owned(),
    };
    Failure::user(bad).hint(hint)
}

/// Of the faults of a point the first.
fn first(mut faults: Vec<BadChoice>) -> Failure {
    failure(faults.swap_remove(0))
}
