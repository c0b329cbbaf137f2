//! The rules of the house, as tests: who may import whom, how long things may be, what may not be
//! said. ARCHITECTURE.md gives the reasons.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the tree should fail")]

#[path = "tidy/source.rs"]
mod source;

use std::collections::BTreeSet;
use std::fs;

use source::{Source, names, root, sources, without_tests, without_words};

const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 40;
const MAX_MAIN_LINES: usize = 40;

/// Each room and the rooms it may import, from the ground up. Words are open to all.
const WORDS: &[&str] = &["units", "stats", "rng", "failure"];
const ROOMS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("stats", &[]),
    ("rng", &[]),
    ("failure", &[]),
    ("market", &[]),
    ("features", &["market"]),
    ("labels", &["market"]),
    ("folds", &["labels"]),
    ("gbdt", &[]),
    ("learn", &["labels", "folds", "gbdt"]),
    ("backtest", &["market"]),
    ("regimes", &["market"]),
    ("signal", &["market", "features", "backtest"]),
    ("strategy", &["market", "features", "backtest"]),
    ("walkforward", &["folds", "learn"]),
    ("search", &["folds", "learn", "gbdt"]),
    ("optimize", &["market", "features", "backtest", "regimes", "strategy", "search"]),
    ("report", &["market", "learn", "backtest"]),
    (
        "config",
        &[
            "market", "features", "labels", "folds", "learn", "search", "signal", "strategy",
            "backtest", "optimize",
        ],
    ),
    ("store", &["market", "features", "labels", "folds", "search"]),
    ("ingest", &["market", "store", "config"]),
    (
        "pipeline",
        &[
            "market",
            "features",
            "labels",
            "folds",
            "learn",
            "walkforward",
            "signal",
            "strategy",
            "backtest",
            "search",
            "optimize",
            "report",
            "regimes",
            "gbdt",
            "config",
            "store",
            "ingest",
        ],
    ),
    (
        "cli",
        &[
            "market",
            "features",
            "config",
            "store",
            "ingest",
            "pipeline",
            "labels",
            "folds",
            "learn",
            "walkforward",
            "signal",
            "strategy",
            "backtest",
            "report",
            "optimize",
        ],
    ),
];

/// Rooms without I/O, clock or environment.
const SCIENCE: &str = "market features labels folds gbdt learn signal \
    strategy backtest regimes walkforward search optimize report";

fn is_science(room: &str) -> bool {
    SCIENCE.split(' ').any(|name| name == room)
}

