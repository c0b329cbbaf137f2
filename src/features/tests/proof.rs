//! The proof must catch a cheat, or it proves nothing.

use super::{program, walk};
use crate::features::{ProofPlan, Verdict, prove};

fn verdict(text: &str) -> Verdict {
    prove(&program(text), &walk(5000, 21), ProofPlan::default()).remove(0).verdict
}

#[test]
fn an_honest_column_passes() {
    assert_eq!(verdict("zscore(ema(close, 12) / ema(close, 26) - 1, 288)"), Verdict::Causal);
    assert_eq!(verdict("tf(\"1h\", close / ema(close, 5))"), Verdict::Causal);
}

/// `peek` exists in tests alone: the value three bars later, within the block.
#[test]
fn a_column_that_peeks_is_caught() {
    assert!(matches!(verdict("peek(close, 3)"), Verdict::LooksAhead { .. }));
    assert!(matches!(verdict("mean(peek(close, 1) - close, 5)"), Verdict::LooksAhead { .. }));
    assert!(matches!(verdict("tf(\"1h\", peek(close, 1))"), Verdict::LooksAhead { .. }));
}

/// `forgetful` exists in tests alone: it says it looks back one bar, and looks back ten.
#[test]
fn a_column_that_hides_its_lookback_is_caught() {
    assert_eq!(verdict("forgetful(close)"), Verdict::WarmsUpLonger);
}

/// `moody` exists in tests alone: its value depends on how the bars are cut into blocks.
#[test]
fn a_column_that_is_not_the_same_live_is_caught() {
    let found = verdict("moody(close)");
    assert!(matches!(found, Verdict::BatchIsNotLive { .. } | Verdict::LooksAhead { .. }));
}

#[test]
fn the_measured_warm_up_of_a_window_is_its_length() {
    let proof = prove(&program("mean(close, 100)"), &walk(5000, 3), ProofPlan::default()).remove(0);
    assert_eq!(proof.measured, Some(99));
}

/// A smoother of what is there for a part of the day alone sees few values: it is missing for longer,
/// and never shown before it has forgotten its start.
#[test]
fn a_column_of_few_values_is_not_shown_before_it_has_settled() {
    let text = "ema(session_max(close, 'asia') / close, 60)";
    let proof = prove(&program(text), &walk(5000, 5), ProofPlan::default()).remove(0);
    assert_eq!(proof.verdict, Verdict::Causal, "{proof:?}");
    assert!(proof.measured.unwrap() <= proof.declared.warm_up(), "{proof:?}");
}

#[test]
fn a_running_total_is_not_asked_to_settle() {
    let proof = prove(&program("obv"), &walk(3000, 3), ProofPlan::default()).remove(0);
    assert_eq!((proof.verdict, proof.measured), (Verdict::Causal, None));
}

#[test]
fn a_handful_of_bars_proves_nothing() {
    for n in [0, 1, 2, 8] {
        let proof = prove(&program("mean(close, 50)"), &walk(n, 3), ProofPlan::default());
        assert_eq!(proof[0].verdict, Verdict::TooFewBars, "{n} bars");
    }
}
