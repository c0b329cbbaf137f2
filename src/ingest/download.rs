//! A feed → the store, a stretch at a time, so that a killed download goes on where it was.

use std::ops::Range;

use super::feeds::binance::{self, Market};
use super::feeds::binance_bulk::{self, Archive};
use super::feeds::{Client, Fetched, Request, Sink, kraken, kraken_trades};
use super::files::{audit_stored, inspect};
use super::holes::{Hole, holes, joined};
use super::keep::merge_with_stored;
use super::venue::with_stored;
use super::{Accept, Counts, Prefer, ReadOptions, accept, read_bytes};
use crate::failure::Failure;
use crate::market::{Bars, Calendar, Columns, Product, Venue};
use crate::store::Layout;
use crate::units::{DAY_US, Ts};

/// The store is brought up to date after so many bars …
const STRETCH_BARS: usize = 20_000;

/// … or so many answers, where each brings little.
const STRETCH_ANSWERS: usize = 50;

/// What a download changed in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Downloaded {
    pub fetched: Fetched,
    pub counts: Counts,
}

/// Where bars are downloaded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    Binance(Market),
    /// Monthly and daily archives.
    BinanceBulk(Market),
    /// The last 719 bars: of the 720 it gives, one is still open.
    Kraken,
    /// All of history, rolled from trades.
    KrakenTrades,
}

impl Exchange {
    /// The beginning where the user names none: all that an exchange keeps anyway.
    pub fn earliest(self) -> Option<Ts> {
        (self == Self::Kraken).then_some(kraken::ALL)
    }

    pub fn venue(self) -> Venue {
        match self {
            Self::Binance(market) | Self::BinanceBulk(market) => {
                Venue::new("binance", market.product())
            }
            Self::Kraken | Self::KrakenTrades => Venue::new("kraken", Product::Spot),
        }
    }
}

/// How what comes is checked and kept.
#[derive(Debug, Clone, Copy)]
pub struct Keeping<'a> {
    pub layout: &'a Layout,
    pub prefer: Option<Prefer>,
    /// When the market trades: no bar is missing while it is closed.
    pub calendar: Calendar,
    /// Refuse bars in which the audit finds anything at all.
    pub strict: bool,
}

/// Downloads what is not stored yet and merges it; all that is asked for, if one side is preferred.
pub fn download(
    exchange: Exchange,
    client: &Client,
    request: &Request,
    keeping: &Keeping,
) -> Result<Downloaded, Failure> {
    request.check()?;
    let stored = stored_times(request, &exchange.venue(), keeping.layout)?;
    let parts = match keeping.prefer {
        Some(_) => vec![request.clone()],
        None => exchange.parts(&stored, request, keeping.calendar),
    };
    let mut stretch = Stretch::new(request, exchange.venue(), keeping);
    let mut fetched = Fetched::default();
    let fed = parts.iter().try_for_each(|part| {
        let has = |range: &Range<Ts>| keeping.prefer.is_none() && holds(&stored, range, part);
        fetched.add(exchange.feed(client, (part, &has), &mut |page| stretch.take(page))?);
        Ok(())
    });
    // What arrived before a failure is kept.
    stretch.flush()?;
    let counts = stretch.counts;
    fed.map(|()| Downloaded { fetched, counts })
}

/// Whether all bars that open in a range are stored.
type Holds<'a> = dyn Fn(&Range<Ts>) -> bool + 'a;

impl Exchange {
    fn feed(
        self,
        client: &Client,
        (request, has): (&Request, &Holds),
        sink: &mut Sink,
    ) -> Result<Fetched, Failure> {
        match self {
            Self::Binance(market) => binance::klines(client, market, request, sink),
            Self::BinanceBulk(market) => {
                let parse = |name: &str, bytes: &[u8]| parse(name, bytes, request);
                let archive = Archive { market, parse: &parse, stored: has };
                binance_bulk::months(client, &archive, request, sink)
            }
            Self::Kraken => kraken::ohlc(client, request, sink),
            Self::KrakenTrades => kraken_trades::trades(client, request, sink),
        }
    }