#[test]
fn imports_go_downward() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let room = source.room();
        if room == "main" || room == "lib" {
            continue;
        }
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            faults.push(format!("{}: `{room}` has no place in the layers", source.name()));
            continue;
        };
        assert!(!source.product().contains("use crate as "), "{}", source.name());
        for named in source.names() {
            let Some(import) = named.room() else { continue };
            let fine = import == room
                || allowed.contains(&import)
                || (WORDS.contains(&import) && !WORDS.contains(&room.as_str()));
            if !fine {
                let place = format!("{}:{}", source.name(), named.line);
                faults.push(format!("{place}: {room} imports {}", named.text()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_room_is_on_the_map() {
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rooms: BTreeSet<String> = sources("src").iter().map(Source::room).collect();
    for room in rooms.iter().filter(|room| *room != "main" && *room != "lib") {
        assert!(map.contains(&format!("pub mod {room};")), "`{room}` is missing in src/lib.rs");
    }
}

#[test]
fn files_and_functions_stay_short() {
    let mut faults = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        let n_lines = source.text.lines().count();
        if n_lines > MAX_FILE_LINES {
            faults.push(format!("{}: {n_lines} lines", source.name()));
        }
        for (number, length) in long_functions(&source) {
            faults.push(format!("{}:{number}: a function of {length} lines", source.name()));
        }
    }
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap().lines().count();
    if main > MAX_MAIN_LINES {
        faults.push(format!("src/main.rs: {main} lines"));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Functions over the limit, tests apart (clippy bounds those): rustfmt closes a body at the
/// indentation of its `fn`.
fn long_functions(source: &Source) -> Vec<(usize, usize)> {
    let product = source.product();
    let lines: Vec<&str> = product.lines().map(str::trim_end).collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let starts = lines.iter().enumerate().filter(|(_, line)| opens_function(line));
    let measured = starts.filter_map(|(at, line)| {
        let has_body = lines[at..].iter().find(|l| l.ends_with(['{', ';', '}']))?;
        if !has_body.ends_with('{') {
            return None;
        }
        let close = format!("{}}}", " ".repeat(indent(line)));
        let length = lines[at..].iter().position(|l| *l == close)? + 1;
        (length > MAX_FUNCTION_LINES).then_some((at + 1, length))
    });
    measured.collect()
}

/// `fn` and a name, whatever stands before it: `pub(in crate::x) const unsafe fn`.
fn opens_function(line: &str) -> bool {
    let words =
        [" ", "const", "unsafe", "async", "extern", "default", "pub", "in", "crate", "super"];
    let Some((before, after)) = line.split_once("fn ") else { return false };
    let mut known =
        before.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
    let is_named = after.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let scope = before.contains("pub(in ");
    is_named && known.all(|word| words.contains(&word) || scope) && !before.contains(['=', ';'])
}

#[test]
fn a_function_is_seen_whatever_stands_before_it() {
    for line in
        ["fn f(", "    pub(super) const fn f() {", "unsafe fn f", "pub(in crate::x::y) fn f"]
    {
        assert!(opens_function(line), "{line}");
    }
    for line in ["type F = fn (u8);", "// a fn of", "    make: fn(&u8)", "let fnord = 1;"] {
        assert!(!opens_function(line), "{line}");
    }
}

#[test]
fn nothing_is_called_by_a_name_that_says_nothing() {
    let banned =
        ["utils", "util", "helpers", "helper", "common", "manager", "core", "base", "misc"];
    for source in sources("src").into_iter().chain(sources("tests")) {
        let stem = source.path.file_stem().unwrap().to_string_lossy().into_owned();
        let folder = source.path.parent().unwrap().file_name().unwrap().to_string_lossy();
        assert!(!banned.contains(&stem.as_str()), "{}", source.name());
        assert!(!banned.contains(&&*folder), "{}", source.name());
    }
}

/// Marks of unfinished or unsound work; split so that this file does not find itself.
#[test]
fn nothing_unfinished_lies_about() {
    let marks = ["TO\u{44}O", "FIX\u{4d}E", "XX\u{58}", "#[ign\u{6f}re", "thread::sl\u{65}ep"];
    for source in sources("src").into_iter().chain(sources("tests")) {
        for mark in marks {
            let waits = mark.contains("thread") && source.room_or_test() == "ingest";
            assert!(waits || !source.text.contains(mark), "{}: {mark}", source.name());
        }
    }
}

impl Source {
    /// The room, or `tests` outside of `src`.
    fn room_or_test(&self) -> String {
        if self.path.starts_with(root().join("src")) { self.room() } else { "tests".to_owned() }
    }
}

#[test]
fn science_does_no_input_or_output() {
    let modules = ["std::fs", "std::io", "std::env", "std::net", "std::process", "tracing"];
    let macros = ["println!", "print!", "eprintln!", "eprint!"];
    let mut faults = Vec::new();
    for source in sources("src").iter().filter(|s| is_science(&s.room())) {
        for named in source.names() {
            let path = named.text();
            if modules.iter().any(|m| path == *m || path.starts_with(&format!("{m}::"))) {
                faults.push(format!("{}:{}: {path}", source.name(), named.line));
            }
        }
        for (number, line) in source.product().lines().enumerate() {
            if macros.iter().any(|word| line.contains(word)) {
                faults.push(format!("{}:{}: {}", source.name(), number + 1, line.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The compiler chooses the order of a power's products, and with it the last bits. The other
/// functions whose bits differ are clippy's business (`disallowed-methods`).
#[test]
fn results_hold_no_power_of_the_compilers() {
    let rooms = |source: &Source| {
        SCIENCE.split(' ').any(|name| name == source.room())
            || WORDS.contains(&source.room().as_str())
    };
    for source in sources("src").iter().filter(|source| rooms(source)) {
        assert!(!source.product().contains("powi("), "{}", source.name());
    }
}

#[test]
fn only_the_store_and_ingest_know_the_table_library() {
    for source in sources("src") {
        let room = source.room();
        let knows = source.names().iter().any(|named| named.segments[0] == "polars");
        assert!(!knows || room == "store" || room == "ingest", "{}", source.name());
    }
}

#[test]
fn only_the_store_writes_files() {
    let writes = [
        "fs::write",
        "File::create",
        "File::options",
        "fs::rename",
        "fs::remove",
        "fs::copy",
        "fs::hard_link",
        "symlink",
        "set_permissions",
        "create_dir",
        "DirBuilder",
        "OpenOptions",
    ];
    for source in sources("src").iter().filter(|s| s.room() != "store") {
        for named in source.names() {
            let path = named.text();
            let found = writes.iter().find(|word| path.contains(*word));
            assert!(found.is_none(), "{}:{}: {path}", source.name(), named.line);
        }
    }
}

/// A message that names a key must name one there is.
#[test]
fn every_key_that_is_named_exists() {
    let keys = edgewalk::config::Config::default().keys();
    let sections: Vec<&String> = keys.iter().filter(|key| !key.contains('.')).collect();
    let mut faults = Vec::new();
    for source in sources("src") {
        if source.product().is_empty() {
            continue;
        }
        let text = without_tests(&source.text);
        for (at, _) in text.match_indices(['`', '"']) {
            let key = text[at + 1..].split(|c: char| !is_of_key(c)).next().unwrap_or_default();
            let key = key.trim_end_matches('.');
            let Some((section, _)) = key.split_once('.') else { continue };
            let is_file =
                [".yml", ".parquet", ".csv", ".json"].iter().any(|end| key.ends_with(end));
            let is_free = ["features.expressions.", "data.csv.columns."];
            let exists = is_file
                || keys.iter().any(|known| known == key)
                || is_free.iter().any(|free| key.starts_with(free))
                || !sections.iter().any(|known| *known == section) && section != "search";
            if !exists {
                faults.push(format!("{}: `{key}`", source.name()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn is_of_key(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.'
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let reasons = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut in_dependencies = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies]");
        } else if let Some((name, _)) = line.split_once('=').filter(|_| in_dependencies) {
            let name = name.trim();
            assert!(
                reasons.contains(&format!("`{name}`")),
                "ARCHITECTURE.md does not say why `{name}`"
            );
        }
    }
}

/// Folders of one machine mean nothing on another.
#[test]
fn no_machine_paths_in_the_tree() {
    let paths = ["/wo\u{72}k/", "/ro\u{6f}t/", "/ho\u{6d}e/"];
    let pages = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "Makefile", "config.yml"];
    let pages = pages.map(|page| Source {
        path: root().join(page),
        text: fs::read_to_string(root().join(page)).unwrap(),
    });
    for source in sources("src").into_iter().chain(sources("tests")).chain(pages) {
        for path in paths {
            assert!(!source.text.contains(path), "{}: {path}", source.name());
        }
    }
}

/// What the rules read code with, on what would slip through a plain search.
#[test]
fn no_way_of_writing_hides_an_import() {
    let module = ["features", "expr", "lower"].map(str::to_owned);
    let found = |code: &str| -> Vec<String> {
        let code = without_tests(&without_words(code));
        let named = names(&code, &module);
        named.iter().filter_map(|n| Some(format!("{} {}", n.line, n.room()?))).collect()
    };
    assert_eq!(found("use crate::{labels, folds};"), ["1 labels", "1 folds"]);
    assert_eq!(
        found("use crate::{\n    labels::{self, Gaps},\n    folds as f,\n};"),
        ["1 labels", "1 labels", "1 folds"]
    );
    assert_eq!(found("use super::super::super::labels;"), ["1 labels"]);
    assert_eq!(found("let x = super::super::super::store::read();"), ["1 store"]);
    assert_eq!(found("use super::fault::{ExprFault};"), ["1 features"]);
    assert_eq!(found("use crate::*;"), ["1 *"]);
    assert_eq!(found("#[cfg(test)]\nmod cheats;\nuse crate::labels;"), ["3 labels"]);
    assert_eq!(
        found("#[cfg(test)]\nmod tests {\n    use crate::cli;\n    fn f() {}\n}\nuse crate::io;"),
        ["6 io"]
    );
    assert_eq!(
        found("#[cfg(test)]\nconst E: &[u8] = &[\n    b'}',\n];\nuse crate::labels;"),
        ["5 labels"]
    );
    assert!(found("// crate::cli\nlet a = \"crate::cli\"; /* crate::cli */").is_empty());
    assert_eq!(found("let q = '\"'; let l: &'a str = r#\"\"\"#; crate::cli::run();"), ["1 cli"]);
}
