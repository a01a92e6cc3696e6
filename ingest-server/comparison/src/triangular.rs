//! The triangular square root of a covariance: numbers that vary together become as many that do not.

/// Lower triangle L of a covariance, row by row, where L·Lᵀ is the covariance.
#[derive(Clone)]
pub(crate) struct Lower(Vec<Vec<f64>>);

impl Lower {
    /// Cholesky's decomposition of a matrix, of which the lower triangle is read. A pivot that rounding took below
    /// nothing is held at the smallest that divides.
    pub(crate) fn of(mut matrix: Vec<Vec<f64>>) -> Self {
        for row in 0..matrix.len() {
            for column in 0..=row {
                let known: f64 = (0..column).map(|at| matrix[row][at] * matrix[column][at]).sum();
                let rest = matrix[row][column] - known;
                matrix[row][column] = if row == column {
                    libm::sqrt(rest.max(f64::EPSILON * f64::EPSILON))
                } else {
                    rest / matrix[column][column]
                };
            }
            matrix[row].truncate(row + 1);
        }
        Self(matrix)
    }

    /// The numbers x of L·x = `values`: uncorrelated and of variance 1 where `values` have the covariance. Each depends
    /// on the values up to its own alone.
    pub(crate) fn solve(&self, values: &[f64]) -> Vec<f64> {
        let mut solved: Vec<f64> = Vec::with_capacity(values.len());
        for (row, value) in self.0.iter().zip(values) {
            let known: f64 = row.iter().zip(&solved).map(|(factor, before)| factor * before).sum();
            solved.push((value - known) / row[solved.len()]);
        }
        solved
    }

    /// What is left of a number's deviation once the numbers before it are known.
    pub(crate) fn pivot(&self, at: usize) -> f64 {
        self.0[at][at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: [[f64; 3]; 3] = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];

    fn lower() -> Lower {
        Lower::of(WHOLE.iter().map(|row| row.to_vec()).collect())
    }

    #[test]
    fn a_decomposition_multiplies_back() {
        let Lower(rows) = lower();
        for (row, expected) in WHOLE.iter().enumerate() {
            for column in 0..=row {
                let product: f64 = (0..=column).map(|at| rows[row][at] * rows[column][at]).sum();
                assert!((product - expected[column]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_solution_satisfies_its_equations() {
        let values = [1.0, -2.0, 0.5];
        let solved = lower().solve(&values);
        let Lower(rows) = lower();
        for (row, value) in rows.iter().zip(values) {
            let product: f64 = row.iter().zip(&solved).map(|(factor, x)| factor * x).sum();
            assert!((product - value).abs() < 1e-12);
        }
    }
}
