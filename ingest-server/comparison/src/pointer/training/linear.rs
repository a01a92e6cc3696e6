//! The little linear algebra that training needs: symmetric eigenvectors, Cholesky factors, discriminant directions.
//!
//! In `f64`, in a fixed order of operations: the same people give the same model, bit for bit.

/// A dense matrix by rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Matrix {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    pub(crate) fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, values: vec![0.0; rows * columns] }
    }

    pub(crate) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.values[row * self.columns..(row + 1) * self.columns]
    }

    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    pub(crate) fn set(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.columns + column] = value;
    }

    pub(crate) fn trace(&self) -> f64 {
        (0..self.rows.min(self.columns)).map(|i| self.at(i, i)).sum()
    }

    /// Adds `weight · v vᵀ` to the upper triangle; [`Self::mirror`] completes the matrix.
    pub(crate) fn add_outer(&mut self, v: &[f64], weight: f64) {
        for (row, &a) in v.iter().enumerate() {
            let scaled = a * weight;
            for (cell, &b) in self.row_mut(row)[row..].iter_mut().zip(&v[row..]) {
                *cell += scaled * b;
            }
        }
    }

    /// Copies the upper triangle to the lower.
    pub(crate) fn mirror(&mut self) {
        for row in 0..self.rows {
            for column in 0..row {
                let value = self.at(column, row);
                self.set(row, column, value);
            }
        }
    }

    /// Draws the matrix towards a multiple of the identity with the same trace.
    pub(crate) fn shrink(&mut self, share: f64) {
        let mean = self.trace() / self.rows as f64;
        self.values.iter_mut().for_each(|value| *value *= 1.0 - share);
        for i in 0..self.rows {
            let value = self.at(i, i) + share * mean;
            self.set(i, i, value);
        }
    }

    pub(crate) fn transposed(&self) -> Self {
        let mut result = Self::zeros(self.columns, self.rows);
        for row in 0..self.rows {
            for column in 0..self.columns {
                result.set(column, row, self.at(row, column));
            }
        }
        result
    }

    /// The first rows.
    fn top(&self, count: usize) -> Self {
        let rows = count.min(self.rows);
        Self { rows, columns: self.columns, values: self.values[..rows * self.columns].to_vec() }
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let mut result = Self::zeros(self.rows, other.columns);
        for row in 0..self.rows {
            for (inner, &factor) in self.row(row).iter().enumerate() {
                for (cell, &value) in result.row_mut(row).iter_mut().zip(other.row(inner)) {
                    *cell += factor * value;
                }
            }
        }
        result
    }
}

/// Eigenvalues, largest first, and their unit eigenvectors as rows.
struct Eigen {
    #[cfg_attr(not(test), expect(dead_code, reason = "only the order of eigenvalues matters to training"))]
    values: Vec<f64>,
    vectors: Matrix,
}

/// Sweeps after which a symmetric matrix of this size has long converged.
const SWEEPS_MAX: usize = 30;

/// Eigenvectors of a symmetric matrix by Jacobi's rotations.
///
/// **Source**: Golub and Van Loan, Matrix Computations, 8.5.
fn symmetric_eigen(matrix: &Matrix) -> Eigen {
    let n = matrix.rows;
    let mut a = matrix.clone();
    let mut vectors = Matrix::zeros(n, n);
    (0..n).for_each(|i| vectors.set(i, i, 1.0));
    let total: f64 = a.values.iter().map(|v| v * v).sum();
    for _ in 0..SWEEPS_MAX {
        let off: f64 = (0..n).map(|p| a.row(p)[p + 1..].iter().map(|v| v * v).sum::<f64>()).sum();
        if off <= total * 1e-22 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a.at(j, j).total_cmp(&a.at(i, i)).then(i.cmp(&j)));
    let mut sorted = Matrix::zeros(n, n);
    for (to, &from) in order.iter().enumerate() {
        sorted.row_mut(to).copy_from_slice(vectors.row(from));
        fix_sign(sorted.row_mut(to));
    }
    Eigen { values: order.iter().map(|&i| a.at(i, i)).collect(), vectors: sorted }
}

/// Makes the sign of a direction definite: its largest part is positive.
fn fix_sign(direction: &mut [f64]) {
    let largest = direction.iter().fold(0.0f64, |best, &v| if v.abs() > best.abs() { v } else { best });
    if largest < 0.0 {
        direction.iter_mut().for_each(|v| *v = -*v);
    }
}

/// One rotation that zeroes the cells (p, q) and (q, p). Eigenvectors are kept as rows.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let off = a.at(p, q);
    if off == 0.0 {
        return;
    }
    let theta = (a.at(q, q) - a.at(p, p)) / (2.0 * off);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    mix_rows(a, p, q, c, s);
    for row in 0..a.rows {
        let (x, y) = (a.at(row, p), a.at(row, q));
        a.set(row, p, c * x - s * y);
        a.set(row, q, s * x + c * y);
    }
    mix_rows(vectors, p, q, c, s);
}

