//! Lines that own their points.

use crate::report::plot::{
    Across, Band, Canvas, Chart, Line, Lines, Overview, PlotFault, Shape, Titles, Upright,
};

#[derive(Debug, Clone)]
pub enum Places {
    /// Microseconds since 1970, UTC.
    Time(Vec<i64>),
    Number(Vec<f64>),
}

#[derive(Debug, Clone)]
pub struct Curve {
    pub name: String,
    pub x: Places,
    pub y: Vec<f64>,
    /// Its name, its lower and its upper edge.
    pub band: Option<(String, Vec<f64>, Vec<f64>)>,
    pub shape: Shape,
}

#[derive(Debug, Clone)]
pub struct Curves {
    pub titles: Titles,
    pub x_label: String,
    pub y_label: String,
    pub curves: Vec<Curve>,
    pub uprights: Vec<(f64, String)>,
    pub with_zero: bool,
}

impl Curve {
    pub fn line(name: impl Into<String>, x: Places, y: Vec<f64>) -> Self {
        Self { name: name.into(), x, y, band: None, shape: Shape::Line }
    }
}

impl Chart for Curves {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        let uprights = self.uprights.iter();
        Lines {
            titles: self.titles.clone(),
            x_label: self.x_label.clone(),
            y_label: self.y_label.clone(),
            lines: self.curves.iter().map(Curve::lend).collect(),
            uprights: uprights.map(|(at, label)| Upright { at: *at, label }).collect(),
            with_zero: self.with_zero,
            is_log: false,
        }
        .draw(canvas)
    }
}

impl Curve {
    fn lend(&self) -> Line<'_> {
        let x = match &self.x {
            Places::Time(us) => Across::Time(us),
            Places::Number(xs) => Across::Number(xs),
        };
        let band = self.band.as_ref().map(|(name, low, high)| Band { name, low, high });
        Line { name: &self.name, x, y: &self.y, band, shape: self.shape }
    }
}

/// Several charts on one page, which it owns.
pub struct Panels {
    pub titles: Titles,
    pub panels: Vec<Box<dyn Chart>>,
    /// `None`: as many side by side as suits their number.
    pub n_columns: Option<usize>,
}

impl Chart for Panels {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        let panels = self.panels.iter().map(AsRef::as_ref).collect();
        let (titles, n_columns) = (self.titles.clone(), self.n_columns);
        Overview { titles, panels, n_columns }.draw(canvas)
    }
}
