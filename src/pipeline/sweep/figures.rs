//! What is told of a setting.

use serde::{Deserialize, Serialize};

use crate::backtest::screen::NotScreened;
use crate::backtest::tally::Tally;

/// A setting that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// Or why there are none.
    pub figures: Result<Figures, String>,
    pub by: By,
    /// What it counts as, whoever else tries it.
    #[serde(default)]
    pub setting: Option<String>,
}

/// Who found them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum By {
    Screen,
    /// And why the screen could not.
    Engine(String),
    /// The setting is none.
    Nobody,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Of daily returns, a year.
    pub sharpe: Option<f64>,
    pub trades: u64,
    pub wins: u64,
    pub gross: f64,
    pub costs: f64,
    pub net: f64,
    /// Of the last day.
    pub equity: f64,
    /// Against the money at the beginning, as a backtest's.
    pub net_return: f64,
    /// Value of all fills, over the mean of the days' equity and the years.
    pub turnover_per_year: Option<f64>,
    /// Between days' ends.
    pub max_drawdown: f64,
    pub ambiguous_bars: u64,
}

/// How much time the bars cover.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub days: usize,
    pub years: Option<f64>,
    pub days_per_year: Option<f64>,
}

impl Figures {
    pub fn of(tally: &Tally, cash: f64, span: &Span) -> Self {
        let base = span.years.zip(tally.mean_equity().filter(|mean| *mean > 0.0));
        let base = base.map(|(years, equity)| years * equity);
        let costs = tally.commission + tally.impact + tally.carry;
        Self {
            sharpe: span.days_per_year.and_then(|days| tally.sharpe(days)),
            trades: tally.n_trades,
            wins: tally.n_wins,
            gross: tally.gross,
            costs,
            net: tally.net,
            equity: tally.equity,
            net_return: (tally.equity - cash) / cash,
            turnover_per_year: base.map(|base| tally.turnover / base),
            max_drawdown: tally.max_drawdown,
            ambiguous_bars: tally.ambiguous_bars,
        }
    }

    /// Of what was earned before costs; nothing earned has no share.
    pub fn cost_share(&self) -> Option<f64> {
        (self.gross > 0.0).then(|| self.costs / self.gross)
    }
}

impl Tried {
    pub const fn nothing(reason: String) -> Self {
        Self { figures: Err(reason), by: By::Nobody, setting: None }
    }

    pub fn figures(&self) -> Option<&Figures> {
        self.figures.as_ref().ok()
    }

    pub fn trades(&self) -> u64 {
        self.figures().map_or(0, |figures| figures.trades)
    }

    pub fn sharpe(&self) -> Option<f64> {
        self.figures().and_then(|figures| figures.sharpe)
    }

    /// Why there is no Sharpe ratio.
    pub fn reason(&self) -> Option<String> {
        match &self.figures {
            Err(reason) => Some(reason.clone()),
            Ok(figures) if figures.sharpe.is_some() => None,
            Ok(figures) if figures.trades == 0 => Some("no trade".to_owned()),
            Ok(_) => Some("no Sharpe ratio: too few days".to_owned()),
        }
    }
}

/// In the words of a report, without the bar.
pub fn why(not: &NotScreened) -> &'static str {
    match not {
        NotScreened::OnOpposite => "an opposite signal ends positions",
        NotScreened::PartialTarget(_) => "a target closes a part",
        NotScreened::Symbols(_) => "several symbols share the account",
        NotScreened::VolumeCap { .. } => "the volume cap splits a fill",
        NotScreened::Ruined { .. } => "equity is gone",
        NotScreened::BadSignal { .. } | NotScreened::Fault(_) => "an intent or a rule is in doubt",
    }
}
