//! What a run has to show: each exhibit a picture, and a sentence on how to read it.

mod account; // what the trades made of the money
mod claims; // whether what is claimed comes true
mod curves; // lines that own their points
mod drift; // whether columns and predictions are what they were
mod estimates; // numbers with intervals, as charts want them
mod ics; // what the predictions were worth
mod retraining; // what fewer trainings cost
mod shap; // what the columns did
mod signals; // … by their strength
mod trades; // how the trades are spread
#[cfg(test)]
mod made_up;

use std::path::Path;

use super::super::backtest::Traded;
use super::super::exhibits::{Draft, Exhibit, hang};
use super::Tables;
use super::evidence::AtCosts;
use crate::failure::Failure;
use crate::report;
use crate::report::plot::{Overview, Titles};
use estimates::grouped;

/// What exhibits are made from.
pub struct Material<'a> {
    pub tables: &'a Tables,
    pub traded: &'a Traded,
    pub costs: &'a [AtCosts],
    /// The verdict, in a sentence.
    pub headline: &'a str,
    /// As titles name the run.
    pub subject: String,
}

/// The six that matter.
const AT_A_GLANCE: [&str; 6] =
    ["equity", "ic_rolling", "ic_decay", "quantile_returns", "z_thresholds", "costs"];

/// Draws and stores them all, the page with the six that matter first.
pub fn exhibits(material: &Material<'_>, folder: &Path) -> Result<Vec<Exhibit>, Failure> {
    let drafts = drafts(material);
    let overview = Draft {
        name: "overview",
        heading: "At a glance",
        how_to_read: "The six pictures that matter most, small; each of them is here in full, with \
                      how to read it.",
        chart: Box::new(overview(material, &drafts)),
    };
    hang(std::iter::once(&overview).chain(&drafts), (&material.subject, folder))
}

/// In the order in which they are best looked at.
pub fn drafts<'a>(material: &'a Material<'a>) -> Vec<Draft<'a>> {
    let rooms = [
        account::drafts,
        ics::drafts,
        signals::drafts,
        claims::drafts,
        trades::drafts,
        shap::drafts,
        drift::drafts,
        retraining::drafts,
    ];
    rooms.iter().flat_map(|drafts| drafts(material)).collect()
}

fn overview<'a>(material: &Material<'_>, drafts: &'a [Draft<'a>]) -> Overview<'a> {
    let panel = |name: &&str| drafts.iter().find(|draft| draft.name == *name);
    let evidence = &material.tables.evidence;
    let net = evidence.net_cash().map_or("not known".to_owned(), signed);
    let (trades, days) = (grouped(evidence.n_trades), grouped(evidence.n_days));
    let headline = report::verdict::sentence(material.headline);
    let finding = format!("{headline}. {trades} trades on {days} days, profit after costs {net}.");
    let title = format!("{}: out of sample, at a glance", material.subject);
    Overview {
        titles: Titles::new(title, finding),
        panels: AT_A_GLANCE.iter().filter_map(panel).map(|draft| draft.chart.as_ref()).collect(),
        n_columns: None,
    }
}

/// Money, thousands apart.
fn signed(cash: f64) -> String {
    let sign = if cash < 0.0 { "−" } else { "+" };
    format!("{sign}{}", grouped(cash.abs().round() as u64))
}

#[cfg(test)]
mod tests {
    use super::made_up::{at_costs, tables, traded};
    use super::*;

    #[test]
    fn the_overview_begins_with_the_verdict_and_has_the_six_that_matter() {
        let (tables, equity) = (tables(), [1000.0, 1100.0]);
        let (traded, costs) = (traded(&equity), [at_costs(1.0, &equity)]);
        let material = Material {
            tables: &tables,
            traded: &traded,
            costs: &costs,
            headline: "fail: it loses money",
            subject: "X 5m".to_owned(),
        };
        let drafts = drafts(&material);
        let names: Vec<&str> = drafts.iter().map(|draft| draft.name).collect();
        assert!(AT_A_GLANCE.iter().all(|name| names.contains(name)), "{names:?}");
        let found = overview(&material, &drafts);
        assert_eq!(found.panels.len(), 6);
        let told = "Fail: it loses money. 1,234 trades on 56 days, profit after costs not known.";
        assert_eq!(found.titles, Titles::new("X 5m: out of sample, at a glance", told));
    }
}
