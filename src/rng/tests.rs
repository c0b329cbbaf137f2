use super::*;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

fn moments(draws: &[f64]) -> [f64; 4] {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let central = |k: i32| draws.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
    let variance = central(2);
    [mean, variance, central(3) / libm::pow(variance, 1.5), central(4) / variance.powi(2) - 3.0]
}

fn draws(n: usize, mut draw: impl FnMut(&mut Rng) -> f64) -> Vec<f64> {
    let mut rng = Rng::new(7);
    (0..n).map(|_| draw(&mut rng)).collect()
}

/// The first outputs of the authors' xoshiro256plusplus.c from the state {1, 2, 3, 4}.
#[test]
fn the_generator_gives_the_published_numbers() {
    let mut rng = Rng { state: [1, 2, 3, 4] };
    let expected = [
        41_943_041,
        58_720_359,
        3_588_806_011_781_223,
        3_591_011_842_654_386,
        9_228_616_714_210_784_205,
        9_973_669_472_204_895_162,
        14_011_001_112_246_962_877,
        12_406_186_145_184_390_807,
        15_849_039_046_786_891_736,
        10_450_023_813_501_588_000,
    ];
    assert_eq!(expected.map(|_| rng.next_u64()), expected);
}

/// The first outputs of Vigna's splitmix64.c for the seed 1234567.
#[test]
fn the_seeder_gives_the_published_numbers() {
    let expected = [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
        4_593_380_528_125_082_431,
    ];
    assert_eq!(Rng::new(1_234_567).state, expected);
}

/// Frozen: another number here means that no stored result can be made again.
#[test]
fn a_streams_numbers_never_change() {
    let mut rng = Rng::stream(42, "frozen", &[1, 2]);
    let draws = [rng.normal(), rng.exponential(), rng.student_t(5.0), rng.uniform()];
    let frozen = [
        13_819_399_375_809_726_536,
        4_616_426_490_202_704_906,
        13_828_318_691_359_383_034,
        4_592_033_351_396_625_704,
    ];
    assert_eq!(draws.map(f64::to_bits), frozen);
}

#[test]
fn streams_differ_by_seed_name_and_every_index() {
    let firsts = [
        Rng::stream(1, "a", &[]),
        Rng::stream(2, "a", &[]),
        Rng::stream(1, "b", &[]),
        Rng::stream(1, "a", &[0]),
        Rng::stream(1, "a", &[0, 0]),
        Rng::stream(1, "a\0\0\0\0\0\0\0\0", &[]),
    ]
    .map(|mut rng| rng.next_u64());
    let distinct: std::collections::BTreeSet<u64> = firsts.into();
    assert_eq!(distinct.len(), firsts.len());
}

#[test]
fn uniforms_fill_the_unit_interval_evenly() {
    let values = draws(200_000, Rng::uniform);
    assert!(values.iter().all(|u| (0.0..1.0).contains(u)));
    let [mean, variance, ..] = moments(&values);
    assert!((mean - 0.5).abs() < 0.0025 && (variance - 1.0 / 12.0).abs() < 0.001);
}

#[test]
fn integers_below_a_bound_are_equally_likely() {
    let mut rng = Rng::new(3);
    let mut counts = [0_u32; 7];
    (0..70_000).for_each(|_| counts[rng.below(7) as usize] += 1);
    // Four standard deviations of a binomial of 70,000 and 1/7: 4·√(70000·6/49) = 370.
    assert!(counts.iter().all(|&c| c.abs_diff(10_000) < 370), "{counts:?}");
}

/// With n = 3·2⁶² the plain remainder would give the lower third twice as often.
#[test]
fn a_huge_bound_is_not_biased() {
    let (mut rng, n) = (Rng::new(5), 3_u64 << 62);
    let low = (0..30_000).filter(|_| rng.below(n) < n / 3).count();
    assert!(low.abs_diff(10_000) < 330, "{low}");
}

#[test]
fn normals_have_the_moments_of_a_normal() {
    let [mean, variance, skew, kurtosis] = moments(&draws(400_000, Rng::normal));
    // Four standard errors each: 1, √2, √6 and √24 over √n.
    assert!(mean.abs() < 0.0064 && (variance - 1.0).abs() < 0.009, "{mean} {variance}");
    assert!(skew.abs() < 0.0155 && kurtosis.abs() < 0.031, "{skew} {kurtosis}");
}

