//! Of all strategies together.

mod by_hand;
mod declarations;
mod layers;
mod proof;
pub mod tape;

use super::Frame;
use crate::features::Shape;
use crate::market::{Bars, Calendar, Timeframe, synthetic};

fn shape(timeframe: Timeframe) -> Shape {
    Shape { timeframe, calendar: Calendar::Always, extra: vec![] }
}

fn frame(timeframe: Timeframe) -> Frame {
    Frame::new(timeframe, None).unwrap()
}

fn frame_of(bars: Timeframe, higher: Timeframe) -> Frame {
    Frame::new(bars, Some(higher)).unwrap()
}

/// The made-up market of 5-minute bars.
fn market(n_bars: usize) -> Bars {
    let params = synthetic::Params { bars: n_bars, ..synthetic::Params::default() };
    synthetic::generate(&params, &["TEST".parse().unwrap()], 7).unwrap().bars.remove(0)
}
