//! Several charts on one page.

use super::frame::{Canvas, Titles, label};
use super::plane::shortened;
use super::scene::{Area, Point, Stroke};
use super::style::{GRID, MUTED, PANEL};
use super::{Chart, PlotFault};

/// A grid of charts, row by row. A chart without a finite value says so in its cell.
pub struct Overview<'a> {
    pub titles: Titles,
    pub panels: Vec<&'a dyn Chart>,
    /// `None`: as many side by side as suits their number.
    pub n_columns: Option<usize>,
}

impl Chart for Overview<'_> {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), PlotFault> {
        if self.panels.is_empty() {
            return Err(PlotFault::Empty(self.titles.title.clone()));
        }
        let body = canvas.framed(&self.titles, &[], &[]);
        let n = self.panels.len();
        let n_columns = self.n_columns.unwrap_or_else(|| columns_for(n)).clamp(1, n);
        let n_rows = n.div_ceil(n_columns);
        // Cells have margins of their own.
        let body = Area { x: body.x - PANEL.margin, w: body.w + 2.0 * PANEL.margin, ..body };
        let (w, h) = (body.w / n_columns as f64, body.h / n_rows as f64);
        for (i, panel) in self.panels.iter().enumerate() {
            let (row, column) = (i / n_columns, i % n_columns);
            let area = Area { x: body.x + w * column as f64, y: body.y + h * row as f64, w, h };
            draw_panel(canvas, *panel, area)?;
        }
        Ok(())
    }
}

const fn columns_for(n: usize) -> usize {
    match n {
        0..=3 => n,
        4 => 2,
        5..=9 => 3,
        _ => 4,
    }
}

fn draw_panel(canvas: &mut Canvas<'_>, panel: &dyn Chart, area: Area) -> Result<(), PlotFault> {
    let (left, right) = (area.x + PANEL.margin, area.right() - PANEL.margin);
    canvas.scene.segment(
        (left, area.y.round() + 0.5),
        (right, area.y.round() + 0.5),
        Stroke::solid(GRID, 1.0),
    );
    let mut cell = Canvas { scene: &mut *canvas.scene, area, style: &PANEL };
    match panel.draw(&mut cell) {
        Err(PlotFault::Empty(title)) => {
            let text = format!("{title}: nothing to draw");
            let text = shortened(&text, PANEL.finding, area.w - 2.0 * PANEL.margin);
            let at = Point { x: left, y: area.y + PANEL.margin * 2.0 };
            canvas.scene.text(label(text, at, PANEL.finding, MUTED));
            Ok(())
        }
        done => done,
    }
}
