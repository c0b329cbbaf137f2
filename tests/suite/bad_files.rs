//! Files together, and folders in the way. What is said of one bad file stands in `ingest/bad_input.rs`.

use crate::project::{Project, rising};

const HEADER: &str = "date,open,high,low,close,volume\n";

#[test]
fn files_of_different_units_of_time_go_together() {
    let two = Project::new();
    two.put("ms.csv", format!("{HEADER}1735689600000,1,1,1,1,1\n1735689900000,1,1,1,1,1\n"));
    two.put("us.csv", format!("{HEADER}1735690200000000,1,1,1,1,1\n1735690500000000,1,1,1,1,1\n"));
    let said = two.done(&["ingest", "csv", "ms.csv", "us.csv", "--symbol", "X"]);
    insta::assert_snapshot!(said, @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    X              5m     4      4     0       0         0     0  2025-01-01 00:00  2025-01-01 00:15
    ");
}

#[test]
fn of_several_files_all_are_stored_or_none() {
    let project = Project::new();
    project.put("AAA-5m-2024.csv", rising(20));
    project.put("BBB-5m-2024.csv", rising(20).replace(",104,", ",nan,"));
    let said = project.refusal(&["ingest", "csv", "AAA-5m-2024.csv", "BBB-5m-2024.csv"]);
    insta::assert_snapshot!(said, @r"
    error: `BBB-5m-2024.csv`, line 5, column 5 (`close`): `nan` is not a number
    hint: a bar without a price is no bar: delete the line
    exit code 2
    ");
    assert_eq!(project.files("data"), [""; 0]);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let project = Project::new();
    // Rights bind nobody who is root; a file where a folder should be binds all.
    project.put("data", "");
    insta::assert_snapshot!(project.refusal(&["ingest", "--set", "synthetic.bars=50"]), @r"
    error: cannot write `data/bars`: `data` is a file, not a folder
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["config", "init", "data/config.yml"]), @r"
    error: cannot write `data/config.yml`: `data` is a file, not a folder
    exit code 2
    ");
}