    /// The stretches to ask for.
    fn parts(self, stored: &[Ts], request: &Request, calendar: Calendar) -> Vec<Request> {
        let holes = holes(stored, request, calendar);
        let part = |hole: &Hole| Request { from: hole.from, to: hole.to, ..request.clone() };
        match self {
            Self::Binance(_) => {
                let page = binance::PAGE as i64 * request.timeframe.us();
                joined(holes, page).iter().map(part).collect()
            }
            // Which of its files are needed is looked up file by file.
            Self::BinanceBulk(_) => vec![request.clone()],
            // One answer has all that there is.
            Self::Kraken => {
                let first = holes.first();
                first.map(|h| Request { from: h.from, ..request.clone() }).into_iter().collect()
            }
            Self::KrakenTrades => {
                holes.iter().filter(|hole| hole.lasts(QUIET_US)).map(part).collect()
            }
        }
    }
}

/// Where nobody traded there is no bar, and asking again and again brings none: a shorter hole in
/// what was rolled from trades is taken for a quiet hour.
const QUIET_US: i64 = DAY_US;

/// Bars of another market are refused before anything is asked for.
fn stored_times(request: &Request, venue: &Venue, layout: &Layout) -> Result<Vec<Ts>, Failure> {
    let Request { symbol, timeframe, .. } = request;
    if !layout.has_bars(symbol, *timeframe) {
        return Ok(Vec::new());
    }
    let stored = layout.read_stored(symbol, *timeframe)?;
    with_stored(&stored, venue, &layout.bars_path(symbol, *timeframe))?;
    Ok(stored.bars.into_columns().ts)
}

/// Whether every bar that opens in the range is stored.
fn holds(stored: &[Ts], range: &Range<Ts>, request: &Request) -> bool {
    let wanted = (range.end.0 - range.start.0) / request.timeframe.us();
    let from = stored.partition_point(|ts| *ts < range.start);
    let to = stored.partition_point(|ts| *ts < range.end);
    (to - from) as i64 >= wanted
}

fn parse(name: &str, bytes: &[u8], request: &Request) -> Result<Columns, Failure> {
    let symbol = Some(request.symbol.clone());
    let options = ReadOptions { symbol, ..ReadOptions::default() };
    let read = read_bytes(name, bytes.to_vec(), &options)?;
    Ok(read.series.into_values().next().unwrap_or_default())
}

/// Pages not yet stored.
struct Stretch<'a> {
    request: &'a Request,
    venue: Venue,
    keeping: &'a Keeping<'a>,
    pages: Vec<Columns>,
    counts: Counts,
}

impl<'a> Stretch<'a> {
    fn new(request: &'a Request, venue: Venue, keeping: &'a Keeping<'a>) -> Self {
        Self { request, venue, keeping, pages: Vec::new(), counts: Counts::default() }
    }

    fn take(&mut self, page: Columns) -> Result<(), Failure> {
        self.pages.push(page);
        let n_bars: usize = self.pages.iter().map(Columns::len).sum();
        if n_bars >= STRETCH_BARS || self.pages.len() >= STRETCH_ANSWERS {
            return self.flush();
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let Some(all) = join(std::mem::take(&mut self.pages)) else { return Ok(()) };
        let Request { symbol, timeframe, .. } = self.request;
        let bars = accept(symbol, *timeframe, all, &Accept::default())?;
        let Some((&first, &last)) = bars.ts().first().zip(bars.ts().last()) else { return Ok(()) };
        let _lock = self.keeping.layout.lock_bars()?;
        let Keeping { prefer, layout, .. } = *self.keeping;
        let kept = merge_with_stored(bars, &self.venue, prefer, layout)?;
        if self.keeping.strict {
            let seen = surroundings(&kept.bars, first..last);
            let verdict = inspect(&seen, self.keeping.calendar).strict_verdict();
            verdict.map_err(|refusal| refusal.hint(audit_stored(symbol)))?;
        }
        kept.write(layout)?;
        self.counts += kept.counts;
        Ok(())
    }
}

/// The bars from the one before to the one after: a gap begins or ends at its neighbour.
fn surroundings(bars: &Bars, within: Range<Ts>) -> Bars {
    let from = bars.ts().partition_point(|ts| *ts < within.start).saturating_sub(1);
    let to = bars.ts().partition_point(|ts| *ts <= within.end) + 1;
    bars.slice(from..to.min(bars.len()))
}

/// Pages one after the other; they have the same columns.
fn join(pages: Vec<Columns>) -> Option<Columns> {
    pages.into_iter().filter(|page| !page.is_empty()).reduce(|mut all, page| {
        all.ts.extend(page.ts);
        all.open.extend(page.open);
        all.high.extend(page.high);
        all.low.extend(page.low);
        all.close.extend(page.close);
        all.volume.extend(page.volume);
        for (name, values) in page.extra {
            all.extra.entry(name).or_default().extend(values);
        }
        all
    })
}
