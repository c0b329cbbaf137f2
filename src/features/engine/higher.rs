//! Higher-timeframe bars built while base bars stream by; none is seen before it has closed.

use crate::market::{BadResample, Calendar, Cell, Cells, Ends, Fold, Timeframe};

/// One higher timeframe within a machine. It keeps only the columns that are read there.
pub struct Higher {
    cells: Cells,
    /// The block's column of opening times.
    times: usize,
    columns: Vec<Growing>,
    cuts: Vec<Cut>,
    /// Base bars of this block up to a row, and how many bars had closed by the close of each.
    stretches: Vec<(usize, usize)>,
}

struct Growing {
    /// Its place among the block's columns.
    place: usize,
    fold: Fold,
    /// Its values in the bars closed in this block.
    closed: Vec<f64>,
}

/// A bar that closes between base bars `row - 1` and `row` of the block; or, where none closes, base
/// bars from `row` to `next` that belong to no bar.
struct Cut {
    row: usize,
    next: usize,
    cell: Option<Cell>,
}

impl Cut {
    fn closes(row: usize, cell: Cell) -> Self {
        Self { row, next: row, cell: Some(cell) }
    }
}

impl Higher {
    /// `columns` name the block's columns; one of them is `ts`.
    pub fn new(
        to: Timeframe,
        (base, calendar): (Timeframe, Calendar),
        columns: &[String],
    ) -> Result<Self, BadResample> {
        let times = columns.iter().position(|name| name == "ts").unwrap_or_default();
        let (cuts, stretches) = (Vec::new(), Vec::new());
        let cells = Cells::new(base, to, calendar)?;
        Ok(Self { cells, times, columns: Vec::new(), cuts, stretches })
    }

    pub fn timeframe(&self) -> Timeframe {
        self.cells.to()
    }

    /// The place under which [`Self::column`] knows the column at `place` of the block.
    pub fn keep(&mut self, place: usize, columns: &[String]) -> usize {
        if let Some(at) = self.columns.iter().position(|column| column.place == place) {
            return at;
        }
        let volume = columns.iter().position(|name| name == "volume");
        let fold = Fold::of(&columns[place], volume);
        self.columns.push(Growing { place, fold, closed: Vec::new() });
        self.columns.len() - 1
    }

    /// How many bars closed in this block.
    pub fn len(&self) -> usize {
        self.stretches.last().map_or(0, |(_, closed)| *closed)
    }

    pub fn column(&self, column: usize) -> &[f64] {
        &self.columns[column].closed
    }

    pub fn feed(&mut self, block: &[&[f64]]) {
        self.cuts.clear();
        self.stretches.clear();
        let (times, mut row, mut n_closed) = (block[self.times], 0, 0);
        while row < times.len() {
            let skipped = self.cells.skip_run(&times[row..]);
            if skipped > 0 {
                self.cuts.push(Cut { row, next: row + skipped, cell: None });
                row += skipped;
                self.stretches.push((row, n_closed));
                continue;
            }
            let (taken, Ends { late, now }) = self.cells.push_run(&times[row..]);
            if let Some(cell) = late {
                self.cuts.push(Cut::closes(row, cell));
                n_closed += usize::from(!cell.headless);
            }
            row += taken;
            // The bar that ends the cell sees it; those before it do not.
            self.stretches.push((row - usize::from(now.is_some()), n_closed));
            if let Some(cell) = now {
                self.cuts.push(Cut::closes(row, cell));
                n_closed += usize::from(!cell.headless);
                self.stretches.push((row, n_closed));
            }
        }
        for column in &mut self.columns {
            column.grow(block, &self.cuts, self.times);
        }
    }

    /// To every base bar, the value of the last higher bar closed by then.
    pub fn spread(&self, values: &[f64], last: &mut f64, out: &mut [f64]) {
        let mut from = 0;
        for &(to, closed) in &self.stretches {
            out[from..to].fill(if closed > 0 { values[closed - 1] } else { *last });
            from = to;
        }
        if self.len() > 0 {
            *last = values[self.len() - 1];
        }
    }
}

impl Growing {
    fn grow(&mut self, block: &[&[f64]], cuts: &[Cut], times: usize) {
        self.closed.clear();
        let values = block[self.place];
        let weights = self.fold.weighted_by().map(|by| block[by]);
        let mut from = 0;
        for cut in cuts {
            self.fold.add(&values[from..cut.row], weights.map(|w| &w[from..cut.row]));
            from = cut.next;
            let Some(cell) = cut.cell else { continue };
            let value = self.fold.close();
            if !cell.headless {
                // The time of a bar is that of its cell, whether or not its first part is there.
                let opened = cell.ts.0 as f64;
                self.closed.push(if self.place == times { opened } else { value });
            }
        }
        self.fold.add(&values[from..], weights.map(|w| &w[from..]));
    }
}
