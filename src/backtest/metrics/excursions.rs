//! How far trades went for and against before they ended.

use serde::Serialize;

use super::columns::Columns;
use super::quantiles::median;
use super::ratio;

/// Maximum favourable and adverse excursion (Sweeney 1996, "Maximum Adverse Excursion"), in bps of
/// the entry's reference: `mfe ≥ 0 ≥ mae`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Excursions {
    pub mean_mfe_bps: Option<f64>,
    pub median_mfe_bps: Option<f64>,
    pub mean_mae_bps: Option<f64>,
    pub median_mae_bps: Option<f64>,
    /// How far winners went against first: a stop nearer than this would have cost wins.
    pub winners_mean_mae_bps: Option<f64>,
    /// How far losers went for first: what a nearer target would have taken.
    pub losers_mean_mfe_bps: Option<f64>,
    /// `mean(mfe) / |mean(mae)|`, both in bps (Faith 2007, "Way of the Turtle", who scales by the
    /// average true range and looks a fixed time ahead; here it is the time the trade was open):
    /// above 1 the market went further for than against.
    pub edge_ratio: Option<f64>,
}

impl Excursions {
    /// Puts both columns in another order.
    pub fn new(columns: &mut Columns) -> Self {
        let (mut wins, mut losses, mut mfe, mut mae) = (0.0, 0.0, 0.0, 0.0);
        let (mut winners_mae, mut losers_mfe) = (0.0, 0.0);
        let excursions = columns.mfe_bps.iter().zip(&columns.mae_bps);
        for (net, (up, down)) in columns.nets.iter().zip(excursions) {
            mfe += up;
            mae += down;
            wins += if *net > 0.0 { 1.0 } else { 0.0 };
            losses += if *net < 0.0 { 1.0 } else { 0.0 };
            winners_mae += if *net > 0.0 { *down } else { 0.0 };
            losers_mfe += if *net < 0.0 { *up } else { 0.0 };
        }
        let n = columns.nets.len() as f64;
        Self {
            mean_mfe_bps: ratio(mfe, n),
            median_mfe_bps: median(&mut columns.mfe_bps),
            mean_mae_bps: ratio(mae, n),
            median_mae_bps: median(&mut columns.mae_bps),
            winners_mean_mae_bps: ratio(winners_mae, wins),
            losers_mean_mfe_bps: ratio(losers_mfe, losses),
            edge_ratio: ratio(mfe, -mae),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_trades_by_hand() {
        let mut columns = Columns {
            nets: vec![1.0, -1.0, 2.0],
            mfe_bps: vec![50.0, 20.0, 80.0],
            mae_bps: vec![-10.0, -40.0, -25.0],
            ..Columns::default()
        };
        let found = Excursions::new(&mut columns);
        assert_eq!((found.mean_mfe_bps, found.median_mfe_bps), (Some(50.0), Some(50.0)));
        assert_eq!((found.mean_mae_bps, found.median_mae_bps), (Some(-25.0), Some(-25.0)));
        assert_eq!(
            (found.winners_mean_mae_bps, found.losers_mean_mfe_bps),
            (Some(-17.5), Some(20.0))
        );
        assert_eq!(found.edge_ratio, Some(2.0));
    }

    #[test]
    fn without_an_adverse_move_there_is_no_ratio() {
        let mut columns = Columns {
            nets: vec![1.0],
            mfe_bps: vec![5.0],
            mae_bps: vec![0.0],
            ..Columns::default()
        };
        let found = Excursions::new(&mut columns);
        assert_eq!((found.edge_ratio, found.losers_mean_mfe_bps), (None, None));
        assert_eq!(Excursions::new(&mut Columns::default()).mean_mfe_bps, None);
    }
}