/// P(|Z| > 3.6542) = 2.5803e-4: the draws that leave the layers for the tail.
#[test]
fn the_normals_tail_has_its_weight() {
    let beyond = |limit| draws(1_000_000, Rng::normal).iter().filter(|z| z.abs() > limit).count();
    assert!(beyond(3.654_152_885).abs_diff(258) < 64, "{}", beyond(3.654_152_885));
    assert!(beyond(1.959_963_985).abs_diff(50_000) < 870, "{}", beyond(1.959_963_985));
}

#[test]
fn exponentials_have_the_moments_of_an_exponential() {
    let [mean, variance, skew, _] = moments(&draws(400_000, Rng::exponential));
    assert!((mean - 1.0).abs() < 0.0064 && (variance - 1.0).abs() < 0.018, "{mean} {variance}");
    assert!((skew - 2.0).abs() < 0.1, "{skew}");
    let beyond = draws(1_000_000, Rng::exponential).iter().filter(|x| **x > 7.7).count();
    assert!(beyond.abs_diff(453) < 85, "{beyond}"); // 1e6·e^(−7.7) = 453
}

#[test]
fn gammas_of_any_shape_have_its_mean_and_variance() {
    for shape in [0.3, 1.0, 2.5, 40.0] {
        let law = Gamma::new(shape);
        let [mean, variance, ..] = moments(&draws(200_000, |rng| rng.gamma(&law)));
        assert!((mean / shape - 1.0).abs() < 0.02, "{shape}: {mean}");
        assert!((variance / shape - 1.0).abs() < 0.04, "{shape}: {variance}");
    }
}

#[test]
fn student_t_has_the_variance_and_kurtosis_of_its_degrees_of_freedom() {
    let [_, variance, _, kurtosis] = moments(&draws(400_000, |rng| rng.student_t(12.0)));
    assert!((variance - 1.2).abs() < 0.02, "{variance}");
    assert!((kurtosis - 0.75).abs() < 0.2, "{kurtosis}"); // 6 / (dof − 4)
}

#[test]
fn waiting_times_have_their_mean() {
    let mut rng = Rng::new(9);
    let total: u64 = (0..100_000).map(|_| rng.geometric(0.2)).sum();
    assert!(total.abs_diff(500_000) < 6_000, "{total}"); // sd of one: √(0.8)/0.2 = 4.47
    assert_eq!(rng.geometric(1.0), 1);
}

#[test]
fn every_order_of_three_is_equally_likely() {
    let mut rng = Rng::new(11);
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..60_000 {
        let mut items = [0, 1, 2];
        rng.shuffle(&mut items);
        *counts.entry(items).or_insert(0_u32) += 1;
    }
    assert_eq!(counts.len(), 6);
    assert!(counts.values().all(|c| c.abs_diff(10_000) < 370), "{counts:?}");
}

#[test]
fn every_pair_of_four_is_equally_likely() {
    let mut rng = Rng::new(13);
    let mut counts = std::collections::BTreeMap::new();
    (0..60_000).for_each(|_| *counts.entry(rng.sample(4, 2)).or_insert(0_u32) += 1);
    assert_eq!(counts.len(), 6);
    assert!(counts.values().all(|c| c.abs_diff(10_000) < 370), "{counts:?}");
}

proptest! {
    #[test]
    fn a_sample_is_ascending_distinct_and_of_its_size(seed in any::<u64>(), n in 0..200_usize, k in 0..250_usize) {
        let sample = Rng::new(seed).sample(n, k);
        prop_assert_eq!(sample.len(), k.min(n));
        prop_assert!(sample.windows(2).all(|w| w[0] < w[1]));
        prop_assert!(sample.iter().all(|&i| i < n));
    }

    #[test]
    fn an_index_stays_in_its_range(seed in any::<u64>(), start in 0..100_usize, len in 1..100_usize) {
        prop_assert!((start..start + len).contains(&Rng::new(seed).index(start..start + len)));
    }
}
