//! Sorting single-precision numbers: by their bits, three digits of eleven.

/// Ascending; −0 comes before 0. `values` hold no NaN. `keys` and `spare` are scratch.
pub(super) fn sort(values: &mut [f32], keys: &mut Vec<u32>, spare: &mut Vec<u32>) {
    if values.len() < RADIX_PAYS {
        values.sort_unstable_by(f32::total_cmp);
        return;
    }
    keys.clear();
    keys.extend(values.iter().map(|value| key(*value)));
    spare.clear();
    spare.resize(keys.len(), 0);
    for shift in [0, 11, 22] {
        let mut starts = [0_u32; DIGIT];
        keys.iter().for_each(|key| starts[digit(*key, shift)] += 1);
        let mut before = 0;
        for start in &mut starts {
            before += std::mem::replace(start, before);
        }
        for key in keys.iter() {
            let at = &mut starts[digit(*key, shift)];
            spare[*at as usize] = *key;
            *at += 1;
        }
        std::mem::swap(keys, spare);
    }
    values.iter_mut().zip(keys.iter()).for_each(|(value, key)| *value = unkey(*key));
}

const DIGIT: usize = 1 << 11;
/// Below this the digits' counts cost more than comparisons.
const RADIX_PAYS: usize = 2048;

#[inline]
fn digit(key: u32, shift: u32) -> usize {
    (key >> shift) as usize % DIGIT
}

/// Unsigned order of the keys is the order of the numbers.
#[inline]
fn key(value: f32) -> u32 {
    let bits = value.to_bits();
    bits ^ (((bits as i32) >> 31) as u32 | 1 << 31)
}

#[inline]
fn unkey(key: u32) -> f32 {
    f32::from_bits(key ^ (((!key as i32) >> 31) as u32 | 1 << 31))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn digits_sort_as_comparisons_do() {
        let mut rng = Rng::new(3);
        let mut values: Vec<f32> = (0..5000).map(|_| (rng.normal() * 1e3) as f32).collect();
        values.extend([0.0, -0.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1.0, 1.0]);
        let mut expected = values.clone();
        expected.sort_unstable_by(f32::total_cmp);
        sort(&mut values, &mut Vec::new(), &mut Vec::new());
        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&values), bits(&expected));
    }
}
