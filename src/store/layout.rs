//! Where things lie in the data folder.

use std::path::{Path, PathBuf};

use super::bars::{self, MadeOf, Origin, Stored};
use super::{Described, FolderLock};
use crate::failure::Failure;
use crate::market::{Bars, Symbol, Timeframe};

/// The data folder: `bars/<SYMBOL>/<timeframe>.parquet` and `features/<SYMBOL>/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    data: PathBuf,
}

/// One file of bars, by what its path says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredBars {
    pub symbol: Symbol,
    pub timeframe: Timeframe,
    pub path: PathBuf,
}

impl Layout {
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into() }
    }

    pub fn bars_path(&self, symbol: &Symbol, timeframe: Timeframe) -> PathBuf {
        self.data.join("bars").join(symbol.as_str()).join(format!("{timeframe}.parquet"))
    }

    /// What is true of synthetic bars; beside them, and beside no others.
    pub fn truth_path(&self, symbol: &Symbol, timeframe: Timeframe) -> PathBuf {
        self.bars_path(symbol, timeframe).with_extension("truth.json")
    }

    pub fn features_dir(&self, symbol: &Symbol) -> PathBuf {
        self.data.join("features").join(symbol.as_str())
    }

    /// The stored bars, by symbol and timeframe; files with other names are not ours.
    pub fn list(&self) -> Result<Vec<StoredBars>, Failure> {
        let mut stored = Vec::new();
        for folder in entries(&self.data.join("bars"))? {
            let Some(symbol) = parse_name::<Symbol>(&folder).filter(|_| folder.is_dir()) else {
                continue;
            };
            for path in entries(&folder)? {
                let stem = path.with_extension("");
                let Some(timeframe) = parse_name::<Timeframe>(&stem) else { continue };
                if path == self.bars_path(&symbol, timeframe) && path.is_file() {
                    stored.push(StoredBars { symbol: symbol.clone(), timeframe, path });
                }
            }
        }
        stored.sort();
        Ok(stored)
    }

    /// Whether there are bars to read.
    pub fn has_bars(&self, symbol: &Symbol, timeframe: Timeframe) -> bool {
        self.bars_path(symbol, timeframe).is_file()
    }

    /// Whoever changes bars by what is stored holds this from reading them to writing them.
    pub fn lock_bars(&self) -> Result<FolderLock, Failure> {
        FolderLock::take(&self.data.join("bars"))
    }

    /// Reads bars and checks that they are those that were written.
    pub fn read_bars(&self, symbol: &Symbol, timeframe: Timeframe) -> Result<Bars, Failure> {
        Ok(self.read_stored(symbol, timeframe)?.bars)
    }

    /// As [`Self::read_bars`], and where they came from.
    pub fn read_stored(&self, symbol: &Symbol, timeframe: Timeframe) -> Result<Stored, Failure> {
        if !self.has_bars(symbol, timeframe) {
            return Err(self.missing(Some(symbol), Some(timeframe)));
        }
        bars::read(&self.bars_path(symbol, timeframe), symbol, timeframe)
    }

    /// Whether the bars that others were made of are no longer those that they were made of. Where
    /// they were removed, nobody can tell.
    pub fn has_changed(&self, symbol: &Symbol, made_of: &MadeOf) -> Result<bool, Failure> {
        if !self.has_bars(symbol, made_of.timeframe) {
            return Ok(false);
        }
        let now = bars::describe(&self.bars_path(symbol, made_of.timeframe))?;
        // They may themselves be made of shorter ones; always shorter, so this comes to an end.
        let shorter = now.origin.made_of.filter(|below| below.timeframe < made_of.timeframe);
        Ok(now.fingerprint != made_of.fingerprint
            || shorter.map_or(Ok(false), |below| self.has_changed(symbol, &below))?)
    }

    /// Stores bars, of which no more is known, in the place of those that were there.
    pub fn write_bars(&self, bars: &Bars) -> Result<(), Failure> {
        self.write_bars_of(bars, &Origin::default())
    }

    /// As [`Self::write_bars`], for bars that came from somewhere.
    pub fn write_bars_of(&self, bars: &Bars, origin: &Origin) -> Result<(), Failure> {
        bars::write(&self.bars_path(bars.symbol(), bars.timeframe()), bars, origin)
    }

    /// That there are no such bars, and which there are. `None` stands for any.
    pub fn missing(&self, symbol: Option<&Symbol>, timeframe: Option<Timeframe>) -> Failure {
        let stored = match self.list() {
            Ok(stored) if stored.is_empty() => "nothing is stored there yet".to_owned(),
            Ok(stored) => format!("there are {}", show(&stored)),
            Err(failure) => failure.message,
        };
        let folder = self.data.join("bars");
        let symbol = symbol.map(Symbol::as_str);
        let timeframe = timeframe.map(|t| t.to_string());
        let named: String =
            [symbol, timeframe.as_deref()].iter().flatten().map(|n| format!("`{n}` ")).collect();
        let flags = [("--symbol", symbol), ("--timeframe", timeframe.as_deref())];
        let flags = flags.iter().filter_map(|(flag, name)| Some(format!(" {flag} {}", (*name)?)));
        let flags: String = flags.collect();
        Failure::user(format!("no {named}bars in `{}`: {stored}", folder.display()))
            .hint(format!("`edgewalk ingest` brings in what the config names; files: `edgewalk ingest csv FILES{flags}`"))
    }
}

impl StoredBars {
    /// How many bars, and from when to when: from its notes.
    pub fn describe(&self) -> Result<Described, Failure> {
        bars::describe(&self.path)
    }
}

