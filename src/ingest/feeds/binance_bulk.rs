//! Binance's archives, <https://data.binance.vision>: zipped CSV files with checksums, by month,
//! and by day where there is no month yet.
//!
//! Facts from the README of `binance-public-data`: a day's file is there on the next day, a month's
//! from the first Monday of the next month; beside each zip lies its SHA-256 in the format of
//! `sha256sum`; days exist up to the timeframe `1d` only (its script's `DAILY_INTERVALS`).

use std::fmt::Write;
use std::io::{Cursor, Read};
use std::ops::Range;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::archive_files::{File, Span, days_of, months_of};
use super::binance::Market;
use super::client::{Client, Refusal};
use super::http::Response;
use super::{Fetched, Request, Sink, trim};
use crate::failure::Failure;
use crate::market::Columns;
use crate::units::{DAY_US, Ts};

const SERVER: &str = "https://data.binance.vision";

/// Reads a CSV file, given its name and what is in it.
pub type Parse<'a> = dyn Fn(&str, &[u8]) -> Result<Columns, Failure> + 'a;

/// Where the bars come from, what reads them, and what is there already.
#[derive(Clone, Copy)]
pub struct Archive<'a> {
    pub market: Market,
    pub parse: &'a Parse<'a>,
    /// Whether every bar that opens in the range is stored, so that its file need not be fetched.
    pub stored: &'a dyn Fn(&Range<Ts>) -> bool,
}

/// Fetches the archive files that cover the range and gives each to `sink`.
pub fn months(
    client: &Client,
    archive: &Archive,
    request: &Request,
    sink: &mut Sink,
) -> Result<Fetched, Failure> {
    request.check()?;
    let interval = request.interval("Binance", archive.market.intervals())?;
    let folder = match archive.market {
        Market::Spot => "data/spot",
        Market::Futures => "data/futures/um",
    };
    let base = format!("{}/{folder}", request.base(SERVER)?);
    let mut job = Job {
        client,
        archive,
        request,
        base,
        interval,
        sink,
        wanted: Ts(0)..Ts(0),
        now: Ts(0),
        fetched: Fetched::default(),
    };
    job.run()?;
    Ok(job.fetched)
}

/// Binance opened on 2017-07-14: no archive begins before that month.
const OPENED: Ts = Ts(1_498_867_200_000_000);

/// How long after its end a month may still lack its file: to the first Monday, and then some.
const MONTH_DUE_US: i64 = 40 * DAY_US;

struct Job<'a, 's> {
    client: &'a Client<'a>,
    archive: &'a Archive<'a>,
    request: &'a Request,
    base: String,
    interval: String,
    sink: &'a mut Sink<'s>,
    wanted: Range<Ts>,
    now: Ts,
    fetched: Fetched,
}

impl Job<'_, '_> {
    fn run(&mut self) -> Result<(), Failure> {
        self.now = self.server_time()?;
        let range = self.request.range(self.now);
        let start = range.start.max(OPENED);
        // Today's file comes tomorrow.
        let end = range.end.min(self.now.floor_to(DAY_US));
        self.wanted = start..end.max(start);
        let months = months_of(&self.wanted);
        for (done, month) in months.iter().enumerate() {
            self.client.progress.at(done as u64, Some(months.len() as u64));
            self.month(month)?;
        }
        self.client.progress.at(months.len() as u64, Some(months.len() as u64));
        self.judge(&range)
    }

    fn month(&mut self, month: &Span) -> Result<(), Failure> {
        if self.skip(month) {
            return Ok(());
        }
        let running = month.range.end > self.now;
        if !running && self.fetch(month)? {
            return Ok(());
        }
        let due = month.range.end.plus_us(MONTH_DUE_US) > self.now;
        if !due {
            self.fetched.files_missing += 1;
            return Ok(());
        }
        if matches!(self.interval.as_str(), "3d" | "1w") {
            let until = month.range.start.max(self.wanted.start);
            let note = format!("the archive's `{}` bars end before `{until}`", self.interval);
            self.fetched.notes.push(format!("{note}; without `--bulk` the later ones come too"));
            return Ok(());
        }
        days_of(month, &self.wanted).iter().try_for_each(|day| self.day(day))
    }

    fn day(&mut self, day: &Span) -> Result<(), Failure> {
        if !self.skip(day) && !self.fetch(day)? {
            self.fetched.files_missing += 1;
        }
        Ok(())
    }

    /// Whether the store has this file's bars.
    fn skip(&mut self, span: &Span) -> bool {
        let part = span.range.start.max(self.wanted.start)..span.range.end.min(self.wanted.end);
        let stored = (self.archive.stored)(&part);
        self.fetched.files_stored += u64::from(stored);
        stored
    }

    /// Whether the server has the file; its bars are in the sink then.
    fn fetch(&mut self, span: &Span) -> Result<bool, Failure> {
        let file = span.file(&self.base, self.request.symbol.as_str(), &self.interval);
        let Some(zip) = self.verified(&file)? else { return Ok(false) };
        let (name, csv) = unzip(&zip)
            .map_err(|why| Failure::world(format!("`{}` cannot be unpacked: {why}", file.url)))?;
        let columns = trim((self.archive.parse)(&name, &csv)?, &self.wanted);
        self.fetched.bars += columns.len() as u64;
        if !columns.is_empty() {
            (self.sink)(columns)?;
        }
        Ok(true)
    }

