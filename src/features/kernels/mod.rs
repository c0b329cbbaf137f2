//! Causal operators, one family a file.
//!
//! A kernel is one streaming [`Step`]: this bar's inputs and its own past give this bar's value.
//! Batch and live run the same `step`, so they cannot differ; nothing here can see the next bar.
//!
//! Missing values are NaN on the way in and out, never an infinity. A window that holds a missing
//! value, or is not yet full, gives a missing value. Recursive smoothers skip missing inputs: they
//! keep their state and are missing on that bar.

/// One bar in, one value out.
pub trait Step<const N: usize>: Send {
    fn step(&mut self, x: [f64; N]) -> f64;
}

/// A kernel as the engine sees it: some bars at a time, however many.
pub trait Kernel: Send {
    /// Continues from the bars seen so far; every input has the length of `out`.
    fn run(&mut self, inputs: &[&[f64]], out: &mut [f64]);
}

/// Runs a [`Step`] over a block: the loop is compiled for each kernel, the dispatch is per block.
pub struct PerBar<S, const N: usize>(pub S);

impl<S: Step<N>, const N: usize> Kernel for PerBar<S, N> {
    fn run(&mut self, inputs: &[&[f64]], out: &mut [f64]) {
        let inputs: [&[f64]; N] = std::array::from_fn(|k| &inputs[k][..out.len()]);
        for (i, value) in out.iter_mut().enumerate() {
            *value = self.0.step(std::array::from_fn(|k| inputs[k][i]));
        }
    }
}
