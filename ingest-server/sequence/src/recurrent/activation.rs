//! Hyperbolic tangent and logistic function of a whole vector, to 5e-7.

use fearless_simd::prelude::*;

/// Beyond this the tangent is 1 in single precision.
const LIMIT: f32 = 7.905_311;
/// Odd powers of the numerator, highest first, and even powers of the denominator. **Source**: Eigen, `ptanh_float`: a
/// minimax rational approximation on ±[`LIMIT`].
const NUMERATOR: [f32; 7] = [
    -2.760_768_5e-16,
    2.000_188e-13,
    -8.604_672e-11,
    5.122_297e-8,
    1.485_722_4e-5,
    6.372_619_3e-4,
    4.893_524_6e-3,
];
const DENOMINATOR: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];

/// **Range**: -1..=1.
#[inline(always)]
pub(super) fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let splat = |value| S::f32s::splat(simd, value);
    let x = x.min(splat(LIMIT)).max(splat(-LIMIT));
    let square = x * x;
    let mut numerator = splat(NUMERATOR[0]);
    for power in &NUMERATOR[1..] {
        numerator = numerator.mul_add(square, splat(*power));
    }
    let mut denominator = splat(DENOMINATOR[0]);
    for power in &DENOMINATOR[1..] {
        denominator = denominator.mul_add(square, splat(*power));
    }
    x * numerator / denominator
}

/// **Range**: 0..=1.
#[inline(always)]
pub(super) fn logistic<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let half = S::f32s::splat(simd, 0.5);
    tanh(simd, x * half).mul_add(half, half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recurrent::kernel::levels;
    use fearless_simd::dispatch;

    const WITHIN: f64 = 5e-7;

    /// Both functions of every value, in vectors as the machine has them.
    #[inline(always)]
    fn both<S: Simd>(simd: S, values: &[f32]) -> Vec<[f32; 2]> {
        let vectors = values.chunks_exact(S::f32s::LEN).map(|chunk| S::f32s::from_slice(simd, chunk));
        let answers = vectors.map(|x| (tanh(simd, x), logistic(simd, x)));
        answers
            .flat_map(|(a, b)| {
                a.as_slice().iter().zip(b.as_slice()).map(|(a, b)| [*a, *b]).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn both_are_right_on_the_whole_line_with_every_set_of_instructions() {
        let near = (-32_000..32_000i32).map(|step| step as f32 / 2_000.0);
        let far = [f32::MIN, -1e6, -0.0, 0.0, f32::MIN_POSITIVE, 1e-20, 1e6, f32::MAX];
        let values: Vec<f32> = near.chain(far.into_iter().cycle().take(64)).collect();
        for level in levels() {
            let answers = dispatch!(level, simd => both(simd, &values));
            assert_eq!(answers.len(), values.len());
            for (x, [tangent, share]) in values.iter().zip(answers) {
                let exact = f64::from(*x);
                assert!((f64::from(tangent) - exact.tanh()).abs() < WITHIN, "{level:?}: tanh {x}: {tangent}");
                let wanted = 1.0 / (1.0 + (-exact).exp());
                assert!((f64::from(share) - wanted).abs() < WITHIN, "{level:?}: logistic {x}: {share}");
                assert!((-1.0..=1.0).contains(&tangent) && (0.0..=1.0).contains(&share), "{level:?}: {x}");
            }
        }
    }
}
