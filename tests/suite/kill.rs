//! Killed at any moment, nothing is broken, and the same command again ends as if nothing had been.

use std::process::Child;

use crate::project::Project;

/// Long enough to be killed in, short enough to be repeated.
const BARS: usize = 150_000;

/// Waits for `moment` turns of looking, or until the run is over.
fn look(child: &mut Child, moment: usize, is_time: impl Fn() -> bool) -> bool {
    let mut turns = 0;
    while child.try_wait().unwrap().is_none() {
        if is_time() {
            turns += 1;
            if turns > moment {
                child.kill().unwrap();
                return child.wait().unwrap().code().is_none();
            }
        }
        std::thread::yield_now();
    }
    false
}

/// Whether a file is being written, or has been left half-written.
fn is_writing(project: &Project) -> bool {
    let Ok(entries) = std::fs::read_dir(project.path("data/bars/SYNTH")) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().ends_with(".tmp"))
}

/// What is stored is whole: nothing, or all.
fn check_store(project: &Project, file: &str, whole: &[u8]) {
    let run = project.run(&["data", "list"]);
    assert_eq!(run.code, 0, "{run}");
    if let Some(bytes) = project.tree("data").get(file) {
        assert!(bytes == whole, "`{file}` is there, but not whole");
    }
}

/// Kills `args` at each of these moments, then lets it end; the file must be that of `undisturbed`.
fn killed(args: &[&str], prepare: impl Fn(&Project), moments: &[(bool, usize)]) {
    let file = "bars/SYNTH/5m.parquet";
    let undisturbed = Project::new();
    prepare(&undisturbed);
    undisturbed.done(args);
    let whole = &undisturbed.tree("data")[file];
    let mut n_killed_writing = 0;
    // A busy machine may let every write go by unseen: then once more, and again.
    let again = std::iter::repeat_n(&(true, 0), 20);
    for (at, (while_writing, moment)) in moments.iter().chain(again).enumerate() {
        if at >= moments.len() && n_killed_writing > 0 {
            break;
        }
        let project = Project::new();
        prepare(&project);
        let mut child = project.start(args);
        let is_time = || !while_writing || is_writing(&project);
        n_killed_writing += usize::from(look(&mut child, *moment, is_time) && *while_writing);
        check_store(&project, file, whole);
        project.done(args);
        assert!(project.tree("data") == undisturbed.tree("data"), "not as an undisturbed run");
    }
    assert!(n_killed_writing > 0, "no run was killed while it wrote: the test tests nothing");
}

#[test]
fn an_ingest_that_is_killed_leaves_nothing_or_all() {
    let bars = format!("synthetic.bars={BARS}");
    let moments = [(false, 0), (false, 20_000), (true, 0), (true, 3), (true, 500)];
    killed(&["ingest", "--set", &bars], |_| (), &moments);
}

#[test]
fn an_ingest_of_a_file_that_is_killed_leaves_nothing_or_all() {
    let source = Project::with_market(BARS);
    source.done(&["data", "export", "-o", "bars.csv"]);
    let text = source.bytes("bars.csv");
    let moments = [(false, 1000), (true, 0), (true, 300)];
    let args = ["ingest", "csv", "bars.csv", "--symbol", "SYNTH"];
    killed(&args, |project| project.put("bars.csv", &text), &moments);
}