    /// The file, once it is what its checksum says: files are replaced now and then, so the first
    /// mismatch may be an old checksum with a new file.
    fn verified(&self, file: &File) -> Result<Option<Vec<u8>>, Failure> {
        for _ in 0..2 {
            self.client.progress.say(&file.name);
            let wanted = self.client.fetch(&file.checksum_url(), &|r| read_checksum(file, r))?;
            let Some(wanted) = wanted else { return Ok(None) };
            let zip = self.client.fetch(&file.url, &|r| read_file(&file.url, r))?;
            let Some(zip) = zip else { return Ok(None) };
            if sha256(&zip) == wanted {
                return Ok(Some(zip));
            }
        }
        let message = format!("`{}` is not the file that its checksum was made of", file.url);
        Err(Failure::world(message)
            .hint("Binance may be replacing it: try again later, or leave out `--bulk`"))
    }

    /// The server's clock, from the first answer there is: the archive has no other.
    fn server_time(&self) -> Result<Ts, Failure> {
        let start = self.request.from.max(OPENED);
        let probe = months_of(&(start..start.plus_us(1)));
        let Some(month) = probe.first() else { return Ok(OPENED) };
        let file = month.file(&self.base, self.request.symbol.as_str(), &self.interval);
        let clock = |response: Response| Ok(response.server_time());
        match (self.client.fetch(&file.checksum_url(), &clock)?, self.request.to) {
            (Some(now), _) => Ok(now),
            // No clock: all of a range that is said to have an end is taken for past.
            (None, Some(to)) => Ok(to.plus_us(DAY_US)),
            (None, None) => {
                let message = format!("`{}` does not say what time it is", self.base);
                Err(Failure::user(message).hint("give `--to`"))
            }
        }
    }

    /// What the user should know about what came.
    fn judge(&mut self, asked: &Range<Ts>) -> Result<(), Failure> {
        let Self { fetched, request, .. } = self;
        let missing = fetched.files_missing;
        if fetched.bars == 0 && fetched.files_stored == 0 && missing > 0 {
            let (symbol, interval) = (&request.symbol, &self.interval);
            let message = format!("Binance's archive has no `{interval}` bars of `{symbol}`");
            return Err(Failure::user(format!("{message} in this range"))
                .hint("names are like `BTCUSDT`; spot and futures differ: `--market`"));
        }
        if asked.end > self.wanted.end && !asked.is_empty() {
            let end = self.wanted.end;
            let note = format!("the archive ends before `{end}`: days come when they are over");
            fetched.notes.push(format!("{note}; without `--bulk` the later bars come too"));
        }
        Ok(())
    }
}

/// A checksum file is 64 hexadecimal digits, two spaces and the name of the file.
fn read_checksum(file: &File, response: Response) -> Result<Option<String>, Refusal> {
    let Some(body) = read_file(&file.url, response)? else { return Ok(None) };
    let text = String::from_utf8_lossy(&body);
    let mut words = text.split_whitespace();
    let (Some(digits), Some(name), None) = (words.next(), words.next(), words.next()) else {
        return Err(Refusal::unreadable("a checksum and a name were expected"));
    };
    let fits = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if !fits || name.trim_start_matches('*') != file.name {
        return Err(Refusal::unreadable(format!("it is not the checksum of `{}`", file.name)));
    }
    Ok(Some(digits.to_ascii_lowercase()))
}

/// `None` where the server has no such file.
fn read_file(url: &str, response: Response) -> Result<Option<Vec<u8>>, Refusal> {
    match response.status {
        200 => Ok(Some(response.body)),
        404 => Ok(None),
        _ => Err(Refusal::status(url, &response)),
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A month of `1s` bars is some 400 MB; what claims more is not from Binance.
const MAX_CSV: u64 = 2 << 30;

/// The one file inside.
fn unzip(zip: &[u8]) -> Result<(String, Vec<u8>), String> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|e| e.to_string())?;
    if archive.len() != 1 {
        return Err(format!("it holds {} files, one was expected", archive.len()));
    }
    let entry = archive.by_index(0).map_err(|e| e.to_string())?;
    let name = entry.name().map_err(|e| e.to_string())?.into_owned();
    let mut csv = Vec::new();
    entry.take(MAX_CSV).read_to_end(&mut csv).map_err(|e| e.to_string())?;
    if csv.len() as u64 == MAX_CSV {
        return Err(format!("`{name}` is larger than {MAX_CSV} bytes"));
    }
    Ok((name, csv))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        // FIPS 180-2, appendix B.1
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), abc);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_unzip_into_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let with_magic = [b"PK\x05\x06".as_slice(), &bytes].concat();
            prop_assert!(unzip(&bytes).is_err());
            let _ = unzip(&with_magic);
        }
    }
}
