//! Windows so short that summing them up anew for each bar is the fastest way: neighbouring bars
//! side by side fill a processor's vectors, and none waits for the one before.

/// The last bars of a column.
pub struct Short {
    /// The last `n − 1` bars, then those of the block.
    items: Vec<f64>,
    n: usize,
}

/// Bars side by side.
const LANES: usize = 8;

impl Short {
    pub fn new(n: usize) -> Self {
        Self { items: vec![f64::NAN; n - 1], n }
    }

    pub fn n(&self) -> usize {
        self.n
    }

    /// For each bar the sum of `term(x, about)` over its window, in the place of its `about`.
    #[inline(always)]
    pub fn sum(&mut self, x: &[f64], about: &mut [f64], term: impl Fn(f64, f64) -> f64 + Copy) {
        self.items.extend_from_slice(&x[..about.len()]);
        let mut from = 0;
        let (chunks, rest) = about.as_chunks_mut::<LANES>();
        for chunk in chunks {
            self.sum_from(from, chunk, term);
            from += LANES;
        }
        for one in rest {
            self.sum_from(from, std::array::from_mut(one), term);
            from += 1;
        }
        self.items.drain(..from);
    }

    /// Of windows that begin at `from` and the places after it.
    #[inline(always)]
    fn sum_from<const L: usize>(
        &self,
        from: usize,
        about: &mut [f64; L],
        term: impl Fn(f64, f64) -> f64,
    ) {
        let mut sums = [0.0; L];
        for items in self.items[from..].windows(L).take(self.n) {
            for ((sum, x), about) in sums.iter_mut().zip(items).zip(about.iter()) {
                *sum += term(*x, *about);
            }
        }
        *about = sums;
    }
}