fn show(stored: &[StoredBars]) -> String {
    const MANY: usize = 12;
    let names = stored.iter().map(|s| format!("`{}` `{}`", s.symbol, s.timeframe));
    let mut text = names.take(MANY).collect::<Vec<_>>().join(", ");
    if stored.len() > MANY {
        text += &format!(" and {} more", stored.len() - MANY);
    }
    text
}

fn parse_name<T: std::str::FromStr>(path: &Path) -> Option<T> {
    path.file_name()?.to_str()?.parse().ok()
}

/// A folder that is not there has no entries.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |e: std::io::Error| Failure::io("list", folder, &e);
    match std::fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        opened => opened.map_err(failed)?.map(|e| e.map(|e| e.path()).map_err(failed)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Mender;
    use crate::market::Columns;
    use crate::store::{fingerprint, write_atomic};
    use crate::units::{MINUTE_US, Ts};

    fn bars(symbol: &str, n: i64) -> Bars {
        let price = |k: f64| (0..n).map(|i| k + i as f64 / 3.0).collect::<Vec<_>>();
        let mut columns = Columns {
            ts: (0..n).map(|i| Ts(i * 5 * MINUTE_US)).collect(),
            open: price(10.0),
            high: price(12.0),
            low: price(9.0),
            close: price(11.0),
            volume: price(0.0),
            extra: [("count".to_owned(), (0..n).map(|i| i as f64).collect())].into(),
        };
        let vwap = (0..n).map(|i| if i % 3 == 0 { f64::NAN } else { 10.5 }).collect();
        columns.extra.insert("vwap".into(), vwap);
        Bars::new(symbol.parse().unwrap(), Timeframe::M5, columns).unwrap()
    }

    fn temporary() -> (tempfile::TempDir, Layout) {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path().join("data"));
        (dir, layout)
    }

    #[test]
    fn bars_come_back_as_they_were_and_are_listed() {
        let (_dir, layout) = temporary();
        let x = bars("X", 400_000);
        layout.write_bars(&x).unwrap();
        layout.write_bars(&bars("BF.B", 0)).unwrap();
        write_atomic(&layout.data.join("bars/X/notes.txt"), b"mine").unwrap();
        write_atomic(&layout.data.join("bars/X/.5m.parquet.1-1.tmp"), b"left").unwrap();
        let back = layout.read_bars(x.symbol(), Timeframe::M5).unwrap();
        assert_eq!(fingerprint(&back), fingerprint(&x));
        assert_eq!(back.columns().extra["count"], x.columns().extra["count"]);
        assert!(back.columns().extra["vwap"][0].is_nan());
        let listed = layout.list().unwrap();
        let names: Vec<_> = listed.iter().map(|s| s.symbol.as_str()).collect();
        assert_eq!(names, ["BF.B", "X"]);
        let said = listed[1].describe().unwrap();
        assert_eq!((said.n_bars, said.fingerprint), (400_000, fingerprint(&x)));
        assert_eq!(said.range, Some((Ts(0), Ts(399_999 * 5 * MINUTE_US))));
        assert_eq!(listed[0].describe().unwrap().range, None);
    }

    #[test]
    fn bars_that_are_not_there_are_asked_for_by_name() {
        let (_dir, layout) = temporary();
        let ask = || layout.read_bars(&"ETHUSDT".parse().unwrap(), Timeframe::H1).unwrap_err();
        assert!(ask().message.ends_with("data/bars`: nothing is stored there yet"));
        layout.write_bars(&bars("X", 1)).unwrap();
        let failure = ask();
        assert!(failure.message.starts_with("no `ETHUSDT` `1h` bars in `"), "{failure}");
        assert!(failure.message.ends_with("data/bars`: there are `X` `5m`"), "{failure}");
        assert_eq!(failure.mender, Mender::User);
        assert!(failure.hint.unwrap().contains("edgewalk ingest csv FILES --symbol ETHUSDT"));
        let any = layout.missing(None, Some(Timeframe::H1));
        assert!(any.message.starts_with("no `1h` bars in `"), "{any}");
        assert!(layout.missing(None, None).message.starts_with("no bars in `"));
    }

    #[test]
    fn one_flipped_bit_anywhere_in_the_file_is_found() {
        let (_dir, layout) = temporary();
        let x = bars("X", 40);
        layout.write_bars(&x).unwrap();
        let path = layout.bars_path(x.symbol(), Timeframe::M5);
        let whole = std::fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(53).chain(whole.len() - 8..whole.len()) {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            write_atomic(&path, &damaged).unwrap();
            let failure = layout.read_bars(x.symbol(), Timeframe::M5).unwrap_err();
            assert!(failure.message.contains("X/5m.parquet`"), "{failure}");
            assert_eq!(layout.list().unwrap()[0].describe(), Err(failure));
        }
    }

    #[test]
    fn bars_under_another_name_are_refused() {
        let (_dir, layout) = temporary();
        let x = bars("X", 40);
        layout.write_bars(&x).unwrap();
        let bytes = std::fs::read(layout.bars_path(x.symbol(), Timeframe::M5)).unwrap();
        let y = "Y".parse().unwrap();
        write_atomic(&layout.bars_path(&y, Timeframe::M5), &bytes).unwrap();
        let failure = layout.read_bars(&y, Timeframe::M5).unwrap_err();
        assert!(failure.message.ends_with("is corrupt: it holds `X 5m`"), "{failure}");
        assert_eq!(failure.mender, Mender::World);
    }
}
