use super::*;
use crate::failure::Mender;
use crate::search::{
    ObjectiveParams, Outcome, Point, PrunerParams, SamplerParams, StudyParams, run,
};
use proptest::prelude::*;

fn study(data: &str, seed: u64) -> Study {
    let params = StudyParams {
        kind: "tune".to_owned(),
        data: data.to_owned(),
        context: String::new(),
        seed,
        space: serde_json::from_str(r#"{"x": {"float": [0, 1]}}"#).unwrap(),
        sampler: SamplerParams::Random,
        pruner: PrunerParams::None,
        objective: ObjectiveParams::default(),
        n_steps: 2,
        batch: 2,
    };
    params.check().unwrap()
}

fn score(point: &Point, step: usize) -> Result<Outcome, Failure> {
    Ok(Outcome::Score(point["x"].as_f64().unwrap() / (step as f64 + 3.0)))
}

/// Runs a study to five trials on its ledger.
fn finish(results: &Path, study: &Study) -> Vec<Trial> {
    let (mut ledger, known) = Ledger::open(results, study).unwrap();
    run(study, 5, &known, score, |trial| ledger.append(std::slice::from_ref(trial))).unwrap()
}

fn path(results: &Path, study: &Study) -> PathBuf {
    Ledger::open(results, study).unwrap().0.path().to_owned()
}

#[test]
fn a_ledger_cut_at_any_byte_resumes_to_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let study = study("ab", 1);
    let whole = finish(dir.path(), &study);
    let path = path(dir.path(), &study);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes.iter().filter(|b| **b == b'\n').count(), 5);
    for cut in (0..bytes.len()).step_by(7).chain([bytes.len() - 1]) {
        write_atomic(&path, &bytes[..cut]).unwrap();
        assert_eq!(finish(dir.path(), &study), whole, "cut at {cut}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "cut at {cut}");
    }
}

#[test]
fn a_damaged_line_is_named_with_its_cure_and_the_cure_works() {
    let dir = tempfile::tempdir().unwrap();
    let study = study("ab", 1);
    let whole = finish(dir.path(), &study);
    let path = path(dir.path(), &study);
    let good = std::fs::read_to_string(&path).unwrap();
    let damaged = good.replacen("\"number\":1", "\"number\":7", 1);
    write_atomic(&path, damaged.as_bytes()).unwrap();
    let failure = Ledger::open(dir.path(), &study).unwrap_err();
    assert_eq!(failure.mender, Mender::World);
    assert!(failure.message.starts_with("line 2 of `"), "{failure}");
    assert!(failure.hint.unwrap().starts_with("delete line 2:"));
    assert_eq!(count_trials(dir.path(), "ab").unwrap_err().message, failure.message);

    let cured: String =
        good.split_inclusive('\n').enumerate().filter(|(k, _)| *k != 1).map(|(_, l)| l).collect();
    write_atomic(&path, cured.as_bytes()).unwrap();
    assert_eq!(finish(dir.path(), &study), whole);
}

#[test]
fn a_line_that_cannot_be_written_whole_is_taken_off_again() {
    let dir = tempfile::tempdir().unwrap();
    let study = study("ab", 1);
    let trials = finish(dir.path(), &study);
    let (mut ledger, _) = Ledger::open(dir.path(), &study).unwrap();
    let before = std::fs::read(ledger.path()).unwrap();
    let full = |mut file: &File| {
        file.write_all(b"half a line")?;
        Err(std::io::Error::other("the disk is full"))
    };
    let failure = ledger.append_by(20, full).unwrap_err();
    assert!(failure.message.ends_with("the disk is full"), "{failure}");
    assert_eq!(std::fs::read(ledger.path()).unwrap(), before);
    ledger.append(&trials[..1]).unwrap();
    assert!(std::fs::read(ledger.path()).unwrap().starts_with(&before));
    // Where it cannot be taken off, nothing is written behind it.
    ledger.file = File::open(ledger.path()).unwrap();
    assert!(ledger.append(&trials[..1]).is_err());
    let failure = ledger.append(&trials[..1]).unwrap_err();
    assert!(failure.message.ends_with("ends in half a line"), "{failure}");
    drop(ledger);
    assert_eq!(finish(dir.path(), &study), trials);
}

#[test]
fn two_runs_cannot_write_one_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let study = study("ab", 1);
    let first = Ledger::open(dir.path(), &study).unwrap();
    let failure = Ledger::open(dir.path(), &study).unwrap_err();
    assert!(failure.message.starts_with("another run is writing `"), "{failure}");
    drop(first);
    Ledger::open(dir.path(), &study).unwrap();
}

#[test]
fn every_trial_on_the_data_counts_once_whatever_study_made_it() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(count_trials(dir.path(), "ab"), Ok(0));
    for (data, seed) in [("ab", 1), ("ab", 2), ("ab", 2), ("cd", 1)] {
        finish(dir.path(), &study(data, seed));
    }
    assert_eq!(count_trials(dir.path(), "ab"), Ok(10));
    assert_eq!(count_trials(dir.path(), "cd"), Ok(5));
    let path = path(dir.path(), &study("cd", 1));
    let bytes = std::fs::read(&path).unwrap();
    write_atomic(&path, &bytes[..bytes.len() - 9]).unwrap();
    assert_eq!(count_trials(dir.path(), "cd"), Ok(4));
}

#[test]
fn a_ledger_of_another_study_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (study("ab", 1), study("ab", 2));
    finish(dir.path(), &one);
    let bytes = std::fs::read(path(dir.path(), &one)).unwrap();
    write_atomic(&path(dir.path(), &other), &bytes).unwrap();
    let failure = Ledger::open(dir.path(), &other).unwrap_err();
    assert!(failure.message.ends_with(&format!("holds trials of study `{}`", one.id())));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&bytes, Path::new("x"));
        let _ = Trial::from_line(&bytes);
    }

    #[test]
    fn no_damage_makes_the_reader_panic_or_lie(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let study = study("ab", 1);
        let trials = run(&study, 3, &[], score, |_| Ok(())).unwrap();
        let lines: String = trials.iter().map(|t| t.to_line().unwrap() + "\n").collect();
        let mut bytes = lines.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok((_, read)) = parse(&bytes, Path::new("x")) {
            prop_assert!(read.values().all(|trial| trials.contains(trial)));
        }
    }
}
