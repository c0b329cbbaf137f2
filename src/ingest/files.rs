//! Files → the store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::audit::{Audit, Terms, audit};
use super::keep::{Kept, merge_with_stored};
use super::{
    Accept, Counts, FileBars, Merged, Prefer, ReadOptions, accept, check_renames, merge, read_file,
    refuse_doubts, told_by_bars, venue,
};
use crate::failure::Failure;
use crate::market::{Bars, Calendar, Columns, Symbol, Timeframe, Venue};
use crate::store::Layout;
use crate::units::Ts;

/// How to read, check and merge files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileOptions {
    pub read: ReadOptions,
    /// What the user says of where the bars were traded.
    pub venue: Venue,
    /// By default that of the bars' most common distance.
    pub timeframe: Option<Timeframe>,
    pub accept: Accept,
    pub prefer: Option<Prefer>,
    /// When the market trades, for the audit.
    pub calendar: Calendar,
    /// Refuse bars in which the audit finds anything at all.
    pub strict: bool,
}

impl FileOptions {
    /// The audit that shows what the strict refuse. Of several files it sees one at a time, and
    /// nothing that is between them.
    fn where_to_look(&self, paths: &[&Path], symbol: &Symbol) -> String {
        let [path] = paths else { return audit_stored(symbol) };
        let timeframe = self.timeframe.map_or(String::new(), |t| format!(" --timeframe {t}"));
        let flags = self.read.flags();
        format!("`edgewalk data audit {}{timeframe}{flags}` shows more", path.display())
    }
}

/// As the hint beside a strict refusal.
pub(super) fn audit_stored(symbol: &Symbol) -> String {
    format!("stored without `strict`, `edgewalk data audit --symbol {symbol}` shows more")
}

/// What became of one symbol's rows: `read` is the sum of `dropped` and the counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub symbol: Symbol,
    pub timeframe: Timeframe,
    pub n_files: usize,
    pub read: usize,
    /// Exact repeats that were to be dropped.
    pub dropped: usize,
    pub counts: Counts,
    /// The opens of the first and last bar read.
    pub range: (Ts, Ts),
    /// Columns of the files that were not brought in.
    pub ignored: Vec<String>,
    /// What is odd in the bars as they are now stored.
    pub audit: Audit,
}

/// Brings files into the store: all of their bars, or, if anything is wrong, none.
pub fn ingest_files(
    paths: &[PathBuf],
    options: &FileOptions,
    layout: &Layout,
) -> Result<Vec<Summary>, Failure> {
    if paths.is_empty() {
        return Err(Failure::user("there are no files to ingest"));
    }
    let files: Vec<_> = paths.par_iter().map(|path| read_file(path, &options.read)).collect();
    let files = files.into_iter().collect::<Result<Vec<_>, _>>()?;
    check_renames(files.iter(), &options.read)?;
    if options.strict {
        let both = paths.iter().zip(&files);
        both.into_iter().try_for_each(|(path, file)| {
            refuse_doubts(&path.display().to_string(), file.doubts.iter())
        })?;
    }
    let groups: Vec<_> = by_symbol(paths, files, &options.venue)?.into_iter().collect();
    let read: Vec<_> =
        groups.into_par_iter().map(|(symbol, group)| group.join(&symbol, options)).collect();
    let read = read.into_iter().collect::<Result<Vec<_>, _>>()?;
    // From here on it matters what is stored, and nobody else may change it.
    let _lock = layout.lock_bars()?;
    let merged: Vec<_> = read.into_par_iter().map(|joined| joined.merge(options, layout)).collect();
    let merged = merged.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut summaries = Vec::with_capacity(merged.len());
    for (kept, summary) in merged {
        kept.write(layout)?;
        summaries.push(summary);
    }
    Ok(summaries)
}

/// The files of one symbol, in the order they were named.
#[derive(Default)]
struct Group<'a> {
    files: Vec<(&'a Path, Columns)>,
    ignored: Vec<String>,
    venue: Venue,
}

/// `given` is what the user says of all their venues.
fn by_symbol<'a>(
    paths: &'a [PathBuf],
    files: Vec<FileBars>,
    given: &Venue,
) -> Result<BTreeMap<Symbol, Group<'a>>, Failure> {
    let mut groups = BTreeMap::<Symbol, Group<'_>>::new();
    for (path, file) in paths.iter().zip(files) {
        let found = venue::of_file(path, &file, given)?;
        for (symbol, columns) in file.series {
            let group = groups.entry(symbol.clone()).or_default();
            group.venue = venue::with_files(&group.venue, &found, (path, &symbol))?;
            group.files.push((path, columns));
            group.ignored.extend(file.ignored.iter().cloned());
        }
    }
    Ok(groups)
}

