//! Charts: data in, SVG and PNG out; nothing is read, written or asked of the machine.
//!
//! A [`Chart`] draws marks on a [`Canvas`]; [`page`] gives it a page of its own, [`Overview`] a cell
//! among others. What comes out is a [`Figure`], equal for equal data, byte for byte.
//!
//! Values that cannot be drawn (missing, infinite) are left out, and the foot of the chart counts
//! them; a chart with nothing left to draw is a [`PlotFault`].

mod bars;
mod beeswarm;
mod bins;
mod boxes;
mod dates;
mod font;
mod frame;
mod grouped;
mod heat;
mod histogram;
mod importance;
mod ladder;
mod lines;
mod overview;
mod plane;
mod raster;
mod reliability;
mod scatter;
mod scene;
mod style;
mod svg;
mod thin;
mod ticks;
mod uprights;
#[cfg(test)]
mod tests;

pub use beeswarm::{Beeswarm, SwarmRow};
pub use bins::Bins;
pub use boxes::{BoxRow, Boxes};
pub use frame::{Canvas, Titles};
pub use grouped::{BarSeries, GroupedBars};
pub use heat::{HeatMap, Palette};
pub use histogram::{Histogram, Sample};
pub use importance::{Importance, ImportanceRow};
pub use ladder::{Ladder, Rungs};
pub use lines::{Across, Band, Line, Lines, Shape};
pub use overview::Overview;
pub use reliability::{Reliability, ReliabilityBin, ReliabilitySeries};
pub use scatter::{Cloud, Scatter};
pub use uprights::Upright;

use scene::{Area, Scene};

pub const PAGE_WIDTH_PX: u32 = 1600;
pub const PAGE_HEIGHT_PX: u32 = 900;

/// A value with its interval, `low ≤ value ≤ high` (`None`: no interval is known).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub interval: Option<(f64, f64)>,
}

/// What can be drawn in any rectangle, in any size of type.
pub trait Chart {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault>;
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlotFault {
    #[error("`{0}` has nothing to draw: no finite value")]
    Empty(String),
    #[error("`{what}` has {found} values where {expected} belong")]
    Length { what: String, expected: usize, found: usize },
    #[error("`{what}`: {why}")]
    Unfit { what: String, why: &'static str },
    #[error("a picture of {width} × {height} pixels cannot be made")]
    Size { width: u32, height: u32 },
    #[error("the picture cannot be packed: {0}")]
    Png(String),
}

/// A finished drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure(Scene);

/// The chart on a page of its own.
pub fn page(chart: &dyn Chart) -> Result<Figure, PlotFault> {
    let mut scene = Scene::new(PAGE_WIDTH_PX, PAGE_HEIGHT_PX);
    let area = Area { x: 0.0, y: 0.0, w: PAGE_WIDTH_PX.into(), h: PAGE_HEIGHT_PX.into() };
    chart.draw(&mut Canvas { scene: &mut scene, area, style: &style::PAGE })?;
    Ok(Figure(scene))
}

impl Figure {
    pub fn svg(&self) -> String {
        svg::svg(&self.0)
    }

    pub fn png(&self) -> Result<Vec<u8>, PlotFault> {
        raster::png(&self.0)
    }
}

/// The lengths of two columns that belong together.
fn same_length(what: &str, expected: usize, found: usize) -> Result<(), PlotFault> {
    if expected == found {
        return Ok(());
    }
    Err(PlotFault::Length { what: what.to_owned(), expected, found })
}

/// `1 value is`, `12 values are`: the beginning of a note.
fn count_of(n: usize, noun: &str) -> String {
    let number = ticks::grouped(n as f64, 0);
    if n == 1 { format!("1 {noun} is") } else { format!("{number} {noun}s are") }
}