fn mix_rows(matrix: &mut Matrix, p: usize, q: usize, c: f64, s: f64) {
    let columns = matrix.columns;
    let (before, after) = matrix.values.split_at_mut(q * columns);
    let upper = &mut before[p * columns..(p + 1) * columns];
    for (x, y) in upper.iter_mut().zip(&mut after[..columns]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

/// The lower triangle L with L Lᵀ = `matrix`; nothing where the matrix is not positive definite.
pub(crate) fn cholesky(matrix: &Matrix) -> Option<Matrix> {
    let n = matrix.rows;
    let mut lower = Matrix::zeros(n, n);
    for row in 0..n {
        for column in 0..=row {
            let sum: f64 = lower.row(row)[..column].iter().zip(lower.row(column)).map(|(a, b)| a * b).sum();
            let rest = matrix.at(row, column) - sum;
            if row == column {
                if rest <= 0.0 || !rest.is_finite() {
                    return None;
                }
                lower.set(row, row, rest.sqrt());
            } else {
                lower.set(row, column, rest / lower.at(column, column));
            }
        }
    }
    Some(lower)
}

/// L⁻¹ for a lower triangle.
fn inverse_lower(lower: &Matrix) -> Matrix {
    let n = lower.rows;
    let mut inverse = Matrix::zeros(n, n);
    for column in 0..n {
        inverse.set(column, column, 1.0 / lower.at(column, column));
        for row in column + 1..n {
            let sum: f64 = (column..row).map(|k| lower.at(row, k) * inverse.at(k, column)).sum();
            inverse.set(row, column, -sum / lower.at(row, row));
        }
    }
    inverse
}

/// Directions v, as rows, that make `between` largest where `within` is 1; the best `count` of them.
/// Nothing where `within` is not positive definite.
pub(crate) fn discriminant(between: &Matrix, within: &Matrix, count: usize) -> Option<Matrix> {
    let inverse = inverse_lower(&cholesky(within)?);
    let whitened = inverse.times(between).times(&inverse.transposed());
    let eigen = symmetric_eigen(&whitened);
    let directions = eigen.vectors.times(&inverse);
    Some(directions.top(count))
}

/// x with A x = b for a symmetric positive definite A; nothing where it is not.
pub(crate) fn solve(matrix: &Matrix, right: &[f64]) -> Option<Vec<f64>> {
    let inverse = inverse_lower(&cholesky(matrix)?);
    let half: Vec<f64> =
        (0..matrix.rows).map(|row| inverse.row(row).iter().zip(right).map(|(a, b)| a * b).sum()).collect();
    let column = |c: usize| (0..matrix.rows).map(|row| inverse.at(row, c) * half[row]).sum();
    Some((0..matrix.rows).map(column).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(n: usize, seed: u64) -> Matrix {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / f64::from(1u32 << 31) - 0.5
        };
        let mut matrix = Matrix::zeros(n, n);
        for _ in 0..3 * n {
            let v: Vec<f64> = (0..n).map(|_| next()).collect();
            matrix.add_outer(&v, 1.0);
        }
        matrix.mirror();
        matrix
    }

    fn assert_near(a: &Matrix, b: &Matrix) {
        let far = a.values.iter().zip(&b.values).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
        assert!(far < 1e-9, "differs by {far}");
    }

    #[test]
    fn eigenvectors_rebuild_their_matrix() {
        let matrix = sample(17, 1);
        let eigen = symmetric_eigen(&matrix);
        assert!(eigen.values.windows(2).all(|pair| pair[0] >= pair[1]));
        let mut scaled = eigen.vectors.clone();
        for row in 0..17 {
            scaled.row_mut(row).iter_mut().for_each(|v| *v *= eigen.values[row]);
        }
        assert_near(&eigen.vectors.transposed().times(&scaled), &matrix);
    }

    #[test]
    fn the_cholesky_factor_squares_to_its_matrix() {
        let matrix = sample(9, 2);
        let lower = cholesky(&matrix).unwrap();
        assert_near(&lower.times(&lower.transposed()), &matrix);
        let mut broken = matrix;
        broken.set(4, 4, -1.0);
        assert_eq!(cholesky(&broken), None);
    }

    #[test]
    fn discriminant_directions_whiten_within_and_order_between() {
        let (between, within) = (sample(8, 3), sample(8, 4));
        let directions = discriminant(&between, &within, 5).unwrap();
        let white = directions.times(&within).times(&directions.transposed());
        let spread = directions.times(&between).times(&directions.transposed());
        for i in 0..5 {
            for j in 0..5 {
                assert!((white.at(i, j) - f64::from(u8::from(i == j))).abs() < 1e-9);
                assert!(i == j || spread.at(i, j).abs() < 1e-9);
            }
            assert!(i == 0 || spread.at(i, i) <= spread.at(i - 1, i - 1));
        }
    }

    #[test]
    fn a_solution_satisfies_its_equations() {
        let matrix = sample(6, 5);
        let right = [1.0, -2.0, 0.5, 3.0, 0.0, 1.5];
        let solution = solve(&matrix, &right).unwrap();
        for (row, wanted) in right.iter().enumerate() {
            let got: f64 = matrix.row(row).iter().zip(&solution).map(|(a, b)| a * b).sum();
            assert!((got - wanted).abs() < 1e-9);
        }
    }
}
