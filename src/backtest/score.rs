//! What a setting was worth on a window: the figures an optimiser compares.

use serde::{Deserialize, Serialize};

use super::metrics::{finite, ratio};
use super::tally::Tally;

const BPS: f64 = 1e-4;
/// Of equal returns the spread is what rounding leaves, as in [`sqn`](super::metrics).
const ROUNDING: f64 = 1e-12;

/// What is maximised: more is better in all of them. None is of a year but the one of days:
/// settings are compared on one window, and a factor they share ranks nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// `mean(r) / sd(r) · √n` of trades' returns, sd with n − 1: Student's t of their mean, and
    /// the system quality number (Tharp 2008, "Definitive Guide to Position Sizing Strategies").
    TradeSharpe,
    /// `mean(r) / √(Σ min(r, 0)² / n) · √n` of trades (Sortino & Price 1994, "Performance
    /// measurement in a downside risk framework", J. Investing 3(3), by trades instead of days).
    TradeSortino,
    /// Of days' returns, a year (Sharpe 1994, "The Sharpe ratio", J. Portfolio Management 21(1)).
    DailySharpe,
    /// Net profit as a part of the money at the beginning.
    Net,
    /// The mean of trades' returns in bps: the edge of a trade.
    Expectancy,
    /// `Σ net of wins / |Σ net of losses| − 1`: 0 where both are alike, as of not trading.
    ProfitFactor,
    /// `Net` over the deepest fall between trades (after Young 1991, "Calmar ratio: a smoother
    /// tool", Futures; not of a year).
    Calmar,
}

/// How much has to be there before a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Enough {
    pub trades: u64,
    /// For what is of days.
    pub days: u64,
    pub days_per_year: f64,
}

impl Score {
    /// `None`: not defined, or not enough. Without a loss there is neither a profit factor nor a
    /// Sortino nor a Calmar ratio; a few lucky trades are no infinity.
    pub fn of(self, tally: &Tally, enough: &Enough) -> Option<f64> {
        if tally.n_trades < enough.trades.max(1) {
            return None;
        }
        match self {
            Self::TradeSharpe => t_value(tally),
            Self::TradeSortino => {
                let n = tally.n_trades as f64;
                let downside = (tally.trades.downside / n).sqrt();
                ratio(tally.trades.returns.mean()?, downside).map(|ratio| ratio * n.sqrt())
            }
            Self::DailySharpe => daily_sharpe(tally, enough),
            Self::Net => finite(net_return(tally)),
            Self::Expectancy => tally.trades.returns.mean().map(|mean| mean / BPS),
            Self::ProfitFactor => {
                ratio(tally.trades.won, tally.trades.lost).map(|factor| factor - 1.0)
            }
            Self::Calmar => ratio(net_return(tally), tally.trades.max_drawdown),
        }
    }
}

fn net_return(tally: &Tally) -> f64 {
    (tally.trades.balance - tally.trades.start) / tally.trades.start
}

fn t_value(tally: &Tally) -> Option<f64> {
    let returns = &tally.trades.returns;
    let (mean, sd) = returns.mean().zip(returns.sd())?;
    let has_spread = sd > ROUNDING * mean.abs();
    has_spread.then(|| mean / sd * (tally.n_trades as f64).sqrt()).and_then(finite)
}

fn daily_sharpe(tally: &Tally, enough: &Enough) -> Option<f64> {
    let is_enough = tally.n_days >= enough.days;
    is_enough.then(|| tally.sharpe(enough.days_per_year)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::tally::Made;

    const ENOUGH: Enough = Enough { trades: 1, days: 2, days_per_year: 256.0 };

    /// A thousand of money; each trade enters with 500.
    fn tally(nets: &[f64], days: &[f64]) -> Tally {
        let mut tally = Tally::new(1000.0);
        for net in nets {
            let [gross, commission, impact, carry] = [*net, 0.0, 0.0, 0.0];
            tally.add(&Made { value: 500.0, gross, commission, impact, carry, net: *net });
        }
        days.iter().for_each(|equity| tally.day(*equity));
        tally
    }

    fn near(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} is not {expected}");
    }

    #[test]
    fn four_trades_by_hand() {
        // Returns 6 %, −2 %, 4 %, 0: mean 2 %, deviations 4, −4, 2, −2: sd √(40 / 3) %.
        let tally = tally(&[30.0, -10.0, 20.0, 0.0], &[]);
        let of = |score: Score| score.of(&tally, &ENOUGH);
        near(of(Score::TradeSharpe), 2.0 / (40.0_f64 / 3.0).sqrt() * 2.0);
        // Downside √(4 / 4) = 1 %; 2 / 1 · √4.
        near(of(Score::TradeSortino), 4.0);
        near(of(Score::Net), 0.04);
        near(of(Score::Expectancy), 200.0);
        near(of(Score::ProfitFactor), 4.0);
        // From 1,030 to 1,020.
        near(of(Score::Calmar), 0.04 / (10.0 / 1030.0));
    }

    #[test]
    fn days_count_once_there_are_enough() {
        // 10 %, −10 %: mean 0.
        let flat = tally(&[1.0], &[1100.0, 990.0]);
        near(Score::DailySharpe.of(&flat, &ENOUGH).map(|s| s + 1.0), 1.0);
        // 2 %, 0, 2 %, 0: mean 1 %, sd √(4/3) %.
        let four = tally(&[1.0], &[1020.0, 1020.0, 1040.4, 1040.4]);
        let found = Score::DailySharpe.of(&four, &ENOUGH).unwrap();
        assert!((found - 16.0 * 0.75_f64.sqrt()).abs() < 1e-9, "{found}");
        let five = Enough { days: 5, ..ENOUGH };
        assert_eq!(Score::DailySharpe.of(&four, &five), None);
    }

    const ALL: [Score; 7] = [
        Score::TradeSharpe,
        Score::TradeSortino,
        Score::DailySharpe,
        Score::Net,
        Score::Expectancy,
        Score::ProfitFactor,
        Score::Calmar,
    ];

    #[test]
    fn too_few_trades_have_no_score() {
        let some = tally(&[30.0, -10.0, 20.0], &[1010.0, 1040.0]);
        let asked = |trades: u64| Enough { trades, ..ENOUGH };
        for score in ALL {
            assert!(score.of(&some, &asked(3)).is_some(), "{score:?}");
            assert_eq!(score.of(&some, &asked(4)), None, "{score:?}");
            assert_eq!(score.of(&tally(&[], &[1000.0, 1010.0]), &asked(0)), None, "{score:?}");
        }
    }

    #[test]
    fn what_never_lost_or_never_changed_has_no_ratio() {
        let won = tally(&[10.0, 10.0], &[1000.0, 1000.0]);
        let of = |score: Score| score.of(&won, &ENOUGH);
        let defined: Vec<Score> = ALL.into_iter().filter(|score| of(*score).is_some()).collect();
        assert_eq!(defined, [Score::Net, Score::Expectancy]);
        assert_eq!(Score::TradeSharpe.of(&tally(&[10.0], &[]), &ENOUGH), None);
    }
}