impl Group<'_> {
    /// The bars of all its files, checked.
    fn join(mut self, symbol: &Symbol, options: &FileOptions) -> Result<Joined, Failure> {
        let timeframe = self.timeframe(symbol, options.timeframe)?;
        let paths: Vec<&Path> = self.files.iter().map(|(path, _)| *path).collect();
        let read: usize = self.files.iter().map(|(_, columns)| columns.len()).sum();
        let mut pieces = Vec::with_capacity(paths.len());
        for (path, columns) in self.files {
            let bars = accept(symbol, timeframe, columns, &options.accept);
            pieces.push(bars.map_err(|f| within(&format!("`{}`, `{symbol}`", path.display()), f))?);
        }
        let accepted: usize = pieces.iter().map(Bars::len).sum();
        let all = join_pieces(pieces, symbol, options.prefer)?;
        if options.strict {
            let verdict = inspect(&all.bars, options.calendar).strict_verdict();
            verdict.map_err(|refusal| refusal.hint(options.where_to_look(&paths, symbol)))?;
        }
        self.ignored.sort();
        self.ignored.dedup();
        let (n_files, dropped, ignored) = (paths.len(), read - accepted, self.ignored);
        Ok(Joined { all, venue: self.venue, n_files, read, dropped, ignored })
    }

    /// Of the longest file, where none is given.
    fn timeframe(&self, symbol: &Symbol, given: Option<Timeframe>) -> Result<Timeframe, Failure> {
        let longest = self.files.iter().max_by_key(|(_, columns)| columns.len());
        let ts = longest.map_or(&[][..], |(_, columns)| &columns.ts);
        given.map_or_else(|| told_by_bars(symbol, ts), Ok)
    }
}

/// One symbol's bars out of all files.
struct Joined {
    all: Merged,
    venue: Venue,
    n_files: usize,
    read: usize,
    dropped: usize,
    ignored: Vec<String>,
}

impl Joined {
    /// The bars to store, and what is to be told.
    fn merge(self, options: &FileOptions, layout: &Layout) -> Result<(Kept, Summary), Failure> {
        let Self { all: Merged { bars, mut counts }, venue, n_files, read, dropped, ignored } =
            self;
        let (symbol, timeframe) = (bars.symbol().clone(), bars.timeframe());
        let range = bars.ts().first().zip(bars.ts().last());
        let range = range.map(|(a, b)| (*a, *b)).unwrap_or_default();
        let kept = merge_with_stored(bars, &venue, options.prefer, layout)?;
        counts += kept.counts;
        let audit = inspect(&kept.bars, options.calendar);
        let summary =
            Summary { symbol, timeframe, n_files, read, dropped, counts, range, ignored, audit };
        Ok((kept, summary))
    }
}

pub(super) fn inspect(bars: &Bars, calendar: Calendar) -> Audit {
    let terms = Terms::new(bars.timeframe(), calendar);
    audit(bars.symbol().as_str(), bars.columns(), &terms)
}

fn join_pieces(
    pieces: Vec<Bars>,
    symbol: &Symbol,
    prefer: Option<Prefer>,
) -> Result<Merged, Failure> {
    join(pieces, prefer)
        .map_err(|f| within(&format!("`{symbol}`, an earlier and a later file"), f))?
        .ok_or_else(|| Failure::user(format!("there are no bars of `{symbol}`")))
}

/// Neighbours are joined first, which keeps the order of the files and copies each bar few times.
/// `added` counts nothing here: what is new is for the store to say.
fn join(mut pieces: Vec<Bars>, prefer: Option<Prefer>) -> Result<Option<Merged>, Failure> {
    let mut counts = Counts::default();
    while pieces.len() > 1 {
        let mut joined = Vec::with_capacity(pieces.len().div_ceil(2));
        let mut rest = pieces.into_iter();
        while let Some(first) = rest.next() {
            let Some(second) = rest.next() else {
                joined.push(first);
                break;
            };
            let merged = merge(first, second, prefer)?;
            counts += Counts { added: 0, ..merged.counts };
            joined.push(merged.bars);
        }
        pieces = joined;
    }
    Ok(pieces.pop().map(|bars| Merged { bars, counts }))
}

