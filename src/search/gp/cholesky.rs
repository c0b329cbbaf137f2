//! The Cholesky factor of a symmetric, positive definite matrix.

/// L of L·Lᵀ = A, lower triangle, row-major with full rows.
#[derive(Debug, Clone)]
pub(super) struct Cholesky {
    n: usize,
    rows: Vec<f64>,
}

impl Cholesky {
    /// `None`: not positive definite. Reads the lower triangle of `matrix`.
    pub fn new(n: usize, mut matrix: Vec<f64>) -> Option<Self> {
        for i in 0..n {
            let (above, row) = matrix.split_at_mut(i * n);
            for j in 0..i {
                let other = &above[j * n..j * n + j + 1];
                row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
            }
            let pivot = row[i] - dot(&row[..i], &row[..i]);
            if pivot.is_nan() || pivot <= 0.0 {
                return None;
            }
            row[i] = pivot.sqrt();
        }
        Some(Self { n, rows: matrix })
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * self.n..i * self.n + i + 1]
    }

    /// x of L·x = b, in place.
    pub fn forward(&self, b: &mut [f64]) {
        for i in 0..self.n {
            let row = self.row(i);
            b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
        }
    }

    /// x of Lᵀ·x = b, in place.
    pub fn backward(&self, b: &mut [f64]) {
        for i in (0..self.n).rev() {
            let row = self.row(i);
            b[i] /= row[i];
            let known = b[i];
            b[..i].iter_mut().zip(row).for_each(|(x, l)| *x -= l * known);
        }
    }

    /// Σ ln Lᵢᵢ: half the logarithm of the determinant.
    pub fn half_log_determinant(&self) -> f64 {
        (0..self.n).map(|i| libm::log(self.row(i)[i])).sum()
    }

    /// A⁻¹, lower triangle, row-major with full rows: Σₖ of the columns of L⁻ᵀ.
    pub fn inverse(&self) -> Vec<f64> {
        let n = self.n;
        // Row j of `columns` is column j of L⁻¹, which begins at j.
        let mut columns = vec![0.0; n * n];
        for j in 0..n {
            let column = &mut columns[j * n..(j + 1) * n];
            column[j] = 1.0 / self.row(j)[j];
            for i in j + 1..n {
                let row = self.row(i);
                column[i] = -dot(&row[j..i], &column[j..i]) / row[i];
            }
        }
        let mut inverse = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                inverse[i * n + j] =
                    dot(&columns[i * n + i..(i + 1) * n], &columns[j * n + i..(j + 1) * n]);
            }
        }
        inverse
    }
}

/// In four fixed lanes: the same sum on every machine, and one the compiler can vectorise.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let (a4, a_rest) = a.as_chunks::<4>();
    let (b4, b_rest) = b.as_chunks::<4>();
    for (x, y) in a4.iter().zip(b4) {
        for lane in 0..4 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_matrix_by_hand() {
        // [4 2; 2 5] = [2 0; 1 2]·[2 1; 0 2]; its inverse is [5 −2; −2 4] / 16.
        let factor = Cholesky::new(2, vec![4.0, 0.0, 2.0, 5.0]).unwrap();
        assert_eq!((factor.row(0), factor.row(1)), (&[2.0][..], &[1.0, 2.0][..]));
        assert_eq!(factor.inverse(), [5.0 / 16.0, 0.0, -2.0 / 16.0, 4.0 / 16.0]);
        assert_eq!(factor.half_log_determinant(), libm::log(16.0) / 2.0);
        let mut x = [8.0, 9.0]; // A·[1.375, 1.25] = [8, 9]
        factor.forward(&mut x);
        factor.backward(&mut x);
        assert_eq!(x, [1.375, 1.25]);
        assert!(Cholesky::new(2, vec![1.0, 0.0, 2.0, 4.0]).is_none());
        assert!(Cholesky::new(1, vec![f64::NAN]).is_none());
    }
}
