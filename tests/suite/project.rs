//! A temporary folder with the binary run in it, as a user would, but without the user's surroundings.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Removed when it is dropped.
pub struct Project {
    dir: tempfile::TempDir,
}

/// What a run left behind. In stderr, what differs from run to run is redacted.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// One with a synthetic market of so many bars, called `SYNTH`.
    pub fn with_market(bars: usize) -> Self {
        let project = Self::new();
        project.done(&["ingest", "--set", &format!("synthetic.bars={bars}")]);
        project
    }

    /// With this `config.yml`, and the market it asks for.
    pub fn of(config: &str) -> Self {
        let project = Self::new();
        project.put("config.yml", config);
        project.done(&["ingest"]);
        project
    }

    /// The id of the run that `models/latest` points to.
    pub fn latest(&self) -> String {
        let link = std::fs::read_link(self.path("models/latest")).unwrap();
        link.to_str().unwrap().to_owned()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "what a user puts there need not be synced")]
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    /// Every file below a folder, by its path from there; locks apart, which hold nothing.
    pub fn tree(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        let root = self.path(folder);
        collect(&root, &root, &mut found);
        found
    }

    pub fn files(&self, folder: &str) -> Vec<String> {
        self.tree(folder).into_keys().collect()
    }

    pub fn run(&self, args: &[&str]) -> Run {
        let output = self.command(args).output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let stderr = self.redact(&String::from_utf8(output.stderr).unwrap());
        let code = output.status.code().unwrap_or_else(|| panic!("killed: {}", output.status));
        assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
        Run { code, stdout, stderr }
    }

    /// A run that must end well; what it printed.
    pub fn done(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, 0, "{args:?}: {run}");
        run.stdout
    }

    /// A run that must not end well; what it said, and its exit code.
    pub fn refusal(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_ne!(run.code, 0, "{args:?}: {run}");
        assert_eq!(run.stdout, "", "{args:?} prints no result where there is none");
        run.to_string()
    }

    /// Started, its stdout and stderr in pipes.
    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgewalk"));
        // No proxy, width, thread count or log level of whoever runs the tests.
        command.env_clear().current_dir(self.dir.path()).args(args).stdin(Stdio::null());
        command
    }

    fn redact(&self, text: &str) -> String {
        let text = text.replace(&self.dir.path().display().to_string(), "[project]");
        let lines = text.lines().map(|line| redact_line(line) + "\n");
        lines.collect()
    }
}

/// stdout, then stderr, then the exit code where it is not 0.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.stdout, self.stderr)?;
        if self.code == 0 { Ok(()) } else { writeln!(f, "exit code {}", self.code) }
    }
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.file_name().is_some_and(|name| name != ".lock") {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

/// `in 7.3 ms` is `in [time]`, and the hash in a table's name is `[hash]`: it is of our sources too.
fn redact_line(line: &str) -> String {
    let is_hash = |word: &str| word.len() == 16 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let hash = line.split(['-', '.']).find(|word| is_hash(word));
    let line = hash.map_or_else(|| line.to_owned(), |hash| line.replace(hash, "[hash]"));
    match line.rsplit_once(" in ") {
        Some((before, time)) if time.ends_with(" ms") => format!("{before} in [time]"),
        _ => line,
    }
}

/// The bars of a market that nobody need imagine: `n` of 5 minutes from 2024-01-01 on, each a
/// point higher than the one before.
pub fn rising(n: usize) -> String {
    rising_from(0, n)
}

/// As [`rising`], without the first `skipped` bars.
pub fn rising_from(skipped: usize, n: usize) -> String {
    let mut text = "date,open,high,low,close,volume\n".to_owned();
    for i in skipped..skipped + n {
        let (day, hour, minute) = (1 + i / 288, i / 12 % 24, i % 12 * 5);
        let (open, volume) = (100 + i, 5 + i % 7);
        text += &format!("2024-01-{day:02} {hour:02}:{minute:02},{open},");
        text += &format!("{}.5,{}.5,{},{volume}\n", open + 1, open - 1, open + 1);
    }
    text
}
