//! What a run has to show: each exhibit a picture, and a sentence on how to read it.

mod account; // what the trades made of the money
mod curves; // lines that own their points
mod estimates; // numbers with intervals, as charts want them
mod ics; // what the predictions were worth
mod signals; // … by their strength

use std::path::{Path, PathBuf};

use super::super::backtest::Traded;
use super::Tables;
use super::evidence::AtCosts;
use crate::failure::Failure;
use crate::report::plot::{Chart, Overview, PlotFault, Titles, page};
use crate::store;

/// A picture that was made, as PNG and as SVG.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Exhibit {
    /// The files' name without its ending.
    pub name: &'static str,
    pub heading: &'static str,
    /// What the axes are, and what good and bad look like.
    pub how_to_read: &'static str,
    pub png: PathBuf,
    pub svg: PathBuf,
}

/// A picture before it is made.
pub struct Draft<'a> {
    pub name: &'static str,
    pub heading: &'static str,
    pub how_to_read: &'static str,
    pub chart: Box<dyn Chart + 'a>,
}

/// What exhibits are made from.
pub struct Material<'a> {
    pub tables: &'a Tables,
    pub traded: &'a Traded,
    pub costs: &'a [AtCosts],
    /// As titles name the run.
    pub subject: String,
}

/// The six that matter.
const AT_A_GLANCE: [&str; 6] =
    ["equity", "ic_rolling", "ic_decay", "quantile_returns", "hit_rate", "costs"];

/// Draws and stores them all, the page with the six that matter first; a picture with nothing to
/// show is left out.
pub fn exhibits(material: &Material<'_>, folder: &Path) -> Result<Vec<Exhibit>, Failure> {
    let drafts = drafts(material);
    let overview = Draft {
        name: "overview",
        heading: "At a glance",
        how_to_read: "The six pictures that matter most, small; each of them is here in full, with \
                      how to read it.",
        chart: Box::new(overview(material, &drafts)),
    };
    let all = std::iter::once(&overview).chain(&drafts);
    all.filter_map(|draft| save(draft, folder).transpose()).collect()
}

/// In the order in which they are best looked at.
pub fn drafts<'a>(material: &'a Material<'a>) -> Vec<Draft<'a>> {
    let rooms = [account::drafts, ics::drafts, signals::drafts];
    rooms.iter().flat_map(|drafts| drafts(material)).collect()
}

fn overview<'a>(material: &Material<'_>, drafts: &'a [Draft<'a>]) -> Overview<'a> {
    let panel = |name: &&str| drafts.iter().find(|draft| draft.name == *name);
    let evidence = &material.tables.evidence;
    let net = evidence.net_cash().map_or("–".to_owned(), |net| format!("{net:.0}"));
    let finding = format!("{} trades on {} days, net {net}.", evidence.n_trades, evidence.n_days);
    let title = format!("{}: out of sample, at a glance", material.subject);
    Overview {
        titles: Titles::new(title, finding),
        panels: AT_A_GLANCE.iter().filter_map(panel).map(|draft| draft.chart.as_ref()).collect(),
    }
}

fn save(draft: &Draft<'_>, folder: &Path) -> Result<Option<Exhibit>, Failure> {
    let figure = match page(draft.chart.as_ref()) {
        Err(PlotFault::Empty(_)) => return Ok(None),
        figure => figure.map_err(Failure::world)?,
    };
    let Draft { name, heading, how_to_read, .. } = *draft;
    let at = |ending: &str| folder.join(format!("{name}.{ending}"));
    let (png, svg) = (at("png"), at("svg"));
    store::write_atomic(&png, &figure.png().map_err(Failure::world)?)?;
    store::write_atomic(&svg, figure.svg().as_bytes())?;
    Ok(Some(Exhibit { name, heading, how_to_read, png, svg }))
}