pub(super) fn within(place: &str, failure: Failure) -> Failure {
    Failure { message: format!("{place}: {}", failure.message), ..failure }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::write_atomic;

    const FIRST: &str = "1735689600000,10,12,9,11,5,1735689899999,50,3,2,20,0\n";
    const SECOND: &str = "1735689900000,11,12,9,11,5,1735690199999,50,3,2,20,0\n";

    struct Room {
        dir: tempfile::TempDir,
        options: FileOptions,
    }

    impl Room {
        fn new() -> Self {
            let mut options = FileOptions { timeframe: Some(Timeframe::M5), ..Default::default() };
            options.read.symbol = Some("X".parse().unwrap());
            Self { dir: tempfile::tempdir().unwrap(), options }
        }

        fn layout(&self) -> Layout {
            Layout::new(self.dir.path().join("data"))
        }

        fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
            let path = self.dir.path().join(name);
            write_atomic(&path, bytes.as_ref()).unwrap();
            path
        }

        fn ingest(&self, paths: &[PathBuf]) -> Summary {
            ingest_files(paths, &self.options, &self.layout()).unwrap().remove(0)
        }

        fn stored(&self) -> Vec<u8> {
            let path = self.layout().bars_path(&"X".parse().unwrap(), Timeframe::M5);
            std::fs::read(path).unwrap()
        }
    }

    fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
        use std::io::Write;
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn repairs_that_are_asked_for_are_made_and_counted() {
        let mut room = Room::new();
        room.options.accept = Accept { sort: true, dedup: true };
        let a = room.put("a.csv", format!("{SECOND}{FIRST}{SECOND}"));
        let summary = room.ingest(std::slice::from_ref(&a));
        assert_eq!((summary.read, summary.dropped, summary.counts.added), (3, 1, 2));
        assert_eq!(summary.range.1.to_string(), "2025-01-01 00:05");
        let before = room.stored();
        let summary = room.ingest(&[a.clone(), a]);
        assert_eq!((summary.read, summary.dropped), (6, 2));
        assert_eq!(summary.counts, Counts { same: 4, ..Counts::default() });
        assert_eq!(room.stored(), before);
    }

    #[test]
    fn what_a_zip_holds_is_read_as_if_it_lay_there() {
        let room = Room::new();
        let one = room.put("one.zip", zipped(&[("x.csv", FIRST)]));
        assert_eq!(room.ingest(&[one]).counts.added, 1);
        let two = room.put("two.zip", zipped(&[("x.csv", FIRST), ("y.csv", SECOND)]));
        let failure = ingest_files(&[two], &room.options, &room.layout()).unwrap_err();
        assert!(failure.message.ends_with("two.zip` holds 2 files, where one is expected"));
    }

    #[test]
    fn nothing_is_stored_unless_all_is_good() {
        let mut room = Room::new();
        room.options.read.symbol = None;
        let good = room.put("AAA-5m-2025-01.csv", FIRST);
        let bad = room.put("BBB-5m-2025-01.csv", FIRST.replace(",9,", ",-9,"));
        let failure = ingest_files(&[good, bad], &room.options, &room.layout()).unwrap_err();
        assert!(failure.message.contains("`BBB`: `low` of the bar"), "{failure}");
        assert_eq!(room.layout().list().unwrap(), []);
    }

    #[test]
    fn bars_that_come_from_many_sides_at_once_are_all_kept() {
        let room = Room::new();
        let minutes = |i: i64| 1_735_689_600_000 + i * 300_000;
        let row = |i| FIRST.replacen("1735689600000", &minutes(i).to_string(), 1);
        let files: Vec<_> = (0..24).map(|i| room.put(&format!("{i}.csv"), row(i))).collect();
        std::thread::scope(|scope| {
            for mine in files.chunks(6) {
                scope
                    .spawn(|| mine.iter().for_each(|f| drop(room.ingest(std::slice::from_ref(f)))));
            }
        });
        let stored = room.layout().read_bars(&"X".parse().unwrap(), Timeframe::M5).unwrap();
        assert_eq!(stored.len(), 24);
    }

    #[test]
    fn every_row_read_is_in_one_of_the_counts() {
        let mut room = Room::new();
        room.options.prefer = Some(Prefer::New);
        room.ingest(&[room.put("a.csv", FIRST)]);
        let changed = room.put("b.csv", FIRST.replace(",11,5,", ",11.5,5,"));
        let both = room.put("c.csv", format!("{FIRST}{SECOND}"));
        let s = room.ingest(&[changed, both]);
        let one_each = Counts { added: 1, same: 1, replaced: 1, ..Counts::default() };
        assert_eq!((s.read, s.dropped, s.counts), (3, 0, one_each));
    }
}
